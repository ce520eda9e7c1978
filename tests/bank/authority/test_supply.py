"""Issuing, redeeming, and a supply that adds up to the fen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.bank.employees import Employee, found
from tests.bank.holders import SUPPLY, Holder, balance, move, open_holder
from zerobar.bank.authority import issuing, operators
from zerobar.bank.authority import supply as supplies
from zerobar.bank.authority.errors import (
    InsufficientReserves,
    InsufficientVault,
    OperatorUnknown,
    SupplyTooLarge,
)
from zerobar.bank.authority.supply import Holdings, read_supply, supply
from zerobar.bank.chart import (
    AccountCode,
    TransferCode,
    authority_account,
    operator_account,
)
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.staff.errors import RoleMissing
from zerobar.bank.staff.model import Role
from zerobar.ledger import trial_balance
from zerobar.purse.money import Fen

PAID_IN = Fen(1_000_00)


@pytest.fixture
def administrator(bank: Bank) -> Employee:
    return found(bank, "Administrator", Role.ADMINISTRATOR)


@pytest.fixture
def second(bank: Bank) -> UUID:
    """A second operator with reserves, but no digital cash yet."""
    operator = operators.found_operator(bank, bank.new_id(), "Second Operator")
    issuing.pay_in_reserves(bank, bank.new_id(), operator.id, PAID_IN)
    return operator.id


def held(bank: Bank, operator_id: UUID, code: AccountCode) -> Fen:
    return balance(bank, operator_account(operator_id, code))


def holdings(bank: Bank, operator_id: UUID) -> Holdings:
    (found,) = [h for h in supply(bank).operators if h.operator.id == operator_id]
    return found


def test_issuing_pledges_reserves_in_the_same_step(bank: Bank, second: UUID) -> None:
    pledged = balance(bank, authority_account(AccountCode.RESERVES_PLEDGED))
    issuing.issue(bank, bank.new_id(), second, Fen(300_00))
    assert held(bank, second, AccountCode.VAULT) == Fen(300_00)
    assert held(bank, second, AccountCode.RESERVES) == Fen(700_00)
    now = balance(bank, authority_account(AccountCode.RESERVES_PLEDGED))
    assert now == pledged + Fen(300_00)


def test_nothing_is_issued_beyond_the_reserves(bank: Bank, second: UUID) -> None:
    with pytest.raises(InsufficientReserves):
        issuing.issue(bank, bank.new_id(), second, PAID_IN + Fen(1))
    assert held(bank, second, AccountCode.VAULT) == 0
    assert held(bank, second, AccountCode.RESERVES) == PAID_IN
    issuing.issue(bank, bank.new_id(), second, PAID_IN)


def test_what_is_in_wallets_cannot_be_redeemed(bank: Bank, second: UUID, anna: Holder) -> None:
    issuing.issue(bank, bank.new_id(), second, Fen(300_00))
    vault = operator_account(second, AccountCode.VAULT)
    move(bank, vault, anna.wallet, Fen(1), TransferCode.EXCHANGE)
    with pytest.raises(InsufficientVault):
        issuing.redeem(bank, bank.new_id(), second, Fen(300_00))
    issuing.redeem(bank, bank.new_id(), second, Fen(299_99))
    assert held(bank, second, AccountCode.RESERVES) == Fen(999_99)


def test_more_than_the_books_count_is_refused(bank: Bank, second: UUID) -> None:
    with pytest.raises(SupplyTooLarge):
        issuing.pay_in_reserves(bank, bank.new_id(), second, Fen(2**62))


def test_the_same_id_moves_money_once_and_for_one_thing(bank: Bank, second: UUID) -> None:
    issue_id = bank.new_id()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: issuing.issue(bank, issue_id, second, Fen(100_00)), range(16)))
    assert held(bank, second, AccountCode.VAULT) == Fen(100_00)
    with pytest.raises(IdUsed):
        issuing.issue(bank, issue_id, second, Fen(100_01))
    with pytest.raises(IdUsed):
        issuing.redeem(bank, issue_id, second, Fen(100_00))


def test_a_refused_id_stays_refused(bank: Bank, second: UUID) -> None:
    issue_id, amount = bank.new_id(), PAID_IN + Fen(1)
    for _ in range(2):
        with pytest.raises(InsufficientReserves):
            issuing.issue(bank, issue_id, second, amount)
        issuing.pay_in_reserves(bank, bank.new_id(), second, Fen(1))
    assert held(bank, second, AccountCode.VAULT) == 0


def test_the_supply_adds_up_wherever_the_money_goes(bank: Bank, second: UUID, anna: Holder) -> None:
    issuing.issue(bank, bank.new_id(), second, Fen(500_00))
    vault = operator_account(second, AccountCode.VAULT)
    move(bank, vault, anna.wallet, Fen(80_00), TransferCode.EXCHANGE)
    move(
        bank,
        vault,
        operator_account(second, AccountCode.FLOAT),
        Fen(20_00),
        TransferCode.EXCHANGE,
    )
    issuing.redeem(bank, bank.new_id(), second, Fen(50_00))
    total = supply(bank)
    assert total.issued == SUPPLY + Fen(450_00)
    assert total.difference == 0 and total.uncovered == 0 and total.balanced
    theirs = holdings(bank, second)
    assert (theirs.vault, theirs.float, theirs.wallets) == (Fen(350_00), Fen(20_00), 0)
    assert (theirs.issued, theirs.reserves) == (Fen(450_00), Fen(550_00))
    assert holdings(bank, bank.operator_id).wallets == Fen(80_00)
    with bank.connection() as connection:
        assert trial_balance(connection).balanced


def test_money_in_an_account_of_nobody_shows_as_a_difference(bank: Bank, anna: Holder) -> None:
    move(
        bank,
        operator_account(bank.operator_id, AccountCode.VAULT),
        anna.wallet,
        Fen(7),
        TransferCode.EXCHANGE,
    )
    with bank.connection() as connection:
        connection.execute("DELETE FROM bank.wallet WHERE wallet_id = %s", (anna.wallet,))
    total = supply(bank)
    assert total.difference == 7 and not total.balanced


def test_the_supply_adds_up_while_money_moves(bank: Bank, second: UUID) -> None:
    issuing.issue(bank, bank.new_id(), second, PAID_IN)
    vault = operator_account(second, AccountCode.VAULT)
    wallets = [open_holder(bank, f"+861380000{i:04d}", pin=None).wallet for i in range(100, 104)]

    def pour(wallet: UUID) -> None:
        for _ in range(20):
            move(bank, vault, wallet, Fen(3), TransferCode.EXCHANGE)
            move(bank, wallet, vault, Fen(2), TransferCode.SAVE_TO_BANK)

    with ThreadPoolExecutor(4) as threads:
        pouring = [threads.submit(pour, wallet) for wallet in wallets]
        seen = [supply(bank).difference for _ in range(10)]
        for poured in pouring:
            poured.result()
    assert seen == [0] * 10
    assert holdings(bank, bank.operator_id).wallets == Fen(4 * 20)


def test_the_supply_is_of_one_moment_even_if_money_is_issued_while_it_is_read(
    bank: Bank, second: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_held = supplies._held

    def issue_meanwhile(*given: Any) -> Any:
        held_before = read_held(*given)
        issuing.issue(bank, bank.new_id(), second, Fen(1_00))
        return held_before

    monkeypatch.setattr(supplies, "_held", issue_meanwhile)
    assert supply(bank).issued == SUPPLY
    assert supply(bank).balanced


def test_registering_an_operator_opens_its_accounts(bank: Bank, administrator: Employee) -> None:
    operator_id = bank.new_id()
    first = operators.register_operator(bank, administrator.session, operator_id, "Third")
    again = operators.register_operator(bank, administrator.session, operator_id, "Third")
    assert again == first == operators.require_operator(bank, operator_id)
    with pytest.raises(IdUsed):
        operators.register_operator(bank, administrator.session, operator_id, "Fourth")
    issuing.pay_in_reserves(bank, bank.new_id(), operator_id, Fen(1))


def test_registering_needs_its_role_and_all_staff_read_the_supply(bank: Bank) -> None:
    operations = found(bank, "Operations", Role.OPERATIONS)
    with pytest.raises(RoleMissing):
        operators.register_operator(bank, operations.session, bank.new_id(), "Third")
    assert read_supply(bank, operations.session).balanced
    with pytest.raises(RoleMissing):
        read_supply(bank, replace(operations.session, roles=frozenset()))
    with pytest.raises(OperatorUnknown):
        operators.require_operator(bank, bank.new_id())
