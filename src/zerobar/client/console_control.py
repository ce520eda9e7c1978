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


class OwnKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that this bank signs with; `public_key` is X||Y, hexadecimal."""

    number: int
    role: str
    public_key: str


class AnnouncedKey(msgspec.Struct, frozen=True, kw_only=True):
    """What cards were told of a number.

    Attributes:
        public_key: X||Y, hexadecimal; null: the number serves nothing any more.
        first_day: which a card takes only if it is later than the one it knows.
        approval_id: what two people decided.
    """

    number: int
    role: str
    public_key: str | None
    first_day: str
    announced_at: datetime
    approval_id: UUID


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Keys that this bank signs with, and what was announced, the newest first."""

    own: list[OwnKey]
    announced: list[AnnouncedKey]


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


class FiguresSpan(StrEnum):
    """How far back figures go, and how far apart they are.

    `hour`: a minute apart. `day`: five minutes. `week`: an hour. `quarter`: six hours, for 90 days.
    """

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    QUARTER = "quarter"


class FiguresShown(msgspec.Struct, frozen=True, kw_only=True):
    """The bank's figures at one moment; none of them tells of a person.

    Attributes:
        in_flight: vouchers without an outcome; due_fen: of their sum, what the books are to move.
        requests, errors, answers, answers_s: since the bank's program was started: lower than
            before means that it was started anew. answers_s is how long all answers took.
    """

    at: datetime
    issued_fen: int
    wallets_fen: int
    merchants_fen: int
    float_fen: int
    vaults_fen: int
    in_flight: int
    in_flight_fen: int
    due_fen: int
    vouchers_open: int
    vouchers_due: int
    webhooks_due: int
    requests: int
    errors: int
    answers: int
    answers_s: float


class FiguresHistory(msgspec.Struct, frozen=True, kw_only=True):
    """What the bank's figures were, oldest first; where the bank stood still there are none.

    Attributes:
        step_s: how far apart they are.
    """

    span: FiguresSpan
    since: datetime
    until: datetime
    step_s: int
    items: list[FiguresShown]
