"""What operations see in the staff console, on the wire: searches, purses, vouchers, settlement.

Ids of purses are 16 hexadecimal digits; a voucher is its payer's id and an entry. Amounts are fen.
People are shown masked, and whoever looks at a person's wallet or purse is written down.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from zerobar.client.enrolment import PRINTABLE
from zerobar.client.people import LimitsShown
from zerobar.client.syncing import WaitsFor

QueryText = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=PRINTABLE)]


class HitKind(StrEnum):
    """What was found."""

    WALLET = "wallet"
    PURSE = "purse"
    VOUCHER = "voucher"
    PAYMENT = "payment"
    ORDER = "order"
    REFUND = "refund"
    MERCHANT = "merchant"
    CARD_ORDER = "card-order"
    APPROVAL = "approval"


class SearchAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An id, a wallet's number, a phone number, an order's number, a purse, or purse/entry."""

    query: QueryText

    def __repr__(self) -> str:
        return "SearchAsked(...)"


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that fits.

    Attributes:
        id: as the routes of its kind take it; a voucher's is `payer/entry`.
        title: what it is called, people masked.
    """

    kind: HitKind
    id: str
    title: str
    amount_fen: int | None = None
    at: datetime | None = None


class SearchFound(msgspec.Struct, frozen=True, kw_only=True):
    """All that fits, at most fifty."""

    items: list[SearchHit]


class PurseLine(msgspec.Struct, frozen=True, kw_only=True):
    """A purse in a list.

    Attributes:
        known_fen: what its log, as far as it is held, leads to.
    """

    purse_id: str
    purse_class: str
    status: str
    known_fen: int
    registered_at: datetime
    flagged_at: datetime | None
    lost_at: datetime | None


class WalletOverview(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet as staff see it: whose it is, masked, what is in it, and what hangs on it.

    Attributes:
        kind: personal or merchant.
        status: open, frozen or closed.
        limits: null for a merchant's.
        devices: keys that may sign for its holder.
    """

    wallet_id: UUID
    number: str
    label: str
    kind: str
    category: int
    status: str
    phone: str | None
    name: str | None
    merchant_id: UUID | None
    opened_at: datetime
    frozen_at: datetime | None
    closed_at: datetime | None
    balance_fen: int
    held_fen: int
    available_fen: int
    limits: LimitsShown | None
    devices: int
    purses: list[PurseLine]


class PurseFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Vouchers in one direction: how many, and their sum."""

    count: int
    amount_fen: int


class PurseOverview(msgspec.Struct, frozen=True, kw_only=True):
    """A purse as the bank knows it.

    Attributes:
        certified_until: the last day of its certificate.
        entry: up to where its log is held.
        acknowledged: up to where it was told so.
        epoch: of the blocklist, when it was acknowledged last; newest_epoch is today's.
        paid, received: all its vouchers.
        paid_in_flight, received_in_flight: those without an outcome yet.
        cases: of fraud, by id.
    """

    purse: PurseLine
    wallet_id: UUID | None
    linked_at: datetime | None
    horizon_at: datetime | None
    certified_until: str
    entry: int
    acknowledged: int
    last_synced_at: datetime | None
    epoch: int
    newest_epoch: int
    paid: PurseFlow
    received: PurseFlow
    paid_in_flight: PurseFlow
    received_in_flight: PurseFlow
    owed_fen: int
    cases: list[UUID]


class PurseStep(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a purse.

    Attributes:
        kind: registered, certified, linked, limited, lost, found, unblocked, terminated, blocked,
            released, synced, paid, received, case, paid-out; charged: a wallet paid for what
            the purse receives next.
        other: the other purse of a voucher.
        voucher: `payer/entry`.
        by: the person, device or member of staff who did it, where that is known.
        outcome: of a voucher; null while there is none.
    """

    at: datetime
    kind: str
    amount_fen: int | None
    other: str | None
    voucher: str | None
    entry: int | None
    by: UUID | None
    outcome: str | None


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a purse's log.

    Attributes:
        kind: pay, credit, void or undo.
        voucher: `payer/entry` of the voucher that it is about.
        funds_fen: what the purse has after it.
    """

    entry: int
    kind: str
    voucher: str
    other: str
    number: int
    amount_fen: int
    funds_fen: int


class VoucherList(StrEnum):
    """Which vouchers."""

    UNDELIVERED = "undelivered"
    """Their payee has not shown a credit, nor refused."""
    DUE = "due"
    """Money of the books is to move, and has not yet."""
    DECLINED = "declined"
    RETURNED = "returned"
    """Refunded or redirected."""


class VoucherLine(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher in a list.

    Attributes:
        waits_for: what a due one has to wait for; null where it is about to be decided.
        delivered: how often its payee was sent it, of an undelivered one.
    """

    payer_id: str
    entry: int
    payee_id: str
    kind: str
    amount_fen: int
    stored_at: datetime
    outcome: str | None
    decided_at: datetime | None
    waits_for: WaitsFor | None
    delivered: int | None


