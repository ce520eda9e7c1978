"""The log as a ring: full, wrapped, pruned, and what is still repeated."""

from __future__ import annotations

from typing import Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind
from zerobar.purse.status import Status

_ALL_BUT_THE_NEXT: Final = 1


def _ring_size(purse: PurseUnderTest) -> int:
    """Return the size of the ring, which a large one tells only when it is nearly full."""
    if purse.mirror.ring_size is None:
        conditions.log_full(purse)
        purse.sync()
    assert purse.mirror.ring_size is not None
    return purse.mirror.ring_size


def _write(purse: PurseUnderTest, count: int) -> None:
    """Write entries that change no balance, acknowledging as often as it takes."""
    while count:
        room = purse.mirror.free_slots() - conditions.KEPT_FREE
        if room == 0:
            purse.sync()
        else:
            conditions.write(purse, min(room, count))
            count -= min(room, count)


@case("7 The ring", "5 STATE and READ LOG", recorded=False)
def test_valid_every_slot_is_used(purse: PurseUnderTest) -> None:
    """With no slot free every slot of the ring is read back, and nothing more is written."""
    purse.fund(100)
    purse.sync()
    size = _ring_size(purse)
    conditions.log_fuller(purse, 0)
    same(purse.contact().status.free_slots, 0, "free slots")
    purse.state()
    same(purse.mirror.unacknowledged, size, "entries")
    for entry in range(purse.mirror.base + 1, purse.mirror.entry + 1):
        purse.ok(Instruction.READ_LOG, entry.to_bytes(4))
    base = purse.mirror.base.to_bytes(4)
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.READ_LOG, base)


@case("7 The ring", "5 STATE and READ LOG", recorded=False)
def test_valid_acknowledged_entries_stay_until_overwritten(purse: PurseUnderTest) -> None:
    """Once all is acknowledged the log is read on, all but the entry to be written over next."""
    size = _ring_size(purse)
    _write(purse, size)
    purse.sync()
    oldest = purse.mirror.entry - size + 1
    for entry in range(oldest + _ALL_BUT_THE_NEXT, purse.mirror.entry + 1):
        purse.ok(Instruction.READ_LOG, entry.to_bytes(4))
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.READ_LOG, oldest.to_bytes(4))


@case("7 The ring", "4 STATE", recorded=False)
def test_valid_wrapped_ring(purse: PurseUnderTest) -> None:
    """Round and round the ring: entries, totals and chain go on as if it had no end."""
    size = _ring_size(purse)
    purse.fund(1_000)
    for _ in range(3):
        _write(purse, size // 2)
        purse.pay(purse.world.person.request(amount=10))
        purse.earn(20)
        purse.contact()
        purse.state()
    purse.sync()
    purse.state()


@case("7 The ring", "10.6", recorded=False)
def test_valid_repeats_until_overwritten(purse: PurseUnderTest) -> None:
    """Payment, credit and void are repeated to the last moment, and then they are gone."""
    size = _ring_size(purse)
    purse.fund(200)
    person = purse.world.person
    request = person.request()
    voucher = purse.pay(request)
    credited = person.payment(purse.prepare())
    voided = person.payment(purse.prepare())
    purse.accept(credited)
    purse.void(voided)
    purse.sync()
    _write(purse, voucher.entry + size - 2 - purse.mirror.entry)
    purse.contact()
    purse.repeats(Instruction.PAY, bytes(request))
    purse.repeats(Instruction.ACCEPT, credited)
    purse.repeats(Instruction.VOID, voided)
    _write(purse, 4)
    asked = voucher.payee_id + voucher.number.to_bytes(4)
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.GET_VOUCHER, asked)
    entry = voucher.entry.to_bytes(4)
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.GET_VOUCHER, entry)
    undoing = person.undoing(voucher)
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.UNDO, undoing)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.ACCEPT, credited)
    without_certificate = credited[:116] + bytes(137)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.ACCEPT, without_certificate)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.VOID, voided)


@case("7 The ring", recorded=False)
def test_valid_partial_acknowledgement_frees_as_many(purse: PurseUnderTest) -> None:
    """Acknowledging five entries of a full log frees five slots."""
    conditions.log_full(purse)
    purse.sync(entry=purse.mirror.base + 5)
    same(conditions.free_slots(purse), conditions.KEPT_FREE + 5, "free slots")
    purse.contact()
    for _ in range(5):
        purse.earn(1)
    order = bytes(purse.world.person.request(amount=1))
    purse.refuses(Status.LOG_FULL, Instruction.PAY, order)


@case("7 The ring", "5 Sessions, and SELECT", recorded=False)
def test_valid_free_slots_count_down(purse: PurseUnderTest) -> None:
    """SELECT counts the free slots down to none, and a SYNC ACK brings them back."""
    purse.fund(100)
    purse.sync()
    conditions.log_full(purse, free=6)
    for free in (5, 4, 3, 2):
        conditions.void_a_load(purse)
        same(purse.contact().status.free_slots, free, "free slots")
    purse.unload(1)
    purse.unload(1)
    same(purse.contact().status.free_slots, 0, "free slots")
    purse.sync()
    purse.contact()


@case("7 The ring", "10.4", recorded=False)
def test_invalid_nothing_is_written_over_unacknowledged_entries(purse: PurseUnderTest) -> None:
    """However often a full log is asked for more, every entry stays."""
    purse.fund(1_000)
    person = purse.world.person
    first = person.request(amount=1)
    purse.pay(first)
    requests = [purse.prepare(amount=1) for _ in range(3)]
    conditions.log_fuller(purse, 0)
    bank = purse.world.bank
    for request in requests:
        purse.refuses(Status.LOG_FULL, Instruction.PAY, bytes(person.request(amount=1)))
        unload = bytes(bank.request(Kind.UNLOAD, 1))
        purse.refuses(Status.LOG_FULL, Instruction.PAY, unload)
        payment = person.payment(request)
        purse.refuses(Status.LOG_FULL, Instruction.ACCEPT, payment)
    purse.repeats(Instruction.PAY, bytes(first))
