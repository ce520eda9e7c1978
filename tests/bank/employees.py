"""Staff with passkeys, signed in: the founders, and whoever a test takes on."""

from __future__ import annotations

import random
from dataclasses import dataclass
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.staff import membership
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.demo.authenticator import Authenticator


@dataclass(frozen=True)
class Employee:
    """A member of staff who is signed in, the token, and what the passkey is on."""

    session: StaffSession
    token: str
    authenticator: Authenticator

    @property
    def id(self) -> UUID:
        return self.session.staff_id


def new_authenticator(bank: Bank, seed: int = 1) -> Authenticator:
    """Return an authenticator in a browser that is on the bank's own page."""
    return Authenticator(bank.relying_party.origins[0], random.Random(seed).randbytes)


def found(bank: Bank, name: str, *roles: Role) -> Employee:
    """Take somebody on as the installer does, enrolled and signed in."""
    return enrol(bank, membership.found_member(bank, bank.new_id(), name, roles), name)


def enrol(bank: Bank, code: str, name: str = "somebody") -> Employee:
    """Use a one-time code."""
    authenticator = new_authenticator(bank, seed=sum(code.encode()) * 1000 + len(name))
    answer = authenticator.create(membership.begin_enrolment(bank, code))
    opened = membership.enrol(bank, code, answer, f"{name}'s key")
    return Employee(opened.session, opened.token, authenticator)
