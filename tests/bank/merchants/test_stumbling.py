"""In each kind of repeated work, items that always fail hold up none of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.employees import Employee, found
from tests.bank.funding.cards import Funded
from tests.bank.holders import Holder, fill
from tests.bank.merchants.trading import Trader, begin, new_order, pay
from zerobar.bank.context import Bank
from zerobar.bank.errors import Unavailable
from zerobar.bank.funding.model import OrderStatus
from zerobar.bank.funding.orders import LEASE
from zerobar.bank.funding.resolving import AT_A_TIME, overdue_orders, resolve_orders
from zerobar.bank.merchants import orders, refunding
from zerobar.bank.merchants.model import OrderEnd
from zerobar.bank.merchants.refunding import UNDECIDED_FOR, NewRefund
from zerobar.bank.staff import approvals
from zerobar.bank.staff.model import Role
from zerobar.client.authority import PayInReserves
from zerobar.ledger import Ledger, LedgerUnavailable
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow


class Stumbling:
    """A ledger that makes a mistake of its own with some ids; away: with all it is unavailable.

    Attributes:
        bad: ids of transfers, or of accounts that marks are on.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.bad: set[UUID] = set()
        self.away = False

    def post(self, *transfers: Any, **more: Any) -> Any:
        if self.away:
            raise LedgerUnavailable
        if self.bad & {transfer.id for transfer in transfers}:
            raise KeyError("a mistake")
        return self._ledger.post(*transfers, **more)

    def submit(self, *transfers: Any, **more: Any) -> Any:
        if self.bad & {transfer.debit for transfer in transfers}:
            raise KeyError("a mistake")
        return self._ledger.submit(*transfers, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


@pytest.fixture
def ledger(bank: Bank) -> Stumbling:
    return Stumbling(bank.ledger)


@pytest.fixture
def stumbling(bank: Bank, ledger: Stumbling) -> Bank:
    given: Any = ledger
    return replace(bank, ledger=given)


@pytest.fixture
def issuer(bank: Bank) -> Employee:
    return found(bank, "Issuer", Role.AUTHORITY_ISSUER)


@pytest.fixture
def approver(bank: Bank) -> Employee:
    return found(bank, "Approver", Role.AUTHORITY_APPROVER)


def test_more_bad_orders_than_one_batch_has_do_not_keep_a_card_from_its_money(
    stumbling: Bank, ledger: Stumbling, funded: Funded, clock: Clock
) -> None:
    bank = stumbling
    fill(bank, funded.holder.wallet, Fen(500_00))
    funded.partners.bank.lose_orders = AT_A_TIME + 5
    bad = [funded.save(funded.ask(1_00)) for _ in range(AT_A_TIME + 5)]
    ledger.bad = {order.id for order in bad}
    clock.advance(seconds=LEASE.total_seconds() + 1)
    funded.partners.bank.lose_answers = 1
    honest = funded.exchange(funded.ask(10_00))
    assert honest.status is OrderStatus.PENDING
    ended = 0
    for _ in range(3):
        clock.advance(seconds=LEASE.total_seconds() + 1)
        ended += resolve_orders(bank)
    assert (ended, funded.order(honest.id).status) == (1, OrderStatus.DONE)
    ledger.bad.clear()
    for _ in range(2):
        clock.advance(minutes=11)
        ended += resolve_orders(bank)
    assert ended == 1 + len(bad)
    assert funded.held() == 0
    funded.check_books()


def test_an_order_that_is_pending_for_more_than_a_day_is_listed_for_staff(
    stumbling: Bank, ledger: Stumbling, funded: Funded, clock: Clock
) -> None:
    funded.partners.bank.lose_answers = 2
    bad, late = funded.exchange(funded.ask(1_00)), funded.exchange(funded.ask(2_00))
    ledger.bad.add(bad.id)
    for hours in (1, 23):
        clock.advance(hours=hours)
        assert overdue_orders(stumbling, None, 10) == []
        resolve_orders(stumbling)
    assert funded.order(late.id).status is OrderStatus.DONE
    clock.advance(seconds=1)
    (listed,) = overdue_orders(stumbling, None, 10)
    assert (listed.id, listed.tries) == (bad.id, 3)
    assert overdue_orders(stumbling, bad.id, 10) == []
    assert overdue_orders(replace(stumbling, operator_id=UUID(int=1)), None, 10) == []


def cut_off(bank: Bank, ledger: Stumbling, trader: Trader, payer: Holder, number: str) -> UUID:
    """Ask for a refund of which the books do not hear."""
    order, refund_id = new_order(bank, trader, 5_00), bank.new_id()
    pay(bank, payer, order)
    ledger.away = True
    with pytest.raises(Unavailable):
        refunding.refund_order(
            bank, trader.till, refund_id, NewRefund(order.id, number, Fen(1), "x")
        )
    ledger.away = False
    return refund_id


def test_a_bad_refund_keeps_no_other_from_being_made(
    stumbling: Bank, ledger: Stumbling, tea: Trader, payer: Holder, clock: Clock
) -> None:
    bad, good = (cut_off(stumbling, ledger, tea, payer, number) for number in ("R-1", "R-2"))
    ledger.bad.add(bad)
    clock.advance(seconds=UNDECIDED_FOR.total_seconds())
    assert refunding.finish_refunds(stumbling) == 1
    assert refunding.read_refund(stumbling, tea.till, good).done_at == clock()
    ledger.bad.clear()
    assert refunding.finish_refunds(stumbling) == 0
    clock.advance(seconds=2)
    assert refunding.finish_refunds(stumbling) == 1


def test_a_merchant_whose_orders_cannot_be_ended_keeps_no_others_open(
    stumbling: Bank, ledger: Stumbling, tea: Trader, clock: Clock
) -> None:
    other = begin(stumbling, 2)
    bad, good = new_order(stumbling, tea, 1_00), new_order(stumbling, other, 1_00)
    ledger.bad.add(tea.wallet)
    clock.advance(minutes=15)
    assert orders.expire_orders(stumbling) == 1
    assert orders.read_order(stumbling, other.till, good.id).end is OrderEnd.EXPIRED
    ledger.bad.clear()
    assert orders.expire_orders(stumbling) == 0
    clock.advance(minutes=1)
    assert orders.expire_orders(stumbling) == 1
    assert orders.read_order(stumbling, tea.till, bad.id).end is OrderEnd.EXPIRED


def test_a_bad_approval_keeps_no_other_from_being_carried_out(
    stumbling: Bank, ledger: Stumbling, issuer: Employee, approver: Employee, clock: Clock
) -> None:
    bank = stumbling
    wanted = PayInReserves(operator_id=bank.operator_id, amount_fen=1)
    ids = [bank.new_id(), bank.new_id()]
    ledger.away = True
    for id_ in ids:
        approvals.propose(bank, issuer.session, id_, wanted)
        with pytest.raises(Unavailable):
            approvals.approve(bank, approver.session, id_)
    ledger.away, ledger.bad = False, {ids[0]}
    assert approvals.carry_out_approved(bank) == 1
    assert [approvals.read_approval(bank, id_).outcome for id_ in ids] == [None, "done"]
    ledger.bad.clear()
    assert approvals.carry_out_approved(bank) == 0
    clock.advance(seconds=2)
    assert approvals.carry_out_approved(bank) == 1
