"""Cards over HTTP, as a phone uses them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from tests.bank.api.serving import served_bank, signing_headers
from tests.bank.funding.cards import CARDS, Funded
from tests.bank.holders import fill
from zerobar.client.signing import IDEMPOTENCY_HEADER
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow

Json = dict[str, Any]


@dataclass(frozen=True)
class Phone:
    """Anna's phone: a session, and a key that signs."""

    funded: Funded
    http: httpx.Client

    def sign(self, path: str, body: Json, id_: UUID) -> httpx.Response:
        sent = msgspec.json.encode(body)
        now = int(self.funded.bank.clock().timestamp())
        headers = signing_headers(self.funded.holder.key, ("POST", path), sent, now, id_)
        headers["content-type"] = "application/json"
        return self.http.post(path, content=sent, headers=headers)

    def money(self, amount: int) -> Json:
        holder, cards = self.funded.holder, self.funded.cards
        return {
            "wallet_id": str(holder.wallet),
            "card_id": str(cards[0]),
            "amount_fen": amount,
        }


@pytest.fixture
def phone(funded: Funded) -> Iterator[Phone]:
    bearer = {"authorization": f"Bearer {funded.holder.token}"}
    with (
        served_bank(funded.bank) as url,
        httpx.Client(base_url=url, headers=bearer, trust_env=False) as http,
    ):
        yield Phone(funded, http)


def test_a_card_is_bound_listed_preferred_and_unbound(phone: Phone) -> None:
    key = {IDEMPOTENCY_HEADER: str(uuid4())}
    bound = phone.http.post("/v1/cards", json={"number": CARDS[2]}, headers=key)
    assert (bound.status_code, bound.json()["number"]) == (201, "**** 0032")
    again = phone.http.post("/v1/cards", json={"number": CARDS[2]}, headers=key)
    assert again.json() == bound.json()
    card_id = bound.json()["card_id"]
    preferred = phone.http.put("/v1/cards/preference", json={"card_ids": [card_id]})
    assert [card["number"][-4:] for card in preferred.json()["items"]] == ["0032", "0016", "0024"]
    assert phone.http.delete(f"/v1/cards/{card_id}").status_code == 204
    assert len(phone.http.get("/v1/cards").json()["items"]) == 2


def test_a_mistyped_card_number_is_a_problem_that_says_what_to_do(phone: Phone) -> None:
    key = {IDEMPOTENCY_HEADER: str(uuid4())}
    answer = phone.http.post("/v1/cards", json={"number": "6299900000000017"}, headers=key)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("bad-card-number")
    assert "6299900000000017" not in answer.text


def test_a_signed_exchange_is_done_once_and_can_be_read(phone: Phone) -> None:
    order_id = uuid4()
    done = phone.sign("/v1/exchanges", phone.money(200_00), order_id)
    assert (done.status_code, done.json()["status"]) == (201, "done")
    assert phone.sign("/v1/exchanges", phone.money(200_00), order_id).json() == done.json()
    assert phone.http.get(f"/v1/card-orders/{order_id}").json() == done.json()
    assert phone.funded.in_wallet == 200_00
    other = phone.sign("/v1/exchanges", phone.money(200_01), order_id)
    assert (other.status_code, other.json()["type"].split(":")[-1]) == (409, "id-used")


def test_an_exchange_that_is_not_signed_is_turned_away(phone: Phone) -> None:
    assert phone.http.post("/v1/exchanges", json=phone.money(1)).status_code == 401


def test_a_refusal_of_the_cards_bank_is_told_by_its_word(phone: Phone) -> None:
    answer = phone.sign("/v1/exchanges", phone.money(1_000_01), uuid4()).json()
    assert (answer["status"], answer["reason"]) == ("refused", "insufficient-funds")


def test_a_saving_is_listed_among_the_wallets_orders(phone: Phone) -> None:
    fill(phone.funded.bank, phone.funded.holder.wallet, Fen(50_00))
    for _ in range(3):
        assert phone.sign("/v1/saves", phone.money(10_00), uuid4()).json()["status"] == "done"
    path = f"/v1/wallets/{phone.funded.holder.wallet}/card-orders"
    first = phone.http.get(path, params={"limit": 2}).json()
    rest = phone.http.get(path, params={"cursor": first["next_cursor"]}).json()
    listed = first["items"] + rest["items"]
    assert [order["kind"] for order in listed] == ["save"] * 3
    assert len({order["order_id"] for order in listed}) == 3
    assert rest["next_cursor"] is None


def test_auto_top_up_is_switched_on_and_off(phone: Phone) -> None:
    path = f"/v1/wallets/{phone.funded.holder.wallet}/auto-top-up"
    for on in (True, False):
        assert phone.http.put(path, json={"on": on}).json() == {"on": on}
        assert phone.funded.wallet().auto_top_up is on


@pytest.mark.parametrize("amount", [0, -1, 0x80000000, 1.5, "much"])
def test_an_amount_out_of_range_is_turned_away(phone: Phone, amount: Any) -> None:
    body = phone.money(1) | {"amount_fen": amount}
    assert phone.sign("/v1/exchanges", body, uuid4()).status_code == 400


def test_orders_of_others_are_not_there(phone: Phone) -> None:
    answer = phone.http.get(f"/v1/card-orders/{uuid4()}")
    assert (answer.status_code, answer.json()["type"].split(":")[-1]) == (404, "card-order-unknown")
