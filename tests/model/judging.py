"""The invariants that one purse can break by itself, looked at wherever a command ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from tests.model.plan import Card, Plan
from tests.model.purse import Purse
from tests.model.tearing import DONE, Outcome, committed
from tests.model.terms import OPERATOR, Ack, Receipt, Request, Statement, ends_of
from tests.model.world import RESET, Step
from zerobar.purse.messages import EntryKind, Kind

Check = Callable[[Card, Purse, Step, Plan, Outcome], bool]


def judge(card: Card, before: Purse, step: Step, plan: Plan, outcome: Outcome) -> tuple[int, ...]:
    """Return the numbers of the invariants broken where one command ends in one purse."""
    return tuple(n for n, check in _LOCAL if not check(card, before, step, plan, outcome))


def nothing_falls(_: Card, before: Purse, __: Step, ___: Plan, outcome: Outcome) -> bool:
    """4, second half."""
    after = outcome.purse
    entry = after.newest.entry >= before.newest.entry
    return entry and after.number >= before.number and after.base >= before.base


def receipts_are_true(_: Card, __: Purse, ___: Step, ____: Plan, outcome: Outcome) -> bool:
    """3: a receipt is emitted only for what is credited, a statement only for what is voided."""
    ends = ends_of(outcome.purse.newest.chain)
    match outcome.answer:
        case Receipt(voucher):
            return voucher in ends.credited
        case Statement(0, entry, voucher):
            return voucher in ends.voided and entry <= outcome.purse.newest.entry
    return True


def limits_hold(card: Card, before: Purse, _: Step, __: Plan, outcome: Outcome) -> bool:
    """5."""
    limits, newest, since = card.scope.limits, outcome.purse.newest, outcome.purse.sync
    within = 0 <= newest.balance <= limits.holding and newest.held >= 0
    if newest.entry == before.newest.entry or newest.kind != EntryKind.PAY:
        return within
    assert newest.voucher is not None
    if newest.voucher.kind is Kind.UNLOAD:
        return within
    return (
        within
        and newest.voucher.amount <= limits.per_payment
        and (newest.with_pin or newest.voucher.amount <= limits.without_pin)
        and newest.out_count - since.out_count <= limits.count_out
        and newest.out_total - since.out_total <= limits.value_out
    )


def repeats_change_nothing(_: Card, before: Purse, step: Step, __: Plan, outcome: Outcome) -> bool:
    """6, with a lookup of its own."""
    if step.name != "PAY":
        return True
    request = step.argument
    assert isinstance(request, Request)
    paid = [slot.voucher for slot in before.visible() if slot.kind == EntryKind.PAY]
    asked = (request.payee, request.number)
    known = [v for v in paid if v and (v.payee, v.number) == asked and v.kind is not Kind.PUSH]
    if not known:
        return True
    return outcome.answer in (None, *known) and _shown(outcome.purse) == _shown(before)


def bits_tell_of_ends(card: Card, _: Purse, __: Step, ___: Plan, outcome: Outcome) -> bool:
    """7."""
    purse = outcome.purse
    ends = ends_of(purse.newest.chain)
    ended = {voucher.number for voucher in (*ends.credited, *ends.voided)}
    window = card.window(purse)
    numbers = range(purse.number, max(0, purse.number - card.scope.window), -1)
    return all(bool(window >> i & 1) == (n in ended) for i, n in enumerate(numbers))


def ends_exclude_each_other(_: Card, __: Purse, ___: Step, ____: Plan, outcome: Outcome) -> bool:
    """9 as one purse can see it."""
    ends = ends_of(outcome.purse.newest.chain)
    settled = Counter(voucher.number for voucher in (*ends.credited, *ends.voided))
    return max((*settled.values(), *Counter(ends.undone).values()), default=0) <= 1


def dates_never_fall(_: Card, before: Purse, __: Step, ___: Plan, outcome: Outcome) -> bool:
    """13."""
    after = outcome.purse
    floors = after.sync.floor >= before.sync.floor
    return floors and after.listed.epoch >= before.listed.epoch and after.key >= before.key


def blocked_pays_operator_only(
    card: Card, before: Purse, step: Step, _: Plan, outcome: Outcome
) -> bool:
    """14; and a block ends only with the answer to a STATE that told of it."""
    after = outcome.purse
    if not before.blocked and not card.expired(before):
        return True
    if before.blocked and not after.blocked:
        return _told_of_block(step)
    grown = after.newest.entry > before.newest.entry
    new = after.newest.voucher if grown and after.newest.kind == EntryKind.PAY else None
    if new is not None:
        return new.kind is Kind.UNLOAD and new.payee == OPERATOR
    return _value(after) >= _value(before)


def _told_of_block(step: Step) -> bool:
    answered = step.argument.answers if isinstance(step.argument, Ack) else None
    return answered is not None and answered.told_blocked


def tears_are_whole(_: Card, before: Purse, step: Step, plan: Plan, outcome: Outcome) -> bool:
    """15."""
    if step.name == RESET:
        return _shown(outcome.purse) == _shown(before)
    if outcome.tear == DONE or plan.write is None:
        return True
    after = committed(before, plan.write)
    return _shown(outcome.purse) in (_shown(before), _shown(after))


def _shown(purse: Purse) -> tuple[object, ...]:
    """What a command could tell apart."""
    return (purse.visible(), purse.newest, purse.number, purse.sync, purse.listed, purse.key)


def _value(purse: Purse) -> int:
    return purse.newest.balance + purse.newest.held


_LOCAL: Final[tuple[tuple[int, Check], ...]] = (
    (3, receipts_are_true),
    (4, nothing_falls),
    (5, limits_hold),
    (6, repeats_change_nothing),
    (7, bits_tell_of_ends),
    (9, ends_exclude_each_other),
    (13, dates_never_fall),
    (14, blocked_pays_operator_only),
    (15, tears_are_whole),
)
