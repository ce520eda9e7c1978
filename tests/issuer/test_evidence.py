"""A purse's state and log must lead to each other; whoever tampers on the way is found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.purse.cards import CONTACT, Card, Stranger, stranger
from tests.purse.scenes import scene
from zerobar.issuer import EvidenceRefused, VerifiedLog, verify_log
from zerobar.issuer import evidence as evidence_module
from zerobar.issuer.evidence import NOTHING_LOGGED
from zerobar.purse.messages import Certificate, EntryKind, LogEntry, State, Voucher
from zerobar.purse.wire import FormError

Log = tuple[LogEntry, ...]
KINDS = {EntryKind.PAY, EntryKind.CREDIT, EntryKind.VOID, EntryKind.UNDO}


@cache
def evidence() -> tuple[Certificate, State, Log]:
    """A real card's account of itself, with every kind of entry in it."""
    card = Card.of(scene("in the middle of the log").image)
    card.power(CONTACT)
    certificate = card.select().certificate
    assert certificate is not None
    state = card.state()
    log = tuple(card.log(entry) for entry in range(1, state.entry + 1))
    assert {entry.kind for entry in log} == KINDS
    return certificate, state, log


def verified(
    log: Log | None = None,
    state: State | None = None,
    known: VerifiedLog = NOTHING_LOGGED,
    certificate: Certificate | None = None,
) -> VerifiedLog:
    own, true_state, true_log = evidence()
    entries = true_log if log is None else log
    return verify_log(known, certificate or own, state or true_state, entries)


def refused(test: str, **how: object) -> None:
    with pytest.raises(EvidenceRefused) as refusal:
        verified(**how)  # type: ignore[arg-type]
    assert refusal.value.test == test, refusal.value


def test_what_a_card_says_of_itself_is_taken() -> None:
    log, state = verified(), evidence()[1]
    assert (log.entry, log.chain, log.funds) == (
        state.entry,
        state.chain,
        state.balance + state.held,
    )


def test_it_can_be_followed_in_pieces() -> None:
    _, state, log = evidence()
    for at in range(len(log) + 1):
        piece = replay(log[:at])
        assert verified(log[at:], known=piece) == verified()
    assert verified((), known=verified()).entry == state.entry


def replay(log: Log) -> VerifiedLog:
    """What is known after some entries; as a state signed then would have proved."""
    known = NOTHING_LOGGED
    for entry in log:
        known = evidence_module._follow(known, evidence()[0], entry)
    return known


def test_a_missing_entry_is_a_gap() -> None:
    log = evidence()[2]
    for at in range(len(log)):
        refused("gap", log=log[:at] + log[at + 1 :])


def test_entries_twice_or_in_another_order_are_a_gap() -> None:
    log = evidence()[2]
    refused("gap", log=log + log[-1:])
    refused("gap", log=(log[1], log[0], *log[2:]))
    refused("gap", log=())
    refused("gap", log=log, known=verified())


def with_body(entry: LogEntry, change: Callable[[Voucher], Voucher]) -> LogEntry:
    changed = change(Voucher.parse(entry.payload))
    return replace(entry, payload=bytes(changed))


def first(kind: EntryKind) -> int:
    return next(i for i, entry in enumerate(evidence()[2]) if entry.kind is kind)


def replaced(at: int, entry: LogEntry) -> Log:
    log = evidence()[2]
    return (*log[:at], entry, *log[at + 1 :])


@pytest.mark.parametrize("kind", [EntryKind.PAY, EntryKind.CREDIT])
def test_a_changed_amount_breaks_the_balance(kind: EntryKind) -> None:
    at = first(kind)
    richer = with_body(evidence()[2][at], lambda v: replace(v, amount=v.amount + 1))
    refused("balance", log=replaced(at, richer))


def test_an_amount_changed_together_with_the_balances_breaks_the_chain() -> None:
    log = evidence()[2]
    at = first(EntryKind.CREDIT)
    richer = [with_body(log[at], lambda v: replace(v, amount=v.amount + 1)), *log[at + 1 :]]
    moved = [replace(entry, balance=entry.balance + 1) for entry in richer]
    refused("chain", log=(*log[:at], *moved))


def test_a_changed_balance_breaks_the_balance() -> None:
    for at, entry in enumerate(evidence()[2]):
        refused("balance", log=replaced(at, replace(entry, balance=entry.balance + 1)))
        refused("balance", log=replaced(at, replace(entry, held=entry.held + 1)))


