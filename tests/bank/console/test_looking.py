"""What operations look at: searches, wallets, purses, vouchers, settlement, the blocklist."""

from __future__ import annotations

import json

import pytest

from tests.bank.conftest import Clock
from tests.bank.console.conftest import Asker
from tests.bank.employees import Employee
from tests.bank.holders import balance
from tests.bank.staff.asking import Client, as_, problem
from tests.bank.syncing.village import Village, Villager
from zerobar.bank.settlement import Batch, settle_batch
from zerobar.bank.staff import audit

pytestmark = pytest.mark.slow


def search(ask: Asker, who: Employee, query: str) -> list[tuple[str, str]]:
    found = ask.post(who, "/v1/console/searches", {"query": query})["items"]
    return [(hit["kind"], hit["id"]) for hit in found]


def test_whatever_is_known_of_something_finds_it(
    ask: Asker, operations: Employee, village: Village, alice: Villager, bob: Villager
) -> None:
    paid = village.pay(alice, bob, 12_50).accept()
    village.sync(bob)
    assert alice.holder is not None
    wallet = ("wallet", str(alice.wallet))
    assert search(ask, operations, str(alice.wallet)) == [wallet]
    assert search(ask, operations, alice.holder.number) == [wallet]
    assert search(ask, operations, alice.holder.phone) == [wallet]
    assert search(ask, operations, alice.holder.phone.removeprefix("+86")) == [wallet]
    assert search(ask, operations, alice.id.hex().upper()) == [("purse", alice.id.hex())]
    voucher = f"{alice.id.hex()}/{paid.voucher.entry}"
    assert search(ask, operations, voucher) == [("voucher", voucher)]
    assert search(ask, operations, "nothing like it") == []


def test_a_phone_number_is_masked_in_what_is_shown_and_in_the_trail(
    ask: Asker, operations: Employee, village: Village, alice: Villager
) -> None:
    assert alice.holder is not None
    phone = alice.holder.phone
    shown = ask.post(operations, "/v1/console/searches", {"query": phone})
    with village.bank.connection() as connection:
        entry = audit.entries_before(connection, None, 1)[0]
    assert entry.action == "search" and str(alice.wallet) in entry.details
    for text in (str(shown), entry.details):
        assert phone[3:] not in text and f"****{phone[-4:]}" in text


def test_whoever_looks_at_a_wallet_or_a_purse_is_written_down(
    ask: Asker, operations: Employee, village: Village, alice: Villager
) -> None:
    shown = ask.get(operations, f"/v1/console/wallets/{alice.wallet}")
    assert shown["balance_fen"] == balance(village.bank, alice.wallet)
    assert shown["phone"].count("*") == 4 and shown["status"] == "open"
    assert [purse["purse_id"] for purse in shown["purses"]] == [alice.id.hex()]
    ask.get(operations, f"/v1/console/purses/{alice.id.hex()}")
    with village.bank.connection() as connection:
        entries = audit.entries_before(connection, None, 2)
    assert [(e.action, e.staff_id) for e in entries] == [
        ("read-purse", operations.id),
        ("read-wallet", operations.id),
    ]
    assert alice.id.hex() in entries[0].details and str(alice.wallet) in entries[1].details


@pytest.mark.parametrize(
    "typed",
    ["11010519491231002X", "110105194912310021", "138000000011", "6222021234567890",
     "6222021234567890123", "6222021234567890 123", "Li Xiaoming", "+86 138 0000 000"],
)  # fmt: skip
def test_what_was_typed_and_is_no_id_is_not_kept_whole(
    ask: Asker, operations: Employee, village: Village, typed: str
) -> None:
    ask.post(operations, "/v1/console/searches", {"query": typed})
    with village.bank.connection() as connection:
        entry = audit.entries_before(connection, None, 1)[0]
    assert entry.action == "search" and typed[:-4] not in entry.details
    assert json.loads(entry.details)["query"] == f"{len(typed)} characters, …{typed[-4:]}"


