"""What an answer with 9000 must be, for every command: each byte that is not random."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from zerobar.conformance.verdicts import Nonconformity, NotRun, same
from zerobar.purse.apdu import AID, Instruction
from zerobar.purse.messages import (
    CLASS_BLOCK_PREFIX,
    Certificate,
    KeyUpdate,
    LogEntry,
    SelectAnswer,
    StateFlags,
    Unblock,
    VoidStatement,
)
from zerobar.purse.suites import P256, SignatureRefused
from zerobar.purse.wire import FormError

if TYPE_CHECKING:
    from zerobar.conformance.session import Session

_MOST_SHOWN: Final = 255
_IN_FACTORY: Final = (
    Instruction.SELECT,
    Instruction.GENERATE_KEY,
    Instruction.PUT_KEY,
    Instruction.PUT_CERTIFICATE,
    Instruction.PUT_LIMITS,
    Instruction.FINISH,
)
_ASKERS_NONCE: Final = 4
"""The asker's part of a STATE's nonce; the rest is the purse's own."""


def check_answer(
    purse: Session, instruction: Instruction, p1: int, data: bytes, answer: bytes
) -> None:
    """Return if an answer is right, and let the mirror take it in; else raise Nonconformity."""
    if not purse.active and instruction not in _IN_FACTORY:
        raise Nonconformity(f"{instruction.name.replace('_', ' ')} works in factory state")
    if instruction is Instruction.PREPARE:
        _prepare(purse, p1, data, answer)
    elif instruction in _CHECKS:
        _CHECKS[instruction](purse, data, answer)
    else:
        same(answer, b"", f"data of {instruction.name}")


def _select(purse: Session, _data: bytes, answer: bytes) -> None:
    told = _told(answer)
    if purse.certificate is None:
        if not told.status.flags & StateFlags.FACTORY:
            raise NotRun("the card is not blank")
        same(told.status.flags, StateFlags.FACTORY, "flags of a card in factory state")
        _selected(answer, bytes(told.status), None)
        return
    mirror = purse.mirror
    if mirror.ring_size is None and told.status.free_slots < _MOST_SHOWN:
        mirror.ring_size = told.status.free_slots + mirror.unacknowledged
    status = mirror.status(purse.certificate.purse_class, contactless=purse.contactless_now)
    _selected(answer, status, None if purse.contactless_now else purse.certificate)


def _told(answer: bytes) -> SelectAnswer:
    try:
        return SelectAnswer.parse(answer)
    except FormError as error:
        raise Nonconformity(f"answer to SELECT: {error}") from None


def _selected(answer: bytes, status: bytes, certificate: Certificate | None) -> None:
    inner = _tlv(0xC0, b"\x01") + _tlv(0xC1, status)
    if certificate is not None:
        inner += _tlv(0xC2, bytes(certificate))
    same(answer, _tlv(0x6F, _tlv(0x84, AID) + _tlv(0xA5, inner)), "answer to SELECT")


def _tlv(tag: int, value: bytes) -> bytes:
    length = bytes((len(value),)) if len(value) < 0x80 else bytes((0x81, len(value)))
    return bytes((tag,)) + length + value


def _pay(purse: Session, data: bytes, answer: bytes) -> None:
    _length(answer, 253)
    wanted = purse.mirror.paid(data)
    same(answer[: len(wanted)], wanted, "VOUCHER")
    same(answer[116:], bytes(purse.own_certificate), "CERTIFICATE after the VOUCHER")
    if len(wanted) < 116:
        _signed_by_purse(purse, answer[:116])
        purse.mirror.add_payment(answer[:116])


def _get_voucher(purse: Session, data: bytes, answer: bytes) -> None:
    if len(data) == 4:
        logged = purse.mirror.at(int.from_bytes(data))
    else:
        found = purse.mirror.payment_for(data)
        if found is None:
            raise Nonconformity("GET VOUCHER found a payment that is not in the log")
        logged = found
    same(answer, logged.payload + bytes(purse.own_certificate), "VOUCHER and CERTIFICATE")


def _get_certificate(purse: Session, _data: bytes, answer: bytes) -> None:
    same(answer, bytes(purse.own_certificate), "CERTIFICATE")


def _prepare(purse: Session, p1: int, data: bytes, answer: bytes) -> None:
    _length(answer, 96 if p1 else 32)
    number = purse.mirror.prepared()
    wanted = b"\x21" + data[:1] + purse.id + number.to_bytes(4) + data[1:7] + answer[20:24]
    same(answer[:32], wanted + data[7:], "REQUEST")
    purse.requests.add(answer[:32])
    if p1:
        _signed_by_purse(purse, answer)


def _accept(purse: Session, data: bytes, answer: bytes) -> None:
    same(answer, purse.mirror.accepted(data[:116]), "RECEIPT")


