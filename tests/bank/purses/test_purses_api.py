"""Hard wallets over HTTP, as a phone uses them through its client."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from tests.bank.api.serving import served_bank
from tests.bank.employees import Employee, found
from tests.bank.holders import Holder, balance, fill, grant
from tests.bank.purses.conftest import IN_WALLET, MakeCard, Sim
from zerobar.bank.context import Bank
from zerobar.bank.purses import register_purse
from zerobar.bank.staff.model import Role
from zerobar.client.errors import BankSaysNo, NotFound, Refused
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.outbox import Outbox
from zerobar.client.purses import (
    OrderState,
    PurseLimitsWanted,
    PurseProof,
    PursesClient,
    PurseState,
)
from zerobar.purse.messages import Kind, PurseClass
from zerobar.purse.money import CNY, Fen

pytestmark = pytest.mark.slow

CHOSEN = PurseLimitsWanted(per_payment_fen=300_00, without_pin_fen=50_00, holding_fen=800_00)


@dataclass(frozen=True)
class Phone:
    """Anna's phone, in which a purse is that she has not linked yet."""

    url: str
    client: PursesClient
    sim: Sim
    holder: Holder

    def proof(self) -> PurseProof:
        asked = self.client.challenge()
        state = self.sim.card.state(bytes.fromhex(asked.nonce))
        return PurseProof(
            challenge_id=asked.challenge_id,
            certificate=bytes(self.sim.certificate).hex(),
            state=bytes(state).hex(),
        )

    def link(self) -> None:
        self.client.link(self.holder.wallet, self.proof(), CHOSEN)

    def load(self, amount: int, id_: UUID | None = None) -> None:
        paid = self.client.load(id_ or uuid4(), self.holder.wallet, self.sim.ask(amount))
        self.sim.card.accept(*paid)


@pytest.fixture
def phone(offering: Bank, anna: Holder, make_card: MakeCard, tmp_path: Path) -> Iterator[Phone]:
    fill(offering, anna.wallet, IN_WALLET)
    grant(offering, anna)
    key = RequestKey(anna.key.id, anna.key.private_key)
    clock = lambda: offering.clock().timestamp()  # noqa: E731 - the bank's own time
    with (
        served_bank(offering) as url,
        Outbox(tmp_path / "outbox", time.time) as outbox,
        BankHttp(url, key, token=anna.token, outbox=outbox, clock_unix_s=clock) as http,
    ):
        yield Phone(url, PursesClient(http), make_card(), anna)


def test_a_purse_is_linked_loaded_and_listed(offering: Bank, phone: Phone) -> None:
    phone.link()
    (shown,) = phone.client.purses(phone.holder.wallet)
    assert (shown.purse_id, shown.state, shown.limits) == (
        phone.sim.id.hex(),
        PurseState.ACTIVE,
        CHOSEN,
    )
    phone.load(200_00)
    assert phone.sim.card.state(bytes(8)).balance == 200_00
    assert balance(offering, phone.holder.wallet) == IN_WALLET - 200_00
    assert phone.client.purse(phone.sim.id) == shown


def test_a_load_with_one_id_is_one_load(offering: Bank, phone: Phone) -> None:
    phone.link()
    id_, request = uuid4(), phone.sim.ask(200_00)
    first = phone.client.load(id_, phone.holder.wallet, request)
    assert phone.client.load(id_, phone.holder.wallet, request) == first
    assert balance(offering, phone.holder.wallet) == IN_WALLET - 200_00


def test_a_refusal_says_what_to_do(phone: Phone) -> None:
    phone.link()
    with pytest.raises(Refused) as refused:
        phone.client.load(uuid4(), phone.holder.wallet, phone.sim.ask(900_00))
    assert refused.value.problem == "load-too-large"
    assert refused.value.facts["holding_fen"] == 800_00


def test_a_till_without_network_is_paid(offering: Bank, phone: Phone, make_card: MakeCard) -> None:
    till = make_card(PurseClass.MERCHANT)
    asked = till.card.prepare_signed(Kind.PAYMENT, Fen(38_00), CNY, b"order 01")
    till.card.accept(*phone.client.pay_purse(uuid4(), phone.holder.wallet, asked))
    assert till.card.state(bytes(8)).balance == 38_00
    assert balance(offering, phone.holder.wallet) == IN_WALLET - 38_00


