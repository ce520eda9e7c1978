"""A new bank: its tables, its operator, and the first of its staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from zerobar.bank.authority.issuing import issue, pay_in_reserves
from zerobar.bank.authority.operators import found_operator
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.staff.membership import found_member
from zerobar.bank.staff.model import Role
from zerobar.purse.money import Fen

FOUNDERS: Final = (
    ("administrator", frozenset({Role.ADMINISTRATOR, Role.OPERATIONS})),
    ("second administrator", frozenset({Role.ADMINISTRATOR, Role.RISK})),
    ("issuer", frozenset({Role.AUTHORITY_ISSUER})),
    ("approver", frozenset({Role.AUTHORITY_APPROVER})),
)
"""Two of each kind of decision, so that from the first day no one decides alone."""


@dataclass(frozen=True, slots=True)
class Founder:
    """One of the first members of staff, and the one-time code to enrol with."""

    name: str
    roles: tuple[Role, ...]
    code: str = field(repr=False)


def found(bank: Bank, operator_name: str) -> list[Founder]:
    """Register the operator and take on its first staff; the same again changes nothing."""
    found_operator(bank, bank.operator_id, operator_name)
    return [
        Founder(name, tuple(sorted(roles)), _take_on(bank, name, roles)) for name, roles in FOUNDERS
    ]


def issue_test_money(bank: Bank, amount: Fen) -> None:
    """Pay in reserves and issue against them at once, once: for a bank to develop against.

    Raises IdUsed for another amount than before.
    """
    operator_id = bank.operator_id
    pay_in_reserves(bank, derived_id(Word.TEST_RESERVES, operator_id), operator_id, amount)
    issue(bank, derived_id(Word.TEST_ISSUE, operator_id), operator_id, amount)


def _take_on(bank: Bank, name: str, roles: frozenset[Role]) -> str:
    staff_id: UUID = derived_id(Word.FOUNDER, bank.operator_id, name)
    return found_member(bank, staff_id, name, roles)
