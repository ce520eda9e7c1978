"""Real purses in this process, and a bank that certifies and loads them.

keys      of authority and operator; the bank trusts them and signs with them
offering  the bank, which offers purses
card      make_card(purse_class): a personalised purse, unknown to the bank
sim       Anna's purse, linked to her wallet, in which there are 5,000 yuan
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from tests.bank.holders import Holder, fill, grant
from zerobar.bank.context import Bank
from zerobar.bank.purses import trust_authority
from zerobar.bank.purses.linking import link_purse
from zerobar.bank.purses.model import Consent
from zerobar.bank.purses.model import Holder as Asking
from zerobar.bank.purses.proving import Proof, challenge
from zerobar.bank.syncing import Upload, sync
from zerobar.issuer import AuthorityFile, TestAuthority, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.messages import Certificate, Kind, PurseClass, Request
from zerobar.purse.money import CNY, Fen
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size
from zerobar.reader import InProcessLink, PurseCard

CARD_PIN = "1234"
IN_WALLET = Fen(1_500_00)
SLOTS = 64


@dataclass(frozen=True)
class Sim:
    """A purse in a phone."""

    card: PurseCard
    certificate: Certificate

    @property
    def id(self) -> bytes:
        return self.certificate.id

    def ask(self, amount: int, kind: Kind = Kind.LOAD) -> Request:
        return self.card.prepare(kind, Fen(amount), CNY, bytes(8))

    def proof(self, bank: Bank, person: UUID) -> Proof:
        asked = challenge(bank, person)
        return Proof(asked.id, self.certificate, self.card.state(asked.nonce))

    def sync(self, bank: Bank) -> None:
        """Bring the whole log to the bank, and its acknowledgement to the card."""
        state = self.card.state(bytes(8))
        entries = [self.card.read_log(entry) for entry in range(1, state.entry + 1)]
        ack = sync(bank, Upload(state, entries)).ack
        assert ack is not None
        self.card.sync_ack(ack)


MakeCard = Callable[..., Sim]


def by(holder: Holder) -> Asking:
    """Say who asks, on which device."""
    return Asking(holder.person, holder.key.id)


def consent(holder: Holder) -> Consent:
    """Sign something with the holder's device, and give the PIN."""
    signed = b"what the device signed"
    return Consent(holder.person, holder.key.id, signed, holder.key.sign(signed))


@pytest.fixture(scope="session")
def keys() -> TestAuthority:
    return AuthorityFile.generate(random.Random(7).randbytes, 1_790_000_000).open()


@pytest.fixture
def offering(bank: Bank, keys: TestAuthority) -> Bank:
    trust_authority(bank, keys)
    return replace(bank, purse_keys=keys)


@pytest.fixture
def make_card(bank: Bank, keys: TestAuthority) -> MakeCard:
    draw = random.Random(11)

    def make(purse_class: PurseClass = PurseClass.PERSON, years: int = 3) -> Sim:
        applet = Applet(Memory(bytes(memory_size(SLOTS))), draw.randbytes)
        card = PurseCard(InProcessLink(applet, Interface.CONTACT))
        validity = Validity.years_from(int(bank.clock().timestamp()), years)
        plan = Plan(purse_class, validity, CARD_PIN)
        certificate = personalise(card.link.exchange, keys.authority, keys.operator, plan)
        return Sim(card, certificate)

    return make


@pytest.fixture
def sim(offering: Bank, anna: Holder, make_card: MakeCard) -> Sim:
    made = make_card()
    fill(offering, anna.wallet, IN_WALLET)
    grant(offering, anna)
    link_purse(offering, by(anna), anna.wallet, made.proof(offering, anna.person))
    return made
