from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import msgspec
import pytest

from tests.bank.conftest import Clock
from tests.bank.doubles import DONE, UNKNOWN, Doubles
from tests.bank.holders import Holder, balance, grant
from tests.bank.merchants.trading import (
    ACCOUNT,
    STAFF,
    Trader,
    begin,
    new_order,
    pay,
)
from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.merchants import event_store, onboarding, refunding, settling
from zerobar.bank.merchants.days import NoSuchDay
from zerobar.bank.merchants.errors import DayNotOver
from zerobar.bank.merchants.model import EventKind, Settlement, SettlementState
from zerobar.bank.merchants.pain import read_amounts
from zerobar.bank.merchants.refunding import NewRefund
from zerobar.bank.partners import BankOutcome, BankStatus, PartnerUnavailable
from zerobar.ledger import Transfer, trial_balance
from zerobar.ledger import balance as in_books
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow

DAY = 20261125
REFUSED = BankOutcome(BankStatus.REFUSED, "account-closed")


def sell(bank: Bank, trader: Trader, payer: Holder, amount: int) -> None:
    grant(bank, payer)
    pay(bank, payer, new_order(bank, trader, amount))


@pytest.fixture
def sold(bank: Bank, tea: Trader, payer: Holder, clock: Clock) -> Trader:
    """The tea house on the day after it sold for 30.00."""
    sell(bank, tea, payer, 30_00)
    clock.advance(days=1)
    return tea


def only(bank: Bank) -> Settlement:
    (settlement,) = settling.read_settlements(bank, DAY)[1]
    return settlement


def answer(partners: Doubles, outcome: BankOutcome) -> None:
    """Let the bank say the same of all transfers that it was handed."""
    for name, message in partners.bank.files.items():
        partners.bank.transfers[name] = dict.fromkeys(read_amounts(message), outcome)


def available(bank: Bank, account_id: UUID) -> int:
    with bank.connection() as connection:
        return in_books(connection, account_id).available


def test_a_days_money_goes_to_the_merchants_bank(
    bank: Bank, tea: Trader, payer: Holder, partners: Doubles, clock: Clock
) -> None:
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    before = balance(bank, vault)
    sell(bank, tea, payer, 30_00)
    clock.advance(days=1)
    sell(bank, tea, payer, 5_00)
    assert settling.settle_day(bank, DAY) == 0
    settlement = only(bank)
    assert (settlement.amount, settlement.state) == (30_00, SettlementState.HELD)
    assert available(bank, tea.wallet) == 5_00
    ((name, message),) = partners.bank.files.items()
    assert read_amounts(message) == {settlement.id.hex: 30_00}
    assert ACCOUNT.encode() in message and len(name) <= 35
    answer(partners, DONE)
    assert settling.settle_day(bank, DAY) == 1
    assert only(bank).state is SettlementState.DONE
    assert balance(bank, tea.wallet) == 5_00
    assert balance(bank, vault) == before + 30_00
    assert balance(bank, operator_account(bank.operator_id, AccountCode.AT_BANK)) == -30_00
    with bank.connection() as connection:
        assert trial_balance(connection).balanced


def test_settling_again_changes_nothing(
    bank: Bank, tea: Trader, payer: Holder, partners: Doubles, clock: Clock
) -> None:
    sell(bank, tea, payer, 30_00)
    clock.advance(days=1)
    settling.settle_day(bank, DAY)
    first = dict(partners.bank.files)
    answer(partners, DONE)
    settling.settle_day(bank, DAY)
    clock.advance(hours=1)
    for _ in range(2):
        assert settling.settle_day(bank, DAY) == 0
    assert partners.bank.files == first
    assert balance(bank, tea.wallet) == 0
    assert settling.run_settlements(bank) == 0


def test_what_the_bank_refuses_stays_with_the_merchant_and_goes_the_next_day(
    bank: Bank, tea: Trader, payer: Holder, partners: Doubles, clock: Clock
) -> None:
    sell(bank, tea, payer, 30_00)
    clock.advance(days=1)
    settling.settle_day(bank, DAY)
    answer(partners, REFUSED)
    assert settling.settle_day(bank, DAY) == 1
    assert (only(bank).state, only(bank).reason) == (SettlementState.REFUSED, "account-closed")
    assert available(bank, tea.wallet) == 30_00
    clock.advance(days=1)
    settling.run_settlements(bank)
    (again,) = settling.list_settlements(bank, tea.merchant.id, None, 1)
    assert (again.day, again.amount, again.state) == (20261126, 30_00, SettlementState.HELD)


