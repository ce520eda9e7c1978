"""The authority over HTTP: operators, the supply, and what two people decide."""

from __future__ import annotations

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import StaffSession
from zerobar.bank.api.chinese import words
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.authority import operators, store
from zerobar.bank.authority import supply as supplies
from zerobar.bank.context import Bank
from zerobar.bank.staff import approvable, approvals, reading
from zerobar.client.authority import (
    Approval,
    Decision,
    Holdings,
    NewOperator,
    Operator,
    Proposal,
    Supply,
    Verdict,
)
from zerobar.client.paging import Page
from zerobar.client.staff import EnrolmentCodeIssued


@post("/v1/operators", sync_to_thread=True)
def register_operator(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[NewOperator],
) -> Operator:
    """Register an operator; the Idempotency-Key becomes its id. For administrators."""
    return _show_operator(operators.register_operator(bank, staff, idempotency_key, data.name))


@get("/v1/operators", sync_to_thread=True)
def list_operators(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Operator]:
    """List all operators; for all staff."""
    rows = operators.list_operators(bank, staff, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda operator: operator.id, _show_operator)


@get("/v1/supply", sync_to_thread=True)
def read_supply(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> Supply:
    """Say where all digital cash is, and whether it adds up; for all staff."""
    return _show_supply(supplies.read_supply(bank, staff))


@post("/v1/approvals", sync_to_thread=True)
def propose(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[Proposal],
) -> Approval:
    """Put something before a second person, who has 24 hours to approve it."""
    return _show(bank, approvals.propose(bank, staff, idempotency_key, data))


@get("/v1/approvals", sync_to_thread=True)
def list_approvals(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Approval]:
    """List what was proposed, newest first; for all staff."""
    rows = reading.approvals(bank, staff, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda approval: approval.id, lambda row: _show(bank, row))


@get("/v1/approvals/{approval_id:uuid}", sync_to_thread=True)
def read_approval(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    approval_id: FromPath[UUID],
) -> Approval:
    """Say what became of a proposal; for all staff."""
    return _show(bank, reading.approval(bank, staff, approval_id))


@post("/v1/approvals/{approval_id:uuid}/decision", status_code=200, sync_to_thread=True)
def decide(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    approval_id: FromPath[UUID],
    data: JSONBody[Decision],
) -> Approval:
    """Approve what somebody else proposed, and carry it out; or reject it."""
    if data.verdict is Verdict.APPROVE:
        return _show(bank, approvals.approve(bank, staff, approval_id))
    return _show(bank, approvals.reject(bank, staff, approval_id, data.reason))


@get("/v1/approvals/{approval_id:uuid}/enrolment-code", sync_to_thread=True)
def read_enrolment_code(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    approval_id: FromPath[UUID],
) -> EnrolmentCodeIssued:
    """Show the one-time code that came of an approval, to whoever proposed it."""
    issued = approvals.enrolment_code(bank, staff, approval_id)
    return EnrolmentCodeIssued(
        staff_id=issued.staff_id, code=issued.code, expires_at=issued.expires_at
    )


def _show(bank: Bank, approval: approvable.Approval) -> Approval:
    refusal = words().get(approval.outcome or "")
    return Approval(
        approval_id=approval.id,
        proposal=approval.proposal,
        state=approval.state(bank.clock()),
        proposed_by=approval.proposed_by,
        proposed_at=approval.proposed_at,
        expires_at=approval.expires_at,
        decided_by=approval.decided_by,
        decided_at=approval.decided_at,
        reason=approval.reason,
        outcome=approval.outcome,
        outcome_zh=None if refusal is None else refusal[0],
        carried_out_at=approval.carried_out_at,
    )


def _show_operator(operator: store.Operator) -> Operator:
    return Operator(operator_id=operator.id, name=operator.name, created_at=operator.created_at)


def _show_supply(supply: supplies.Supply) -> Supply:
    return Supply(
        at=supply.at,
        issued_fen=int(supply.issued),
        wallets_fen=sum(int(held.wallets) for held in supply.operators),
        merchants_fen=sum(int(held.merchants) for held in supply.operators),
        float_fen=sum(int(held.float) for held in supply.operators),
        vaults_fen=sum(int(held.vault) for held in supply.operators),
        pledged_fen=int(supply.pledged),
        difference_fen=int(supply.difference),
        uncovered_fen=int(supply.uncovered),
        operators=[_show_holdings(held) for held in supply.operators],
    )


def _show_holdings(held: supplies.Holdings) -> Holdings:
    return Holdings(
        operator_id=held.operator.id,
        name=held.operator.name,
        wallets_fen=int(held.wallets),
        merchants_fen=int(held.merchants),
        float_fen=int(held.float),
        vault_fen=int(held.vault),
        issued_fen=int(held.issued),
        reserves_fen=int(held.reserves),
    )


ROUTES: list[object] = [
    register_operator,
    list_operators,
    read_supply,
    propose,
    list_approvals,
    read_approval,
    decide,
    read_enrolment_code,
]
