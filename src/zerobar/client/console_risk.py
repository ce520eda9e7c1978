"""What risk officers see in the staff console, on the wire: cases, previews, limits, patterns."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from zerobar.client.authority import CategoryLimits
from zerobar.client.console import LogLine, PurseFlow
from zerobar.client.enrolment import PRINTABLE

WhyText = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=PRINTABLE)]
CategoryTable = Annotated[
    dict[Annotated[str, msgspec.Meta(pattern="^[1-4]$")], CategoryLimits],
    msgspec.Meta(min_length=1, max_length=4),
]


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent to the bank."""


class FieldShown(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a signed message.

    Attributes:
        offset, length: in bytes, where it stands in the message.
        hex: its bytes as they were signed.
        value: the same, read.
        differs: the other message of the same type says otherwise.
    """

    name: str
    offset: int
    length: int
    hex: str
    value: str
    differs: bool


class MessageShown(msgspec.Struct, frozen=True, kw_only=True):
    """A signed message, field by field.

    Attributes:
        type: voucher, state or void-statement.
        signature_holds: null where no certificate of who signed is known here.
    """

    type: str
    hex: str
    signature_holds: bool | None
    fields: list[FieldShown]


class CaseDecoded(msgspec.Struct, frozen=True, kw_only=True):
    """A case of fraud: which test found it, what was signed, and what staff did about it.

    Attributes:
        test: 1 to 5; title and explanation say what it proves.
        second: null where one message is proof enough.
        log: entries that lead to the first message, where it is a state.
    """

    case_id: UUID
    purse_id: str
    entry: int
    test: int
    title: str
    title_zh: str
    explanation: str
    explanation_zh: str
    found_at: datetime
    first: MessageShown | None
    second: MessageShown | None
    log: list[LogLine]
    seen_by: UUID | None
    seen_at: datetime | None
    closed_by: UUID | None
    closed_at: datetime | None
    reason: str | None


class PurseBlocking(_Asked, frozen=True, kw_only=True):
    """Why a purse is blocked."""

    reason: WhyText


class ClassPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What blocking a whole class would touch.

    Attributes:
        is_blocked: it is on the blocklist already.
        in_purses_fen: in purses that are active, as far as their logs are held.
        from_them, to_them: vouchers without an outcome that such purses paid, or were paid.
        told: purses of any class that would learn of it at their next sync.
    """

    purse_class: int
    name: str
    is_blocked: bool
    active: int
    blocked: int
    closed: int
    in_purses_fen: int
    from_them: PurseFlow
    to_them: PurseFlow
    told: int


class LossShown(msgspec.Struct, frozen=True, kw_only=True):
    """What the float lacks for a purse that was proved to cheat, in fen.

    Attributes:
        lost_fen: all of it, whoever makes it good; 0: it has spent no more than it had.
        covered_fen: by the vault, less what went back to it.
        ceiling_fen: up to which the vault pays: what its class may pay unseen, or more, by two.
        due_fen: what moves next without anybody; below zero: back to the vault.
        beyond_fen: what waits until two people let the vault pay more.
    """

    purse_id: str
    lost_fen: int
    covered_fen: int
    ceiling_fen: int
    due_fen: int
    beyond_fen: int


class Losses(msgspec.Struct, frozen=True, kw_only=True):
    """All losses by cheats, what waits for people first, and what the vault has for them."""

    at: datetime
    vault_fen: int
    items: list[LossShown]


class StalledPurse(msgspec.Struct, frozen=True, kw_only=True):
    """A purse that synced and was not acknowledged, for it took a proved cheat's money.

    Attributes:
        credits, amount_fen: what it took since it was acknowledged, or released, last.
        cheats: whose it was.
        syncs: that were not acknowledged, since then; one is usual, more are not.
    """

    purse_id: str
    purse_class: str
    wallet_id: UUID | None
    credits: int
    amount_fen: int
    cheats: list[str]
    syncs: int
    since: datetime


class StalledPurses(msgspec.Struct, frozen=True, kw_only=True):
    """Those that tried most often first; two hundred at most."""

    items: list[StalledPurse]


class LimitVersionShown(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of all categories from a moment on.

    Attributes:
        state: past, valid or to-come.
        valid_from: null for the published limits, which hold until an operator has its own.
        approval_id: what two people decided; null where it was not decided here.
    """

    valid_from: datetime | None
    state: str
    categories: dict[str, CategoryLimits]
    approval_id: UUID | None
    proposed_by: UUID | None
    approved_by: UUID | None


class LimitVersions(msgspec.Struct, frozen=True, kw_only=True):
    """All versions, the newest first."""

    items: list[LimitVersionShown]


class LimitsAsked(_Asked, frozen=True, kw_only=True):
    """Limits that might come; as in the proposal `limits`."""

    categories: CategoryTable


class CategoryTouched(msgspec.Struct, frozen=True, kw_only=True):
    """Whom other limits would have touched, of one category.

    Attributes:
        wallets: that are open.
        over_balance: have more in them than the new limit.
        over_per_payment, over_per_day, over_per_year: spent more than it within the last thirty
            days, once, in a day, or this year.
        newly_over: wallets that are over any new limit and were within the ones valid now.
        loses_withdrawal: may save to a bank now, and could no more.
    """

    category: int
    wallets: int
    over_balance: int
    over_per_payment: int
    over_per_day: int
    over_per_year: int
    newly_over: int
    loses_withdrawal: int


class LimitsTouched(msgspec.Struct, frozen=True, kw_only=True):
    """Whom other limits would have touched."""

    at: datetime
    items: list[CategoryTouched]


class ParameterShown(msgspec.Struct, frozen=True, kw_only=True):
    """A number that a pattern goes by, which an officer may change within bounds."""

    name: str
    title: str
    title_zh: str
    unit: str
    value: int
    least: int
    most: int


class PatternShown(msgspec.Struct, frozen=True, kw_only=True):
    """A suspicious pattern that is looked for.

    Attributes:
        subject: purse or wallet.
        version: counts its changes; 0 while nobody has changed it.
    """

    name: str
    title: str
    title_zh: str
    explanation: str
    explanation_zh: str
    subject: str
    is_on: bool
    version: int
    parameters: list[ParameterShown]
    changed_by: UUID | None
    changed_at: datetime | None
    reason: str | None


class Patterns(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    items: list[PatternShown]


class PatternChange(_Asked, frozen=True, kw_only=True):
    """Other numbers for a pattern.

    Attributes:
        version: the one that was read; if there is a newer one, nothing is changed.
        parameters: all of them.
    """

    version: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    is_on: bool
    parameters: Annotated[dict[str, int], msgspec.Meta(max_length=8)]
    reason: WhyText


class PatternVersionShown(msgspec.Struct, frozen=True, kw_only=True):
    """How a pattern was set from a moment on."""

    version: int
    is_on: bool
    parameters: dict[str, int]
    changed_by: UUID
    changed_at: datetime
    reason: str


class PatternVersions(msgspec.Struct, frozen=True, kw_only=True):
    """All versions, the newest first."""

    items: list[PatternVersionShown]


class PatternHitShown(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom a pattern fits now, and why.

    Attributes:
        subject: purse or wallet; `id` is that one's.
        figures: the numbers that it goes by.
    """

    subject: str
    id: str
    sentence: str
    sentence_zh: str
    figures: dict[str, int]
    last_at: datetime


class PatternHits(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a pattern fits at a moment, the worst first; at most a hundred.

    Attributes:
        more: there are others.
    """

    at: datetime
    version: int
    items: list[PatternHitShown]
    more: bool
