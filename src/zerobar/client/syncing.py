"""Syncing on the wire: a purse's state and log, vouchers and statements, and what comes back.

Messages are written in hexadecimal, as the protocol has them.

    bank = SyncClient(http)
    known = bank.begin(purse_id).known_entry
    answer = bank.sync(state, entries, certificates=(), epoch=epoch)
    told = bank.take_vouchers(records)          253 bytes each; one answer each, in order
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID, uuid4

import msgspec

from zerobar.client.http import BankHttp
from zerobar.client.paging import Page
from zerobar.client.purses import CertificateText, PurseIdText, StateText
from zerobar.issuer import SyncAnswer, Undo
from zerobar.purse.messages import (
    BlocklistDelta,
    Certificate,
    KeyUpdate,
    LogEntry,
    State,
    SyncAck,
    VoidStatement,
    Voucher,
)

MOST_RECORDS = 1_000
MOST_STATEMENTS = 100
MOST_CERTIFICATES = 1_024
MOST_LOG_ENTRIES = 1_024
_RECORD_LENGTH = Voucher.LENGTH + Certificate.LENGTH


def _hex(length: int) -> msgspec.Meta:
    pattern = f"^[0-9a-f]{{{2 * length}}}$"
    return msgspec.Meta(min_length=2 * length, max_length=2 * length, pattern=pattern)


EntryText: TypeAlias = Annotated[str, _hex(LogEntry.LENGTH)]
RecordText: TypeAlias = Annotated[str, _hex(_RECORD_LENGTH)]
StatementText: TypeAlias = Annotated[str, _hex(VoidStatement.LENGTH)]
CaseReason: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\u0000-\u001f\u007f]*$")
]
Counter32: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=0xFFFFFFFF)]
Day: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF)]


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent to the bank."""


class SyncBegun(msgspec.Struct, frozen=True, kw_only=True):
    """Where a sync of a purse begins.

    Attributes:
        known_entry: its log is held up to here.
        epoch: the newest of the blocklist.
        query: 73 bytes that make the purse give its state in any field; only for its holder.
    """

    known_entry: int
    epoch: int
    query: str | None


class NewSync(_Asked, frozen=True, kw_only=True):
    """A purse's state, and its log from at most one after what is held.

    Attributes:
        certificates: of payers and payees that the bank may not know.
        epoch: of the blocklist that the purse has; without it, none is answered.
        certificate_day: first day of the certificate that the purse has; without it, none.
    """

    state: StateText
    entries: Annotated[list[EntryText], msgspec.Meta(max_length=MOST_LOG_ENTRIES)]
    certificates: Annotated[list[CertificateText], msgspec.Meta(max_length=MOST_CERTIFICATES)] = []
    epoch: Counter32 | None = None
    certificate_day: Day | None = None


class NewLogPart(_Asked, frozen=True, kw_only=True):
    """A part of a purse's log, and the state that all of it leads to; the rest comes later."""

    state: StateText
    entries: Annotated[list[EntryText], msgspec.Meta(min_length=1, max_length=MOST_LOG_ENTRIES)]


class LogPartShown(msgspec.Struct, frozen=True, kw_only=True):
    """Up to where a log is here by now: the next part begins after it."""

    known_entry: int