def test_what_the_bank_does_not_know_yet_stays_held(
    bank: Bank, tea: Trader, payer: Holder, partners: Doubles, clock: Clock
) -> None:
    sell(bank, tea, payer, 30_00)
    clock.advance(days=1)
    settling.settle_day(bank, DAY)
    answer(partners, UNKNOWN)
    assert settling.settle_day(bank, DAY) == 0
    assert only(bank).state is SettlementState.HELD
    clock.advance(days=3)
    answer(partners, DONE)
    assert settling.run_settlements(bank) == 1


def test_a_bank_that_is_away_gets_the_same_file_later(
    bank: Bank, tea: Trader, payer: Holder, partners: Doubles, clock: Clock
) -> None:
    sell(bank, tea, payer, 30_00)
    clock.advance(days=1)
    partners.bank.away = True
    with pytest.raises(PartnerUnavailable):
        settling.settle_day(bank, DAY)
    file, _ = settling.read_settlements(bank, DAY)
    assert file is not None and file.submitted_at is None
    partners.bank.away = False
    clock.advance(hours=1)
    settling.run_settlements(bank)
    assert partners.bank.files == {file.name: file.message}


def test_a_settlement_that_cannot_end_keeps_no_other_waiting(
    bank: Bank, sold: Trader, payer: Holder, partners: Doubles, clock: Clock
) -> None:
    other = begin(bank, 2)
    settling.settle_day(bank, DAY)
    stuck = only(bank)
    assert stuck.merchant_id == sold.merchant.id
    bank.ledger.post(msgspec.structs.replace(settling._void(stuck), id=bank.new_id()))
    sell(bank, sold, payer, 7_00)
    sell(bank, other, payer, 5_00)
    clock.advance(days=1)
    settling.settle_day(bank, DAY + 1)
    answer(partners, DONE)
    assert settling.run_settlements(bank) == 1
    assert only(bank).state is SettlementState.HELD
    later = settling.read_settlements(bank, DAY + 1)[1]
    assert [settlement.state for settlement in later] == [SettlementState.DONE] * 2


def test_a_refund_after_the_days_end_comes_first(
    bank: Bank, tea: Trader, payer: Holder, clock: Clock
) -> None:
    grant(bank, payer)
    order = new_order(bank, tea, 30_00)
    pay(bank, payer, order)
    clock.advance(days=1)
    refund = NewRefund(order.id, "R-1", Fen(10_00), "")
    refunding.refund_order(bank, tea.till, bank.new_id(), refund)
    settling.settle_day(bank, DAY)
    assert only(bank).amount == 20_00


def test_money_that_went_between_fixing_and_holding_is_not_paid_out(
    bank: Bank, tea: Trader, payer: Holder, partners: Doubles, clock: Clock
) -> None:
    sell(bank, tea, payer, 30_00)
    clock.advance(days=1)
    settling._plan(bank, DAY)
    (moved,) = bank.ledger.post(Transfer(bank.new_id(), tea.wallet, payer.wallet, Fen(1)))
    assert moved.ok
    settling.settle_day(bank, DAY)
    assert (only(bank).state, only(bank).reason) == (
        SettlementState.REFUSED,
        "insufficient-balance",
    )
    assert not partners.bank.files


@pytest.mark.parametrize("step", ["_hold", "_write", "_conclude", "_end"])
def test_a_run_that_was_cut_off_is_taken_up(
    bank: Bank, sold: Trader, partners: Doubles, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    if step == "_end":
        settling.settle_day(bank, DAY)
        answer(partners, DONE)
    with monkeypatch.context() as patched:
        patched.setattr(settling, step, die)
        with pytest.raises(Killed):
            settling.settle_day(bank, DAY)
    settling.settle_day(bank, DAY)
    answer(partners, DONE)
    settling.settle_day(bank, DAY)
    assert only(bank).state is SettlementState.DONE
    assert balance(bank, sold.wallet) == 0
    assert len(partners.bank.files) == 1


def test_many_who_settle_at_once_pay_once(
    bank: Bank, tea: Trader, payer: Holder, partners: Doubles, clock: Clock
) -> None:
    traders = [tea, begin(bank, 2), begin(bank, 3)]
    for number, trader in enumerate(traders):
        sell(bank, trader, payer, 10_00 + number)
    clock.advance(days=1)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: settling.settle_day(bank, DAY), range(4)))
    settling.settle_day(bank, DAY)
    (message,) = partners.bank.files.values()
    assert sorted(read_amounts(message).values()) == [10_00, 10_01, 10_02]
    answer(partners, DONE)
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda _: settling.settle_day(bank, DAY), range(4)))
    assert sum(ended) == 3
    assert [balance(bank, trader.wallet) for trader in traders] == [0, 0, 0]


