"""Orders of a wallet that is frozen after it was looked at, and before its money is set aside."""

from __future__ import annotations

import pytest

from tests.bank.funding.cards import Funded
from tests.bank.holders import balance, fill
from zerobar.bank.context import Bank
from zerobar.bank.funding import orders
from zerobar.bank.funding.exchanging import exchange, save_to_bank
from zerobar.bank.funding.model import Asked, CardOrder, OrderKind, OrderStatus, Reason
from zerobar.bank.people.wallets import Freezer, freeze_wallet
from zerobar.purse.money import Fen


@pytest.mark.parametrize("kind", [OrderKind.SAVE, OrderKind.EXCHANGE])
@pytest.mark.parametrize("when", ["before the condition", "after the condition"])
def test_no_money_is_set_aside_once_a_freeze_was_answered(
    funded: Funded, monkeypatch: pytest.MonkeyPatch, kind: OrderKind, when: str
) -> None:
    bank, holder = funded.bank, funded.holder
    fill(bank, holder.wallet, Fen(100_00))
    looked = orders._halts

    def freezing(bank: Bank, order: CardOrder) -> object:
        if when == "before the condition":
            freeze_wallet(bank, order.wallet_id, Freezer.BANK)
            return looked(bank, order)
        found = looked(bank, order)
        freeze_wallet(bank, order.wallet_id, Freezer.BANK)
        return found

    monkeypatch.setattr(orders, "_halts", freezing)
    do = save_to_bank if kind is OrderKind.SAVE else exchange
    asked = Asked(bank.new_id(), funded.cards[0], Fen(60_00))
    order = do(bank, holder.person, holder.wallet, holder.key.id, asked)
    assert (order.status, order.reason) == (OrderStatus.REFUSED, Reason.WALLET_FROZEN)
    assert balance(bank, holder.wallet) == 100_00


def test_an_order_that_began_before_a_freeze_ends_as_the_cards_bank_says(
    funded: Funded, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank, holder = funded.bank, funded.holder
    fill(bank, holder.wallet, Fen(100_00))
    asked_bank = orders._ask

    def freezing(bank: Bank, order: CardOrder) -> object:
        freeze_wallet(bank, order.wallet_id, Freezer.BANK)
        return asked_bank(bank, order)

    monkeypatch.setattr(orders, "_ask", freezing)
    asked = Asked(bank.new_id(), funded.cards[0], Fen(60_00))
    order = save_to_bank(bank, holder.person, holder.wallet, holder.key.id, asked)
    assert order.status is OrderStatus.DONE
    assert orders.carry_out(bank, order).status is OrderStatus.DONE
    assert balance(bank, holder.wallet) == 40_00
