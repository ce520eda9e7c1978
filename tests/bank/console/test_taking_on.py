"""Shops and tills that staff open for a merchant, and purses that they order for stock."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.console.conftest import Asker
from tests.bank.employees import Employee
from tests.bank.holders import new_key
from tests.bank.merchants.trading import Trader, application, begin, seller
from tests.bank.staff.asking import Client, as_, problem
from tests.bank.syncing.village import Village
from zerobar.bank.context import Bank
from zerobar.bank.merchants import shops
from zerobar.bank.merchants.errors import EnrolmentCodeWrong, NotASeller
from zerobar.bank.staff import audit
from zerobar.client.enrolment import write_64
from zerobar.client.merchants import terminal_bytes

pytestmark = pytest.mark.slow

SHOP = {"name": "前门店", "latin_name": "Qianmen"}


@pytest.fixture
def merchant(ask: Asker, operations: Employee, bank: Bank) -> str:
    """A merchant that is taken on over HTTP."""
    asked = application(new_key(bank))
    names = [name for name in asked.__slots__ if name not in ("server_key", "webhook_url")]
    body = {name: getattr(asked, name) for name in names}
    body["server_key"] = write_64(asked.server_key)
    opened = ask.post(operations, "/v1/merchants", body, bank.new_id())
    return str(opened["merchant"]["merchant_id"])


def actions(bank: Bank) -> list[str]:
    with bank.connection() as connection:
        return [entry.action for entry in reversed(audit.entries_before(connection, None, 100))]


def place(merchant: str, what: str) -> str:
    return f"/v1/console/merchants/{merchant}/{what}"


def enrol(bank: Bank, added: Any, code: str | None = None) -> Any:
    """Enrol a key as a till does; return it under its id."""
    till, key = UUID(added["terminal"]["terminal_id"]), new_key(bank)
    said = code or added["code"]
    return key, shops.enrol_terminal(
        bank, till, said, key.public_key, key.sign(terminal_bytes(till, said))
    )


def test_a_merchant_is_taken_on_with_a_shop_and_a_till_that_enrols_and_sells(
    ask: Asker, operations: Employee, bank: Bank, merchant: str
) -> None:
    shop_id, till_id = bank.new_id(), bank.new_id()
    shop = ask.post(operations, place(merchant, "shops"), SHOP, shop_id)
    assert ask.post(operations, place(merchant, "shops"), SHOP, shop_id) == shop
    till = {"shop_id": shop["shop_id"], "label": "till 1"}
    added = ask.post(operations, place(merchant, "terminals"), till, till_id)
    assert ask.post(operations, place(merchant, "terminals"), till, till_id) == added
    assert (shop["name"], shop["latin_name"]) == ("前门店", "Qianmen")
    key, enrolled = enrol(bank, added)
    assert str(seller(bank, type(key)(enrolled.id, key.private_key)).merchant.id) == merchant
    (listed,) = ask.pages(operations, place(merchant, "terminals"))
    assert listed["enrolled_at"] and listed["key_id"] == str(enrolled.id)
    assert [shop["name"] for shop in ask.pages(operations, place(merchant, "shops"))] == ["前门店"]
    assert actions(bank)[-3:] == ["open-merchant", "open-shop", "add-till"]


def test_another_code_voids_the_one_before_and_an_ended_till_signs_no_more(
    ask: Asker,
    operations: Employee,
    risk: Employee,
    bank: Bank,
    clock: Clock,
    merchant: str,
) -> None:
    shop = ask.post(operations, place(merchant, "shops"), SHOP, bank.new_id())
    till = {"shop_id": shop["shop_id"], "label": "till 1"}
    added = ask.post(operations, place(merchant, "terminals"), till, bank.new_id())
    at = place(merchant, f"terminals/{added['terminal']['terminal_id']}")
    # The code follows from the moment at which it expires.
    clock.advance(seconds=1)
    renewed = ask.post(operations, f"{at}/code", None)
    assert renewed["code"] != added["code"]
    with pytest.raises(EnrolmentCodeWrong):
        enrol(bank, added)
    key, enrolled = enrol(bank, renewed)
    for _ in range(2):
        assert ask.post(risk, f"{at}/revocation", None)["revoked_at"]
    with pytest.raises(NotASeller):
        seller(bank, type(key)(enrolled.id, key.private_key))
    assert actions(bank)[-2:] == ["renew-till-code", "end-till"]


def test_a_till_of_another_merchant_is_unknown_and_risk_opens_nothing(
    client: Client, operations: Employee, risk: Employee, bank: Bank, merchant: str
) -> None:
    tea: Trader = begin(bank, number=2)
    assert tea.till.terminal is not None
    path = place(merchant, f"terminals/{tea.till.terminal.id}/revocation")
    assert problem(client.post(path, headers=as_(operations.token)), 404) == "terminal-unknown"
    headers = as_(risk.token, bank.new_id())
    answer = client.post(place(merchant, "shops"), headers=headers, json=SHOP)
    assert problem(answer, 403) == "role-missing"
    answer = client.post(
        place(merchant, "terminals"),
        headers=as_(operations.token, bank.new_id()),
        json={"shop_id": str(tea.shop.id), "label": "till"},
    )
    assert problem(answer, 404) == "shop-unknown"
    nobody = place(str(bank.new_id()), "shops")
    answer = client.post(nobody, headers=as_(operations.token, bank.new_id()), json=SHOP)
    assert problem(answer, 404) == "merchant-unknown"


def test_purses_for_stock_are_ordered_and_listed_newest_first(
    ask: Asker, operations: Employee, village: Village, clock: Clock
) -> None:
    for kind in ("anonymous", "merchant", "anonymous"):
        clock.advance(seconds=1)
        ask.post(operations, "/v1/staff/purse-orders", {"kind": kind}, village.bank.new_id())
    orders = ask.pages(operations, "/v1/console/purse-orders")
    assert [(order["kind"], order["state"]) for order in orders] == [
        ("anonymous", "ordered"), ("merchant", "ordered"), ("anonymous", "ordered"),
    ]  # fmt: skip
