"""An operator's desk that keeps its books in a journal file: enough to launch and audit cards.

Every voucher that it signs or sees is kept, so that interrupted payments can be delivered
again, and every fen can be accounted for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from zerobar.issuer.authority_file import TestAuthority
from zerobar.issuer.evidence import (
    NOTHING_LOGGED,
    EvidenceRefused,
    VerifiedLog,
    check_signature,
    verify_log,
    voucher_of,
)
from zerobar.issuer.journal import Journal
from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    Kind,
    LogEntry,
    Request,
    SignedRequest,
    State,
    SyncAck,
    Voucher,
)
from zerobar.purse.money import Fen
from zerobar.purse.suites import SignatureRefused

_ON_ITS_WAY: Final = (Kind.PAYMENT, Kind.REFUND, Kind.PUSH)
"""Kinds that take value from a purse to someone other than its operator."""
VoucherKey = tuple[bytes, int]
"""Payer id and entry: what a voucher is known by."""


class SyncRefused(Exception):
    """The desk will not deal with this purse or message; the text says why."""


@dataclass(frozen=True)
class Account:
    """A purse as of its last sync.

    Attributes:
        balance: fen it can spend.
        held: fen above its holding limit, which only its operator takes back.
    """

    certificate: Certificate
    balance: Fen
    held: Fen


@dataclass(frozen=True)
class Accounting:
    """Where every fen is. `balanced` says that none is missing and none too many.

    Attributes:
        loaded: signed by the operator for purses.
        unloaded: taken back by the operator.
        refunded: loads that the purse voided.
        accounts: purses by id.
        in_flight: paid by a purse whose log is known, and neither credited nor taken back.
        ahead: credited already although the payer has not yet told.
    """

    loaded: Fen
    unloaded: Fen
    refunded: Fen
    accounts: dict[bytes, Account]
    in_flight: Fen
    ahead: Fen

    @property
    def in_purses(self) -> Fen:
        """Balances and held of all purses."""
        return Fen(sum(a.balance + a.held for a in self.accounts.values()))

    @property
    def balanced(self) -> bool:
        """Whether what was loaded is all there."""
        there = self.unloaded + self.refunded + self.in_purses + self.in_flight - self.ahead
        return there == self.loaded


@dataclass
class _Books:
    """What the journal says, by key."""

    certificates: dict[bytes, Certificate] = field(default_factory=dict)
    states: dict[bytes, State] = field(default_factory=dict)
    logs: dict[bytes, VerifiedLog] = field(default_factory=dict)
    vouchers: dict[VoucherKey, Voucher] = field(default_factory=dict)
    debited: set[VoucherKey] = field(default_factory=set)
    credited: set[VoucherKey] = field(default_factory=set)
    voided: set[VoucherKey] = field(default_factory=set)
    undone: set[VoucherKey] = field(default_factory=set)
    loads: dict[tuple[bytes, int], Voucher] = field(default_factory=dict)
    unload_numbers: int = 0
    chain: bytes = bytes(16)


class OperatorDesk:
    """One operator working from keys and a journal.

    Args:
        keys: of authority and operator.
        journal: open; what it holds is taken in.
    """

    def __init__(self, keys: TestAuthority, journal: Journal) -> None:
        self.keys = keys
        self._journal = journal
        self._books = _Books()
        for line in journal:
            self._take_in(line)

    def register(self, certificate: Certificate) -> None:
        """Note a purse; a renewal replaces its certificate.

        Raises SyncRefused for one that this desk's authority has not certified.
        """
        if self._books.certificates.get(certificate.id) != certificate:
            self._check_certified(certificate)
            self._note({"do": "register", "certificate": bytes(certificate).hex()})

    def load(self, request: Request) -> tuple[Voucher, Certificate]:
        """Sign the voucher for a purse's LOAD request; the same request, the same voucher.

        Raises SyncRefused for a purse of another operator or a request of another kind.
        """
        known = self._books.loads.get((request.payee_id, request.number))
        if known is None:
            known = self._new_load(request)
        elif (known.amount, known.tag) != (request.amount, request.tag):
            raise SyncRefused("another load was signed for this request; prepare a new one")
        return known, self.keys.operator.certificate

    def unload_request(self, amount: Fen) -> SignedRequest:
        """Ask for value back; any purse of this operator may pay it."""
        number = self._books.unload_numbers + 1
        self._note({"do": "unload request", "number": number})
        operator = self.keys.operator
        return operator.unload_request(number, amount, bytes(4), bytes(8))

    def take_unload(self, voucher: Voucher, certificate: Certificate) -> None:
        """Take an unload in, once; raise SyncRefused if it is not one of a known purse."""
        if voucher.payee_id != self.keys.operator.id or voucher.kind is not Kind.UNLOAD:
            raise SyncRefused("the voucher is no unload to this operator")
        known = self._certificate(voucher.payer_id)
        try:
            voucher.verify(known.public_key)
        except SignatureRefused as error:
            raise SyncRefused(f"the unload's {error}") from None
        if certificate.id != voucher.payer_id:
            raise SyncRefused("the certificate is another purse's")
        self._refuse_fork(voucher)
        if (voucher.payer_id, voucher.entry) not in self._books.vouchers:
            self._note({"do": "unload", "voucher": bytes(voucher).hex()})

    def known_entry(self, purse_id: bytes) -> int:
        """Return the last log entry held of a purse: the next sync needs those after it."""
        return self._log(purse_id).entry

    def record(self, state: State, entries: Sequence[LogEntry]) -> None:
        """Check a purse's state and the log after `known_entry`, and keep both for good.

        Raises EvidenceRefused when they do not fit, SyncRefused for an unknown purse.
        """
        log = self._log(state.id)
        verify_log(log, self._certificate(state.id), state, entries)
        for entry in entries:
            if entry.kind is not EntryKind.UNDO:
                self._check_voucher(entry, Voucher.parse(entry.payload))
        raw = [bytes(entry).hex() for entry in entries]
        self._note({"do": "sync", "state": bytes(state).hex(), "entries": raw})

    def acknowledge(self, state: State, now_unix_s: int) -> SyncAck:
        """Sign the acknowledgement of a state that has been recorded."""
        if self._books.states.get(state.id) != state:
            raise SyncRefused("the state has not been recorded")
        return self.keys.operator.acknowledge(state, now_unix_s)

    def undelivered(self, purse_id: bytes) -> list[tuple[Voucher, Certificate]]:
        """Return the vouchers that a purse has not yet credited, with their certificates."""
        books = self._books
        return [
            (voucher, self._certificate_of(voucher))
            for key, voucher in books.vouchers.items()
            if voucher.payee_id == purse_id and key in self._open()
        ]

    def accounting(self) -> Accounting:
        """Return where every fen is, as far as purses have synced."""
        books, operator = self._books, self.keys.operator.id
        amount = {key: voucher.amount for key, voucher in books.vouchers.items()}
        loads = {key for key in amount if key[0] == operator}
        unloads = {key for key, v in books.vouchers.items() if v.kind is Kind.UNLOAD}
        told = books.debited | loads
        return Accounting(
            loaded=_sum(amount, loads),
            unloaded=_sum(amount, unloads),
            refunded=_sum(amount, loads & books.voided),
            accounts={i: self._account(i) for i in books.certificates},
            in_flight=_sum(amount, self._open()),
            ahead=_sum(amount, (books.credited | unloads) - told),
        )

    def _open(self) -> set[VoucherKey]:
        """Return the vouchers in flight."""
        books = self._books
        moved = {k for k in books.debited if books.vouchers[k].kind in _ON_ITS_WAY}
        loads = {(v.payer_id, v.entry) for v in books.loads.values()}
        return (moved - books.undone | loads - books.voided) - books.credited

    def _account(self, purse_id: bytes) -> Account:
        state = self._books.states.get(purse_id)
        certificate = self._books.certificates[purse_id]
        if state is None:
            return Account(certificate, Fen(0), Fen(0))
        return Account(certificate, state.balance, state.held)

    def _new_load(self, request: Request) -> Voucher:
        self._certificate(request.payee_id)
        if request.kind is not Kind.LOAD:
            raise SyncRefused(f"the request is a {request.kind.name}, not a LOAD")
        entry = len(self._books.loads) + 1
        voucher = self.keys.operator.voucher(request, entry, self._books.chain)
        self._note({"do": "load", "voucher": bytes(voucher).hex()})
        return voucher

    def _check_certified(self, certificate: Certificate) -> None:
        try:
            certificate.verify(self.keys.authority.ca.public_key)
        except SignatureRefused:
            purse = certificate.id.hex()
            raise SyncRefused(f"purse {purse} was issued by another authority") from None

    def _certificate(self, purse_id: bytes) -> Certificate:
        try:
            return self._books.certificates[purse_id]
        except KeyError:
            raise SyncRefused(f"purse {purse_id.hex()} is not one of this operator's") from None

    def _certificate_of(self, voucher: Voucher) -> Certificate:
        if voucher.payer_id == self.keys.operator.id:
            return self.keys.operator.certificate
        return self._certificate(voucher.payer_id)

    def _log(self, purse_id: bytes) -> VerifiedLog:
        return self._books.logs.get(purse_id, NOTHING_LOGGED)

    def _check_voucher(self, entry: LogEntry, voucher: Voucher) -> None:
        """Refuse a voucher that its payer has not signed, or a second one under its entry."""
        if entry.kind is not EntryKind.PAY:
            check_signature(voucher, self._certificate_of(voucher))
        self._refuse_fork(voucher)

    def _refuse_fork(self, voucher: Voucher) -> None:
        known = self._books.vouchers.get((voucher.payer_id, voucher.entry))
        if known is not None and known.body != voucher.body:
            raise EvidenceRefused("fork", f"two vouchers with entry {voucher.entry}: a clone")

    def _note(self, line: dict[str, Any]) -> None:
        self._journal.append(line)
        self._take_in(line)

    def _take_in(self, line: dict[str, Any]) -> None:
        books = self._books
        if line["do"] == "register":
            certificate = Certificate.parse(bytes.fromhex(line["certificate"]))
            books.certificates[certificate.id] = certificate
        elif line["do"] == "load":
            voucher = Voucher.parse(bytes.fromhex(line["voucher"]))
            books.loads[(voucher.payee_id, voucher.number)] = voucher
            books.chain = self.keys.operator.chain_after(books.chain, voucher)
            self._keep(voucher)
        elif line["do"] == "unload request":
            books.unload_numbers = line["number"]
        elif line["do"] == "unload":
            self._keep(Voucher.parse(bytes.fromhex(line["voucher"])))
        elif line["do"] == "sync":
            state = State.parse(bytes.fromhex(line["state"]))
            self._take_in_sync(state, [LogEntry.parse(bytes.fromhex(e)) for e in line["entries"]])

    def _take_in_sync(self, state: State, entries: list[LogEntry]) -> None:
        before, certificate = self._log(state.id), self._certificate(state.id)
        log = verify_log(before, certificate, state, entries)
        for entry in entries:
            voucher = voucher_of(log, entry)
            self._keep(voucher)
            self._marks(entry.kind).add((voucher.payer_id, voucher.entry))
        self._books.logs[state.id], self._books.states[state.id] = log, state

    def _marks(self, kind: EntryKind) -> set[VoucherKey]:
        books = self._books
        return {
            EntryKind.PAY: books.debited,
            EntryKind.CREDIT: books.credited,
            EntryKind.VOID: books.voided,
            EntryKind.UNDO: books.undone,
        }[kind]

    def _keep(self, voucher: Voucher) -> None:
        self._books.vouchers.setdefault((voucher.payer_id, voucher.entry), voucher)


def _sum(amounts: dict[VoucherKey, Fen], keys: set[VoucherKey]) -> Fen:
    return Fen(sum(amounts[key] for key in keys))