def _void(purse: Session, data: bytes, answer: bytes) -> None:
    _length(answer, VoidStatement.LENGTH)
    voucher = data[:116]
    asked = b"\x21" + voucher[1:2] + voucher[14:44]
    wanted = purse.mirror.voided(voucher, asked in purse.requests)
    same(answer[:42], wanted, "VOID STATEMENT")
    _signed_by_purse(purse, answer)


def _undo(purse: Session, data: bytes, answer: bytes) -> None:
    same(answer, b"", "data of UNDO")
    purse.mirror.undone(data[:106])


def _state(purse: Session, data: bytes, answer: bytes) -> None:
    _length(answer, 132)
    nonce = data[:_ASKERS_NONCE] + answer[2 + _ASKERS_NONCE : 10]
    wanted = purse.mirror.state_body(nonce)
    same(_named(answer[:68]), _named(wanted), "STATE")
    _signed_by_purse(purse, answer)
    purse.last_nonce = nonce
    purse.mirror.state_taken()


def _named(state: bytes) -> str:
    """Return the fields of a STATE one by one, so that a difference can be found."""
    names = "flags nonce id entry base number window balance held out_total out_count chain"
    lengths = (1, 8, 8, 4, 4, 4, 8, 4, 4, 4, 2, 16)
    parts, offset = [f"type {state[:1].hex()}"], 1
    for name, length in zip(names.split(), lengths, strict=True):
        parts.append(f"{name} {state[offset : offset + length].hex()}")
        offset += length
    return ", ".join(parts)


def _read_log(purse: Session, data: bytes, answer: bytes) -> None:
    _length(answer, LogEntry.LENGTH)
    same(answer, bytes(purse.mirror.at(int.from_bytes(data))), "log entry")


def _sync_ack(purse: Session, data: bytes, answer: bytes) -> None:
    same(answer, b"", "data of SYNC ACK")
    purse.mirror.acknowledged(data)


def _blocklist(purse: Session, data: bytes, answer: bytes) -> None:
    if int.from_bytes(data[2:6]) == purse.mirror.epoch:
        ids = data[11:-64]
        purse.class_is_listed |= any(
            ids[i : i + 7] == CLASS_BLOCK_PREFIX for i in range(0, len(ids), 8)
        )
    same(answer, purse.mirror.blocklisted(data), "epoch")


def _key_update(purse: Session, data: bytes, answer: bytes) -> None:
    same(answer, b"", "data of KEY UPDATE")
    update = KeyUpdate.parse(data)
    purse.key_days[update.new_number] = update.not_before_day
    purse.keys[update.new_number] = update.public_key


def _verify(purse: Session, data: bytes, answer: bytes) -> None:
    same(answer, b"", "data of VERIFY")
    same(data, purse.pin, "PIN taken as right")


def _change_pin(purse: Session, data: bytes, answer: bytes) -> None:
    same(answer, b"", "data of CHANGE PIN")
    same(data[:8], purse.pin, "PIN taken as right")
    purse.pin = data[8:]


def _reset_pin(purse: Session, data: bytes, answer: bytes) -> None:
    same(answer, b"", "data of RESET PIN")
    unblock = Unblock.parse(data)
    purse.pin, purse.unblock_counter = unblock.new_pin, unblock.counter
    purse.mirror.pin_blocked = False


def _generate_key(purse: Session, _data: bytes, answer: bytes) -> None:
    _length(answer, 64)
    purse.take_public_key(answer)


def _put_certificate(purse: Session, data: bytes, answer: bytes) -> None:
    same(answer, b"", "data of PUT CERTIFICATE")
    certificate = Certificate.parse(data)
    if purse.active:
        purse.certificate = certificate
        purse.mirror.renewed(certificate.not_before_day)


def _signed_by_purse(purse: Session, answer: bytes) -> None:
    try:
        P256.verify(purse.public_key, answer[:-64], answer[-64:])
    except SignatureRefused as error:
        raise Nonconformity(f"the purse's signature is not good: {error}") from None


def _length(answer: bytes, length: int) -> None:
    same(len(answer), length, "bytes of data in the answer")


_CHECKS: Final[dict[Instruction, Callable[[Session, bytes, bytes], None]]] = {
    Instruction.SELECT: _select,
    Instruction.PAY: _pay,
    Instruction.GET_VOUCHER: _get_voucher,
    Instruction.GET_CERTIFICATE: _get_certificate,
    Instruction.ACCEPT: _accept,
    Instruction.VOID: _void,
    Instruction.UNDO: _undo,
    Instruction.STATE: _state,
    Instruction.READ_LOG: _read_log,
    Instruction.SYNC_ACK: _sync_ack,
    Instruction.BLOCKLIST: _blocklist,
    Instruction.KEY_UPDATE: _key_update,
    Instruction.VERIFY: _verify,
    Instruction.CHANGE_PIN: _change_pin,
    Instruction.RESET_PIN: _reset_pin,
    Instruction.GENERATE_KEY: _generate_key,
    Instruction.PUT_CERTIFICATE: _put_certificate,
}
