"""Whatever bytes a device sends for a purse's, the answer is a problem that says what to do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
import msgspec
import pytest

from tests.bank.api.serving import served_bank, signing_headers
from tests.bank.holders import Holder, balance
from tests.bank.purses.conftest import IN_WALLET, MakeCard, Sim
from zerobar.bank.context import Bank
from zerobar.bank.purses.proving import challenge
from zerobar.client.problems import MEDIA_TYPE
from zerobar.purse.messages import Kind, PurseClass
from zerobar.purse.money import CNY, Fen

pytestmark = pytest.mark.slow

EXAMPLES = 120


@dataclass(frozen=True)
class Sender:
    """Anna's device, which signs whatever it sends."""

    bank: Bank
    anna: Holder
    http: httpx.Client

    def post(self, path: str, body: dict[str, object]) -> httpx.Response:
        content, now = msgspec.json.encode(body), int(self.bank.clock().timestamp())
        headers = signing_headers(self.anna.key, ("POST", path), content, now, uuid4())
        headers["content-type"] = "application/json"
        return self.http.post(path, content=content, headers=headers)


@pytest.fixture
def sender(offering: Bank, anna: Holder) -> Iterator[Sender]:
    bearer = {"authorization": f"Bearer {anna.token}"}
    with (
        served_bank(offering) as url,
        httpx.Client(base_url=url, headers=bearer, trust_env=False) as http,
    ):
        yield Sender(offering, anna, http)


def _spoilt(raw: bytes, draw: random.Random) -> str:
    """Change one byte; any byte of a message is signed, tagged or checked."""
    place = draw.randrange(len(raw))
    changed = bytes((raw[place] ^ draw.randint(1, 255),))
    return (raw[:place] + changed + raw[place + 1 :]).hex()


def _check_refused(answer: httpx.Response) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["next_step"]


def test_a_spoilt_payee_moves_no_money(
    sender: Sender, anna: Holder, sim: Sim, make_card: MakeCard
) -> None:
    till, draw = make_card(PurseClass.MERCHANT), random.Random(5)
    signed = till.card.prepare_signed(Kind.PAYMENT, Fen(38_00), CNY, b"order 01")
    parts = {
        "request": bytes(signed.request),
        "signature": signed.signature,
        "certificate": bytes(signed.certificate),
    }
    for _ in range(EXAMPLES):
        body: dict[str, object] = {name: raw.hex() for name, raw in parts.items()}
        name = draw.choice(list(parts))
        body |= {name: _spoilt(parts[name], draw), "wallet_id": str(anna.wallet)}
        _check_refused(sender.post("/v1/purse-payments", body))
    assert balance(sender.bank, anna.wallet) == IN_WALLET
    assert sim.card.state(bytes(8)).balance == 0


def test_a_spoilt_answer_links_no_purse(
    sender: Sender, anna: Holder, sim: Sim, make_card: MakeCard
) -> None:
    card, draw = make_card(), random.Random(6)
    asked = challenge(sender.bank, anna.person)
    parts = {
        "certificate": bytes(card.certificate),
        "state": bytes(card.card.state(asked.nonce)),
    }
    path = f"/v1/wallets/{anna.wallet}/purses"
    for _ in range(EXAMPLES):
        proof = {name: raw.hex() for name, raw in parts.items()}
        name = draw.choice(list(parts))
        proof |= {name: _spoilt(parts[name], draw), "challenge_id": str(asked.id)}
        _check_refused(sender.post(path, {"proof": proof}))
    linked = sender.http.get(path).json()["items"]
    assert [purse["purse_id"] for purse in linked] == [sim.id.hex()]


def test_a_spoilt_load_request_never_fails_the_bank(sender: Sender, anna: Holder, sim: Sim) -> None:
    draw = random.Random(7)
    for _ in range(EXAMPLES):
        body: dict[str, object] = {
            "wallet_id": str(anna.wallet),
            "request": _spoilt(bytes(sim.ask(1)), draw),
        }
        # A changed tag or reference is still a request: the card will refuse its voucher.
        assert sender.post("/v1/loads", body).status_code < 500
