"""Who has a purse at hand links it to one wallet, for good, and chooses its limits."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.employees import Employee, found
from tests.bank.holders import Holder, grant
from tests.bank.merchants.trading import begin
from tests.bank.purses.conftest import MakeCard, Sim, by
from zerobar.bank.context import Bank
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import PinNeeded, WalletFrozen, WalletUnknown
from zerobar.bank.people.wallets import Freezer, freeze_wallet
from zerobar.bank.purses import (
    AnonymousHasNoWallet,
    CertificateRefused,
    PurseUnknown,
    purse,
    register_purse,
)
from zerobar.bank.purses.errors import (
    ChallengeOver,
    LimitTooHigh,
    PurseTaken,
    StateRefused,
    TooManyPurses,
)
from zerobar.bank.purses.limiting import PurseLimits, overrides_for
from zerobar.bank.purses.linking import (
    MOST_PURSES,
    change_limits,
    link_purse,
    purse_of,
    purse_of_key,
    purses_of,
)
from zerobar.bank.purses.proving import MOST_OPEN, Proof, challenge, prune_challenges
from zerobar.bank.staff import approvals
from zerobar.bank.staff.approvable import DONE
from zerobar.bank.staff.errors import RoleMissing, SamePerson
from zerobar.bank.staff.model import Role
from zerobar.client.authority import LinkPurse
from zerobar.issuer.operator import KEEP_ALL, Overrides
from zerobar.purse import suites
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen

CHOSEN = PurseLimits(Fen(300_00), Fen(50_00), Fen(800_00))


@pytest.fixture(autouse=True)
def granted(bank: Bank, anna: Holder, bea: Holder) -> None:
    for holder in (anna, bea):
        grant(bank, holder)


def test_a_purse_is_linked_once_and_listed(
    offering: Bank, anna: Holder, bea: Holder, make_card: MakeCard
) -> None:
    card = make_card()
    linked = link_purse(offering, by(anna), anna.wallet, card.proof(offering, anna.person))
    assert (linked.id, linked.wallet_id) == (card.id, anna.wallet)
    again = link_purse(offering, by(anna), anna.wallet, card.proof(offering, anna.person))
    assert again == linked
    assert purses_of(offering, anna.person, anna.wallet) == [linked]
    with pytest.raises(PurseTaken):
        link_purse(offering, by(bea), bea.wallet, card.proof(offering, bea.person))
    with offering.connection() as connection, pytest.raises(PurseUnknown):
        purse_of(connection, bea.person, card.id)


def test_an_answer_counts_once_and_for_who_was_asked_and_for_five_minutes(
    offering: Bank, anna: Holder, bea: Holder, make_card: MakeCard, clock: Clock
) -> None:
    card = make_card()
    proof = card.proof(offering, anna.person)
    with pytest.raises(ChallengeOver):
        link_purse(offering, by(bea), bea.wallet, proof)
    link_purse(offering, by(anna), anna.wallet, proof)
    with pytest.raises(ChallengeOver):
        link_purse(offering, by(anna), anna.wallet, proof)
    late = card.proof(offering, anna.person)
    clock.advance(minutes=5)
    with pytest.raises(PinNeeded):
        link_purse(offering, by(anna), anna.wallet, late)
    grant(offering, anna)
    with pytest.raises(ChallengeOver):
        link_purse(offering, by(anna), anna.wallet, late)
    assert prune_challenges(offering) == 1


def test_what_proves_nothing_is_refused_with_its_reason(
    offering: Bank, anna: Holder, make_card: MakeCard
) -> None:
    card, other = make_card(), make_card()
    good = card.proof(offering, anna.person)

    def refused(error: type[Exception], proof: Proof) -> None:
        with pytest.raises(error):
            link_purse(offering, by(anna), anna.wallet, proof)

    asked = challenge(offering, anna.person)
    refused(StateRefused, replace(good, challenge_id=asked.id))
    refused(StateRefused, replace(good, certificate=other.certificate))
    refused(StateRefused, replace(good, state=replace(good.state, balance=Fen(5))))
    forged = replace(card.certificate, not_after_day=30_000)
    refused(CertificateRefused, replace(good, certificate=forged))
    for purse_class, error in (
        (PurseClass.ANONYMOUS, AnonymousHasNoWallet),
        (PurseClass.MERCHANT, CertificateRefused),
    ):
        refused(error, make_card(purse_class).proof(offering, anna.person))
    with mock.patch.dict(suites._SUITES, {2: mock.Mock(number=2)}):
        other_suite = replace(card.certificate, head=card.certificate.head & 0xF0 | 2)
        refused(CertificateRefused, replace(good, certificate=other_suite))
    # A refusal uses no challenge up: the purse's own answer still counts.
    assert link_purse(offering, by(anna), anna.wallet, good).id == card.id


def test_a_purse_is_linked_only_to_an_open_wallet_of_ones_own(
    offering: Bank, anna: Holder, bea: Holder, make_card: MakeCard
) -> None:
    proof = make_card().proof(offering, anna.person)
    with pytest.raises(WalletUnknown):
        link_purse(offering, by(anna), bea.wallet, proof)
    freeze_wallet(offering, anna.wallet, Freezer.BANK)
    with pytest.raises(WalletFrozen):
        link_purse(offering, by(anna), anna.wallet, proof)


def test_a_wallet_has_so_many_purses_and_no_more(
    offering: Bank, anna: Holder, make_card: MakeCard
) -> None:
    for _ in range(MOST_PURSES):
        proof = make_card().proof(offering, anna.person)
        link_purse(offering, by(anna), anna.wallet, proof)
    proof = make_card().proof(offering, anna.person)
    with pytest.raises(TooManyPurses):
        link_purse(offering, by(anna), anna.wallet, proof)


def test_open_challenges_are_bounded(offering: Bank, anna: Holder) -> None:
    for _ in range(MOST_OPEN + 5):
        challenge(offering, anna.person)
    with offering.connection() as connection:
        row = connection.execute("SELECT count(*) FROM bank.purse_challenge").fetchone()
    assert row == (MOST_OPEN,)


def test_a_holder_chooses_limits_which_become_overrides(
    offering: Bank, anna: Holder, make_card: MakeCard
) -> None:
    card = make_card()
    with offering.connection() as connection:
        assert overrides_for(connection, card.id) == KEEP_ALL
        link_purse(offering, by(anna), anna.wallet, card.proof(offering, anna.person), CHOSEN)
        assert overrides_for(connection, card.id) == Overrides(300_00, 50_00, 800_00)


def test_limits_change_after_the_pin_and_never_above_the_class(
    offering: Bank, anna: Holder, sim: Sim, clock: Clock
) -> None:
    change_limits(offering, by(anna), sim.id, CHOSEN)
    for above in (
        replace(CHOSEN, per_payment=Fen(500_01)),
        replace(CHOSEN, without_pin=Fen(200_01)),
        replace(CHOSEN, holding=Fen(1_000_01)),
    ):
        with pytest.raises(LimitTooHigh):
            change_limits(offering, by(anna), sim.id, above)
    clock.advance(minutes=6)
    with pytest.raises(PinNeeded):
        change_limits(offering, by(anna), sim.id, CHOSEN)


def test_nobody_changes_the_limits_of_anothers_purse(offering: Bank, bea: Holder, sim: Sim) -> None:
    with pytest.raises(PurseUnknown):
        change_limits(offering, by(bea), sim.id, CHOSEN)


def test_two_of_the_staff_link_a_tills_purse_to_its_merchants_wallet(
    offering: Bank, anna: Holder, make_card: MakeCard
) -> None:
    clerk, risk = found(offering, "Clerk", Role.OPERATIONS), found(offering, "Risk", Role.RISK)
    wallet_id = begin(offering).wallet
    till, person = make_card(PurseClass.MERCHANT), make_card()
    for card in (till, person):
        register_purse(offering, card.certificate, None)

    def link(by: Employee, card: Sim, to: UUID) -> UUID:
        wanted = LinkPurse(purse_id=card.id.hex(), wallet_id=to)
        return approvals.propose(offering, by.session, offering.new_id(), wanted).id

    proposed = link(clerk, till, wallet_id)
    with pytest.raises(SamePerson):
        approvals.approve(offering, clerk.session, proposed)
    assert purse(offering, till.id).wallet_id is None
    assert approvals.approve(offering, risk.session, proposed).outcome == DONE
    assert purse(offering, till.id).wallet_id == wallet_id
    with pytest.raises(CertificateRefused):
        link(clerk, person, wallet_id)
    with pytest.raises(WalletUnknown):
        link(clerk, till, anna.wallet)
    with pytest.raises(RoleMissing):
        link(risk, till, wallet_id)


def test_a_tills_purse_that_is_linked_meanwhile_stays_where_it_is(
    offering: Bank, make_card: MakeCard
) -> None:
    clerk, risk = found(offering, "Clerk", Role.OPERATIONS), found(offering, "Risk", Role.RISK)
    tea, other = begin(offering), begin(offering, 2)
    till = make_card(PurseClass.MERCHANT)
    register_purse(offering, till.certificate, None)
    first, second = (
        approvals.propose(
            offering,
            clerk.session,
            offering.new_id(),
            LinkPurse(purse_id=till.id.hex(), wallet_id=wallet),
        ).id
        for wallet in (tea.wallet, other.wallet)
    )
    assert approvals.approve(offering, risk.session, first).outcome == DONE
    assert approvals.approve(offering, risk.session, second).outcome == PurseTaken.problem
    assert purse(offering, till.id).wallet_id == tea.wallet


def test_a_till_unloads_its_own_merchants_purse_and_no_other(
    offering: Bank, make_card: MakeCard, sim: Sim, anna: Holder
) -> None:
    tea = begin(offering)
    till = make_card(PurseClass.MERCHANT)
    register_purse(offering, till.certificate, tea.wallet)
    with offering.connection() as connection:
        keys = [people.signing_key(connection, id_) for id_ in (tea.till_key.id, anna.key.id)]
        assert keys[0] is not None and keys[1] is not None
        assert purse_of_key(connection, keys[0], till.id).id == till.id
        assert purse_of_key(connection, keys[1], sim.id).id == sim.id
        with pytest.raises(PurseUnknown):
            purse_of_key(connection, keys[0], sim.id)
        with pytest.raises(PurseUnknown):
            purse_of_key(connection, keys[1], till.id)