def test_short_words_are_not_kept_and_ids_are(
    ask: Asker, operations: Employee, village: Village, alice: Villager
) -> None:
    for typed, told in (
        ("李小明", "3 characters"),
        (str(alice.wallet), str(alice.wallet)),
        ("a0b1c2d3e4f56789", "a0b1c2d3e4f56789"),
        ("A0b1c2d3e4f56789 / 7", "A0b1c2d3e4f56789 / 7"),
    ):
        ask.post(operations, "/v1/console/searches", {"query": typed})
        with village.bank.connection() as connection:
            entry = audit.entries_before(connection, None, 1)[0]
        assert json.loads(entry.details)["query"] == told


def test_whoever_reads_a_purses_life_or_a_voucher_is_written_down_page_by_page(
    ask: Asker, operations: Employee, village: Village, alice: Villager, bob: Villager
) -> None:
    paid = village.pay(alice, bob, 12_50).accept()
    village.sync_all()
    path = f"/v1/console/purses/{alice.id.hex()}"
    first = ask.get(operations, f"{path}/history", limit=1)
    ask.get(operations, f"{path}/history", limit=1, cursor=first["next_cursor"])
    ask.get(operations, f"{path}/log")
    ask.get(operations, f"/v1/staff/vouchers/{alice.id.hex()}/{paid.voucher.entry}")
    ask.get(operations, "/v1/console/vouchers", which="undelivered")
    with village.bank.connection() as connection:
        entries = audit.entries_before(connection, None, 5)
    assert {entry.staff_id for entry in entries} == {operations.id}
    purse = {"purse_id": alice.id.hex()}
    assert [(entry.action, json.loads(entry.details)) for entry in reversed(entries)] == [
        ("read-purse-history", purse),
        ("read-purse-history", purse),
        ("read-purse-log", purse),
        ("read-voucher", {"payer_id": alice.id.hex(), "entry": paid.voucher.entry}),
        ("list-vouchers", {"which": "undelivered"}),
    ]


def test_a_purse_is_shown_with_what_is_in_it_and_on_its_way(
    ask: Asker, operations: Employee, village: Village, alice: Villager, bob: Villager
) -> None:
    village.pay(alice, bob, 12_50)
    village.sync(alice)
    path = f"/v1/console/purses/{alice.id.hex()}"
    shown = ask.get(operations, path)
    assert shown["purse"]["known_fen"] == 187_50 and shown["purse"]["status"] == "active"
    assert shown["paid_in_flight"] == {"count": 1, "amount_fen": 12_50}
    assert shown["entry"] == shown["acknowledged"] == 2
    log = ask.pages(operations, f"{path}/log")
    assert [(line["entry"], line["kind"], line["amount_fen"]) for line in log] == [
        (2, "pay", 12_50),
        (1, "credit", 200_00),
    ]
    assert log[0]["other"] == bob.id.hex() and log[0]["funds_fen"] == 187_50


def test_a_purses_history_has_its_life_its_syncs_and_its_vouchers_page_by_page(
    ask: Asker, operations: Employee, village: Village, alice: Villager, bob: Villager
) -> None:
    village.pay(alice, bob, 12_50).accept()
    village.sync_all()
    village.pay(bob, alice, 2_00).accept()
    village.sync_all()
    path = f"/v1/console/purses/{alice.id.hex()}/history"
    steps = ask.pages(operations, path)
    kinds = [step["kind"] for step in steps]
    assert sorted(set(kinds)) == ["charged", "linked", "paid", "received", "registered", "synced"]
    assert [step["at"] for step in steps] == sorted((s["at"] for s in steps), reverse=True)
    assert steps == ask.get(operations, path)["items"]
    paid = next(step for step in steps if step["kind"] == "paid")
    assert (paid["amount_fen"], paid["outcome"]) == (12_50, "settled")
    received = {s["amount_fen"]: s["outcome"] for s in steps if s["kind"] == "received"}
    assert received == {200_00: "settled", 2_00: "settled"}


