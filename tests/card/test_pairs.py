"""A purse on a Java Card and a purse in Python pay each other, through the terminal's own code."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.card.simulator import SimulatedCards, SimulatedLink, Simulator
from zerobar.conformance import InProcessCards
from zerobar.conformance.exchange_log import ExchangeLog
from zerobar.conformance.provider import CardProvider
from zerobar.conformance.runner import made
from zerobar.conformance.session import PIN
from zerobar.conformance.under_test import Make, PurseUnderTest
from zerobar.conformance.world import World
from zerobar.purse.messages import Kind, PurseClass, State
from zerobar.purse.money import CNY, Fen
from zerobar.purse.purse import Interface
from zerobar.reader import CardLink, PurseCard, TapStatus, Terms, resume, tap
from zerobar.reader.inprocess import InProcessLink

SLOTS = 64
FUNDS = 50_000
PRICE = Fen(1_250)
TERMS = Terms(PRICE, b"order 01")
LARGE = Terms(Fen(30_000), b"order 02")
NONCE = b"nonce 01"
SELECT_WRITES = 19
"""Markers of the records, and of the newest slot."""

pytestmark = pytest.mark.slow


@dataclass
class Party:
    """One purse of a pair, however it is made.

    Attributes:
        field: brings it into a field.
    """

    purse: PurseUnderTest
    link: CardLink
    field: Callable[[], CardLink]

    def card(self) -> PurseCard:
        """Return it on its contacts, selected."""
        self.link.reset()
        card = PurseCard(self.link)
        card.select()
        return card

    def state(self) -> State:
        """Return its account of itself."""
        return self.card().state(NONCE)


def personalised(provider: CardProvider, purse_class: PurseClass) -> PurseUnderTest:
    return made(provider.fresh(), World(), ExchangeLog(), Make(purse_class))


def on_card(console: Simulator, purse_class: PurseClass) -> Party:
    purse = personalised(SimulatedCards(console, SLOTS), purse_class)
    contact = SimulatedLink(console, Interface.CONTACT)
    return Party(purse, contact, lambda: SimulatedLink(console, Interface.CONTACTLESS))


def in_python(purse_class: PurseClass) -> Party:
    purse = personalised(InProcessCards(SLOTS, random.Random(7).randbytes), purse_class)
    link = purse.card.link
    assert isinstance(link, InProcessLink)
    applet = link._applet
    return Party(purse, link, lambda: InProcessLink(applet, Interface.CONTACTLESS))


def pair(console: Simulator, payer: str) -> tuple[Party, Party]:
    """Return a person with money, and a merchant; the payer is the one on the card, or not."""
    classes = {payer: PurseClass.PERSON}
    parties = {
        "card": on_card(console, classes.get("card", PurseClass.MERCHANT)),
        "python": in_python(classes.get("python", PurseClass.MERCHANT)),
    }
    person = parties.pop(payer)
    person.purse.contact()
    person.purse.load(FUNDS)
    return person, next(iter(parties.values()))


both_ways = pytest.mark.parametrize("payer", ["card", "python"])


@both_ways
@pytest.mark.parametrize("signed", [False, True])
def test_one_pays_the_other_in_a_tap(console: Simulator, payer: str, signed: bool) -> None:
    person, merchant = pair(console, payer)
    terms = Terms(TERMS.amount, TERMS.reference, signed=signed)
    outcome = tap(person.field, merchant.card(), terms)
    assert outcome.status is TapStatus.PAID
    assert person.state().balance == FUNDS - PRICE
    assert merchant.state().balance == PRICE


@both_ways
def test_a_large_amount_needs_the_pin_and_is_then_paid(console: Simulator, payer: str) -> None:
    person, merchant = pair(console, payer)
    assert tap(person.field, merchant.card(), LARGE).status is TapStatus.REFUSED_BY_PAYER
    pin = PIN.rstrip(b"\xff").decode()
    assert tap(person.field, merchant.card(), LARGE, pin=pin).status is TapStatus.PAID
    assert merchant.state().balance == LARGE.amount


@both_ways
def test_what_is_voided_by_one_is_undone_by_the_other(console: Simulator, payer: str) -> None:
    person, merchant = pair(console, payer)
    request = merchant.card().prepare(Kind.PAYMENT, PRICE, CNY, b"order 03")
    payment = person.card().pay(request)
    statement = merchant.card().void(payment.voucher, payment.certificate)
    person.card().undo(statement, merchant.purse.own_certificate)
    assert person.state().balance == FUNDS
    assert merchant.state().window == 1


def test_a_card_torn_out_of_the_field_pays_once(console: Simulator) -> None:
    person, merchant = pair(console, "card")
    for count in (1, 2, 100, 192, 193):
        before = person.state().balance
        console.cut_after(SELECT_WRITES + count)
        outcome = tap(person.field, merchant.card(), TERMS)
        assert outcome.status is TapStatus.TORN_BEFORE_PAY
        outcome = resume(person.field, merchant.card(), outcome)
        assert outcome.status is TapStatus.PAID
        assert person.state().balance == before - PRICE


@both_ways
def test_a_card_accepts_no_more_than_once_what_is_shown_again(
    console: Simulator, payer: str
) -> None:
    person, merchant = pair(console, payer)
    outcome = tap(person.field, merchant.card(), TERMS)
    assert outcome.voucher is not None and outcome.certificate is not None
    again = merchant.card().accept(outcome.voucher, outcome.certificate)
    assert again == outcome.receipt
    assert merchant.state().balance == PRICE
