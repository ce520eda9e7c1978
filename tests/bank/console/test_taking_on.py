"""Shops, tills and keys that staff give a merchant, and purses that they order for stock."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.console.conftest import Asker
from tests.bank.employees import Employee
from tests.bank.holders import Key, new_key
from tests.bank.merchants.trading import Trader, application, begin, give_key, seller
from tests.bank.staff.asking import Client, as_, problem
from tests.bank.syncing.village import Village
from zerobar.bank.context import Bank
from zerobar.bank.merchants import event_store, shops, webhooks
from zerobar.bank.merchants.errors import EnrolmentCodeWrong, NotASeller
from zerobar.bank.staff import audit
from zerobar.bank.staff.approvals import carry_out_approved
from zerobar.client.enrolment import write_64
from zerobar.client.merchants import terminal_bytes

pytestmark = pytest.mark.slow

SHOP = {"name": "前门店", "latin_name": "Qianmen"}


@pytest.fixture
def merchant(ask: Asker, operations: Employee, bank: Bank) -> str:
    """A merchant that is taken on over HTTP."""
    asked = application()
    body = {name: getattr(asked, name) for name in asked.__slots__ if name != "webhook_url"}
    return str(ask.post(operations, "/v1/merchants", body, bank.new_id())["merchant_id"])


def actions(bank: Bank) -> list[str]:
    with bank.connection() as connection:
        return [entry.action for entry in reversed(audit.entries_before(connection, None, 100))]


def place(merchant: str, what: str) -> str:
    return f"/v1/console/merchants/{merchant}/{what}"


def decide(ask: Asker, two: tuple[Employee, Employee], proposal: Any, id_: UUID) -> Any:
    """Let one propose and another approve; return what became of it."""
    one, other = two
    ask.post(one, "/v1/approvals", proposal, id_)
    return ask.post(other, f"/v1/approvals/{id_}/decision", {"verdict": "approve"})


def enrol(bank: Bank, till: UUID, code: str) -> Key:
    """Enrol a key as a till does; return it under its id."""
    key = new_key(bank)
    proof = key.sign(terminal_bytes(till, code))
    enrolled = shops.enrol_terminal(bank, till, code, key.public_key, proof)
    return Key(enrolled.id, key.private_key)


@pytest.fixture
def two(operations: Employee, risk: Employee) -> tuple[Employee, Employee]:
    """Somebody of operations who proposes, and a risk officer who approves."""
    return operations, risk


@pytest.fixture
def till(ask: Asker, operations: Employee, bank: Bank, merchant: str) -> dict[str, str]:
    """The proposal of a till in the merchant's only shop."""
    shop = ask.post(operations, place(merchant, "shops"), SHOP, bank.new_id())
    where = {"merchant_id": merchant, "shop_id": shop["shop_id"]}
    return where | {"kind": "add-till", "label": "till 1", "reason": "asked at the counter"}


def test_a_merchant_is_taken_on_with_a_shop_and_a_till_that_two_add_and_that_sells(
    ask: Asker, two: tuple[Employee, Employee], bank: Bank, merchant: str, till: dict[str, str]
) -> None:
    (shop,) = ask.pages(two[0], place(merchant, "shops"))
    assert (shop["name"], shop["latin_name"]) == ("前门店", "Qianmen")
    till_id = bank.new_id()
    assert decide(ask, two, till, till_id)["outcome"] == "done"
    first, second = (ask.get(who, f"/v1/approvals/{till_id}/till-code") for who in two)
    assert (first["is_first"], second["is_first"]) == (True, False)
    assert first["terminal_id"] == second["terminal_id"] == str(till_id)
    key = enrol(bank, till_id, first["letters"] + second["letters"])
    assert str(seller(bank, key).merchant.id) == merchant
    (listed,) = ask.pages(two[0], place(merchant, "terminals"))
    assert listed["enrolled_at"] and listed["key_id"] == str(key.id)
    assert actions(bank)[-5:] == [
        "open-merchant", "open-shop", "propose-add-till", "approve-add-till", "carry-out-add-till",
    ]  # fmt: skip
    with bank.connection() as connection:
        (event,) = event_store.events(connection, UUID(merchant), None, 10)
        facts = json.loads(webhooks.compose(connection, event))
    assert (facts["kind"], facts["terminal"]["label"]) == ("terminal.added", "till 1")


