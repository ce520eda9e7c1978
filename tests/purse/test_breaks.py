"""The proofs bite: the purse is broken on purpose, one fault at a time, and the proof that should
notice does. The same proof passes on the purse as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.purse import scenarios
from tests.purse.driving import Move, drive
from tests.purse.memories import DeferredMemory
from tests.purse.pairs import Road, Tears, prove_payment
from tests.purse.scenes import scene
from tests.purse.tearing import (
    every_cut,
    prove_answered_lasts,
    prove_cuts,
    prove_weak,
    prove_weak_retap,
    uncut,
    weak_cuts,
)
from tests.purse.world import World
from zerobar.purse import accepting, applet, paying, pin, syncing
from zerobar.purse.apdu import Instruction
from zerobar.purse.memory import Memory
from zerobar.purse.messages import Certificate, EntryKind, Voucher
from zerobar.purse.purse import Purse
from zerobar.purse.records import CLEARED, VALID, CheckedRecord, short_hash
from zerobar.purse.ring import SLOT_SIZE, Ring, Slot
from zerobar.purse.status import Refusal, Status, wrong_pin
from zerobar.purse.store import BLOCKLIST_SIZE, Store

Patch = pytest.MonkeyPatch
Proof = Callable[[], object]
WRAPPED = "wrapped and all acknowledged"


# --- the proofs, each at its smallest ---------------------------------------------------------


def cuts(name: str, attempt: str) -> object:
    known = uncut(scene(name).attempt(attempt), scene(name).image)
    return prove_cuts(known, every_cut(known))


def weak(name: str, attempt: str) -> None:
    """What was once seen must stay so, and so must what a re-tap answered."""
    known = uncut(scene(name).attempt(attempt), scene(name).image)
    for at in weak_cuts(known):
        prove_weak(known, at, (True, False, True))
        prove_weak(known, at, (False, True, False))
        prove_weak_retap(known, at, (True, False))


def answered_lasts(name: str, attempt: str) -> None:
    prove_answered_lasts(uncut(scene(name).attempt(attempt), scene(name).image))


def whole(name: str, attempt: str) -> None:
    uncut(scene(name).attempt(attempt), scene(name).image)


def payment() -> None:
    prove_payment(Tears(), Road.SAME_TAP_AGAIN)


def worlds(*moves: Move) -> None:
    """Worlds of these moves and of whole payments and syncs, or of all moves."""
    for seed in range(3):
        if moves:
            drive(seed, 120, (*moves, World.pay_across, World.sync))
        else:
            drive(seed, 120)


# --- the faults -------------------------------------------------------------------------------


def append_in_order(*steps: str) -> Callable[[Ring, Slot], None]:
    """Ring.append with its steps in this order, or without some."""

    def append(ring: Ring, slot: Slot) -> None:
        at, body = ring._at(slot.entry), bytes(slot)
        for step in steps:
            if step == "body":
                ring._memory.write(at + 1, body + short_hash(body))
            else:
                ring._memory.write(at, CLEARED if step == "clear" else VALID)
            ring._memory.barrier()
        ring.newest = slot

    return append


def handled_by(patch: Patch, instruction: Instruction, run: Callable[..., bytes]) -> None:
    handler = applet._HANDLERS[instruction]
    patch.setitem(applet._HANDLERS, instruction, replace(handler, run=run))


def marker_before_body(patch: Patch) -> None:
    patch.setattr(Ring, "append", append_in_order("clear", "mark", "body"))


def marker_not_cleared_first(patch: Patch) -> None:
    patch.setattr(Ring, "append", append_in_order("body", "mark"))


def no_barrier(patch: Patch) -> None:
    patch.setattr(DeferredMemory, "barrier", Memory.barrier)


def answer_before_commit(patch: Patch) -> None:
    def remember(ring: Ring, slot: Slot) -> None:
        ring.newest = slot

    patch.setattr(Ring, "append", remember)


def marker_not_firmed_at_select(patch: Patch) -> None:
    patch.setattr(Store, "firm", lambda _: None)


def torn_slot_left_as_it_is(patch: Patch) -> None:
    patch.setattr(Ring, "_whole", _only_if_marked)


def _only_if_marked(ring: Ring, entry: int) -> Slot | None:
    raw = ring._memory.read(ring._at(entry), SLOT_SIZE)
    if raw[:1] != VALID or short_hash(raw[1:-8]) != raw[-8:]:
        return None
    slot = Slot.parse(raw[1:-8])
    return slot if slot.entry == entry else None


def records_not_settled_at_select(patch: Patch) -> None:
    patch.setattr(Store, "firm", lambda store: store.ring.firm())


def record_written_in_place(patch: Patch) -> None:
    def write(record: CheckedRecord[Any], value: Any) -> None:
        record._cells[record._active].write(record.sequence + 1, bytes(value))
        record.sequence, record.value = record.sequence + 1, value

    patch.setattr(CheckedRecord, "write", write)


def blocklist_written_over_the_ids_in_force(patch: Patch) -> None:
    def offset(store: Store, index: int) -> int:
        return store._blocked_at + index % BLOCKLIST_SIZE * 8

    patch.setattr(Store, "_blocked_offset", offset)


def next_slot_to_go_still_shows(patch: Patch) -> None:
    def holds(ring: Ring, entry: int, _: int) -> bool:
        return max(1, ring.newest.entry - ring.slots + 1) <= entry <= ring.newest.entry

    patch.setattr(Ring, "_holds", holds)


def window_not_looked_at(patch: Patch) -> None:
    patch.setattr(accepting, "find_settled", lambda *_: None)


def old_numbers_let_in(patch: Patch) -> None:
    find_settled = accepting.find_settled

    def lenient(purse: Purse, voucher: Voucher, kind: EntryKind) -> Slot | None:
        return find_settled(purse, voucher, kind) if purse.window_bit(voucher.number) else None

    patch.setattr(accepting, "find_settled", lenient)


def tag_ignored(patch: Patch) -> None:
    patch.setattr(accepting, "tag_is_mine", lambda *_: True)


def void_without_window_bit(patch: Patch) -> None:
    def voided(purse: Purse, voucher: Voucher) -> Slot:
        return purse.next_slot(EntryKind.VOID, bytes(voucher), voucher.body)

    patch.setattr(accepting, "_voided", voided)


def receipt_for_a_voided_voucher(patch: Patch) -> None:
    def find_settled(purse: Purse, voucher: Voucher, _: EntryKind) -> Slot | None:
        return accepting._ended(purse, voucher)

    patch.setattr(accepting, "find_settled", find_settled)


def acknowledged_payments_forgotten(patch: Patch) -> None:
    find_earlier = paying.find_earlier

    def forgetful(purse: Purse, order: paying.Order) -> Slot | None:
        found = find_earlier(purse, order)
        return found if found and found.entry > purse.base else None

    patch.setattr(paying, "find_earlier", forgetful)


def undone_twice(patch: Patch) -> None:
    patch.setattr(paying, "already_undone", lambda *_: False)


def undone_after_it_was_acknowledged(patch: Patch) -> None:
    def undoable(purse: Purse, statement: Any) -> Voucher:
        slot = purse.ring.entry(statement.payer_entry, purse.base)
        if slot is None or slot.kind != EntryKind.PAY:
            raise Refusal(Status.ENTRY_NOT_IN_LOG)
        return Voucher.parse(slot.payload)

    patch.setattr(paying, "_undoable", undoable)


def balance_not_debited(patch: Patch) -> None:
    paid = paying._paid
    patch.setattr(paying, "_paid", lambda *a: {**paid(*a), "balance": a[0].newest.balance})


def try_taken_after_the_comparison(patch: Patch) -> None:
    def compare(purse: Purse, given: bytes) -> None:
        security = purse.store.security.value
        if security.pin != given:
            left = security.tries - 1
            purse.store.security.write(replace(security, tries=left))
            raise Refusal(wrong_pin(left))

    patch.setattr(pin, "_compare", compare)


def antenna_takes_the_last_try(patch: Patch) -> None:
    compare = pin._compare

    def by_contact(purse: Purse, given: bytes) -> None:
        interface = purse.session.interface
        purse.session.interface = type(interface).CONTACT
        compare(purse, given)
        purse.session.interface = interface

    patch.setattr(pin, "_compare", by_contact)


def pin_serves_for_ever(patch: Patch) -> None:
    pay = paying.pay

    def generous(purse: Purse, order: paying.Order) -> bytes:
        verified = purse.session.pin_verified
        answer = pay(purse, order)
        purse.session.pin_verified = verified
        return answer

    handled_by(patch, Instruction.PAY, generous)


def cache_kept_at_a_key_update(patch: Patch) -> None:
    def cached(store: Store) -> list[Certificate]:
        found = [cell.read() for cell in store._cache]
        return [Certificate.parse(f[1][4:]) for f in found if f]

    patch.setattr(Store, "cached_certificates", cached)
    check = Purse.check_certificate

    def trusting(self: Purse, *args: Any, **how: Any) -> None:
        if not how.get("verified"):
            check(self, *args, **how)

    patch.setattr(Purse, "check_certificate", trusting)


def totals_taken_at_the_newest_entry(patch: Patch) -> None:
    totals_at = syncing._totals_at

    def newest(purse: Purse, ack: Any) -> object:
        totals_at(purse, ack)
        return purse.newest

    patch.setattr(syncing, "_totals_at", newest)


def old_acknowledgement_taken(patch: Patch) -> None:
    sync_ack = syncing.sync_ack

    def any_nonce(purse: Purse, ack: Any) -> bytes:
        purse.session.nonce = ack.nonce
        return sync_ack(purse, ack)

    handled_by(patch, Instruction.SYNC_ACK, any_nonce)


def nonce_is_the_terminals_alone(patch: Patch) -> None:
    state = syncing.state

    def without_own_part(purse: Purse, query: syncing.StateQuery) -> bytes:
        purse.random = bytes
        return state(purse, query)

    handled_by(patch, Instruction.STATE, without_own_part)


def old_key_restored(patch: Patch) -> None:
    patch.setattr(syncing, "_check_newer", lambda *_: None)


def limits_not_looked_at(patch: Patch) -> None:
    def checked(purse: Purse, order: paying.Order) -> None:
        if order.amount > purse.newest.balance:
            raise Refusal(Status.INSUFFICIENT_BALANCE)

    patch.setattr(paying, "_check_payment", checked)


PAY_AGAIN = partial(whole, WRAPPED, "PAY again")
PAYING = ("wrapped with four slots", "PAY by antenna")
FAULTS: dict[Callable[[Patch], None], tuple[Proof, ...]] = {
    marker_before_body: (partial(weak, *PAYING),),
    marker_not_cleared_first: (partial(weak, *PAYING),),
    marker_not_firmed_at_select: (partial(weak, *PAYING),),
    torn_slot_left_as_it_is: (partial(weak, *PAYING),),
    records_not_settled_at_select: (
        partial(weak, "just loaded", "KEY UPDATE new"),
        partial(weak, "just loaded", "PREPARE by contact"),
    ),
    no_barrier: (partial(answered_lasts, *PAYING),),
    answer_before_commit: (payment, worlds),
    record_written_in_place: (
        partial(cuts, "just loaded", "PREPARE by contact"),
        partial(cuts, WRAPPED, "SYNC ACK"),
    ),
    blocklist_written_over_the_ids_in_force: (
        partial(cuts, "blocklist wrapped", "BLOCKLIST of 18"),
    ),
    next_slot_to_go_still_shows: (partial(cuts, *PAYING),),
    window_not_looked_at: (payment, partial(whole, WRAPPED, "ACCEPT ACCEPT again"), worlds),
    old_numbers_let_in: (scenarios.prove_an_old_request_is_closed,),
    tag_ignored: (partial(worlds, World.forge),),
    void_without_window_bit: (partial(whole, WRAPPED, "VOID"), worlds),
    receipt_for_a_voided_voucher: (scenarios.prove_a_voided_voucher_has_no_receipt,),
    acknowledged_payments_forgotten: (PAY_AGAIN, partial(worlds, World.pay)),
    undone_twice: (partial(whole, "in the middle of the log", "UNDO again"), worlds),
    undone_after_it_was_acknowledged: (scenarios.prove_what_was_acknowledged_is_not_undone,),
    balance_not_debited: (payment, partial(whole, *PAYING), worlds),
    try_taken_after_the_comparison: (scenarios.prove_the_try_goes_before_the_comparison,),
    antenna_takes_the_last_try: (scenarios.prove_an_antenna_never_takes_the_last_try,),
    pin_serves_for_ever: (scenarios.prove_a_pin_serves_one_payment,),
    cache_kept_at_a_key_update: (scenarios.prove_a_rotated_key_is_forgotten,),
    totals_taken_at_the_newest_entry: (scenarios.prove_totals_count_from_base,),
    old_acknowledgement_taken: (scenarios.prove_old_acknowledgements_do_nothing,),
    nonce_is_the_terminals_alone: (scenarios.prove_a_nonce_serves_one_state,),
    old_key_restored: (
        scenarios.prove_an_old_key_never_comes_back,
        partial(worlds, World.rotate, World.take_key),
    ),
    limits_not_looked_at: (worlds,),
}


def is_of_worlds(proof: Proof) -> bool:
    return getattr(proof, "func", proof) is worlds


def by_fault() -> list[object]:
    return [
        pytest.param(
            fault,
            proof,
            id=f"{fault.__name__.replace('_', ' ')} {i}",
            marks=pytest.mark.slow if is_of_worlds(proof) else (),
        )
        for fault, proofs in FAULTS.items()
        for i, proof in enumerate(proofs, 1)
    ]


@pytest.mark.parametrize("fault, proof", by_fault())
def test_the_proof_notices(fault: Callable[[Patch], None], proof: Proof) -> None:
    proof()
    with Patch.context() as patch:
        fault(patch)
        with pytest.raises(AssertionError):
            proof()
