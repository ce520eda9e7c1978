"""A lost purse is blocked at once, found again before its horizon, and ended when it is empty."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.bank.conftest import Clock
from tests.bank.employees import found
from tests.bank.holders import Holder, grant, open_holder
from tests.bank.purses.conftest import MakeCard, Sim, by, consent
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed, InvalidInput
from zerobar.bank.people.closing import close_wallet
from zerobar.bank.people.errors import PinNeeded, WalletNotEmpty
from zerobar.bank.people.sessions import session_of
from zerobar.bank.purses import PurseFlagged, PurseStatus, PurseUnknown, purse, register_purse
from zerobar.bank.purses.charging import load
from zerobar.bank.purses.ending import terminate_purse
from zerobar.bank.purses.errors import (
    AnonymousLost,
    HorizonPassed,
    NotLost,
    PurseBlocked,
    PurseClosed,
    PurseNotEmpty,
    StateRefused,
)
from zerobar.bank.purses.linking import link_purse
from zerobar.bank.purses.losing import (
    LossTerms,
    add_terms,
    report_found,
    report_lost,
    report_lost_by_staff,
)
from zerobar.bank.purses.unloading import unload_request
from zerobar.bank.staff.errors import RoleMissing
from zerobar.bank.staff.model import Role
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen


def test_a_loss_blocks_at_once_and_sets_the_horizon(
    offering: Bank, anna: Holder, sim: Sim, clock: Clock
) -> None:
    lost = report_lost(offering, by(anna), sim.id)
    assert lost.status is PurseStatus.BLOCKED
    assert (lost.lost_at, lost.horizon_at) == (clock(), clock() + timedelta(days=30))
    clock.advance(minutes=1)
    assert report_lost(offering, by(anna), sim.id) == lost
    with pytest.raises(PurseBlocked):
        load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(1_00))
    with offering.connection() as connection:
        row = connection.execute("SELECT blocked_id FROM bank.blocklist").fetchone()
    assert row == (sim.id,)


def test_a_loss_needs_the_pin_and_ones_own_purse(
    offering: Bank, anna: Holder, bea: Holder, sim: Sim, clock: Clock
) -> None:
    grant(offering, bea)
    with pytest.raises(PurseUnknown):
        report_lost(offering, by(bea), sim.id)
    clock.advance(minutes=6)
    with pytest.raises(PinNeeded):
        report_lost(offering, by(anna), sim.id)


def test_a_purse_is_found_again_until_the_horizon(
    offering: Bank, anna: Holder, sim: Sim, clock: Clock
) -> None:
    with pytest.raises(NotLost):
        report_found(offering, by(anna), sim.id)
    report_lost(offering, by(anna), sim.id)
    clock.advance(days=29)
    grant(offering, anna)
    back = report_found(offering, by(anna), sim.id)
    assert (back.status, back.lost_at, back.horizon_at) == (PurseStatus.ACTIVE, None, None)
    load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(1_00))
    report_lost(offering, by(anna), sim.id)
    clock.advance(days=30)
    grant(offering, anna)
    with pytest.raises(HorizonPassed):
        report_found(offering, by(anna), sim.id)


def test_a_purse_that_cheated_is_not_found_again(offering: Bank, anna: Holder, sim: Sim) -> None:
    report_lost(offering, by(anna), sim.id)
    with offering.connection() as connection:
        connection.execute("UPDATE bank.purse SET flagged_at = now()")
    with pytest.raises(PurseFlagged):
        report_found(offering, by(anna), sim.id)


def test_staff_report_a_loss_for_who_calls_but_nobody_of_an_anonymous_purse(
    offering: Bank, anna: Holder, sim: Sim, make_card: MakeCard
) -> None:
    clerk = found(offering, "Clerk", Role.OPERATIONS).session
    assert report_lost_by_staff(offering, clerk, sim.id, "called").lost_at is not None
    anonymous = make_card(PurseClass.ANONYMOUS)
    register_purse(offering, anonymous.certificate, None)
    with pytest.raises(AnonymousLost, match="lost like cash"):
        report_lost_by_staff(offering, clerk, anonymous.id, "called")
    with pytest.raises(AnonymousLost):
        report_lost(offering, by(anna), anonymous.id)
    issuer = found(offering, "Issuer", Role.AUTHORITY_ISSUER).session
    with pytest.raises(RoleMissing):
        report_lost_by_staff(offering, issuer, sim.id, "called")


def test_other_terms_hold_for_losses_from_their_moment_on(
    offering: Bank, anna: Holder, sim: Sim, clock: Clock, make_card: MakeCard
) -> None:
    begins, short = clock() + timedelta(hours=1), LossTerms(2, 1)
    add_terms(offering, begins, short)
    add_terms(offering, begins, short)
    with pytest.raises(IdUsed):
        add_terms(offering, begins, LossTerms(3, 1))
    with pytest.raises(InvalidInput):
        add_terms(offering, clock() - timedelta(seconds=1), short)
    with pytest.raises(InvalidInput):
        add_terms(offering, begins, LossTerms(0, 0))
    clock.advance(hours=1)
    grant(offering, anna)
    lost = report_lost(offering, by(anna), sim.id)
    assert lost.horizon_at == clock() + timedelta(days=3)


def test_an_empty_purse_that_has_synced_is_ended_for_ever(
    offering: Bank, anna: Holder, sim: Sim
) -> None:
    request = sim.ask(100_00)
    sim.card.accept(*load(offering, consent(anna), offering.new_id(), anna.wallet, request))
    with pytest.raises(PurseNotEmpty, match=r"¥100\.00 is in it"):
        terminate_purse(offering, anna.person, sim.id, sim.proof(offering, anna.person))
    sim.card.pay(unload_request(offering, sim.id, offering.new_id(), Fen(100_00)))
    with pytest.raises(PurseNotEmpty, match="not acknowledged"):
        terminate_purse(offering, anna.person, sim.id, sim.proof(offering, anna.person))
    sim.sync(offering)
    proof = sim.proof(offering, anna.person)
    assert terminate_purse(offering, anna.person, sim.id, proof).status is PurseStatus.CLOSED
    assert terminate_purse(offering, anna.person, sim.id, proof).status is PurseStatus.CLOSED
    with pytest.raises(PurseClosed):
        unload_request(offering, sim.id, offering.new_id(), Fen(1))
    with pytest.raises(PurseClosed):
        load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(1_00))


def test_a_purse_is_ended_by_its_own_answer_and_its_own_holder(
    offering: Bank, anna: Holder, sim: Sim, make_card: MakeCard
) -> None:
    other = make_card()
    with pytest.raises(StateRefused):
        terminate_purse(offering, anna.person, sim.id, other.proof(offering, anna.person))
    carl = open_holder(offering, "+8613800000003")
    with pytest.raises(PurseUnknown):
        terminate_purse(offering, carl.person, sim.id, sim.proof(offering, carl.person))
    assert purse(offering, sim.id).status is PurseStatus.ACTIVE


def test_a_wallet_is_not_closed_while_a_purse_may_give_money_back_to_it(
    offering: Bank, anna: Holder, make_card: MakeCard
) -> None:
    grant(offering, anna)
    card = make_card()
    link_purse(offering, by(anna), anna.wallet, card.proof(offering, anna.person))
    session = session_of(offering, anna.token)
    with pytest.raises(WalletNotEmpty):
        close_wallet(offering, session, anna.wallet)
    terminate_purse(offering, anna.person, card.id, card.proof(offering, anna.person))
    assert close_wallet(offering, session, anna.wallet).closed_at is not None


def test_a_wallet_is_not_closed_before_what_was_in_a_lost_purse_is_in_it(
    offering: Bank, anna: Holder, make_card: MakeCard
) -> None:
    grant(offering, anna)
    card = make_card()
    link_purse(offering, by(anna), anna.wallet, card.proof(offering, anna.person))
    terminate_purse(offering, anna.person, card.id, card.proof(offering, anna.person))
    with offering.connection() as connection:
        connection.execute("UPDATE bank.purse_pay_out SET is_paid = false")
    with pytest.raises(WalletNotEmpty):
        close_wallet(offering, session_of(offering, anna.token), anna.wallet)
