"""What a pattern is: the numbers that it goes by, the question to the database, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that a pattern goes by.

    Attributes:
        unit: count, hours or fen.
        usual: its value until an officer chooses another.
    """

    name: str
    title: str
    title_zh: str
    unit: str
    usual: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something that honest people seldom do.

    Attributes:
        subject: purse or wallet.
        parameters: one of them is `hours`, how far to look back.
        query: id, the moment of the last of it, then one number for each of `figures`; the worst
            first. Its parameters are those of the pattern, and `since` and `limit`.
        figures: what the query's numbers are; the sentences name them in braces.
    """

    name: str
    subject: str
    title: str
    title_zh: str
    explanation: str
    explanation_zh: str
    parameters: tuple[Parameter, ...]
    query: LiteralString
    figures: tuple[str, ...]
    sentence: str
    sentence_zh: str


@dataclass(frozen=True, slots=True)
class Setting:
    """How a pattern is set from a moment on; version 0 is how it comes.

    Attributes:
        changed_by: and what follows: None for version 0.
    """

    version: int
    is_on: bool
    values: Mapping[str, int]
    changed_by: UUID | None = None
    changed_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody whom a pattern fits.

    Attributes:
        figures: the numbers behind the sentence, fen as integers.
    """

    subject: str
    id: str
    last_at: datetime
    figures: Mapping[str, int]
    sentence: str
    sentence_zh: str
