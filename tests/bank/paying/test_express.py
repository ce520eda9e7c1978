"""The express: what it does by itself, and what it leaves to the desk."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bank.holders import Holder, balance, grant
from tests.bank.paying.expressing import PATIENCE_S, ExpressDesk, express_desk
from tests.bank.paying.orders import by_phone, order, to
from zerobar.bank.context import Bank
from zerobar.bank.paying import express
from zerobar.bank.paying.assurance import Assurance
from zerobar.bank.paying.model import PaymentOrder
from zerobar.database import Connection
from zerobar.ledger import LedgerUnavailable, trial_balance


@pytest.fixture
def opened(bank: Bank, payer: Holder, bea: Holder) -> Iterator[ExpressDesk]:
    """An express that takes what Anna pays to Bea, and has left nothing to the desk since."""
    with express_desk(bank) as desk:
        desk.open(orders(bank, payer, bea))
        desk.at_desk.clear()
        yield desk


def orders(bank: Bank, payer: Holder, payee: Holder) -> Iterator[PaymentOrder]:
    while True:
        yield order(bank, payer, to(payee), 1)


def pay(desk: ExpressDesk, asked: list[PaymentOrder]) -> None:
    answers = [desk.submit(each) for each in asked]
    assert [answer.result(PATIENCE_S).id for answer in answers] == [
        each.payment_id for each in asked
    ]


def test_what_is_remembered_does_not_come_to_the_desk(
    bank: Bank, opened: ExpressDesk, payer: Holder, bea: Holder
) -> None:
    had = balance(bank, bea.wallet)
    pay(opened, [order(bank, payer, to(bea), amount) for amount in range(1, 51)])
    assert balance(bank, bea.wallet) - had == sum(range(1, 51))
    assert not opened.at_desk
    with bank.connection() as connection:
        assert trial_balance(connection).balanced


def test_anything_else_is_the_desks(
    bank: Bank, opened: ExpressDesk, payer: Holder, bea: Holder, anna: Holder
) -> None:
    grant(bank, bea)
    asked = [order(bank, payer, by_phone(bea), 1), order(bank, bea, to(anna), 1)]
    pay(opened, asked)
    assert opened.at_desk == asked


def _cut_connections(connection: Connection) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND query ILIKE '%%zerobar_otherwise%%'"
    )


def test_a_connection_that_is_cut_is_replaced_and_nobody_notices(
    bank: Bank,
    opened: ExpressDesk,
    payer: Holder,
    bea: Holder,
) -> None:
    with bank.connection() as connection:
        _cut_connections(connection)
    pay(opened, [order(bank, payer, to(bea), 1) for _ in range(5)])
    opened.open(orders(bank, payer, bea))


def _end(assurance: Assurance) -> None:
    with socket.socket(fileno=os.dup(assurance.socket)) as wire:
        wire.shutdown(socket.SHUT_RD)


def test_a_connection_that_ends_after_a_question_costs_nobody_the_answer(
    bank: Bank,
    opened: ExpressDesk,
    payer: Holder,
    bea: Holder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask = Assurance.ask

    def ask_in_vain(assurance: Assurance, *question: Any) -> None:
        _end(assurance)
        ask(assurance, *question)

    monkeypatch.setattr(express, "PATIENCE_S", 2 * PATIENCE_S)
    asked = [order(bank, payer, to(bea), 1) for _ in range(5)]
    with monkeypatch.context() as patched:
        patched.setattr(Assurance, "ask", ask_in_vain)
        pay(opened, asked)
    assert opened.at_desk == asked
    opened.open(orders(bank, payer, bea))


def test_a_connection_that_ends_while_a_group_gathers_costs_nobody_the_answer(
    bank: Bank,
    opened: ExpressDesk,
    payer: Holder,
    bea: Holder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask, used = Assurance.ask, []

    def noted(assurance: Assurance, *question: Any) -> None:
        used.append(assurance)
        ask(assurance, *question)

    with monkeypatch.context() as patched:
        patched.setattr(Assurance, "ask", noted)
        # From here on, as many are expected together.
        together = [order(bank, payer, to(bea), 1) for _ in range(20)]
        for paid in opened.submit_together(together):
            paid.result(PATIENCE_S)
    monkeypatch.setattr(express, "GATHER_S", 2 * PATIENCE_S)
    asked = order(bank, payer, to(bea), 1)
    answer = opened.submit(asked)
    _end(used[-1])
    assert answer.result(PATIENCE_S).id == asked.payment_id
    assert opened.at_desk == [asked]


def test_when_the_database_does_not_answer_the_desk_takes_over(
    bank: Bank,
    opened: ExpressDesk,
    payer: Holder,
    bea: Holder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(express, "PATIENCE_S", 0.1)
    asked = [order(bank, payer, to(bea), 1) for _ in range(5)]
    with bank.connection() as other, other.transaction():
        other.execute("LOCK TABLE bank.pin_grant IN ACCESS EXCLUSIVE MODE")
        answers = [opened.submit(each) for each in asked]
        give_up_at = time.monotonic() + PATIENCE_S
        while len(opened.at_desk) < len(asked):
            assert time.monotonic() < give_up_at
            time.sleep(0.01)
    assert [answer.result(PATIENCE_S).amount for answer in answers] == [1] * 5


def test_a_mistake_of_ours_costs_nobody_the_answer(
    bank: Bank,
    opened: ExpressDesk,
    payer: Holder,
    bea: Holder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr(express, "judge", fail)
    pay(opened, [order(bank, payer, to(bea), 1) for _ in range(5)])
    assert len(opened.at_desk) == 5


def test_when_the_books_take_nothing_who_waits_is_told(
    bank: Bank,
    opened: ExpressDesk,
    payer: Holder,
    bea: Holder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise LedgerUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(type(bank.ledger), "submit_many", fail)
        error = opened.submit(order(bank, payer, to(bea), 1)).exception(PATIENCE_S)
    assert isinstance(error, LedgerUnavailable)
    pay(opened, [order(bank, payer, to(bea), 1)])


def test_what_waits_is_finished_on_closing(bank: Bank, payer: Holder, bea: Holder) -> None:
    with express_desk(bank) as desk:
        desk.open(orders(bank, payer, bea))
        answers = [desk.submit(order(bank, payer, to(bea), 1)) for _ in range(300)]
        desk.close()
    assert all(answer.result(PATIENCE_S).amount == 1 for answer in answers)
