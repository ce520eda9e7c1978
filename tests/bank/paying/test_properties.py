"""Whatever people send each other at once, nothing is made, lost or paid twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bank.holders import Holder, balance, fill, grant, open_holder
from tests.bank.paying.orders import order, to
from zerobar.bank.calendar import day_of
from zerobar.bank.context import Bank
from zerobar.bank.paying import store
from zerobar.bank.paying.desk import PaymentDesk
from zerobar.bank.paying.errors import InsufficientBalance, OwnWallet, PayeeFull
from zerobar.bank.paying.model import Payment
from zerobar.bank.people.errors import OverLimit
from zerobar.ledger import read_counter, trial_balance
from zerobar.purse.money import Fen

REFUSALS = (InsufficientBalance, OverLimit, OwnWallet, PayeeFull)
people = st.integers(0, 2)
# Round the limit of one payment, of a day, and of what a wallet has.
amounts = st.one_of(
    st.integers(1, 50_00), st.sampled_from((1, 1_999_99, 2_000_00, 2_000_01, 1_000_00))
)
sendings = st.lists(st.tuples(people, people, amounts), min_size=1, max_size=12)


@pytest.fixture
def three(bank: Bank) -> list[Holder]:
    holders = [open_holder(bank, f"+861380000010{i}") for i in range(3)]
    for holder in holders:
        fill(bank, holder.wallet, Fen(3_000_00))
        grant(bank, holder)
    return holders


@pytest.fixture
def desk(bank: Bank) -> Iterator[PaymentDesk]:
    with PaymentDesk(bank) as desk:
        yield desk


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sendings)
def test_books_records_and_answers_agree(
    bank: Bank, three: list[Holder], desk: PaymentDesk, sendings: list[tuple[int, int, int]]
) -> None:
    before = [balance(bank, holder.wallet) for holder in three]
    spent = [_spent(bank, holder) for holder in three]
    orders = [
        order(bank, three[payer], to(three[payee]), amount) for payer, payee, amount in sendings
    ]
    # Each is asked twice, at once.
    answers = [(desk.submit(asked), desk.submit(asked)) for asked in orders]
    expected, paid_out = list(before), [0, 0, 0]
    for (payer, payee, amount), asked, (first, second) in zip(
        sendings, orders, answers, strict=True
    ):
        error = first.exception()
        assert type(second.exception()) is type(error)
        with bank.connection() as connection:
            stored = store.payment(connection, asked.payment_id)
        if error is not None:
            assert isinstance(error, REFUSALS) and stored is None
            continue
        assert isinstance(stored, Payment) and first.result() == second.result() == stored
        expected[payer] = Fen(expected[payer] - amount)
        expected[payee] = Fen(expected[payee] + amount)
        paid_out[payer] += amount
    assert [balance(bank, holder.wallet) for holder in three] == expected
    for holder, earlier, more in zip(three, spent, paid_out, strict=True):
        assert _spent(bank, holder) == earlier + more <= 5_000_00
    with bank.connection() as connection:
        assert trial_balance(connection).balanced


def _spent(bank: Bank, holder: Holder) -> int:
    with bank.connection() as connection:
        return read_counter(connection, holder.wallet, day_of(bank.clock()))
