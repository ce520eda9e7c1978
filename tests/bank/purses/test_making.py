"""Purses are ordered, made by a bureau or at the desk, renewed, and given a new PIN by two."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.bank.conftest import Clock
from tests.bank.employees import Employee, found
from tests.bank.holders import Holder, grant
from tests.bank.purses.conftest import CARD_PIN, SLOTS, MakeCard, Sim, by
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.people.errors import PinNeeded, WalletUnknown
from zerobar.bank.purses import PurseUnknown, block_purse, purse
from zerobar.bank.purses.bureau import (
    CardBatch,
    CardKey,
    CardKeys,
    certify_batch,
    make_batch,
    read_file,
    write_file,
)
from zerobar.bank.purses.errors import (
    BadBureauFile,
    NoUnblockApproved,
    OrderCertified,
    OrderUnknown,
    PurseBlocked,
    PurseTaken,
    TooManyPurses,
)
from zerobar.bank.purses.linking import link_purse
from zerobar.bank.purses.order_store import PurseOrder
from zerobar.bank.purses.ordering import MOST_OPEN, order_purse, order_stock, orders_of
from zerobar.bank.purses.personalising import NewCard, personalise_card
from zerobar.bank.purses.proving import Proof, challenge
from zerobar.bank.purses.renewing import renew_certificates
from zerobar.bank.purses.unblocking import new_pin
from zerobar.bank.staff import approvals
from zerobar.bank.staff.errors import RoleMissing
from zerobar.bank.staff.model import Role
from zerobar.client.authority import ApprovalState, UnblockPurse
from zerobar.purse.applet import Applet
from zerobar.purse.limits import Limits
from zerobar.purse.memory import Memory
from zerobar.purse.messages import Certificate, PurseClass
from zerobar.purse.messages import Role as KeyRole
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size
from zerobar.purse.suites import P256
from zerobar.reader import InProcessLink, PurseCard, StatusError


@pytest.fixture
def clerk(bank: Bank) -> Employee:
    return found(bank, "Clerk", Role.OPERATIONS)


@pytest.fixture
def ordered(offering: Bank, anna: Holder) -> PurseOrder:
    grant(offering, anna)
    return order_purse(offering, by(anna), offering.new_id(), anna.wallet)


def blank() -> PurseCard:
    applet = Applet(Memory(bytes(memory_size(SLOTS))), random.Random(3).randbytes)
    return PurseCard(InProcessLink(applet, Interface.CONTACT))


def test_an_order_is_made_once_after_the_pin_and_for_ones_own_wallet(
    offering: Bank, anna: Holder, bea: Holder, ordered: PurseOrder, clock: Clock
) -> None:
    asker = by(anna)
    assert order_purse(offering, asker, ordered.id, anna.wallet) == ordered
    assert orders_of(offering, anna.person, anna.wallet) == [ordered]
    with pytest.raises(IdUsed):
        order_purse(offering, asker, ordered.id, anna.wallet, replaces=bytes(8))
    with pytest.raises(WalletUnknown):
        order_purse(offering, asker, offering.new_id(), bea.wallet)
    with pytest.raises(PurseUnknown):
        order_purse(offering, asker, offering.new_id(), anna.wallet, replaces=bytes(8))
    clock.advance(minutes=6)
    with pytest.raises(PinNeeded):
        order_purse(offering, asker, offering.new_id(), anna.wallet)


def test_so_many_orders_are_open_and_no_more(
    offering: Bank, anna: Holder, ordered: PurseOrder
) -> None:
    asker = by(anna)
    for _ in range(MOST_OPEN - 1):
        order_purse(offering, asker, offering.new_id(), anna.wallet)
    with pytest.raises(TooManyPurses):
        order_purse(offering, asker, offering.new_id(), anna.wallet)


def test_staff_order_for_stock(offering: Bank, clerk: Employee) -> None:
    id_ = offering.new_id()
    order = order_stock(offering, clerk.session, id_, PurseClass.MERCHANT)
    assert order_stock(offering, clerk.session, id_, PurseClass.MERCHANT) == order
    with pytest.raises(IdUsed):
        order_stock(offering, clerk.session, id_, PurseClass.ANONYMOUS)
    risk = found(offering, "Risk", Role.RISK)
    with pytest.raises(RoleMissing):
        order_stock(offering, risk.session, offering.new_id(), PurseClass.MERCHANT)


def _made_by_bureau(batch: CardBatch) -> tuple[CardKeys, PurseCard]:
    """Do what a bureau's machine does with the first card, up to its public key."""
    card = blank()
    public_key = card.generate_key(batch.suite)
    for key in batch.keys:
        card.put_key(key.number, KeyRole(key.role), bytes.fromhex(key.public_key))
    made = CardKey(order_id=batch.cards[0].order_id, public_key=public_key.hex())
    return CardKeys(batch_id=batch.batch_id, cards=[made]), card


