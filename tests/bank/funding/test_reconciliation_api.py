"""Statements that were compared, over HTTP, as staff read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bank.conftest import Clock
from tests.bank.employees import found
from tests.bank.funding.cards import Funded
from tests.bank.staff.asking import Client, as_, asked, problem
from zerobar.bank.context import Bank
from zerobar.bank.funding.daily import READY_AFTER, reconcile_days
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.staff.model import Role
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow
AMOUNT = Fen(30_00)


@pytest.fixture
def client(bank: Bank) -> Iterator[Client]:
    with asked(bank) as client:
        yield client


def test_staff_read_what_came_of_each_day(
    funded: Funded, bank: Bank, client: Client, clock: Clock
) -> None:
    missing = funded.exchange(funded.ask(AMOUNT))
    clock.advance(days=2, hours=12, seconds=READY_AFTER.total_seconds())
    reconcile_days(bank)
    headers = as_(found(bank, "Risk", Role.RISK).token)
    first = client.get("/v1/reconciliations?limit=2", headers=headers).json()
    cursor = first["next_cursor"]
    rest = client.get(f"/v1/reconciliations?cursor={cursor}", headers=headers).json()
    shown = first["items"] + rest["items"]
    assert [(each["day"], each["differing"]) for each in shown] == [
        (2026_11_27, 1),
        (2026_11_26, 1),
        (2026_11_25, 1),
    ]
    assert rest["next_cursor"] is None
    day = client.get("/v1/reconciliations/20261125", headers=headers).json()
    assert day["reconciliation"] == shown[-1]
    assert day["differences"] == [
        {
            "subject": "card-order",
            "kind": "missing-there",
            "reference": str(missing.id),
            "ours_fen": AMOUNT,
            "theirs_fen": None,
        }
    ]


def test_staff_read_which_orders_have_been_pending_for_a_day(
    funded: Funded, bank: Bank, client: Client, clock: Clock
) -> None:
    funded.partners.bank.lose_answers = funded.partners.bank.pending = 1
    asked_for = funded.exchange(funded.ask(AMOUNT))
    clock.advance(days=1, seconds=1)
    resolve_orders(bank)
    headers = as_(found(bank, "Clerk", Role.OPERATIONS).token)
    (item,) = client.get("/v1/overdue-orders", headers=headers).json()["items"]
    assert item["order"]["order_id"] == str(asked_for.id)
    assert (item["person_id"], item["tries"]) == (str(funded.holder.person), 2)
    clock.advance(minutes=1)
    resolve_orders(bank)
    assert client.get("/v1/overdue-orders", headers=headers).json()["items"] == []


@pytest.mark.parametrize("day", ["20261125", "0", "-1", "99999999999999999999"])
def test_invalid_a_day_that_was_not_compared(bank: Bank, client: Client, day: str) -> None:
    headers = as_(found(bank, "Risk", Role.RISK).token)
    answer = client.get(f"/v1/reconciliations/{day}", headers=headers)
    assert problem(answer, 404) in ("day-not-reconciled", "not-found")
    none = client.get("/v1/reconciliations?cursor=_____________________w", headers=headers)
    assert none.json() == {"items": [], "next_cursor": None}


def test_invalid_other_staff_look_at_neither(bank: Bank, client: Client) -> None:
    headers = as_(found(bank, "Head", Role.ADMINISTRATOR).token)
    order = bank.new_id()
    lists = ("/v1/reconciliations", "/v1/stranded-orders", "/v1/overdue-orders")
    for place in (*lists, "/v1/reconciliations/20261125"):
        assert problem(client.get(place, headers=headers), 403) == "role-missing"
    tried = client.post(f"/v1/stranded-orders/{order}/retry", headers=headers)
    assert problem(tried, 403) == "role-missing"
