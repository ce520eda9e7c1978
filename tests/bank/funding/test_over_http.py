"""Funding with the sandbox's bank over real HTTP: every fault, and then the books must agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from uuid import UUID

import httpx
import pytest

from tests.bank.conftest import BEGINNING, Clock
from tests.bank.funding.conftest import NAME, RESIDENT_ID
from tests.bank.holders import Holder, balance, fill
from tests.sandbox.running import running_sandbox
from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.funding import store
from zerobar.bank.funding.cards import bind_card
from zerobar.bank.funding.exchanging import exchange, save_to_bank
from zerobar.bank.funding.model import Asked, OrderStatus
from zerobar.bank.funding.reconciling import reconcile_day
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.partners.http import HttpBank, PartnerUrls, http_partners
from zerobar.ledger import trial_balance
from zerobar.purse.money import Fen
from zerobar.sandbox.people import PEOPLE

DAY = date(2026, 11, 25)
FAULTS = ("lost-request", "lost-answer", "refuse", "pending", "none", "none")


@pytest.fixture
def sandbox(tmp_path: Path, clock: Clock) -> Iterator[httpx.Client]:
    with running_sandbox(tmp_path / "sandbox.db", clock) as client:
        yield client


@pytest.fixture
def linked(bank: Bank, sandbox: httpx.Client) -> Iterator[Bank]:
    url = str(sandbox.base_url)
    with http_partners(PartnerUrls(url, url, url), httpx.Timeout(0.3)) as partners:
        yield replace(bank, partners=partners)


def ask_for_much(bank: Bank, holder: Holder, card: UUID, sandbox: httpx.Client) -> list[UUID]:
    """Exchange and save in turn, each call with a fault or none."""
    choose, ids = Random(7), []
    for number in range(16):
        way, kind = ("bank.debit", "bank.credit")[number % 2], choose.choice(FAULTS)
        if kind != "none":
            fault = {"call": way, "fault": kind, "queries": choose.randint(1, 3)}
            sandbox.post("/faults", json=fault).raise_for_status()
        asked = Asked(bank.new_id(), card, Fen(choose.randint(1, 50_00)))
        ids.append(asked.id)
        if number % 2:
            save_to_bank(bank, holder.person, holder.wallet, holder.key.id, asked)
        else:
            exchange(bank, holder.person, holder.wallet, holder.key.id, asked)
    return ids


@pytest.mark.slow
def test_whatever_the_bank_does_everything_ends_and_the_day_reconciles(
    linked: Bank, verified: Holder, clock: Clock, sandbox: httpx.Client
) -> None:
    assert (NAME, RESIDENT_ID) == (PEOPLE[0].name, PEOPLE[0].resident_id)
    card = bind_card(linked, verified.session, linked.new_id(), PEOPLE[0].cards[0].number).id
    fill(linked, verified.wallet, Fen(1_000_00))
    ids = ask_for_much(linked, verified, card, sandbox)
    while clock.time < BEGINNING.replace(hour=5):
        clock.advance(seconds=40)
        resolve_orders(linked)
    with linked.connection() as connection:
        orders = store.orders_by_id(connection, ids).values()
        assert trial_balance(connection).balanced
    assert {order.status for order in orders} == {OrderStatus.DONE, OrderStatus.REFUSED}
    moved = sum(o.amount if o.kind.fills_wallet else -o.amount for o in orders if o.moved)
    assert balance(linked, verified.wallet) == 1_000_00 + moved
    at_bank = operator_account(linked.operator_id, AccountCode.AT_BANK)
    assert balance(linked, at_bank) == moved
    assert isinstance(linked.partners.bank, HttpBank)
    day = reconcile_day(linked, DAY, linked.partners.bank.statement(DAY))
    assert day.differences == ()
    assert day.paid_in - day.paid_out == moved
    assert day.matched == sum(order.moved for order in orders) > 0