def test_what_nobody_has_credited_is_undelivered_and_in_flight_by_age(
    ask: Asker, operations: Employee, village: Village, clock: Clock,
    alice: Villager, bob: Villager,
) -> None:  # fmt: skip
    paid = [village.pay(alice, bob, fen) for fen in (1_00, 2_00, 3_00)]
    village.sync(alice)
    clock.advance(hours=7)
    flying = ask.get(operations, "/v1/console/in-flight")
    assert (flying["count"], flying["amount_fen"]) == (3, 6_00)
    by_age = {age["from_h"]: age["count"] for age in flying["ages"]}
    assert by_age == {0: 0, 1: 3, 24: 0, 72: 0, 168: 0, 720: 0}
    path = "/v1/console/vouchers"
    listed = ask.pages(operations, path, which="undelivered")
    assert [line["entry"] for line in listed] == [each.voucher.entry for each in paid]
    for each in paid:
        each.accept()
    village.sync_all()
    assert ask.pages(operations, path, which="undelivered") == []
    assert ask.get(operations, "/v1/console/in-flight")["count"] == 0


def test_a_settlement_run_is_shown_with_why_records_were_refused(
    ask: Asker, operations: Employee, village: Village, alice: Villager, bob: Villager
) -> None:
    good = village.pay(alice, bob, 5_00).record
    forged = [good[:60] + bytes((n,)) + good[61:] for n in (1, 2, 3)]
    report = settle_batch(village.bank, Batch.of([good, *forged]))
    (run,) = ask.pages(operations, "/v1/console/settlement-runs")
    assert run["batch"] == report.batch_hash.hex() and run["done"] == run["records"] == 4
    assert run["rejected"] == {"signature_refused": 3} and run["finished_at"]
    path = f"/v1/console/settlement-runs/{run['batch']}"
    assert ask.get(operations, path) == run
    rejects = ask.pages(operations, f"{path}/rejects")
    assert [reject["place"] for reject in rejects] == [1, 2, 3]
    assert rejects[0]["sentence"] == "Its payer did not sign it."
    assert ask.pages(operations, f"{path}/rejects", reason="fork") == []


def test_the_blocklists_reach_counts_who_has_been_told(
    ask: Asker, operations: Employee, risk: Employee, village: Village,
    alice: Villager, bob: Villager,
) -> None:  # fmt: skip
    ask.post(risk, f"/v1/console/purses/{bob.id.hex()}/blocking", {"reason": "stolen"})
    before = ask.get(operations, "/v1/console/blocklist")
    assert (before["blocked"], before["purses"], before["up_to_date"]) == (1, 2, 0)
    village.sync(alice)
    village.sync(alice)
    after = ask.get(operations, "/v1/console/blocklist")
    assert after["up_to_date"] == 1
    (blocked,) = ask.pages(operations, "/v1/console/blocklist/ids")
    assert blocked["id"] == bob.id.hex() and blocked["purse_class"] is None


@pytest.mark.parametrize(
    "path",
    [
        "/v1/console/wallets/0190f7a0-0000-7000-8000-000000000001",
        "/v1/console/purses/0011223344556677",
        "/v1/console/purses/nonsense",
        "/v1/console/purses/0011223344556677/history",
        "/v1/console/purses/0011223344556677/log",
        "/v1/console/settlement-runs/" + 64 * "0",
        "/v1/console/settlement-runs/x/rejects",
    ],
)
def test_what_is_not_there_is_said_so(client: Client, operations: Employee, path: str) -> None:
    assert client.get(path, headers=as_(operations.token)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/v1/console/in-flight",
        "/v1/console/vouchers?which=due",
        "/v1/console/settlement-runs",
        "/v1/console/refunds",
        "/v1/console/merchants",
        "/v1/console/blocklist",
        "/v1/console/blocklist/ids",
        "/v1/console/wallets/0190f7a0-0000-7000-8000-000000000001",
        "/v1/console/purses/0011223344556677",
        "/v1/console/purses/0011223344556677/history",
        "/v1/console/purses/0011223344556677/log",
        "/v1/console/patterns",
        "/v1/console/patterns/velocity/hits",
        "/v1/console/patterns/velocity/versions",
        "/v1/console/limits",
        "/v1/console/class-preview?purse_class=1",
        "/v1/console/cases/0190f7a0-0000-7000-8000-000000000001",
        "/v1/console/exports/cases.csv",
    ],
)
def test_nobody_without_the_role_sees_anything(client: Client, clerk: Employee, path: str) -> None:
    assert problem(client.get(path, headers=as_(clerk.token)), 403) == "role-missing"
    assert client.get(path).status_code == 401