class FlightAge(msgspec.Struct, frozen=True, kw_only=True):
    """Vouchers without an outcome that came in within a span of hours.

    Attributes:
        to_h: null for all older ones.
    """

    from_h: int
    to_h: int | None
    count: int
    amount_fen: int
    due_count: int
    due_fen: int


class InFlight(msgspec.Struct, frozen=True, kw_only=True):
    """All vouchers without an outcome, by age; `due`: those of them that the books wait for."""

    at: datetime
    count: int
    amount_fen: int
    oldest_at: datetime | None
    ages: list[FlightAge]


class RunShown(msgspec.Struct, frozen=True, kw_only=True):
    """A file of vouchers, and how far its settlement came.

    Attributes:
        batch: SHA-256 of the file.
        rejected: how many, by reason.
    """

    batch: str
    records: int
    done: int
    stored: int
    duplicates: int
    rejected: dict[str, int]
    begun_at: datetime
    finished_at: datetime | None


class RejectShown(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was refused.

    Attributes:
        place: its number in the file, from 0.
        sentence: why, in words.
    """

    record: str
    batch: str
    place: int
    reason: str
    sentence: str
    rejected_at: datetime


class RefundState(StrEnum):
    """How far a refund is."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class RefundLine(msgspec.Struct, frozen=True, kw_only=True):
    """A refund that a merchant, or staff, asked for."""

    refund_id: UUID
    merchant_id: UUID
    order_id: UUID
    payment_id: UUID
    number: str
    amount_fen: int
    reason: str
    state: RefundState
    refused: str
    asked_at: datetime
    done_at: datetime | None
    tries: int


class MerchantLine(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant in a list.

    Attributes:
        status: open or suspended.
        tills: that are enrolled.
    """

    merchant_id: UUID
    wallet_id: UUID
    name: str
    category_code: str
    status: str
    opened_at: datetime
    suspended_at: datetime | None
    shops: int
    tills: int
    balance_fen: int
    last_paid_at: datetime | None
    open_refunds: int


class BlockedShown(msgspec.Struct, frozen=True, kw_only=True):
    """An id on the blocklist; a class is named, a purse is not."""

    epoch: int
    id: str
    purse_class: str | None
    added_at: datetime


class ReachShown(msgspec.Struct, frozen=True, kw_only=True):
    """How many purses have a version of the blocklist.

    Attributes:
        epoch: the version; 0: purses that have never been told.
        made_at: when that version was made.
    """

    epoch: int
    made_at: datetime | None
    purses: int


class BlocklistOverview(msgspec.Struct, frozen=True, kw_only=True):
    """The blocklist, and how far it has come.

    Attributes:
        blocked: how many ids are on it.
        purses: that are not closed; up_to_date: those that miss no blocked id.
        reach: by version, the newest first; at most fifty.
    """

    epoch: int
    made_at: datetime | None
    blocked: int
    purses: int
    up_to_date: int
    reach: list[ReachShown]
