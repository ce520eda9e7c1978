"""The audit trail with names, and the bank's state of health in words, on the wire."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec


class TrailEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of staff did.

    Attributes:
        subject: what it was done to, as `wallet_id`, and its id; null where there is none.
        proposed_by, approved_by: of what two people decided.
        seal: over this entry and the seal before it, hexadecimal.
    """

    number: int
    at: datetime
    staff_id: UUID
    staff_name: str | None
    action: str
    subject_kind: str | None
    subject: str | None
    proposed_by: UUID | None
    proposed_by_name: str | None
    approved_by: UUID | None
    approved_by_name: str | None
    details: dict[str, Any]
    seal: str


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    ATTENTION = "attention"
    """Somebody should look at it today."""
    FAILING = "failing"
    """People notice it, or soon will."""


class FindingShown(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, and what is wrong with it.

    Attributes:
        name: a stable one, as `database`.
        figures: the numbers behind the sentence.
    """

    name: str
    level: Level
    sentence: str
    sentence_zh: str
    next_step: str
    next_step_zh: str
    figures: dict[str, int]


class StatusShown(msgspec.Struct, frozen=True, kw_only=True):
    """How the bank is; `level` is the worst of all findings, which begin with the worst."""

    at: datetime
    level: Level
    findings: list[FindingShown]
