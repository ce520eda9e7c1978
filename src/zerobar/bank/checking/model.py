"""What a check is, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, LiteralString

MOST_SHOWN: Final = 20
"""Deviations of one check that are listed; a first one is reason enough to stop."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check that is one statement.

    Attributes:
        name: what is compared.
        finds: a sentence that is true of whatever it lists.
        look_at: where whoever finds out why begins.
        query: one column of text, a line for each deviation, each with the ids concerned.
    """

    name: str
    finds: str
    look_at: str
    query: LiteralString


@dataclass(frozen=True, slots=True)
class Check:
    """What was compared, and where it deviates.

    Attributes:
        many: how many deviations there are.
        deviations: the first twenty of them.
    """

    name: str
    finds: str
    look_at: str
    many: int
    deviations: tuple[str, ...]
