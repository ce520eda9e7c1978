"""Operators: each with its accounts at the authority and its own vault; several in one bank."""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.authority import store
from zerobar.bank.authority.errors import OperatorUnknown
from zerobar.bank.authority.store import Operator
from zerobar.bank.chart import accounts_of_authority, accounts_of_operator
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.ledger import open_accounts


def register_operator(bank: Bank, session: StaffSession, operator_id: UUID, name: str) -> Operator:
    """Register an operator and open its accounts; raises RoleMissing, IdUsed.

    It moves no money: what an operator gets is decided by two.
    """
    session.require(Role.ADMINISTRATOR)
    return _register(bank, operator_id, name, session.staff_id)


def found_operator(bank: Bank, operator_id: UUID, name: str) -> Operator:
    """Register an operator before there is any staff, for whoever sets the bank up."""
    return _register(bank, operator_id, name, audit.INSTALLER)


def list_operators(
    bank: Bank, session: StaffSession, after: UUID | None, limit: int
) -> list[Operator]:
    """Return operators in the order of their ids; raises RoleMissing."""
    session.require(*Role)
    with bank.connection() as connection:
        return store.operators(connection, after, limit)


def require_operator(bank: Bank, operator_id: UUID) -> Operator:
    """Return an operator by id; raises OperatorUnknown."""
    with bank.connection() as connection:
        operator = store.operator(connection, operator_id)
    if operator is None:
        raise OperatorUnknown
    return operator


def _register(bank: Bank, operator_id: UUID, name: str, by: UUID) -> Operator:
    new = Operator(operator_id, name, bank.clock())
    with bank.transaction() as connection:
        if store.insert_operator(connection, new):
            accounts = [*accounts_of_authority(), *accounts_of_operator(operator_id)]
            open_accounts(connection, accounts, new.created_at)
            audit.append(
                bank, connection, by, "register-operator", operator_id=operator_id, name=name
            )
            return new
        known = store.operator(connection, operator_id)
    if known is None or known.name != name:
        raise IdUsed
    return known
