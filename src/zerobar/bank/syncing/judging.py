"""Whether a log that is the purse's own word is that of an honest purse.

Each rule holds in every purse that follows the protocol, whatever is torn, lost or repeated around
it. Knows no database: what earlier entries say is handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zerobar.bank.fraud.model import FraudTest
from zerobar.bank.syncing.model import Head, Link
from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    Kind,
    PurseClass,
    State,
    VoidFlags,
    VoidStatement,
    Voucher,
)
from zerobar.purse.suites import SignatureRefused

CREDITED_KINDS = (Kind.PAYMENT, Kind.REFUND, Kind.LOAD)
"""What a purse takes; the other kinds are for operators and the payees that they host."""

Fault = tuple[int, FraudTest]
"""At which entry a purse failed which test."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the log says before the new entries, as far as they refer to it.

    Attributes:
        paid: own vouchers by entry.
        undone: entries of own vouchers that were taken back.
        ended: numbers of requests that were credited or voided.
    """

    paid: Mapping[int, Voucher]
    undone: frozenset[int]
    ended: frozenset[int]


def faults_of(
    head: Head,
    start_chain: bytes,
    links: Sequence[Link],
    earlier: Earlier,
    certificates: Mapping[bytes, Certificate],
    state: State,
) -> list[Fault]:
    """Return which entries show a cheat.

    Args:
        head: how far the log was held before.
        start_chain: 16 bytes, before the first of the entries.
        links: new entries that lead to the state.
        certificates: of the purse itself and of the payees of what it has taken back.
    """
    faults = list(_own_faults(start_chain, links, state.id))
    faults += _request_faults(links, earlier)
    faults += _undo_faults(links, earlier, certificates, head.base)
    faults += _money_faults(links)
    return faults


def is_balanced(state: State, funds_fen: int) -> bool:
    """Return whether a signed state says the money that its log leads to."""
    return state.balance + state.held == funds_fen


def agree(one: State, other: State) -> bool:
    """Return whether one purse can have been in both states: none of its counters ever falls."""
    first = one.entry, one.base, one.number
    second = other.entry, other.base, other.number
    pairs = list(zip(first, second, strict=True))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)


def _own_faults(chain: bytes, links: Sequence[Link], purse_id: bytes) -> Iterator[Fault]:
    """Find vouchers that stand where the purse cannot have written them."""
    for link in links:
        voucher = link.voucher
        if voucher is None:
            pass
        elif link.kind is EntryKind.PAY:
            own = (voucher.payer_id, voucher.entry, voucher.chain)
            if own != (purse_id, link.entry, chain[:8]) or voucher.kind is Kind.LOAD:
                yield link.entry, FraudTest.OTHER_LOG
        elif voucher.payee_id != purse_id or voucher.kind not in CREDITED_KINDS:
            yield link.entry, FraudTest.BROKEN_EQUATION
        chain = link.position.chain


def _request_faults(links: Sequence[Link], earlier: Earlier) -> Iterator[Fault]:
    """Find requests that ended twice."""
    ended = set(earlier.ended)
    for link in links:
        if link.kind in (EntryKind.CREDIT, EntryKind.VOID):
            if link.number in ended:
                yield link.entry, FraudTest.BROKEN_VOID
            ended.add(link.number)


def _undo_faults(
    links: Sequence[Link],
    earlier: Earlier,
    certificates: Mapping[bytes, Certificate],
    base: int,
) -> Iterator[Fault]:
    """Find undos without a payee's word, of nothing, of the same twice, or after the end."""
    paid, undone = dict(earlier.paid), set(earlier.undone)
    for link in links:
        if link.kind is EntryKind.PAY and link.voucher is not None:
            paid[link.entry] = link.voucher
        statement = link.statement
        if statement is None:
            continue
        entry = statement.payer_entry
        allowed = entry > base and entry not in undone and _fits(statement, paid.get(entry))
        if not allowed or not _is_voided(statement, certificates[statement.payee_id]):
            yield link.entry, FraudTest.BROKEN_VOID
        undone.add(entry)


def _fits(statement: VoidStatement, voucher: Voucher | None) -> bool:
    if voucher is None or voucher.kind not in (Kind.PAYMENT, Kind.REFUND):
        return False
    if statement.flags is VoidFlags.TOO_OLD:
        return False
    said = (statement.payer_id, statement.payee_id, statement.number, statement.amount)
    paid = (voucher.payer_id, voucher.payee_id, voucher.number, voucher.amount)
    return said == paid and statement.voucher_hash == voucher.hash


def _is_voided(statement: VoidStatement, payee: Certificate) -> bool:
    """Tell whether a payee has given its word; a service's is none, see UNDO."""
    if payee.purse_class is PurseClass.SERVICE:
        return False
    try:
        statement.verify(payee.public_key)
    except SignatureRefused:
        return False
    return True


def _money_faults(links: Sequence[Link]) -> Iterator[Fault]:
    overdrawn = (link.entry for link in links if link.position.funds_fen < 0)
    first = next(overdrawn, None)
    if first is not None:
        yield first, FraudTest.BROKEN_EQUATION
