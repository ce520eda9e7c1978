from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, grant
from tests.bank.paying.conftest import MONEY
from tests.bank.paying.orders import order, to
from tests.bank.paying.sellers import Seller, as_payee, open_order
from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.bank.errors import TooMany
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.errors import InsufficientBalance, PaymentUnknown
from zerobar.bank.paying.papers import as_csv, document_of
from zerobar.bank.paying.reading import outcome_for, payment_of
from zerobar.bank.paying.refunds import refund_payment
from zerobar.bank.paying.statement_pdf import _cut_note, as_pdf
from zerobar.bank.paying.statements import LAST_NUMBER, BadPeriod, lines_of, statement_of
from zerobar.bank.people.attempts import PACES, AttemptKind
from zerobar.bank.people.errors import WalletUnknown
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow

TODAY, TOMORROW = date(2026, 11, 25), date(2026, 11, 26)


@pytest.fixture
def history(bank: Bank, payer: Holder, bea: Holder, seller: Seller, clock: Clock) -> Holder:
    """A day with a transfer and a purchase, and a day with a refund."""
    pay_now(bank, order(bank, payer, to(bea), 20_00, memo="=1+1"))
    sold = pay_now(bank, order(bank, payer, as_payee(open_order(bank, seller, 38_00)), 38_00))
    clock.advance(days=1)
    refund_payment(bank, bank.new_id(), sold.id, Fen(8_00), seller.wallet, reason="cold tea")
    grant(bank, payer)
    return payer


def test_lines_tell_what_each_movement_was_for(bank: Bank, history: Holder, bea: Holder) -> None:
    lines = lines_of(bank, history.person, history.wallet, LAST_NUMBER, 10)
    assert [(line.code, line.amount, line.other, line.memo) for line in lines] == [
        (TransferCode.REFUND, 8_00, "茶馆", "cold tea"),
        (TransferCode.PAYMENT, -38_00, "茶馆", "lunch"),
        (TransferCode.TRANSFER, -20_00, f"**** {bea.number[-4:]}", "=1+1"),
        (TransferCode.ISSUE, MONEY, "", ""),
    ]


def test_pages_follow_one_another(bank: Bank, history: Holder) -> None:
    seen, before = [], LAST_NUMBER
    while lines := lines_of(bank, history.person, history.wallet, before, 3):
        seen += lines
        before = lines[-1].number
    assert seen == lines_of(bank, history.person, history.wallet, LAST_NUMBER, 10)


def test_a_statements_lines_make_up_its_balances(bank: Bank, history: Holder) -> None:
    first = statement_of(bank, history.person, history.wallet, TODAY, TODAY)
    second = statement_of(bank, history.person, history.wallet, TOMORROW, TOMORROW)
    both = statement_of(bank, history.person, history.wallet, TODAY, TOMORROW)
    assert (first.opening, first.closing) == (0, MONEY - 58_00)
    assert (second.opening, second.closing) == (first.closing, MONEY - 50_00)
    assert (both.came_in, both.went_out) == (MONEY + 8_00, 58_00)
    assert [*first.lines, *second.lines] == both.lines


def test_what_moves_at_midnight_in_china_is_of_the_new_day(
    bank: Bank, payer: Holder, bea: Holder, clock: Clock
) -> None:
    clock.advance(hours=12)
    grant(bank, payer)
    pay_now(bank, order(bank, payer, to(bea), 1_00))
    ended = statement_of(bank, payer.person, payer.wallet, TODAY, TODAY)
    begun = statement_of(bank, payer.person, payer.wallet, TOMORROW, TOMORROW)
    assert (ended.closing, len(ended.lines)) == (MONEY, 1)
    assert (begun.opening, begun.went_out) == (MONEY, 1_00)


def test_only_the_holder_gets_a_statement(bank: Bank, history: Holder, bea: Holder) -> None:
    with pytest.raises(WalletUnknown):
        statement_of(bank, bea.person, history.wallet, TODAY, TODAY)
    with pytest.raises(WalletUnknown):
        lines_of(bank, bea.person, history.wallet, LAST_NUMBER, 10)