def test_neither_of_the_two_is_the_till_alone(
    ask: Asker, client: Client, two: tuple[Employee, Employee], second_risk: Employee, bank: Bank,
    till: dict[str, str],
) -> None:  # fmt: skip
    till_id = bank.new_id()
    path = f"/v1/approvals/{till_id}/till-code"
    ask.post(two[0], "/v1/approvals", till, till_id)
    before = client.get(path, headers=as_(two[0].token))
    assert problem(before, 404) == "till-code-gone"
    ask.post(two[1], f"/v1/approvals/{till_id}/decision", {"verdict": "approve"})
    halves = [ask.get(who, path)["letters"] for who in two]
    for half in halves:
        with pytest.raises(EnrolmentCodeWrong):
            enrol(bank, till_id, half * 2)
    other = client.get(path, headers=as_(second_risk.token))
    assert problem(other, 403) == "not-one-of-the-two"
    enrol(bank, till_id, "".join(halves))
    for who in two:
        assert problem(client.get(path, headers=as_(who.token)), 404) == "till-code-gone"


def test_half_a_code_is_of_no_use_to_who_guesses_the_other(
    ask: Asker, client: Client, two: tuple[Employee, Employee], clerk: Employee, bank: Bank,
    till: dict[str, str],
) -> None:  # fmt: skip
    till_id = bank.new_id()
    decide(ask, two, till, till_id)
    path = f"/v1/approvals/{till_id}/till-code"
    assert problem(client.get(path, headers=as_(clerk.token)), 403) == "role-missing"
    halves = [ask.get(who, path)["letters"] for who in two]
    for _ in range(shops.MOST_TRIES):
        with pytest.raises(EnrolmentCodeWrong):
            enrol(bank, till_id, halves[0] + halves[0])
    with pytest.raises(EnrolmentCodeWrong):
        enrol(bank, till_id, "".join(halves))
    assert problem(client.get(path, headers=as_(two[0].token)), 404) == "till-code-gone"


def test_one_officer_alone_adds_no_till_and_gives_no_key(
    ask: Asker, client: Client, two: tuple[Employee, Employee], bank: Bank, merchant: str,
    till: dict[str, str],
) -> None:  # fmt: skip
    operations, risk = two
    key = {"kind": "server-key", "merchant_id": merchant, "reason": "a letter"}
    key |= {"server_key": write_64(new_key(bank).public_key)}
    for proposal in (till, key):
        id_ = bank.new_id()
        refused = client.post("/v1/approvals", json=proposal, headers=as_(risk.token, id_))
        assert problem(refused, 403) == "role-missing"
        ask.post(operations, "/v1/approvals", proposal, id_)
        decision = f"/v1/approvals/{id_}/decision"
        refused = client.post(decision, json={"verdict": "approve"}, headers=as_(operations.token))
        assert problem(refused, 403) == "second-person-needed"
    assert ask.get(operations, place(merchant, "server-keys")) == []
    assert ask.pages(operations, place(merchant, "terminals")) == []


