"""Personalisation: the commands that make a blank card a purse, sent through any exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from zerobar.issuer.authority import Authority, Validity
from zerobar.issuer.operator import Operator
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.limits import Limits
from zerobar.purse.messages import Certificate, PurseClass, Role
from zerobar.purse.status import Status
from zerobar.purse.suites import P256

_PIN_LENGTH: Final = 8


class PersonalisationFailed(Exception):
    """The card refused a step; it stays in factory state and can be personalised again.

    Attributes:
        step: the command that was refused.
        status: the card's status word.
    """

    def __init__(self, step: Instruction, status: int) -> None:
        what = f"the card refused {step.name} with {status:04X}"
        hint = "it is not a blank purse" if status == Status.CONDITIONS_NOT_SATISFIED else ""
        super().__init__(f"{what}; {hint or 'it stays blank, so try again'}")
        self.step = step
        self.status = status


@dataclass(frozen=True)
class Plan:
    """What a card is to become.

    Attributes:
        purse_class: 01 person, 02 anonymous or 03 merchant.
        validity: of its certificate.
        pin: 4 to 8 digits.
        limits: instead of the standard ones of its class.
        more_keys: beside the four of authority and operator: (number, role, public key).
    """

    purse_class: PurseClass
    validity: Validity
    pin: str
    limits: Limits | None = None
    more_keys: tuple[tuple[int, Role, bytes], ...] = ()

    def __repr__(self) -> str:
        return f"Plan({self.purse_class!r}, {self.validity!r})"


def personalise(
    exchange: Callable[[bytes], bytes], authority: Authority, operator: Operator, plan: Plan
) -> Certificate:
    """Make the blank card behind `exchange` a purse; return its certificate.

    Raises PersonalisationFailed when the card refuses a step.
    """
    _send(exchange, Instruction.SELECT, AID, p1=0x04)
    public_key = _send(exchange, Instruction.GENERATE_KEY, bytes((P256.number,)))
    for number, role, key in (*trusted_keys(authority, operator), *plan.more_keys):
        _send(exchange, Instruction.PUT_KEY, bytes((number, role)) + key)
    certificate = authority.certify(public_key, plan.purse_class, plan.validity)
    _send(exchange, Instruction.PUT_CERTIFICATE, bytes(certificate))
    if plan.limits is not None:
        limits = bytes((plan.purse_class,)) + bytes(plan.limits)
        _send(exchange, Instruction.PUT_LIMITS, limits)
    pin = plan.pin.encode("ascii").ljust(_PIN_LENGTH, b"\xff")
    _send(exchange, Instruction.FINISH, pin)
    return certificate


def trusted_keys(authority: Authority, operator: Operator) -> Iterable[tuple[int, Role, bytes]]:
    """Yield what every card trusts: number, role and public key (64 bytes) for PUT KEY."""
    yield authority.root.number, Role.ROOT, authority.root.public_key
    yield authority.ca.number, Role.CA, authority.ca.public_key
    yield operator.sync.number, Role.SYNC, operator.sync.public_key
    yield operator.purse.number, Role.OPERATOR_PURSE, operator.purse.public_key


def _send(exchange: Callable[[bytes], bytes], step: Instruction, data: bytes, p1: int = 0) -> bytes:
    answer = exchange(command(step, data, p1=p1))
    status = int.from_bytes(answer[-2:])
    if status != Status.OK:
        raise PersonalisationFailed(step, status)
    return answer[:-2]