def test_a_voucher_from_another_log_breaks_the_chain() -> None:
    at = first(EntryKind.PAY)
    other = with_body(evidence()[2][at], lambda v: replace(v, chain=b"another!"))
    refused("chain", log=replaced(at, other))


def test_another_payee_breaks_the_chain() -> None:
    at = first(EntryKind.PAY)
    other = with_body(evidence()[2][at], lambda v: replace(v, payee_id=stranger("thief").id))
    refused("chain", log=replaced(at, other))


def test_a_void_turned_into_a_credit_is_found() -> None:
    at = first(EntryKind.VOID)
    refused("balance", log=replaced(at, replace(evidence()[2][at], kind=EntryKind.CREDIT)))


def test_an_undo_of_what_was_never_paid_is_found() -> None:
    at = first(EntryKind.UNDO)
    entry = evidence()[2][at]
    hash_at = 34
    payload = entry.payload[:hash_at] + b"\x00" * 8 + entry.payload[hash_at + 8 :]
    refused("balance", log=replaced(at, replace(entry, payload=payload)))


def test_a_state_signed_by_anyone_else_is_refused() -> None:
    state = evidence()[1].signed(stranger("thief").sign)
    refused("signature", state=state)


@pytest.mark.parametrize("field", ["balance", "held", "entry", "base", "number", "flags"])
def test_a_changed_state_is_refused(field: str) -> None:
    state = evidence()[1]
    changed: dict[str, Any] = {field: getattr(state, field) + 1}
    refused("signature", state=replace(state, **changed))


def opened(state: State, **changes: object) -> tuple[State, Certificate]:
    """A purse whose element was opened signs what it likes."""
    thief: Stranger = stranger("thief")
    changed = replace(state, id=thief.id, **changes)  # type: ignore[arg-type]
    return changed.signed(thief.sign), thief.certificate


def test_another_purses_state_is_refused() -> None:
    state, _ = opened(evidence()[1])
    refused("id", state=state)
    refused("id", certificate=stranger("friend").certificate)


def test_an_opened_purse_cannot_say_it_has_more() -> None:
    true = evidence()[1]
    state, certificate = opened(true, balance=true.balance + 1)
    refused("balance", state=state, certificate=certificate)


def test_an_opened_purse_cannot_claim_another_chain() -> None:
    state, certificate = opened(evidence()[1], chain=bytes(16))
    refused("chain", state=state, certificate=certificate)


def test_an_opened_purse_cannot_hide_its_last_entry() -> None:
    true = evidence()[1]
    state, certificate = opened(true, entry=true.entry - 1)
    refused("gap", state=state, certificate=certificate)


def test_a_log_that_goes_below_zero_is_found() -> None:
    log = evidence()[2]
    at = first(EntryKind.PAY)
    known = replay(log[:at])
    broke = VerifiedLog(known.entry, known.chain, 0, known.debits)
    refused("balance", log=log[at:], known=broke)


# --- every byte that READ LOG carries ---------------------------------------------------------


def flipped(entry: LogEntry, at: int) -> LogEntry | None:
    payload = bytearray(entry.payload)
    payload[at] ^= 1
    return replace(entry, payload=bytes(payload))


def kinds(*wanted: EntryKind) -> list[int]:
    return [first(kind) for kind in wanted]


@pytest.mark.parametrize("at", kinds(EntryKind.PAY, EntryKind.CREDIT, EntryKind.VOID))
def test_every_byte_of_a_vouchers_body_is_guarded(at: int) -> None:
    entry = evidence()[2][at]
    for byte in range(Voucher.BODY_LENGTH):
        with pytest.raises((EvidenceRefused, FormError)):
            verified(replaced(at, flipped(entry, byte) or entry))


@pytest.mark.parametrize("at", kinds(EntryKind.PAY, EntryKind.CREDIT))
def test_what_is_no_voucher_at_all_is_refused_as_evidence(at: int) -> None:
    entry = evidence()[2][at]
    with pytest.raises(EvidenceRefused):
        verified(replaced(at, flipped(entry, 0) or entry))


def test_the_signature_of_an_own_voucher_is_guarded() -> None:
    # The operator delivers this very voucher again: with a spoiled signature nobody takes it.
    at = first(EntryKind.PAY)
    spoiled = flipped(evidence()[2][at], Voucher.LENGTH - 1)
    assert spoiled is not None
    refused("signature", log=replaced(at, spoiled))
