"""What every purse must hold to by itself: as it commits, as it is cut, as it is asked again.

Each invariant stands under the page's own sentence. The purse is compared with what the world
knows of it, not with what it says of itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from tests.purse.cards import Answer, authority
from tests.purse.holders import Holder
from tests.purse.logical import Logical
from tests.purse.tearing import conserved
from zerobar.purse.messages import EntryKind, Kind, Push, Request, Voucher
from zerobar.purse.money import MAX_AMOUNT
from zerobar.purse.ring import PAID_WITH_PIN, Slot
from zerobar.purse.status import Status


@lru_cache(maxsize=8192)
def _parsed(payload: bytes) -> Voucher:
    return Voucher.parse(payload)


def voucher_of(slot: Slot) -> Voucher:
    return _parsed(slot.payload)


def check_commit(holder: Holder, before: Logical, now: Logical) -> None:
    """What must hold of the one slot that a purse has just committed."""
    assert conserved(before, now), "1. the slot's payload does not explain the funds"
    invariant_5(holder, before, now)
    invariant_14(holder, now)


def check_totals(holder: Holder, now: Logical) -> None:
    """Limits and STATE count from the acknowledged entry: the totals are those since base."""
    paid = [s for s in holder.history if s.entry > now.sync.base and s.kind == EntryKind.PAY]
    counted = [v.amount for v in map(voucher_of, paid) if v.kind is not Kind.UNLOAD]
    newest, sync = now.newest, now.sync
    assert (newest.out_total - sync.out_total) & 0xFFFFFFFF == sum(counted), "out total"
    assert (newest.out_count - sync.out_count) & 0xFFFF == len(counted), "out count"
    taken = [v.amount for v in _since_sync(holder, now, EntryKind.CREDIT)]
    assert (newest.in_total - sync.in_total) & 0xFFFFFFFF == sum(taken), "in total"


def invariant_5(holder: Holder, before: Logical, now: Logical) -> None:
    """5. Balance >= 0; limits hold at every commit; spendable balance <= holding limit."""
    slot, limits = now.newest, holder.limits
    assert 0 <= slot.balance and 0 <= slot.held, "5. less than nothing"
    assert slot.balance + slot.held <= MAX_AMOUNT, "5. more than there can be"
    most = max(limits.holding, before.newest.balance)
    assert slot.balance <= most, "5. more than the holding limit is spendable"
    if slot.kind == EntryKind.PAY and voucher_of(slot).kind is not Kind.UNLOAD:
        _check_paid(holder, now)
    elif slot.kind == EntryKind.CREDIT:
        taken = sum(v.amount for v in _since_sync(holder, now, EntryKind.CREDIT))
        assert taken <= limits.value_in or voucher_of(slot).kind is Kind.LOAD, "5. value in"


def _since_sync(holder: Holder, now: Logical, kind: EntryKind) -> Iterator[Voucher]:
    """Vouchers of entries above base, but loads and unloads."""
    new = [now.newest] if now.newest.entry > len(holder.history) else []
    for slot in [*holder.history, *new]:
        if slot.entry > now.sync.base and slot.kind == kind:
            voucher = voucher_of(slot)
            if voucher.kind not in (Kind.LOAD, Kind.UNLOAD):
                yield voucher


def _check_paid(holder: Holder, now: Logical) -> None:
    limits, slot, amount = holder.limits, now.newest, voucher_of(now.newest).amount
    out = [voucher.amount for voucher in _since_sync(holder, now, EntryKind.PAY)]
    assert amount <= limits.per_payment, "5. over the limit per payment"
    assert len(out) <= limits.count_out, "5. too many payments"
    assert sum(out) <= limits.value_out, "5. value out"
    agreed = holder.agreed(amount)
    assert bool(slot.flags & PAID_WITH_PIN) == agreed, "5. a PIN that was not given"
    if not agreed:
        without = [s for s in [*holder.history, slot] if _without_pin(s, now.sync.base)]
        assert amount <= limits.without_pin, "5. over the limit without PIN"
        total = sum(voucher_of(s).amount for s in without)
        assert total <= limits.no_pin_total, "5. over the total without PIN"


def _without_pin(slot: Slot, base: int) -> bool:
    paid = slot.entry > base and slot.kind == EntryKind.PAY
    counted = paid and voucher_of(slot).kind is not Kind.UNLOAD
    return counted and not slot.flags & PAID_WITH_PIN


def invariant_14(holder: Holder, now: Logical) -> None:
    """14. An expired or blocked purse never pays but to its operator, and loses no value."""
    if now.newest.kind == EntryKind.PAY and (holder.blocked or holder.expired):
        voucher = voucher_of(now.newest)
        assert voucher.kind is Kind.UNLOAD, "14. blocked or expired, it paid"
        assert voucher.payee_id == authority().operator.id


def check_floors(holder: Holder, now: Logical) -> None:
    """4. entry, request number and base never fall. 13. Time floor, blocklist epoch and key dates
    never fall."""
    sync, own = now.sync, holder.certificate
    floors = {
        "4. entry": now.newest.entry,
        "4. number": now.number,
        "4. base": sync.base,
        "13. time floor": max(sync.time, own.not_before_day * 86400),
        "13. epoch": now.blocklist.epoch,
        **{f"13. key {key.number}": key.not_before_day for key in now.keys.keys if key.role},
    }
    for name, value in floors.items():
        assert value >= holder.floors.get(name, 0), f"{name} falls"
    assert holder.floors.keys() <= floors.keys(), "13. a key's date is forgotten"
    holder.floors = floors


def invariant_15(before: Logical, after: Logical, now: Logical) -> None:
    """15. Power cut at any single byte written, then SELECT: the state is the one before or the
    one after the command, never a third."""
    tries = max(0, before.security.tries - 1)
    spent = replace(before, security=replace(before.security, tries=tries))
    # The one exception: VERIFY and CHANGE PIN may cost the try.
    allowed = [before, after] + ([spent] if before.security != after.security or tries else [])
    assert any(_same(now, state) for state in allowed), f"15. a third: {now.differences(before)}"


def _same(now: Logical, state: Logical) -> bool:
    """By contact, SELECT forgets how many requests were made by antenna."""
    forgotten = replace(state, request=replace(state.request, contactless=0))
    return now in (state, forgotten)


# --- as a purse is asked again ----------------------------------------------------------------


def in_ring(holder: Holder, order: bytes) -> Slot | None:
    """The slot that holds the voucher of this very order, if it is still in the ring."""
    terms = _terms(order)
    for _, slot in holder.state.visible:
        if slot is not None and slot.kind == EntryKind.PAY and _paid_terms(slot) == terms:
            return slot
    return None


def _terms(order: bytes) -> bytes:
    if len(order) == Push.LENGTH:
        push = Push.parse(order)
        return bytes((push.kind,)) + push.payee_id + bytes(4) + order[9:]
    return bytes(Request.parse(order[:32]))[1:]


def _paid_terms(slot: Slot) -> bytes:
    raw = bytes(voucher_of(slot))
    return raw[1:2] + raw[14:44]


def check_repeat(holder: Holder, earlier: Slot, answer: Answer, written: int) -> None:
    """6. The same request, while its voucher is in the ring, gives the same bytes and changes
    nothing."""
    expected = Answer(earlier.payload + bytes(holder.certificate), Status.OK)
    assert answer == expected, f"6. asked again, it answers {answer.status:04X}"
    assert written == 0, "6. asked again, it writes"