def test_two_give_a_merchants_program_a_key_and_look_at_those_it_had(
    ask: Asker, two: tuple[Employee, Employee], bank: Bank, clock: Clock, merchant: str
) -> None:
    proposal = {"kind": "server-key", "merchant_id": merchant, "reason": "a letter"}
    ids, keys = [bank.new_id(), bank.new_id()], [new_key(bank), new_key(bank)]
    for id_, key in zip(ids, keys, strict=True):
        clock.advance(seconds=1)
        proposal["server_key"] = write_64(key.public_key)
        assert decide(ask, two, proposal, id_)["outcome"] == "done"
    newest, oldest = ask.get(two[0], place(merchant, "server-keys"))
    assert [newest["key_id"], oldest["key_id"]] == [str(ids[1]), str(ids[0])]
    assert newest["public_key"] == write_64(keys[1].public_key)
    with bank.connection() as connection:
        (done, *_) = audit.entries_before(connection, None, 1)
    assert done.action == "carry-out-server-key" and newest["public_key"] in done.details
    assert newest["revoked_at"] is None and oldest["revoked_at"]
    assert str(seller(bank, Key(ids[1], keys[1].private_key)).merchant.id) == merchant


def test_a_proposal_that_another_key_overtook_is_refused_when_it_is_approved(
    ask: Asker, two: tuple[Employee, Employee], bank: Bank, clock: Clock, merchant: str
) -> None:
    proposal = {"kind": "server-key", "merchant_id": merchant, "reason": "a letter"}
    proposal["server_key"] = write_64(new_key(bank).public_key)
    late, quick = bank.new_id(), bank.new_id()
    ask.post(two[0], "/v1/approvals", proposal, late)
    clock.advance(seconds=1)
    proposal["server_key"] = write_64(new_key(bank).public_key)
    assert decide(ask, two, proposal, quick)["outcome"] == "done"
    path = f"/v1/approvals/{late}/decision"
    decided = ask.post(two[1], path, {"verdict": "approve"})
    assert (decided["state"], decided["outcome"]) == ("failed", "server-key-changed")
    (only,) = ask.get(two[0], place(merchant, "server-keys"))
    assert only["key_id"] == str(quick)


def test_what_was_interrupted_is_done_once_and_says_so(
    ask: Asker, two: tuple[Employee, Employee], bank: Bank, clock: Clock, merchant: str,
    till: dict[str, str],
) -> None:  # fmt: skip
    """The program dies after it was done and before that is written down."""
    key = {"kind": "server-key", "merchant_id": merchant, "reason": "a letter"}
    key |= {"server_key": write_64(new_key(bank).public_key)}
    ids = [bank.new_id(), bank.new_id()]
    for id_, proposal in zip(ids, (key, till), strict=True):
        decide(ask, two, proposal, id_)
    with bank.connection() as connection:
        connection.execute("UPDATE bank.approval SET outcome = NULL, carried_out_at = NULL")
    clock.advance(minutes=1)
    give_key(bank, UUID(merchant), new_key(bank))
    assert carry_out_approved(bank) == len(ids)
    for id_ in ids:
        assert ask.get(two[0], f"/v1/approvals/{id_}")["outcome"] == "done"
    newest, first = ask.get(two[0], place(merchant, "server-keys"))
    assert (first["key_id"], newest["revoked_at"]) == (str(ids[0]), None)
    assert first["revoked_at"], "the later key stays"
    assert len(ask.pages(two[0], place(merchant, "terminals"))) == 1


def test_an_ended_till_signs_no_more(
    ask: Asker, two: tuple[Employee, Employee], bank: Bank, merchant: str, till: dict[str, str]
) -> None:
    till_id = bank.new_id()
    decide(ask, two, till, till_id)
    path = f"/v1/approvals/{till_id}/till-code"
    key = enrol(bank, till_id, "".join(ask.get(who, path)["letters"] for who in two))
    for _ in range(2):
        at = place(merchant, f"terminals/{till_id}/revocation")
        assert ask.post(two[1], at, None)["revoked_at"]
    with pytest.raises(NotASeller):
        seller(bank, key)
    assert actions(bank)[-1] == "end-till"


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
    till = {"kind": "add-till", "merchant_id": merchant, "label": "till", "reason": "a letter"}
    till["shop_id"] = str(tea.shop.id)
    headers = as_(operations.token, bank.new_id())
    answer = client.post("/v1/approvals", headers=headers, json=till)
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
