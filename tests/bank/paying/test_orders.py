from __future__ import annotations

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, balance, fill, grant
from tests.bank.paying.orders import falsified, order
from tests.bank.paying.sellers import SHOP_CODE, Seller, as_payee, open_order
from zerobar.bank.context import Bank
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.errors import AmountDiffers, NotPayable, NotTrading
from zerobar.bank.paying.model import Payee, PayeeKind, PaymentKind
from zerobar.purse.money import Fen


def test_an_order_is_paid_once_and_by_one(
    bank: Bank, payer: Holder, bea: Holder, seller: Seller
) -> None:
    fill(bank, bea.wallet, Fen(100_00))
    grant(bank, bea)
    order_id = open_order(bank, seller, 38_00)
    asked = order(bank, payer, as_payee(order_id), 38_00)
    paid = pay_now(bank, asked)
    assert (paid.kind, paid.subject_id, paid.shop_id) == (PaymentKind.ORDER, order_id, seller.shop)
    assert pay_now(bank, asked) == paid
    with pytest.raises(NotPayable) as refused:
        pay_now(bank, order(bank, bea, as_payee(order_id), 38_00))
    assert refused.value.facts == {"state": "paid"}
    assert balance(bank, seller.wallet) == 38_00


def test_an_order_is_paid_whole(bank: Bank, payer: Holder, seller: Seller) -> None:
    order_id = open_order(bank, seller, 38_00)
    with pytest.raises(AmountDiffers) as refused:
        pay_now(bank, order(bank, payer, as_payee(order_id), 37_00))
    assert refused.value.facts == {"amount_fen": 38_00}


def test_an_expired_order_is_not_paid(
    bank: Bank, payer: Holder, seller: Seller, clock: Clock
) -> None:
    order_id = open_order(bank, seller, 38_00)
    clock.advance(hours=2)
    grant(bank, payer)
    with pytest.raises(NotPayable) as refused:
        pay_now(bank, order(bank, payer, as_payee(order_id), 38_00))
    assert refused.value.facts == {"state": "expired"}


def test_a_shops_standing_code_takes_any_amount(bank: Bank, payer: Holder, seller: Seller) -> None:
    shop = Payee(PayeeKind.SHOP, SHOP_CODE)
    paid = pay_now(bank, order(bank, payer, shop, 12_34))
    assert (paid.kind, paid.payee_wallet_id) == (PaymentKind.SHOP, seller.wallet)
    pay_now(bank, order(bank, payer, shop, 12_34))
    assert balance(bank, seller.wallet) == 24_68


def test_a_suspended_merchant_is_not_paid(bank: Bank, payer: Holder, seller: Seller) -> None:
    order_id = open_order(bank, seller, 5_00)
    with bank.connection() as connection:
        connection.execute("UPDATE bank.merchant SET suspended_at = %s", (bank.clock(),))
    for payee in (as_payee(order_id), Payee(PayeeKind.SHOP, SHOP_CODE)):
        with pytest.raises(NotTrading):
            pay_now(bank, order(bank, payer, payee, 5_00))


def test_orders_of_one_group_are_looked_up_together(
    bank: Bank, payer: Holder, seller: Seller
) -> None:
    from zerobar.bank.paying.engine import examine
    from zerobar.bank.paying.judging import Approved

    first, second = (open_order(bank, seller, amount) for amount in (1_00, 2_00))
    good = order(bank, payer, as_payee(first), 1_00)
    wrong = order(bank, payer, as_payee(second), 1_00)
    forged = falsified(good)
    verdicts = examine(bank, [good, wrong, forged, good])
    assert [isinstance(verdict, Approved) for verdict in verdicts] == [True, False, False, True]
