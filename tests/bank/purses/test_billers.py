"""A biller that its bank hosts: staff begin it, its server asks by HTTP, cards pay it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.bank.api.serving import served_bank
from tests.bank.conftest import Clock
from tests.bank.employees import found
from tests.bank.holders import Holder, grant
from tests.bank.merchants.trading import Trader, begin
from tests.bank.purses.conftest import CARD_PIN, Sim, consent
from zerobar.bank.context import Bank
from zerobar.bank.merchants.errors import ServerOnly
from zerobar.bank.purses.billers import (
    NEWEST,
    certificate_for,
    host_biller,
    issue_for,
    settled_to,
)
from zerobar.bank.purses.charging import load
from zerobar.bank.purses.errors import PayeeNotHosted, PurseUnknown
from zerobar.bank.purses.model import Purse
from zerobar.bank.settlement.telling import take_vouchers
from zerobar.bank.staff.model import Role
from zerobar.client.hosting import HostingClient
from zerobar.client.http import BankHttp, RequestKey
from zerobar.purse.messages import Kind, Push, Request, SignedRequest
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.reader import Payment

pytestmark = pytest.mark.slow

KEY = P256.private_key(bytes(range(KEY_SEED_LENGTH)))


@pytest.fixture
def loaded(offering: Bank, anna: Holder, sim: Sim) -> Sim:
    """Anna's purse with 200.00."""
    grant(offering, anna)
    sim.card.accept(*load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(200_00)))
    return sim


@pytest.fixture
def telecom(offering: Bank) -> Trader:
    return begin(offering)


@pytest.fixture
def payee(offering: Bank, telecom: Trader) -> Purse:
    session = found(offering, "clerk", Role.OPERATIONS).session
    hosted = host_biller(offering, session, telecom.merchant.id, P256.public_key(KEY))
    again = host_biller(offering, session, telecom.merchant.id, P256.public_key(KEY))
    assert again.id == hosted.id
    return hosted


@pytest.fixture
def biller(offering: Bank, telecom: Trader, payee: Purse, clock: Clock) -> Iterator[HostingClient]:
    key = RequestKey(telecom.server_key.id, telecom.server_key.private_key)
    with (
        served_bank(offering) as url,
        BankHttp(url, key, clock_unix_s=lambda: clock().timestamp(), sleep=time.sleep) as http,
    ):
        yield HostingClient(http)


def order(payee: Purse, number: int, amount: int = 3_900) -> SignedRequest:
    request = Request(
        kind=Kind.PAYMENT,
        payee_id=payee.id,
        number=number,
        amount=Fen(amount),
        currency=CNY,
        tag=b"tag.",
        reference=b"bill  01",
    )
    return SignedRequest(request, P256.sign(KEY, bytes(request)), payee.certificate)


def push(sim: Sim, payee: Purse, amount: int) -> Payment:
    sim.card.verify_pin(CARD_PIN)
    what = Push(
        kind=Kind.PUSH,
        payee_id=payee.id,
        amount=Fen(amount),
        currency=CNY,
        time=bytes(4),
        reference=b"line  01",
    )
    return sim.card.pay(what)


def test_what_cards_pay_a_biller_is_listed_the_last_first(
    offering: Bank, loaded: Sim, payee: Purse, biller: HostingClient
) -> None:
    asked = order(payee, 1)
    biller.issue(asked.request)
    biller.issue(asked.request)
    paid = [loaded.card.pay(asked), push(loaded, payee, 2_000)]
    assert all(told.taken for told in take_vouchers(offering, [bytes(one) for one in paid]))
    (page,) = biller.settled()
    assert [(one.amount_fen, one.entry) for one in page] == [
        (2_000, paid[1].voucher.entry),
        (3_900, paid[0].voucher.entry),
    ]
    assert page[0].reference == b"line  01".hex()
    assert page[0].payer_id == loaded.id.hex() and page[0].payee_id == payee.id.hex()


def test_pages_go_on_where_the_one_before_ended(
    offering: Bank, loaded: Sim, payee: Purse, telecom: Trader
) -> None:
    records = [bytes(push(loaded, payee, 1_000 + n)) for n in range(3)]
    take_vouchers(offering, records)
    first = settled_to(offering, telecom.server, NEWEST, 2)
    rest = settled_to(offering, telecom.server, first[-1].number, 2)
    assert [int(one.amount) for one in (*first, *rest)] == [1_002, 1_001, 1_000]


def test_a_payers_certificate_is_told_to_whoever_has_its_hash(
    offering: Bank, sim: Sim, payee: Purse, biller: HostingClient, telecom: Trader
) -> None:
    assert biller.certificate(sim.id, sim.certificate.hash) == sim.certificate
    with pytest.raises(PurseUnknown):
        certificate_for(offering, telecom.server, sim.id, bytes(8))


def test_only_the_merchants_own_server_asks_for_its_payee(
    offering: Bank, payee: Purse, telecom: Trader
) -> None:
    other = begin(offering, 2)
    with pytest.raises(PayeeNotHosted):
        issue_for(offering, other.server, order(payee, 1).request)
    with pytest.raises(ServerOnly):
        issue_for(offering, telecom.till, order(payee, 1).request)
    unknown = replace(order(payee, 1).request, payee_id=b"nobody..")
    with pytest.raises(PayeeNotHosted):
        issue_for(offering, telecom.server, unknown)
    assert settled_to(offering, other.server, NEWEST, 5) == []
