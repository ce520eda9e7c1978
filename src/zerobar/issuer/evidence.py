"""Checking what a purse says of itself: its signed state, and the log that must lead to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    Kind,
    LogEntry,
    State,
    VoidStatement,
    Voucher,
    chain_after,
)
from zerobar.purse.suites import SignatureRefused
from zerobar.purse.wire import FormError

_ZERO_CHAIN: Final = bytes(16)


class EvidenceRefused(Exception):
    """A purse's state and log do not fit each other, or what was known of it before.

    Attributes:
        test: which check failed: "signature", "id", "chain", "balance", "gap", "voucher" or
            "fork".
    """

    def __init__(self, test: str, what: str) -> None:
        super().__init__(what)
        self.test = test


@dataclass(frozen=True)
class VerifiedLog:
    """A purse's log up to a point, each entry linked to the one before.

    Attributes:
        entry: the last entry.
        chain: 16 bytes, after it.
        funds: balance + held after it, fen.
        debits: own vouchers by entry, for undos to be traced.
    """

    entry: int
    chain: bytes
    funds: int
    debits: dict[int, Voucher]


NOTHING_LOGGED: Final = VerifiedLog(0, _ZERO_CHAIN, 0, {})


def verify_log(
    known: VerifiedLog, certificate: Certificate, state: State, entries: Sequence[LogEntry]
) -> VerifiedLog:
    """Follow the log from what is known to a signed state; raise EvidenceRefused if it breaks.

    Args:
        known: where the log was verified up to before.
        certificate: of the purse, already verified.
        state: as the purse signed it.
        entries: every entry after `known.entry`, in order, up to the state's.
    """
    _check_state(certificate, state)
    log = known
    for entry in entries:
        log = _follow(log, certificate, entry)
    if log.entry != state.entry:
        raise EvidenceRefused("gap", f"the log ends at {log.entry}, the state at {state.entry}")
    if log.chain != state.chain:
        raise EvidenceRefused("chain", "the log does not lead to the state's chain")
    if log.funds != state.balance + state.held:
        raise EvidenceRefused("balance", "the log does not lead to the state's balance")
    for entry in entries:
        _check_voucher(certificate, entry, voucher_of(log, entry))
    return log


def _check_state(certificate: Certificate, state: State) -> None:
    if state.id != certificate.id:
        raise EvidenceRefused("id", "the state is another purse's")
    try:
        state.verify(certificate.public_key)
    except SignatureRefused as error:
        raise EvidenceRefused("signature", f"the state's signature: {error}") from error


def _follow(log: VerifiedLog, certificate: Certificate, entry: LogEntry) -> VerifiedLog:
    if entry.entry != log.entry + 1:
        raise EvidenceRefused("gap", f"entry {entry.entry} follows {log.entry}")
    voucher = voucher_of(log, entry)
    if entry.kind is EntryKind.PAY and voucher.chain != log.chain[:8]:
        raise EvidenceRefused("chain", f"voucher {entry.entry} stands on another log")
    funds = log.funds + effect(entry, voucher)
    if funds != entry.balance + entry.held or funds < 0:
        raise EvidenceRefused("balance", f"entry {entry.entry} leaves {funds} fen")
    content = _content(entry, voucher)
    chain = chain_after(certificate.suite, log.chain, entry.kind, entry.entry, content)
    own = {entry.entry: voucher} if entry.kind is EntryKind.PAY else {}
    return VerifiedLog(entry.entry, chain, funds, {**log.debits, **own})


def _check_voucher(certificate: Certificate, entry: LogEntry, voucher: Voucher) -> None:
    """Refuse an entry whose voucher is not this purse's to write there."""
    if entry.kind in (EntryKind.CREDIT, EntryKind.VOID):
        if voucher.payee_id != certificate.id:
            raise EvidenceRefused("voucher", f"entry {entry.entry} takes what is another's")
    elif entry.kind is EntryKind.PAY:
        if (voucher.payer_id, voucher.entry) != (certificate.id, entry.entry):
            raise EvidenceRefused("voucher", f"entry {entry.entry} pays in another's name")
        check_signature(voucher, certificate)


def check_signature(voucher: Voucher, payer: Certificate) -> None:
    """Raise EvidenceRefused unless the payer signed the voucher."""
    try:
        voucher.verify(payer.public_key)
    except SignatureRefused as error:
        what = f"voucher {voucher.entry} of {voucher.payer_id.hex()}: {error}"
        raise EvidenceRefused("signature", what) from error


def _content(entry: LogEntry, voucher: Voucher) -> bytes:
    """Return what the chain takes in of an entry."""
    is_undo = entry.kind is EntryKind.UNDO
    return entry.payload[: VoidStatement.LENGTH] if is_undo else voucher.body


def voucher_of(log: VerifiedLog, entry: LogEntry) -> Voucher:
    """Return the voucher that an entry is about; of an undo the undone one."""
    try:
        if entry.kind is not EntryKind.UNDO:
            return Voucher.parse(entry.payload)
        statement = VoidStatement.parse(entry.payload[: VoidStatement.LENGTH])
    except FormError as error:
        raise EvidenceRefused("voucher", f"entry {entry.entry}: {error}") from error
    undone = log.debits.get(statement.payer_entry)
    if undone is None or undone.hash != statement.voucher_hash:
        raise EvidenceRefused("balance", f"entry {entry.entry} undoes what was never paid")
    return undone


def effect(entry: LogEntry, voucher: Voucher) -> int:
    """Return what an entry does to the purse's funds, in fen."""
    if entry.kind is EntryKind.PAY:
        return 0 if voucher.kind is Kind.AUTHORISE else -voucher.amount
    return 0 if entry.kind is EntryKind.VOID else int(voucher.amount)
