"""Two people decide, and what they decide happens exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.bank.conftest import Clock
from tests.bank.employees import Employee, found
from tests.bank.holders import Holder, balance, open_holder
from zerobar.bank.authority.errors import OperatorUnknown
from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed, InvalidInput, Unavailable
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import FrozenByBank, WalletUnknown
from zerobar.bank.people.limits import limits_at
from zerobar.bank.people.model import Category, Wallet
from zerobar.bank.people.wallets import Freezer, unfreeze_wallet
from zerobar.bank.staff import approvals, audit, granting
from zerobar.bank.staff.approvable import Approval
from zerobar.bank.staff.errors import (
    AlreadyDecided,
    ApprovalExpired,
    ApprovalUnknown,
    RoleMissing,
    SamePerson,
)
from zerobar.bank.staff.model import Role
from zerobar.client.authority import (
    ApprovalState,
    CategoryLimits,
    GrantCategoryOne,
    NewLimits,
    PayInReserves,
    Proposal,
    Unfreeze,
)
from zerobar.ledger import LedgerUnavailable
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow

AMOUNT = Fen(7_000_00)


@pytest.fixture
def issuer(bank: Bank) -> Employee:
    return found(bank, "Issuer", Role.AUTHORITY_ISSUER)


@pytest.fixture
def approver(bank: Bank) -> Employee:
    return found(bank, "Approver", Role.AUTHORITY_APPROVER, Role.AUTHORITY_ISSUER)


@pytest.fixture
def risk(bank: Bank) -> Employee:
    return found(bank, "Risk", Role.RISK)


@pytest.fixture
def second_risk(bank: Bank) -> Employee:
    return found(bank, "Second risk", Role.RISK)


def pay_in(bank: Bank, amount: Fen = AMOUNT) -> Proposal:
    return PayInReserves(operator_id=bank.operator_id, amount_fen=int(amount))


def reserves(bank: Bank) -> Fen:
    return balance(bank, operator_account(bank.operator_id, AccountCode.RESERVES))


def propose(bank: Bank, by: Employee, proposal: Proposal) -> Approval:
    return approvals.propose(bank, by.session, bank.new_id(), proposal)


def wallet_of(bank: Bank, holder: Holder) -> Wallet:
    with bank.connection() as connection:
        wallet = people.wallet(connection, holder.wallet)
    assert wallet is not None
    return wallet


class AwayLedger:
    """A ledger that does not answer, or only after it has posted."""

    def __init__(self, ledger: Any, *, posts: bool) -> None:
        self._ledger = ledger
        self._posts = posts

    def post(self, *transfers: Any, **more: Any) -> Any:
        if self._posts:
            self._ledger.post(*transfers, **more)
        raise LedgerUnavailable


@contextmanager
def ledger_away(bank: Bank, *, posts: bool) -> Iterator[Bank]:
    away: Any = AwayLedger(bank.ledger, posts=posts)
    yield replace(bank, ledger=away)


def test_what_one_proposes_and_another_approves_is_done(
    bank: Bank, issuer: Employee, approver: Employee
) -> None:
    before = reserves(bank)
    proposed = propose(bank, issuer, pay_in(bank))
    assert proposed.state(bank.clock()) is ApprovalState.PROPOSED
    assert reserves(bank) == before
    done = approvals.approve(bank, approver.session, proposed.id)
    assert done.state(bank.clock()) is ApprovalState.DONE
    assert (done.decided_by, done.carried_out_at) == (approver.id, bank.clock())
    assert reserves(bank) == before + AMOUNT


def test_nobody_approves_what_one_proposed(bank: Bank, approver: Employee) -> None:
    proposed = propose(bank, approver, pay_in(bank))
    with pytest.raises(SamePerson):
        approvals.approve(bank, approver.session, proposed.id)


def test_proposing_and_approving_need_their_roles(
    bank: Bank, issuer: Employee, risk: Employee
) -> None:
    with pytest.raises(RoleMissing):
        propose(bank, risk, pay_in(bank))
    proposed = propose(bank, issuer, pay_in(bank))
    with pytest.raises(RoleMissing):
        approvals.approve(bank, risk.session, proposed.id)
    with pytest.raises(RoleMissing):
        approvals.reject(bank, risk.session, proposed.id, "")


def test_the_same_proposal_again_returns_what_became_of_it(
    bank: Bank, issuer: Employee, approver: Employee
) -> None:
    proposed = propose(bank, issuer, pay_in(bank))
    assert approvals.propose(bank, issuer.session, proposed.id, pay_in(bank)) == proposed
    done = approvals.approve(bank, approver.session, proposed.id)
    assert approvals.propose(bank, issuer.session, proposed.id, pay_in(bank)) == done
    with pytest.raises(IdUsed):
        approvals.propose(bank, issuer.session, proposed.id, pay_in(bank, Fen(1)))
    with pytest.raises(IdUsed):
        approvals.propose(bank, approver.session, proposed.id, pay_in(bank))


def test_approving_again_does_nothing_more(
    bank: Bank, issuer: Employee, approver: Employee
) -> None:
    before = reserves(bank)
    proposed = propose(bank, issuer, pay_in(bank))
    first = approvals.approve(bank, approver.session, proposed.id)
    assert approvals.approve(bank, approver.session, proposed.id) == first
    assert reserves(bank) == before + AMOUNT


def test_a_second_approver_comes_too_late(bank: Bank, issuer: Employee, approver: Employee) -> None:
    other = found(bank, "Other", Role.AUTHORITY_APPROVER)
    proposed = propose(bank, issuer, pay_in(bank))
    approvals.approve(bank, approver.session, proposed.id)
    with pytest.raises(AlreadyDecided):
        approvals.approve(bank, other.session, proposed.id)
    with pytest.raises(AlreadyDecided):
        approvals.reject(bank, other.session, proposed.id, "no")


def test_many_who_approve_at_once_do_it_once(bank: Bank, issuer: Employee) -> None:
    several = [found(bank, f"Approver {i}", Role.AUTHORITY_APPROVER) for i in range(4)]
    before = reserves(bank)
    proposed = propose(bank, issuer, pay_in(bank))

    def approve(by: Employee) -> str:
        try:
            return str(approvals.approve(bank, by.session, proposed.id).outcome)
        except AlreadyDecided as error:
            return error.problem

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(approve, several * 2))
    assert set(answers) == {"done", "already-decided"}
    assert answers.count("done") == 2
    assert reserves(bank) == before + AMOUNT


def test_whoever_is_rejected_is_not_approved_later(
    bank: Bank, issuer: Employee, approver: Employee
) -> None:
    proposed = propose(bank, issuer, pay_in(bank))
    rejected = approvals.reject(bank, approver.session, proposed.id, "no reserves came")
    assert rejected.state(bank.clock()) is ApprovalState.REJECTED
    assert rejected.reason == "no reserves came"
    assert approvals.carry_out(bank, proposed.id) == rejected
    with pytest.raises(AlreadyDecided):
        approvals.approve(bank, approver.session, proposed.id)


def test_whoever_proposed_it_may_withdraw_it(bank: Bank, issuer: Employee) -> None:
    proposed = propose(bank, issuer, pay_in(bank))
    withdrawn = approvals.reject(bank, issuer.session, proposed.id, "a mistake")
    assert withdrawn.state(bank.clock()) is ApprovalState.REJECTED


def test_after_24_hours_it_is_too_late(
    bank: Bank, issuer: Employee, approver: Employee, clock: Clock
) -> None:
    early, late = propose(bank, issuer, pay_in(bank)), propose(bank, issuer, pay_in(bank))
    clock.advance(hours=24, microseconds=-1)
    approvals.approve(bank, approver.session, early.id)
    clock.advance(microseconds=1)
    assert late.state(bank.clock()) is ApprovalState.EXPIRED
    with pytest.raises(ApprovalExpired):
        approvals.approve(bank, approver.session, late.id)


@pytest.mark.parametrize("posts", [False, True])
def test_what_was_interrupted_is_finished_once(
    bank: Bank, issuer: Employee, approver: Employee, posts: bool
) -> None:
    before = reserves(bank)
    proposed = propose(bank, issuer, pay_in(bank))
    with ledger_away(bank, posts=posts) as away, pytest.raises(Unavailable):
        approvals.approve(away, approver.session, proposed.id)
    state = approvals.read_approval(bank, proposed.id).state(bank.clock())
    assert state is ApprovalState.APPROVED
    assert approvals.carry_out_approved(bank) == 1
    assert approvals.carry_out_approved(bank) == 0
    assert reserves(bank) == before + AMOUNT
    assert approvals.read_approval(bank, proposed.id).outcome == "done"


def test_an_unknown_approval_is_told(bank: Bank, approver: Employee) -> None:
    with pytest.raises(ApprovalUnknown):
        approvals.approve(bank, approver.session, bank.new_id())
    with pytest.raises(ApprovalUnknown):
        approvals.read_approval(bank, bank.new_id())


def test_what_can_never_be_done_is_not_even_proposed(
    bank: Bank, issuer: Employee, risk: Employee
) -> None:
    with pytest.raises(OperatorUnknown):
        propose(bank, issuer, PayInReserves(operator_id=bank.new_id(), amount_fen=1))
    with pytest.raises(WalletUnknown):
        propose(bank, risk, Unfreeze(wallet_id=bank.new_id(), reason=""))


def test_every_step_is_in_the_audit_trail(bank: Bank, issuer: Employee, approver: Employee) -> None:
    proposed = propose(bank, issuer, pay_in(bank))
    approvals.approve(bank, approver.session, proposed.id)
    with bank.connection() as connection:
        entries = audit.entries_before(connection, None, 3)
    assert [(entry.action, entry.staff_id) for entry in entries] == [
        ("carry-out-pay-in-reserves", approver.id),
        ("approve-pay-in-reserves", approver.id),
        ("propose-pay-in-reserves", issuer.id),
    ]
    assert all(str(proposed.id) in entry.details for entry in entries)
    audit.verify_trail(bank)


def new_limits(bank: Bank, after: timedelta) -> NewLimits:
    limits = CategoryLimits(
        balance_fen=500_00,
        per_payment_fen=100_00,
        per_day_fen=None,
        per_year_fen=None,
        bank_withdrawal=False,
    )
    return NewLimits(
        operator_id=bank.operator_id,
        valid_from=bank.clock() + after,
        categories={"4": limits},
    )


def test_new_limits_begin_at_their_moment(
    bank: Bank, risk: Employee, second_risk: Employee
) -> None:
    proposal = new_limits(bank, timedelta(days=2))
    proposed = propose(bank, risk, proposal)
    assert approvals.approve(bank, second_risk.session, proposed.id).outcome == "done"
    with bank.connection() as connection:
        moment, operator = proposal.valid_from, bank.operator_id
        before = limits_at(connection, operator, Category.IV, moment - timedelta(seconds=1))
        after = limits_at(connection, operator, Category.IV, moment)
    assert before.per_payment == Fen(2_000_00)
    assert (after.per_payment, after.per_day) == (Fen(100_00), None)


def test_limits_that_were_approved_too_late_do_not_begin(
    bank: Bank, risk: Employee, second_risk: Employee, clock: Clock
) -> None:
    with pytest.raises(InvalidInput):
        propose(bank, risk, new_limits(bank, timedelta(0)))
    proposed = propose(bank, risk, new_limits(bank, timedelta(hours=1)))
    clock.advance(hours=2)
    failed = approvals.approve(bank, second_risk.session, proposed.id)
    assert failed.state(bank.clock()) is ApprovalState.FAILED
    assert failed.outcome == "invalid-input"


def test_category_one_is_granted_to_a_verified_holder_only(
    bank: Bank, anna: Holder, risk: Employee
) -> None:
    operations = found(bank, "Operations", Role.OPERATIONS)
    proposal = GrantCategoryOne(wallet_id=anna.wallet, reason="seen at the branch")
    proposed = propose(bank, operations, proposal)
    failed = approvals.approve(bank, risk.session, proposed.id)
    assert failed.outcome == "not-eligible"
    assert wallet_of(bank, anna).category is Category.IV


def test_category_one_is_granted_by_two(bank: Bank, risk: Employee) -> None:
    operations = found(bank, "Operations", Role.OPERATIONS)
    holder = open_holder(bank, "+8613800000009", Category.III)
    with bank.transaction() as connection:
        connection.execute(
            "UPDATE bank.person SET verified_at = %s WHERE person_id = %s",
            (bank.clock(), holder.person),
        )
    proposal = GrantCategoryOne(wallet_id=holder.wallet, reason="seen at the branch")
    proposed = propose(bank, operations, proposal)
    assert approvals.approve(bank, risk.session, proposed.id).outcome == "done"
    assert wallet_of(bank, holder).category is Category.I


def test_one_freezes_and_two_unfreeze(
    bank: Bank, anna: Holder, risk: Employee, second_risk: Employee, issuer: Employee
) -> None:
    with pytest.raises(RoleMissing):
        granting.freeze(bank, issuer.session, anna.wallet, "theft")
    granting.freeze(bank, risk.session, anna.wallet, "theft")
    assert wallet_of(bank, anna).frozen_at is not None
    with pytest.raises(FrozenByBank):
        unfreeze_wallet(bank, anna.wallet, Freezer.HOLDER)
    proposed = propose(bank, risk, Unfreeze(wallet_id=anna.wallet, reason="found again"))
    approvals.approve(bank, second_risk.session, proposed.id)
    assert wallet_of(bank, anna).frozen_at is None