def test_a_bureau_makes_what_was_ordered_and_its_holder_links_it(
    offering: Bank, anna: Holder, bea: Holder, ordered: PurseOrder
) -> None:
    batch = read_file(write_file(make_batch(offering, offering.new_id())), CardBatch)
    keys, card = _made_by_bureau(batch)
    made = certify_batch(offering, read_file(write_file(keys), CardKeys))
    certificate = Certificate.parse(bytes.fromhex(made.cards[0].certificate))
    card.put_certificate(certificate)
    limits = Limits.parse(bytes.fromhex(batch.cards[0].limits))
    card.put_limits(PurseClass(batch.cards[0].purse_class), limits)
    card.finish(CARD_PIN)
    assert purse(offering, certificate.id).wallet_id is None
    grant(offering, bea)
    asked = challenge(offering, bea.person)
    stolen = Proof(asked.id, certificate, card.state(asked.nonce))
    with pytest.raises(PurseTaken):
        link_purse(offering, by(bea), bea.wallet, stolen)
    proof = Sim(card, certificate).proof(offering, anna.person)
    assert link_purse(offering, by(anna), anna.wallet, proof).wallet_id == anna.wallet


def test_a_batch_is_the_same_under_its_id_and_takes_each_order_once(
    offering: Bank, ordered: PurseOrder
) -> None:
    batch_id = offering.new_id()
    first = make_batch(offering, batch_id)
    assert [card.order_id for card in first.cards] == [ordered.id]
    assert make_batch(offering, batch_id) == first
    assert make_batch(offering, offering.new_id()).cards == []


def test_the_same_keys_give_the_same_certificates_and_others_are_refused(
    offering: Bank, ordered: PurseOrder
) -> None:
    batch = make_batch(offering, offering.new_id())
    keys, _ = _made_by_bureau(batch)
    made = certify_batch(offering, keys)
    assert certify_batch(offering, keys) == made
    other = P256.public_key(bytes(31) + b"\x09").hex()

    def refused(error: type[Exception], file: CardKeys) -> None:
        with pytest.raises(error):
            certify_batch(offering, file)

    key = keys.cards[0]
    changed = CardKey(order_id=key.order_id, public_key=other)
    refused(OrderCertified, CardKeys(batch_id=batch.batch_id, cards=[changed]))
    refused(OrderUnknown, CardKeys(batch_id=offering.new_id(), cards=[key]))
    refused(BadBureauFile, CardKeys(batch_id=batch.batch_id, cards=[key, key]))
    no_point = CardKey(order_id=key.order_id, public_key="11" * 64)
    refused(BadBureauFile, CardKeys(batch_id=batch.batch_id, cards=[no_point]))


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"file":"purse-batch"}', b"\xff"])
def test_a_file_that_is_none_of_the_three_is_refused(raw: bytes) -> None:
    with pytest.raises(BadBureauFile):
        read_file(raw, CardKeys)


def test_a_card_at_hand_is_made_for_an_order_once(
    offering: Bank, anna: Holder, ordered: PurseOrder
) -> None:
    card = blank()
    new = NewCard(PurseClass.PERSON, CARD_PIN, ordered.id)
    assert CARD_PIN not in repr(new)
    certificate = personalise_card(offering, card.link.exchange, new)
    with pytest.raises(OrderCertified):
        personalise_card(offering, blank().link.exchange, new)
    with pytest.raises(OrderUnknown):
        personalise_card(offering, blank().link.exchange, replace(new, order_id=offering.new_id()))
    proof = Sim(card, certificate).proof(offering, anna.person)
    assert link_purse(offering, by(anna), anna.wallet, proof).id == certificate.id


