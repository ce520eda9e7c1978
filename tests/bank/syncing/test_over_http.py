"""Syncs, vouchers and cases over HTTP: by a phone for its own purse and others', and by staff."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.bank.api.serving import served_bank
from tests.bank.employees import Employee, found
from tests.bank.holders import Holder
from tests.bank.syncing.village import Village, Villager, ack_of
from zerobar.bank.settlement import Batch
from zerobar.bank.staff.model import Role
from zerobar.client.errors import BankSaysNo, NotFound, Refused
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.outbox import Outbox
from zerobar.client.syncing import SyncClient
from zerobar.issuer import Undo

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Web:
    """The bank's address, and Alice's phone."""

    url: str
    phone: SyncClient
    village: Village
    folder: Path

    def phone_of(self, holder: Holder) -> Iterator[SyncClient]:
        key = RequestKey(holder.key.id, holder.key.private_key)
        clock = lambda: self.village.bank.clock().timestamp()  # noqa: E731 - the bank's own time
        with (
            Outbox(self.folder / holder.phone, time.time) as outbox,
            BankHttp(self.url, key, token=holder.token, outbox=outbox, clock_unix_s=clock) as http,
        ):
            yield SyncClient(http)


@pytest.fixture
def web(village: Village, alice: Villager, tmp_path: Path) -> Iterator[Web]:
    assert alice.holder is not None
    with served_bank(village.bank) as url:
        outside = Web(url, None, village, tmp_path)  # type: ignore[arg-type]
        for phone in outside.phone_of(alice.holder):
            yield Web(url, phone, village, tmp_path)


@pytest.fixture
def officer(village: Village) -> Employee:
    return found(village.bank, "Rita", Role.RISK)


def bearer(employee: Employee) -> dict[str, str]:
    return {"authorization": f"Bearer {employee.token}"}


def test_a_phone_syncs_its_purse(web: Web, alice: Villager, shop: Villager) -> None:
    web.village.pay(alice, shop, 10_00).accept()
    begun = web.phone.begin(alice.id)
    assert begun.known_entry == 0 and begun.query is not None
    alice.card.reset()
    state = alice.card.state_signed(bytes.fromhex(begun.query))
    entries = [alice.card.read_log(entry) for entry in range(1, state.entry + 1)]
    answer = web.phone.sync(state, entries, epoch=0, certificate_day=0)
    assert answer.certificate == alice.certificate and answer.blocklist
    alice.card.sync_ack(ack_of(answer))
    assert alice.state().base == 2
    assert web.phone.begin(alice.id).known_entry == 2


def test_a_phone_brings_somebody_elses_log_but_is_told_nothing_of_that_purse(
    web: Web, alice: Villager, bob: Villager
) -> None:
    paid = web.village.pay(alice, bob, 10_00).accept()
    with pytest.raises(NotFound):
        web.phone.begin(bob.id)
    bob.card.reset()
    web.phone.sync(bob.state(), bob.log())
    assert web.phone.life(*paid.key).outcome == "settled"


def test_a_log_that_does_not_fit_is_refused_in_words(web: Web, alice: Villager) -> None:
    with pytest.raises(BankSaysNo) as refused:
        web.phone.sync(alice.state(), [])
    assert refused.value.problem == "log-refused"
    assert refused.value.facts["known_entry"] == 0


def test_each_voucher_that_is_brought_is_told_of(web: Web, alice: Villager, shop: Villager) -> None:
    paid = web.village.pay(alice, shop, 10_00)
    forged = paid.record[:52] + bytes(63) + b"\x01" + paid.record[116:]
    told = web.phone.take_vouchers([paid.record, forged, paid.record])
    assert [each.taken for each in told] == [True, True, True], "the body is what counts"
    other = web.village.pay(alice, shop, 5_00).record
    told = web.phone.take_vouchers([other[:52] + bytes(63) + b"\x01" + other[116:]])
    assert not told[0].taken and told[0].sentence == "Its payer did not sign it."


def test_statements_are_taken_one_by_one(web: Web, alice: Villager, shop: Villager) -> None:
    paid = web.village.pay(alice, shop, 10_00)
    statement = shop.card.void(paid.voucher, paid.certificate)
    wrong = Undo(statement, alice.certificate)
    told = web.phone.take_statements([wrong, Undo(statement, shop.certificate)])
    assert told[-1].taken


def test_only_its_parties_see_what_became_of_a_voucher(
    web: Web, alice: Villager, bob: Villager, shop: Villager
) -> None:
    paid = web.village.pay(alice, shop, 10_00).accept()
    web.village.sync(shop)
    assert web.phone.life(*paid.key).outcome == "settled"
    assert bob.holder is not None
    for phone in web.phone_of(bob.holder):
        with pytest.raises(NotFound):
            phone.life(*paid.key)


def test_a_forked_purse_is_refused_over_http(web: Web, alice: Villager, shop: Villager) -> None:
    clone = web.village.clone(alice)
    web.village.pay(alice, shop, 10_00)
    web.village.pay(clone, shop, 11_00)
    web.village.sync(alice)
    clone.card.reset()
    with pytest.raises(Refused) as refused:
        web.phone.sync(clone.state(), [])
    assert refused.value.problem == "purse-forked"


def test_a_risk_officer_reads_and_closes_a_case(
    web: Web, alice: Villager, bob: Villager, shop: Villager, officer: Employee
) -> None:
    clone = web.village.clone(alice)
    one = web.village.pay(alice, shop, 10_00)
    two = web.village.pay(clone, bob, 11_00)
    batch = Batch.of([one.record, two.record])
    clerk = found(web.village.bank, "Olga", Role.OPERATIONS)
    with httpx.Client(base_url=web.url) as http:
        settled = http.post(
            "/v1/settlement-batches",
            content=bytes(batch),
            headers=bearer(clerk) | {"content-type": "application/octet-stream"},
        )
        assert settled.status_code == 200, settled.text
        assert settled.json()["rejected"] == {"fork": 1}
        listed = http.get("/v1/fraud-cases", headers=bearer(officer)).json()["items"]
        assert [(c["purse_id"], c["test"]) for c in listed] == [(alice.id.hex(), 1)]
        assert http.get("/v1/fraud-cases", headers=bearer(clerk)).status_code == 403
        path = f"/v1/fraud-cases/{listed[0]['case_id']}"
        case = http.get(path, headers=bearer(officer)).json()
        bodies = {case["first"], case["second"]}
        assert bodies == {bytes(one.voucher).hex(), bytes(two.voucher).hex()}
        assert case["seen_by"] == str(officer.id)
        for _ in range(2):
            closing = {"reason": "card replaced"}
            done = http.post(path + "/closing", json=closing, headers=bearer(officer))
            assert done.json()["closed_by"] == str(officer.id)
        other = http.post(path + "/closing", json={"reason": "else"}, headers=bearer(officer))
        assert other.status_code == 409
        assert http.get("/v1/fraud-cases", headers=bearer(officer)).json()["items"] == []
        life = http.get(f"/v1/staff/vouchers/{alice.id.hex()}/2", headers=bearer(officer))
        assert life.json()["entry"] == 2