def test_a_day_without_sales_is_settled_without_a_file(
    bank: Bank, tea: Trader, partners: Doubles, clock: Clock
) -> None:
    assert balance(bank, tea.wallet) == 0
    clock.advance(days=1)
    assert settling.run_settlements(bank) == 0
    file, settlements = settling.read_settlements(bank, DAY)
    assert file is not None and not settlements
    assert not partners.bank.files


def test_a_suspended_merchant_waits_for_its_money(
    bank: Bank, tea: Trader, payer: Holder, clock: Clock
) -> None:
    sell(bank, tea, payer, 30_00)
    onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=True)
    clock.advance(days=1)
    settling.settle_day(bank, DAY)
    assert not settling.read_settlements(bank, DAY)[1]
    assert available(bank, tea.wallet) == 30_00


@pytest.mark.parametrize("steps", [1, 2])
def test_who_is_suspended_before_the_file_is_written_is_not_paid(
    bank: Bank, sold: Trader, payer: Holder, partners: Doubles, clock: Clock, steps: int
) -> None:
    other = begin(bank, 2)
    for step in (settling._plan, settling._hold)[:steps]:
        step(bank, DAY)
    onboarding.suspend_merchant(bank, STAFF, sold.merchant.id, suspended=True)
    settling.settle_day(bank, DAY)
    assert (only(bank).state, only(bank).reason) == (SettlementState.REFUSED, settling.SUSPENDED)
    assert not partners.bank.files
    assert available(bank, sold.wallet) == 30_00
    onboarding.suspend_merchant(bank, STAFF, sold.merchant.id, suspended=False)
    sell(bank, other, payer, 5_00)
    clock.advance(days=1)
    settling.settle_day(bank, DAY + 1)
    _, later = settling.read_settlements(bank, DAY + 1)
    assert sorted(settlement.amount for settlement in later) == [5_00, 30_00]


def test_nobody_suspended_is_in_a_file_though_the_money_is_held(bank: Bank, sold: Trader) -> None:
    settling._plan(bank, DAY)
    settling._hold(bank, DAY)
    onboarding.suspend_merchant(bank, STAFF, sold.merchant.id, suspended=True)
    assert settling._write(bank, DAY) is None


def test_a_file_that_the_bank_may_have_is_not_taken_back(
    bank: Bank, sold: Trader, partners: Doubles
) -> None:
    settling.settle_day(bank, DAY)
    onboarding.suspend_merchant(bank, STAFF, sold.merchant.id, suspended=True)
    answer(partners, DONE)
    assert settling.settle_day(bank, DAY) == 1
    assert only(bank).state is SettlementState.DONE


def test_the_merchant_is_told_once_how_it_ended(
    bank: Bank, payer: Holder, partners: Doubles, clock: Clock
) -> None:
    told = begin(bank, url="https://shop.example/hook")
    sell(bank, told, payer, 30_00)
    clock.advance(days=1)
    settling.settle_day(bank, DAY)
    answer(partners, DONE)
    for _ in range(2):
        settling.settle_day(bank, DAY)
    with bank.connection() as connection:
        kinds = [e.kind for e in event_store.events(connection, told.merchant.id, None, 10)]
    assert kinds == [EventKind.SETTLED, EventKind.ORDER_PAID]


def test_a_day_that_is_not_over_or_does_not_exist_is_not_settled(bank: Bank) -> None:
    for day in (DAY, 20261126):
        with pytest.raises(DayNotOver):
            settling.settle_day(bank, day)
    for day in (0, 20261131, 2026, 10**12):
        with pytest.raises(NoSuchDay):
            settling.settle_day(bank, day)


def test_no_file_is_written_while_something_fixed_is_not_held_yet(bank: Bank, sold: Trader) -> None:
    settling._plan(bank, DAY)
    assert settling._write(bank, DAY) is None
    settling._hold(bank, DAY)
    file = settling._write(bank, DAY)
    assert file is not None and len(read_amounts(file.message)) == 1
    assert sold.merchant.id == only(bank).merchant_id