def test_a_certificate_is_renewed_half_a_year_before_it_ends(
    offering: Bank, sim: Sim, clock: Clock
) -> None:
    clock.advance(days=3 * 365 - 181)
    assert renew_certificates(offering) == 0
    clock.advance(days=1)
    assert (renew_certificates(offering), renew_certificates(offering)) == (1, 0)
    renewed = purse(offering, sim.id).certificate
    assert renewed.not_after_day > sim.certificate.not_after_day
    sim.card.put_certificate(renewed)
    assert sim.card.get_certificate() == renewed


def test_a_certificate_of_today_is_not_renewed_today(
    offering: Bank, anna: Holder, make_card: MakeCard
) -> None:
    grant(offering, anna)
    card = make_card(years=0)
    link_purse(offering, by(anna), anna.wallet, card.proof(offering, anna.person))
    assert renew_certificates(offering) == 0


def test_a_blocked_purse_is_not_renewed(offering: Bank, sim: Sim, clock: Clock) -> None:
    clock.advance(days=3 * 365 - 180)
    block_purse(offering, sim.id)
    assert renew_certificates(offering) == 0


def test_a_new_pin_takes_two_of_the_staff_and_the_holder(
    offering: Bank, anna: Holder, bea: Holder, sim: Sim, clerk: Employee, clock: Clock
) -> None:
    asker = by(anna)
    with pytest.raises(NoUnblockApproved):
        new_pin(offering, asker, sim.id, "987654")
    for _ in range(3):
        with pytest.raises(StatusError):
            sim.card.verify_pin("0000")
    second = found(offering, "Second", Role.RISK)
    wanted = UnblockPurse(purse_id=sim.id.hex(), reason="seen in person")
    id_ = offering.new_id()
    approvals.propose(offering, clerk.session, id_, wanted)
    done = approvals.approve(offering, second.session, id_)
    assert done.state(clock()) is ApprovalState.DONE
    with pytest.raises(PurseUnknown):
        new_pin(offering, by(bea), sim.id, "987654")
    message = new_pin(offering, asker, sim.id, "987654")
    assert "987654" not in repr(message)
    sim.card.reset_pin(message)
    sim.card.verify_pin("987654")
    with pytest.raises(StatusError):
        sim.card.reset_pin(new_pin(offering, asker, sim.id, "111222"))
    clock.advance(minutes=6)
    with pytest.raises(PinNeeded):
        new_pin(offering, asker, sim.id, "987654")


def test_an_approval_lasts_a_day_and_the_next_one_has_the_next_number(
    offering: Bank, anna: Holder, sim: Sim, clerk: Employee, clock: Clock
) -> None:
    second = found(offering, "Second", Role.RISK)
    counters = []
    for _ in range(2):
        id_ = offering.new_id()
        wanted = UnblockPurse(purse_id=sim.id.hex(), reason="asked")
        approvals.propose(offering, clerk.session, id_, wanted)
        approvals.approve(offering, second.session, id_)
        counters.append(new_pin(offering, by(anna), sim.id, "1234").counter)
    assert counters == [1, 2]
    clock.advance(hours=24)
    grant(offering, anna)
    with pytest.raises(NoUnblockApproved):
        new_pin(offering, by(anna), sim.id, "1234")


def test_a_blocked_purse_gets_no_new_pin_and_an_unknown_one_no_approval(
    offering: Bank, anna: Holder, sim: Sim, clerk: Employee
) -> None:
    block_purse(offering, sim.id)
    with pytest.raises(PurseBlocked):
        new_pin(offering, by(anna), sim.id, "1234")
    wanted = UnblockPurse(purse_id="00" * 8, reason="asked")
    with pytest.raises(PurseUnknown):
        approvals.propose(offering, clerk.session, offering.new_id(), wanted)