class DeliveryShown(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher that the purse was paid, and its payer's certificate."""

    voucher: str
    certificate: str


class UndoShown(msgspec.Struct, frozen=True, kw_only=True):
    """A statement by which the purse takes a voucher back, and its payee's certificate."""

    statement: str
    certificate: str


class SyncShown(msgspec.Struct, frozen=True, kw_only=True):
    """What to carry to the purse, in this order, the acknowledgement after the undos.

    Attributes:
        slide_to: prepare requests up to this number; 0 for none.
    """

    known_entry: int
    undos: list[UndoShown]
    ack: str | None
    certificate: str | None
    deliveries: list[DeliveryShown]
    blocklist: list[str]
    key_updates: list[str]
    slide_to: int


class NewVouchers(_Asked, frozen=True, kw_only=True):
    """Vouchers, each with its payer's certificate."""

    records: Annotated[list[RecordText], msgspec.Meta(min_length=1, max_length=MOST_RECORDS)]


class VoucherTold(msgspec.Struct, frozen=True, kw_only=True):
    """What the bank says of a voucher that it was brought.

    Attributes:
        taken: it is kept for good; false: it is refused for good.
        sentence: what became of it, or why it is refused.
    """

    taken: bool
    sentence: str
    sentence_zh: str


class VouchersTold(msgspec.Struct, frozen=True, kw_only=True):
    """One answer for each voucher, in order."""

    items: list[VoucherTold]


class NewStatement(_Asked, frozen=True, kw_only=True):
    """A void statement and its payee's certificate."""

    statement: StatementText
    certificate: CertificateText


class NewStatements(_Asked, frozen=True, kw_only=True):
    """Void statements."""

    items: Annotated[list[NewStatement], msgspec.Meta(min_length=1, max_length=MOST_STATEMENTS)]


class StepKind(StrEnum):
    """What happened to a voucher.

    `signed`: its payer signed it; vouchers carry no time. `came-in`: the bank has it. `forked`:
    another voucher with the same entry came in, so its payer was copied. `waits`: it has no outcome
    yet, see `waits_for`. `ended`: it has its one outcome. `given-back`: it was settled, and its
    payee, a biller, gave the money back.
    """

    SIGNED = "signed"
    CAME_IN = "came-in"
    FORKED = "forked"
    WAITS = "waits"
    ENDED = "ended"
    GIVEN_BACK = "given-back"


class WaitsFor(StrEnum):
    """What a voucher without an outcome waits for.

    `payee-sync`: its payee's next sync, which shows the credit. `busy`: it is decided next.
    `unproved`: its payer's next sync, which shows whether it had the money. `tainted`: two syncs of
    its payer, which took a proved cheat's money. `payer-flagged`: two risk officers, for its payer
    was proved to cheat. `top-up`: a bank card, which is asked for what the wallet lacks.
    `no-such-request`, `request-settled`: that it is final, to be refunded then. `purse-ending`:
    that its purse, which was lost, is paid out. `ledger-refused`: somebody to look at the wallet
    and the float. `payer-unknown`, `payee-not-hosted`: that a purse is registered, or a payee
    hosted, here. `wallet-unknown`: somebody to say which wallet it goes back to.
    """

    PAYEE_SYNC = "payee-sync"
    BUSY = "busy"
    UNPROVED = "unproved"
    TAINTED = "tainted"
    PAYER_FLAGGED = "payer-flagged"
    TOP_UP = "top-up"
    NO_SUCH_REQUEST = "no-such-request"
    REQUEST_SETTLED = "request-settled"
    PURSE_ENDING = "purse-ending"
    LEDGER_REFUSED = "ledger-refused"
    PAYER_UNKNOWN = "payer-unknown"
    PAYEE_NOT_HOSTED = "payee-not-hosted"
    WALLET_UNKNOWN = "wallet-unknown"


class LifeStep(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a voucher, or what it waits for.

    Attributes:
        at: when it happened; null where nobody knows, and for what it waits for.
    """

    kind: StepKind
    at: datetime | None
    sentence: str
    sentence_zh: str


class VoucherLife(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a voucher.

    Attributes:
        outcome: settled, undone, declined, redirected or refunded; null while there is none.
        waits_for: what has to happen next; null once it has an outcome.
        steps: all of it, oldest first.
    """

    payer_id: str
    entry: int
    payee_id: str
    amount_fen: int
    reference: str
    outcome: str | None
    waits_for: WaitsFor | None
    steps: list[LifeStep]


class FraudCaseShown(msgspec.Struct, frozen=True, kw_only=True):
    """A proof that a purse cheated, and what staff did about it.

    Attributes:
        test: 1 two bodies, 2 another log, 3 broken equation, 4 overspent, 5 broken void.
        first, second: what was signed, with signatures; second may be empty.
        log: the entries that lead to the first, 129 bytes each.
    """

    case_id: UUID
    purse_id: PurseIdText
    entry: int
    test: int
    found_at: datetime
    first: str
    second: str
    log: str
    seen_by: UUID | None
    seen_at: datetime | None
    closed_by: UUID | None
    closed_at: datetime | None
    reason: str | None


class CaseClosing(_Asked, frozen=True, kw_only=True):
    """Why a case is closed."""

    reason: CaseReason


class SettlementShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch of vouchers came to.

    Attributes:
        batch: what it is known by, the file's SHA-256.
        missing: records that the file announces and does not have.
        repeated: it was settled before.
        rejected: how many, by reason.
        waiting: how many have no outcome yet, by reason.
    """

    batch: str
    declared: int
    missing: int
    repeated: bool
    stored: int
    duplicates: int
    rejected: dict[str, int]
    settled: int
    declined: int
    redirected: int
    refunded: int
    waiting: dict[str, int]
    moved_fen: int


class SyncClient:
    """What phones and tills ask for purses; all methods raise ClientError and may be repeated.

    Args:
        http: the way there, with the device's or till's key.
    """

    def __init__(self, http: BankHttp) -> None:
        self._http = http

    def begin(self, purse_id: bytes) -> SyncBegun:
        """Ask up to where a purse's log is held."""
        return self._http.get(f"/v1/purses/{purse_id.hex()}/sync", SyncBegun)

    def sync(
        self,
        state: State,
        entries: Sequence[LogEntry],
        certificates: Sequence[Certificate] = (),
        *,
        epoch: int | None = None,
        certificate_day: int | None = None,
    ) -> SyncAnswer:
        """Bring a state and the log that leads to it."""
        asked = NewSync(
            state=bytes(state).hex(),
            entries=[bytes(entry).hex() for entry in entries],
            certificates=[bytes(certificate).hex() for certificate in certificates],
            epoch=epoch,
            certificate_day=certificate_day,
        )
        path = f"/v1/purses/{state.id.hex()}/syncs"
        return read_sync(self._http.make(uuid4(), path, asked, SyncShown, keep=False))

    def keep_part(self, state: State, entries: Sequence[LogEntry]) -> int:
        """Bring a part of the log that leads to a state; return up to where it is there."""
        asked = NewLogPart(
            state=bytes(state).hex(), entries=[bytes(entry).hex() for entry in entries]
        )
        path = f"/v1/purses/{state.id.hex()}/log-parts"
        return self._http.make(uuid4(), path, asked, LogPartShown, keep=False).known_entry

    def take_vouchers(self, records: Sequence[bytes]) -> list[VoucherTold]:
        """Bring vouchers with their payers' certificates, at most 1,000; one answer each."""
        asked = NewVouchers(records=[record.hex() for record in records])
        return self._http.make(uuid4(), "/v1/vouchers", asked, VouchersTold, keep=False).items

    def take_statements(self, statements: Sequence[Undo]) -> list[VoucherTold]:
        """Bring void statements, at most 100; one answer each."""
        items = [
            NewStatement(statement=bytes(s.statement).hex(), certificate=bytes(s.certificate).hex())
            for s in statements
        ]
        path, asked = "/v1/void-statements", NewStatements(items=items)
        return self._http.make(uuid4(), path, asked, VouchersTold, keep=False).items

    def life(self, payer_id: bytes, entry: int) -> VoucherLife:
        """Read what is known of a voucher that one's purse paid or was paid."""
        return self._http.get(f"/v1/vouchers/{payer_id.hex()}/{entry}", VoucherLife)

    def cases(self, cursor: str | None = None) -> Page[FraudCaseShown]:
        """List open cases of fraud; for a risk officer."""
        return self._http.get("/v1/fraud-cases", Page[FraudCaseShown], cursor=cursor)


def read_sync(shown: SyncShown) -> SyncAnswer:
    """Return an answer's messages."""
    renewed = shown.certificate
    return SyncAnswer(
        known_entry=shown.known_entry,
        ack=None if shown.ack is None else SyncAck.parse(bytes.fromhex(shown.ack)),
        undos=tuple(
            Undo(
                VoidStatement.parse(bytes.fromhex(undo.statement)),
                Certificate.parse(bytes.fromhex(undo.certificate)),
            )
            for undo in shown.undos
        ),
        certificate=None if renewed is None else Certificate.parse(bytes.fromhex(renewed)),
        deliveries=tuple(
            (
                Voucher.parse(bytes.fromhex(due.voucher)),
                Certificate.parse(bytes.fromhex(due.certificate)),
            )
            for due in shown.deliveries
        ),
        blocklist=tuple(BlocklistDelta.parse(bytes.fromhex(raw)) for raw in shown.blocklist),
        key_updates=tuple(KeyUpdate.parse(bytes.fromhex(raw)) for raw in shown.key_updates),
        slide_to=shown.slide_to,
    )