@pytest.mark.parametrize(
    "days",
    [
        (TOMORROW, TODAY),
        (TODAY, date(2026, 11, 27)),
        (date(2025, 11, 24), TODAY),
        (date.min, date.min),
        (date(1999, 12, 31), date(2000, 1, 1)),
    ],
)
def test_a_period_is_days_that_have_begun(
    bank: Bank, history: Holder, days: tuple[date, date]
) -> None:
    with pytest.raises(BadPeriod):
        statement_of(bank, history.person, history.wallet, *days)


def test_a_spreadsheet_has_every_line_and_no_formula(bank: Bank, history: Holder) -> None:
    statement = statement_of(bank, history.person, history.wallet, TODAY, TOMORROW)
    text = as_csv(statement).decode("utf-8-sig")
    _, opening, *lines, closing = csv.reader(io.StringIO(text))
    assert [line[4] for line in lines] == ["3000.00", "-20.00", "-38.00", "8.00"]
    assert (opening[5], closing[5]) == ("0.00", "2950.00")
    assert lines[1][3] == "'=1+1"


def test_a_document_is_made_for_many_lines(bank: Bank, payer: Holder, bea: Holder) -> None:
    for amount in range(1, 71):
        pay_now(bank, order(bank, payer, to(bea), amount, memo="备注 <b>&"))
    statement = statement_of(bank, payer.person, payer.wallet, TODAY, TODAY)
    document = as_pdf(statement)
    assert document.startswith(b"%PDF-") and document.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type /Page\b", document)) >= 2
    assert b"STSong-Light" in document
    assert as_pdf(statement) == document


def test_a_long_document_lists_the_first_lines_and_says_where_the_others_are(
    bank: Bank, history: Holder
) -> None:
    statement = statement_of(bank, history.person, history.wallet, TODAY, TOMORROW)
    short, few, many = (
        replace(statement, lines=tuple(statement.lines) * times) for times in (1, 125, 2_500)
    )
    pages = [len(re.findall(rb"/Type /Page\b", as_pdf(given))) for given in (short, few, many)]
    assert pages[0] == 1 < pages[1] == pages[2]
    assert _cut_note(len(few.lines)) == []
    assert all(str(len(many.lines)) in line and "CSV" in line for line in _cut_note(10_000))
    assert len(as_csv(many).splitlines()) == len(many.lines) + 3


def test_documents_are_asked_for_some_times_a_day(
    bank: Bank, history: Holder, clock: Clock
) -> None:
    asked = history.person, history.wallet, TODAY, TODAY
    most = PACES[AttemptKind.DOCUMENT].per_day
    for _ in range(most):
        assert document_of(bank, *asked).startswith(b"%PDF-")
    with pytest.raises(TooMany):
        document_of(bank, *asked)
    clock.advance(days=1)
    document_of(bank, *asked)


# --- what became of a payment -------------------------------------------------------------


def test_both_sides_may_ask_what_became_of_a_payment(
    bank: Bank, payer: Holder, bea: Holder, seller: Seller
) -> None:
    paid = pay_now(bank, order(bank, payer, to(bea), 1))
    assert outcome_for(bank, payer.person, paid.id).payment == paid
    assert outcome_for(bank, bea.person, paid.id).payment == paid
    assert payment_of(bank, paid.id, bea.wallet) == paid
    with pytest.raises(PaymentUnknown):
        outcome_for(bank, bank.new_id(), paid.id)
    with pytest.raises(PaymentUnknown):
        payment_of(bank, paid.id, seller.wallet)


def test_a_refused_payment_is_told_to_its_payer_only(bank: Bank, anna: Holder, bea: Holder) -> None:
    grant(bank, anna)
    asked = order(bank, anna, to(bea), 1)
    with pytest.raises(PaymentUnknown):
        outcome_for(bank, anna.person, asked.payment_id)
    with pytest.raises(InsufficientBalance):
        pay_now(bank, asked)
    outcome = outcome_for(bank, anna.person, asked.payment_id)
    assert (outcome.payment, outcome.refusal) == (None, "insufficient-balance")
    with pytest.raises(PaymentUnknown):
        outcome_for(bank, bea.person, asked.payment_id)
