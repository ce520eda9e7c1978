"""What makes a purse refuse: each brings it there, so that a case can have two at once.

They are made by contact, and leave the purse selected there. What needs the log comes first:
a full log cannot take a payment more. What needs a SYNC ACK acknowledges nothing new, so that
no counter starts again.
"""

from __future__ import annotations

from typing import Final

from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import NotRun
from zerobar.conformance.world import Counterpart
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import SECONDS_PER_DAY, Kind, Request, class_block_id

KEPT_FREE: Final = 2
"""Slots that only UNLOAD and UNDO may take."""
GRACE_DAYS: Final = 30
_SAFE_STEP: Final = 100
_NEARLY_FULL: Final = 5
"""Where all full logs begin alike."""


def log_full(purse: PurseUnderTest, free: int = KEPT_FREE) -> None:
    """Fill the log until so many slots are free; balance, held and the limits stay."""
    while (left := free_slots(purse) - max(free, _NEARLY_FULL)) > 0:
        write(purse, min(left, _SAFE_STEP))
    purse.log.reached(f"person, {_NEARLY_FULL} slots free")
    if (left := free_slots(purse) - free) > 0:
        write(purse, left)


def write(purse: PurseUnderTest, entries: int) -> None:
    """Write so many entries: a load that is given back fen by fen, so that nothing else stays."""
    if entries == 1:
        void_a_load(purse)
        return
    purse.load(entries - 1)
    for _ in range(entries - 1):
        purse.unload(1)


def log_fuller(purse: PurseUnderTest, free: int) -> None:
    """Fill the log beyond the two slots kept free, with payments that are undone."""
    spare = [purse.pay(purse.world.person.request(amount=1)) for _ in range(KEPT_FREE - free)]
    log_full(purse)
    for voucher in spare:
        purse.undo(purse.world.person.undoing(voucher))


def free_slots(purse: PurseUnderTest) -> int:
    """Return how many slots are free; of a large log, how many at least."""
    if purse.mirror.ring_size is None:
        return purse.select().status.free_slots
    return purse.mirror.free_slots()


def void_a_load(purse: PurseUnderTest) -> None:
    """Write one entry that changes no balance."""
    purse.void(purse.world.bank.payment(purse.prepare(Kind.LOAD, 1)))


def blocked(purse: PurseUnderTest) -> None:
    """Block the purse by its id."""
    purse.blocklist(purse.id)


def expired(purse: PurseUnderTest) -> None:
    """Move the time floor to the day after the purse's last."""
    move_floor(purse, purse.own_certificate.not_after_day + 1)


def move_floor(purse: PurseUnderTest, day: int) -> None:
    """Move the time floor to a day, which may be the present one."""
    purse.sync(
        entry=purse.mirror.base,
        time=max(day * SECONDS_PER_DAY, purse.mirror.time_floor),
        flags=int(purse.mirror.blocked),
    )


def payments_used_up(purse: PurseUnderTest, amount: int = 1) -> None:
    """Make as many payments as are left to the purse before a sync."""
    base = purse.mirror.at(purse.mirror.base)
    for _ in range(purse.limits.count_out - (purse.mirror.newest.out_count - base.out_count)):
        purse.pay(purse.world.person.request(amount=amount))


def no_pin_total_used_up(purse: PurseUnderTest) -> None:
    """Pay without PIN as much as the purse may between two syncs."""
    left = purse.limits.no_pin_total
    while left:
        amount = min(left, purse.limits.without_pin)
        purse.pay(purse.world.person.request(amount=amount))
        left -= amount


def value_out_used_up(purse: PurseUnderTest) -> None:
    """Pay with PIN as much as the purse may between two syncs."""
    left = purse.limits.value_out
    while left:
        amount = min(left, purse.limits.per_payment, purse.mirror.balance)
        purse.verify_pin()
        purse.pay(purse.world.person.request(amount=amount))
        left -= amount
        if left and not purse.mirror.balance:
            purse.load(left)


def value_in_used_up(purse: PurseUnderTest) -> None:
    """Earn as much as the purse may between two syncs."""
    purse.earn(purse.limits.value_in)


def blocklist_too_old(purse: PurseUnderTest) -> Request:
    """Earn so often that a new blocklist is needed; return a request prepared before that."""
    if purse.mirror.ring_size is not None and purse.limits.blocklist_age > purse.mirror.ring_size:
        raise NotRun("the log is smaller than the age of the blocklist")
    request = purse.prepare()
    for _ in range(purse.limits.blocklist_age):
        purse.earn(1)
    purse.log.reached("person, blocklist too old")
    return request


def blocklist_too_old_and_log_full(purse: PurseUnderTest) -> None:
    """Bring both about: the last payments that the blocklist allows fill the log."""
    log_full(purse, KEPT_FREE + purse.limits.blocklist_age)
    blocklist_too_old(purse)


def class_listed(purse: PurseUnderTest, payer: Counterpart) -> None:
    """Block the whole class of a payer."""
    purse.blocklist(class_block_id(payer.certificate.purse_class))


def pin_tries_left(purse: PurseUnderTest, tries: int) -> None:
    """Burn tries of the PIN by contact."""
    for _ in range(3 - tries):
        purse.send(Instruction.VERIFY, b"0000\xff\xff\xff\xff")