def test_a_purse_pays_the_operators_request(phone: Phone) -> None:
    phone.link()
    phone.load(200_00)
    asked = phone.client.unload_request(uuid4(), phone.sim.id, Fen(50_00))
    phone.sim.card.pay(asked)
    assert phone.sim.card.state(bytes(8)).balance == 150_00


def test_a_purse_is_not_unloaded_without_the_pin(offering: Bank, phone: Phone) -> None:
    phone.link()
    with offering.connection() as connection:
        connection.execute("DELETE FROM bank.pin_grant")
    with pytest.raises(BankSaysNo) as refused:
        phone.client.unload_request(uuid4(), phone.sim.id, Fen(1_00))
    assert refused.value.problem == "pin-needed"


def test_limits_and_loss_are_the_holders_to_say(phone: Phone) -> None:
    phone.link()
    lower = PurseLimitsWanted(per_payment_fen=1_00, without_pin_fen=0, holding_fen=100_00)
    assert phone.client.change_limits(phone.sim.id, lower).limits == lower
    assert phone.client.report_lost(phone.sim.id).state is PurseState.LOST
    assert phone.client.report_found(phone.sim.id).state is PurseState.ACTIVE


def test_an_empty_purse_is_ended(phone: Phone) -> None:
    phone.link()
    assert phone.client.terminate(phone.sim.id, phone.proof()).state is PurseState.CLOSED


def test_a_purse_is_ordered_and_replaced(phone: Phone) -> None:
    phone.link()
    id_ = uuid4()
    ordered = phone.client.order(id_, phone.holder.wallet, replaces=phone.sim.id)
    assert (ordered.state, ordered.replaces) == (OrderState.ORDERED, phone.sim.id.hex())
    assert phone.client.orders(phone.holder.wallet) == [ordered]


def test_what_is_no_purse_id_is_no_purse(phone: Phone) -> None:
    with pytest.raises(NotFound):
        phone.client.purse(b"short")
    with pytest.raises(NotFound):
        phone.client.purse(random.Random(1).randbytes(8))


def test_staff_order_for_stock_and_report_losses(
    offering: Bank, phone: Phone, make_card: MakeCard
) -> None:
    phone.link()
    clerk: Employee = found(offering, "Clerk", Role.OPERATIONS)
    anonymous = make_card(PurseClass.ANONYMOUS)
    register_purse(offering, anonymous.certificate, None)
    headers = {"authorization": f"Bearer {clerk.token}", "idempotency-key": str(uuid4())}
    with httpx.Client(base_url=phone.url, headers=headers, trust_env=False) as staff:
        ordered = staff.post("/v1/staff/purse-orders", json={"kind": "merchant"})
        assert (ordered.status_code, ordered.json()["kind"]) == (201, "merchant")
        reason = {"reason": "called"}
        lost = staff.post(f"/v1/staff/purses/{phone.sim.id.hex()}/loss", json=reason)
        assert lost.json()["state"] == "lost"
        shown = staff.get(f"/v1/staff/purses/{phone.sim.id.hex()}")
        assert shown.json() == lost.json()
        cash = staff.post(f"/v1/staff/purses/{anonymous.id.hex()}/loss", json=reason)
        assert cash.status_code == 422
        assert "lost like cash" in cash.json()["detail"]


def test_whoever_carries_an_anonymous_purse_asks_for_what_is_owed_to_it(
    offering: Bank, phone: Phone, make_card: MakeCard
) -> None:
    anonymous = make_card(PurseClass.ANONYMOUS)
    register_purse(offering, anonymous.certificate, None)
    asked = anonymous.card.prepare_signed(Kind.LOAD, Fen(1_00), CNY, bytes(8))
    with pytest.raises(Refused) as refused:
        phone.client.load_owed(asked)
    assert (refused.value.problem, refused.value.facts["owed_fen"]) == ("owed-less", 0)
