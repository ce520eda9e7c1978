"""Signatures: r and s in 1 to n - 1, over these very bytes, by this very key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from zerobar.conformance.case import case
from zerobar.conformance.session import OTHER_PIN
from zerobar.conformance.under_test import PurseUnderTest, patched, signed
from zerobar.conformance.world import P256_ORDER, public_key
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Role
from zerobar.purse.status import Status

_ORDER: Final = P256_ORDER.to_bytes(32)
_ZERO: Final = bytes(32)
_ONE: Final = (1).to_bytes(32)


class Signed(NamedTuple):
    """A command that must succeed, and where in its data a signature stands."""

    instruction: Instruction
    data: bytes
    offset: int
    refusal: Status


def _request(purse: PurseUnderTest) -> Signed:
    purse.fund(100)
    merchant = purse.world.merchant
    order = merchant.sign_request(merchant.request())
    return Signed(Instruction.PAY, order, 32, Status.SIGNATURE_REFUSED)


def _payee_certificate(purse: PurseUnderTest) -> Signed:
    purse.fund(100)
    payee = purse.world.newcomer()
    order = payee.sign_request(payee.request())
    return Signed(Instruction.PAY, order, 169, Status.CERTIFICATE_REFUSED)


def _voucher(purse: PurseUnderTest) -> Signed:
    payment = purse.world.person.payment(purse.prepare())
    return Signed(Instruction.ACCEPT, payment, 52, Status.SIGNATURE_REFUSED)


def _payer_certificate(purse: PurseUnderTest) -> Signed:
    payment = purse.world.newcomer().payment(purse.prepare())
    return Signed(Instruction.ACCEPT, payment, 189, Status.CERTIFICATE_REFUSED)


def _voided_voucher(purse: PurseUnderTest) -> Signed:
    payment = purse.world.person.payment(purse.prepare())
    return Signed(Instruction.VOID, payment, 52, Status.SIGNATURE_REFUSED)


def _statement(purse: PurseUnderTest) -> Signed:
    purse.fund(100)
    voucher = purse.pay(purse.world.person.request())
    undoing = purse.world.person.undoing(voucher)
    return Signed(Instruction.UNDO, undoing, 42, Status.SIGNATURE_REFUSED)


def _state_query(purse: PurseUnderTest) -> Signed:
    query = purse.world.operator.state_query(purse.id, purse.nonce())
    return Signed(Instruction.STATE, query, 9, Status.SIGNATURE_REFUSED)


def _blocklist(purse: PurseUnderTest) -> Signed:
    raw = signed(purse.delta(), purse.world.sync)
    return Signed(Instruction.BLOCKLIST, raw, 11, Status.SIGNATURE_REFUSED)


def _key_update(purse: PurseUnderTest) -> Signed:
    update = purse.key_update(5, Role.CA, public_key("second authority"))
    return Signed(Instruction.KEY_UPDATE, update, 70, Status.SIGNATURE_REFUSED)


def _unblock(purse: PurseUnderTest) -> Signed:
    unblock = purse.unblock(new_pin=OTHER_PIN)
    return Signed(Instruction.RESET_PIN, unblock, 20, Status.SIGNATURE_REFUSED)


def _renewal(purse: PurseUnderTest) -> Signed:
    renewal = purse.renewal()
    return Signed(Instruction.PUT_CERTIFICATE, renewal, 73, Status.CERTIFICATE_REFUSED)


def _sync_ack(purse: PurseUnderTest) -> Signed:
    purse.state()
    return Signed(Instruction.SYNC_ACK, purse.ack(), 59, Status.SIGNATURE_REFUSED)


_Made = Callable[[PurseUnderTest], Signed]
_COMMANDS: Final[dict[str, _Made]] = {
    "a signed request": _request,
    "a payee's certificate": _payee_certificate,
    "a voucher": _voucher,
    "a payer's certificate": _payer_certificate,
    "a voucher to be voided": _voided_voucher,
    "a void statement": _statement,
    "a question for the STATE": _state_query,
    "a SYNC ACK": _sync_ack,
    "a BLOCKLIST": _blocklist,
    "a KEY UPDATE": _key_update,
    "an UNBLOCK": _unblock,
    "a renewed certificate": _renewal,
}


@case("3", "11", over=_COMMANDS)
def test_invalid_r_or_s(purse: PurseUnderTest, make: _Made) -> None:
    """The signature of {} with r or s of 0, of n, above n, swapped or of others is refused."""
    command = make(purse)
    good = command.data[command.offset : command.offset + 64]
    r, s = good[:32], good[32:]
    most = b"\xff" * 32
    bad = [_ZERO + s, r + _ZERO, _ORDER + s, r + _ORDER, most + s, r + most, s + r]
    bad += [_ZERO + _ZERO, _ORDER + _ORDER, _ONE + _ONE, r + r, most + most]
    for signature in bad:
        data = patched(command.data, command.offset, signature)
        purse.answers(command.refusal, command.instruction, data)
    purse.ok(command.instruction, command.data)
    purse.state()


@case("3", "11", over=_COMMANDS)
def test_valid_other_s(purse: PurseUnderTest, make: _Made) -> None:
    """The signature of {} is as good with n - s in the place of s."""
    command = make(purse)
    good = command.data[command.offset : command.offset + 64]
    other = purse.world.other_s(good)
    purse.ok(command.instruction, patched(command.data, command.offset, other))
    purse.state()


@case("3", "11", over=_COMMANDS)
def test_invalid_signature_by_nobody_known(purse: PurseUnderTest, make: _Made) -> None:
    """The signature of {} by a key that the card does not know is refused."""
    command = make(purse)
    body = _signed_part(command)
    if command.instruction is Instruction.STATE:
        body = command.data[:8] + purse.id
    forged = purse.world.stranger.sign(body)
    data = patched(command.data, command.offset, forged)
    purse.answers(command.refusal, command.instruction, data)
    purse.ok(command.instruction, command.data)


def _signed_part(command: Signed) -> bytes:
    """Return what the signature is over: its message begins at the data or after another."""
    starts = {169: 96, 189: 116}
    return command.data[starts.get(command.offset, 0) : command.offset]
