"""One message passed as another, well signed: only its own type and suite are taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.world import TestSigner, public_key
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Role
from zerobar.purse.status import Status

_OTHER_SUITES: Final = (0, 3, 7, 15)
"""Suite 2 is a card's own choice."""


class Sent(NamedTuple):
    """A message that must be taken, its signer, and what follows its signature."""

    instruction: Instruction
    body: bytes
    by: TestSigner
    rest: bytes


def _request(purse: PurseUnderTest) -> Sent:
    purse.fund(100)
    merchant = purse.world.merchant
    body, rest = bytes(merchant.request()), bytes(merchant.certificate)
    return Sent(Instruction.PAY, body, merchant.signer, rest)


def _voucher(purse: PurseUnderTest) -> Sent:
    person = purse.world.person
    body = person.voucher(purse.prepare()).body
    return Sent(Instruction.ACCEPT, body, person.signer, bytes(person.certificate))


def _voided_voucher(purse: PurseUnderTest) -> Sent:
    return _voucher(purse)._replace(instruction=Instruction.VOID)


def _statement(purse: PurseUnderTest) -> Sent:
    purse.fund(100)
    person = purse.world.person
    body = person.statement(purse.pay(person.request())).body
    return Sent(Instruction.UNDO, body, person.signer, bytes(person.certificate))


def _sync_ack(purse: PurseUnderTest) -> Sent:
    purse.state()
    return Sent(Instruction.SYNC_ACK, purse.ack()[:-64], purse.world.sync, b"")


def _blocklist(purse: PurseUnderTest) -> Sent:
    return Sent(Instruction.BLOCKLIST, purse.delta().body, purse.world.sync, b"")


def _key_update(purse: PurseUnderTest) -> Sent:
    update = purse.key_update(5, Role.CA, public_key("second authority"))
    return Sent(Instruction.KEY_UPDATE, update[:-64], purse.world.root, b"")


def _unblock(purse: PurseUnderTest) -> Sent:
    return Sent(Instruction.RESET_PIN, purse.unblock()[:-64], purse.world.sync, b"")


_Made = Callable[[PurseUnderTest], Sent]
_MESSAGES: Final[dict[str, _Made]] = {
    "REQUEST": _request,
    "VOUCHER": _voucher,
    "VOUCHER to be voided": _voided_voucher,
    "VOID STATEMENT": _statement,
    "SYNC ACK": _sync_ack,
    "BLOCKLIST DELTA": _blocklist,
    "KEY UPDATE": _key_update,
    "UNBLOCK": _unblock,
}


def _with_head(message: Sent, head: int) -> bytes:
    body = bytes((head,)) + message.body[1:]
    return body + message.by.sign(body) + message.rest


@case("3", "11", over=_MESSAGES)
def test_invalid_type(purse: PurseUnderTest, make: _Made) -> None:
    """A {} under any other type is refused with 6A80, however well it is signed."""
    message = make(purse)
    right = message.body[0]
    for nibble in range(16):
        if nibble != right >> 4:
            data = _with_head(message, nibble << 4 | 1)
            purse.answers(Status.MALFORMED, message.instruction, data)
    purse.ok(message.instruction, _with_head(message, right))


@case("3", "11", over=_MESSAGES)
def test_invalid_suite(purse: PurseUnderTest, make: _Made) -> None:
    """A {} of a suite that does not exist is refused with 6A80."""
    message = make(purse)
    right = message.body[0]
    for suite in _OTHER_SUITES:
        data = _with_head(message, right & 0xF0 | suite)
        purse.answers(Status.MALFORMED, message.instruction, data)
    purse.ok(message.instruction, _with_head(message, right))


@case("3", "11")
def test_invalid_message_in_the_place_of_a_certificate(purse: PurseUnderTest) -> None:
    """Whatever else stands where a certificate belongs is refused with 9E0D."""
    person = purse.world.person
    voucher = bytes(person.voucher(purse.prepare()))
    update = purse.key_update(5, Role.CA, public_key("person"))
    own = bytes(purse.own_certificate)
    for other in (bytes(137), update + bytes(3), voucher + bytes(21), own):
        purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, voucher + other)
    purse.accept(voucher + bytes(person.certificate))
