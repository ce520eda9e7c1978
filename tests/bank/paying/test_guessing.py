"""Numbers are not to be listed by paying them."""

from __future__ import annotations

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, grant
from tests.bank.paying.orders import by_phone, order, to
from tests.bank.paying.sellers import Seller, as_payee, open_order
from zerobar.bank.context import Bank
from zerobar.bank.errors import TooMany
from zerobar.bank.paying.engine import examine, pay_now
from zerobar.bank.paying.errors import PayeeUnknown
from zerobar.bank.paying.guessing import MOST_MISSES
from zerobar.bank.paying.model import Payee, PayeeKind
from zerobar.bank.people.errors import OverLimit

NOBODY = Payee(PayeeKind.PHONE, "+8613900000000")
NO_NUMBER = Payee(PayeeKind.NUMBER, "0000000000000000")


def miss(bank: Bank, payer: Holder, many: int) -> None:
    """Pay people who are not there."""
    verdicts = examine(bank, [order(bank, payer, NOBODY, 1) for _ in range(many)])
    assert all(isinstance(verdict, PayeeUnknown) for verdict in verdicts)


def test_an_amount_that_cannot_be_paid_does_not_tell_who_has_a_wallet(
    bank: Bank, payer: Holder, bea: Holder
) -> None:
    for payee in (NOBODY, by_phone(bea), NO_NUMBER, to(bea)):
        with pytest.raises(OverLimit):
            pay_now(bank, order(bank, payer, payee, 0x7FFF_FFFF))


def test_who_misses_too_often_pays_nobody_by_number_until_tomorrow(
    bank: Bank, payer: Holder, bea: Holder, seller: Seller, clock: Clock
) -> None:
    miss(bank, payer, MOST_MISSES - 1)
    pay_now(bank, order(bank, payer, by_phone(bea), 1))
    miss(bank, payer, 1)
    for payee in (NOBODY, by_phone(bea), NO_NUMBER, to(bea)):
        with pytest.raises(TooMany) as refused:
            pay_now(bank, order(bank, payer, payee, 1))
        assert refused.value.retry_after_s == 12 * 3600
    pay_now(bank, order(bank, payer, as_payee(open_order(bank, seller, 1_00)), 1_00))
    clock.advance(hours=12)
    grant(bank, payer)
    pay_now(bank, order(bank, payer, to(bea), 1))


def test_what_was_paid_is_answered_also_after_too_many_misses(
    bank: Bank, payer: Holder, bea: Holder
) -> None:
    asked = order(bank, payer, to(bea), 1)
    paid = pay_now(bank, asked)
    miss(bank, payer, MOST_MISSES)
    assert pay_now(bank, asked) == paid


def test_nobody_uses_up_the_misses_of_another(bank: Bank, payer: Holder, bea: Holder) -> None:
    forged = [order(bank, bea, NOBODY, 1, wallet=payer.wallet) for _ in range(MOST_MISSES)]
    examine(bank, forged)
    miss(bank, payer, 1)
    pay_now(bank, order(bank, payer, to(bea), 1))
    # Nor do orders without a right signature count for anybody.
    unsigned = [order(bank, payer, NOBODY, 1, late_s=-400) for _ in range(MOST_MISSES)]
    examine(bank, unsigned)
    pay_now(bank, order(bank, payer, to(bea), 1))
