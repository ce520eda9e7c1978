"""Every message: its exact bytes there and back, and nothing that is almost it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from enum import IntEnum
from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.purse.cards import fresh, stranger
from zerobar.purse import contents, messages, wire
from zerobar.purse.accepting import Terms
from zerobar.purse.messages import (
    BlocklistDelta,
    Certificate,
    KeyUpdate,
    LogEntry,
    Push,
    Receipt,
    Request,
    SelectAnswer,
    SelectStatus,
    SignedRequest,
    State,
    SyncAck,
    Unblock,
    VoidStatement,
    Voucher,
    class_block_id,
)
from zerobar.purse.money import MAX_AMOUNT, Fen
from zerobar.purse.ring import Slot
from zerobar.purse.suites import P256, SignatureRefused
from zerobar.purse.wire import FormError, Message, Record, SignedMessage, field_table

# The page's lengths (section 2), and the high nibble of byte 0 where there is one.
LENGTHS: dict[type[Record], tuple[int, int | None]] = {
    Certificate: (137, 1),
    Request: (32, 2),
    Voucher: (116, 3),
    VoidStatement: (106, 4),
    Receipt: (32, 5),
    State: (132, 6),
    SyncAck: (123, 7),
    KeyUpdate: (134, 9),
    Unblock: (84, 10),
    Push: (27, None),
    LogEntry: (129, None),
    SelectStatus: (12, None),
    Terms: (15, None),
    Slot: (183, None),
}
KEPT = (
    contents.Identity,
    contents.Security,
    contents.OwnCertificate,
    contents.SyncRecord,
    contents.RequestCell,
    contents.ArmCell,
    contents.BlocklistHead,
    contents.Key,
    contents.KeyTable,
    contents.LimitTable,
)
on_the_wire = pytest.mark.parametrize("record", LENGTHS)
records = pytest.mark.parametrize("record", [*LENGTHS, *KEPT])


class Parsed(Protocol):
    """Whatever `parse` gives: it knows its own bytes."""

    def __bytes__(self) -> bytes: ...


def field_values(field: Any) -> st.SearchStrategy[bytes]:
    """Bytes that a field takes, by what it is declared to be."""
    length, check = field.metadata["length"], field.metadata.get("check")
    if field.name == "head":
        return st.just(bytes((field.default,)))
    if isinstance(check, type) and issubclass(check, IntEnum):
        return st.sampled_from([bytes((value,)) for value in check])
    if check is None:
        return st.binary(min_size=length, max_size=length)
    if "reserved" in check.__name__:
        return st.just(bytes(length))
    lowest = 1 if "amount" in check.__name__ else 0
    return st.integers(lowest, MAX_AMOUNT).map(lambda value: value.to_bytes(4))


def valid(record: type[Record]) -> st.SearchStrategy[bytes]:
    return st.tuples(*map(field_values, fields(record))).map(b"".join)


def one_valid(record: type[Record]) -> bytes:
    parts = []
    for field in fields(record):
        length, check = field.metadata["length"], field.metadata.get("check")
        plain = bytes(length - 1) + b"\x01"
        reserved = check is not None and "reserved" in getattr(check, "__name__", "")
        first = getattr(field, "default", 0)
        head = bytes((first,)) if field.name == "head" else plain
        parts.append(bytes(length) if reserved else head)
    return b"".join(parts)


def round_trips_or_refuses(parse: Callable[[bytes], Parsed], raw: bytes) -> bool:
    try:
        parsed = parse(raw)
    except FormError:
        return False
    assert bytes(parsed) == raw
    return True


@records
@given(st.data())
def test_what_is_valid_reads_back_as_the_same_bytes(
    record: type[Record], data: st.DataObject
) -> None:
    raw = data.draw(valid(record))
    parsed = record.parse(raw)
    assert bytes(parsed) == raw
    assert record(**{f.name: getattr(parsed, f.name) for f in fields(record)}) == parsed


@on_the_wire
@given(st.binary(max_size=300))
def test_anything_else_is_refused_or_kept_exactly(record: type[Record], raw: bytes) -> None:
    round_trips_or_refuses(record.parse, raw)


@on_the_wire
@given(st.data())
def test_a_changed_byte_is_refused_or_kept_exactly(
    record: type[Record], data: st.DataObject
) -> None:
    raw = bytearray(data.draw(valid(record)))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    round_trips_or_refuses(record.parse, bytes(raw))


@records
def test_refuses_every_other_length(record: type[Record]) -> None:
    raw = one_valid(record)
    for length in range(300):
        padded = (raw * (300 // len(raw) + 1))[:length]
        assert round_trips_or_refuses(record.parse, padded) == (length == record.LENGTH)


@pytest.mark.parametrize("record, expected", LENGTHS.items())
def test_lengths_and_types_are_the_pages(
    record: type[Record], expected: tuple[int, int | None]
) -> None:
    length, nibble = expected
    assert (record.LENGTH, sum(size for _, size, _ in field_table(record))) == (length, length)
    if nibble is not None:
        assert issubclass(record, Message)
        assert one_valid(record)[0] == nibble << 4 | P256.number


@pytest.mark.parametrize("record", [r for r in LENGTHS if issubclass(r, Message)])
def test_refuses_every_other_type_and_suite(record: type[Record]) -> None:
    raw = bytearray(one_valid(record))
    good = raw[0]
    for first in range(256):
        raw[0] = first
        assert round_trips_or_refuses(record.parse, bytes(raw)) == (first == good)


@records
def test_refuses_every_value_outside_an_enumeration(record: type[Record]) -> None:
    for field, (offset, _, _) in zip(fields(record), field_table(record), strict=True):
        check = field.metadata.get("check")
        if not (isinstance(check, type) and issubclass(check, IntEnum)):
            continue
        raw = bytearray(one_valid(record))
        for value in range(256):
            raw[offset] = value
            assert round_trips_or_refuses(record.parse, bytes(raw)) == (value in set(check))


@records
def test_refuses_what_is_reserved_and_not_zero(record: type[Record]) -> None:
    for field, (offset, length, _) in zip(fields(record), field_table(record), strict=True):
        if "reserved" not in getattr(field.metadata.get("check"), "__name__", ""):
            continue
        for at in range(offset, offset + length):
            raw = bytearray(one_valid(record))
            raw[at] = 0x80
            assert not round_trips_or_refuses(record.parse, bytes(raw))


@pytest.mark.parametrize("record", [Request, Voucher, VoidStatement, Push, Receipt, Terms])
@pytest.mark.parametrize("amount", [0, 0x80000000, 0xFFFFFFFF])
def test_refuses_amounts_out_of_range(record: type[Record], amount: int) -> None:
    raw = bytearray(one_valid(record))
    offset = next(start for start, _, name in field_table(record) if name == "amount")
    raw[offset : offset + 4] = amount.to_bytes(4)
    with pytest.raises(FormError, match="amount"):
        record.parse(bytes(raw))


def test_amounts_come_out_as_fen() -> None:
    assert isinstance(Voucher.parse(one_valid(Voucher)).amount, Fen)
    assert isinstance(State.parse(one_valid(State)).balance, Fen)


# --- offsets that the page names --------------------------------------------------------------


def test_the_vouchers_table_is_the_pages() -> None:
    expected = [0, 1, 2, 10, 14, 22, 26, 30, 32, 36, 44, 52]
    assert [offset for offset, _, _ in field_table(Voucher)] == expected


def test_the_slots_table_is_the_pages() -> None:
    lengths = [size for _, size, _ in field_table(Slot)]
    assert lengths == [1, 4, 4, 4, 4, 2, 4, 4, 4, 8, 2, 2, 16, 116, 4, 4]


# --- signatures -------------------------------------------------------------------------------


@pytest.mark.parametrize("record", [r for r in LENGTHS if issubclass(r, SignedMessage)])
def test_signs_all_bytes_before_the_signature(record: type[SignedMessage]) -> None:
    signer = stranger("signer")
    signed = record.parse(one_valid(record)).signed(signer.sign)
    signed.verify(signer.certificate.public_key)
    raw = bytes(signed)
    assert signed.body == raw[:-64]
    for at in range(len(raw)):
        changed = raw[:at] + bytes((raw[at] ^ 0x40,)) + raw[at + 1 :]
        try:
            other = record.parse(changed)
        except FormError:
            continue
        with pytest.raises(SignatureRefused):
            other.verify(signer.certificate.public_key)


def test_a_voucher_is_its_body_and_not_its_signature() -> None:
    shop, friend = stranger("shop"), stranger("friend")
    one = Voucher.parse(friend.voucher(shop.request(1, 100), 1)[:116])
    other = one.signed(shop.sign)
    assert one.body == other.body and one.hash == other.hash
    assert one.hash == P256.hash(one.body)[:8]
    assert one.signature != other.signature


def test_a_certificates_hash_is_of_all_its_bytes() -> None:
    certificate = stranger("shop").certificate
    assert certificate.hash == P256.hash(bytes(certificate))[:8]


# --- the messages of variable shape -----------------------------------------------------------


def test_a_signed_request_is_233_bytes_and_verifies() -> None:
    signed = stranger("shop").signed_request(1, 100)
    again = SignedRequest.parse(bytes(signed))
    assert again == signed and len(bytes(signed)) == SignedRequest.LENGTH == 233
    again.verify()
    for length in (*range(233), 234, 300):
        with pytest.raises(FormError):
            SignedRequest.parse((bytes(signed) * 2)[:length])


@given(st.binary(min_size=200, max_size=260))
def test_a_random_signed_request_is_refused_or_kept(raw: bytes) -> None:
    round_trips_or_refuses(SignedRequest.parse, raw)


ids = st.lists(st.binary(min_size=8, max_size=8), max_size=18).map(tuple)
epochs = st.integers(0, 0xFFFFFFFF)


@given(st.integers(0, 255), epochs, epochs, ids, st.binary(min_size=64, max_size=64))
def test_a_blocklist_delta_there_and_back(
    key: int, first: int, second: int, blocked: tuple[bytes, ...], signature: bytes
) -> None:
    low, high = sorted((first, second))
    delta = BlocklistDelta(key, low, high, blocked, signature)
    raw = bytes(delta)
    assert len(raw) == 75 + 8 * len(blocked) <= BlocklistDelta.MAX_LENGTH
    if low == high:
        assert not round_trips_or_refuses(BlocklistDelta.parse, raw)
    else:
        assert BlocklistDelta.parse(raw) == delta


@given(st.binary(max_size=230), st.integers(0, 20))
def test_a_random_delta_is_refused_or_kept(tail: bytes, count: int) -> None:
    raw = bytes((0x81, 3)) + bytes(4) + (1).to_bytes(4) + bytes((count,)) + tail
    taken = round_trips_or_refuses(BlocklistDelta.parse, raw)
    assert taken == (count <= 18 and len(raw) == 75 + 8 * count)


def test_a_class_is_blocked_by_an_id_of_its_own() -> None:
    blocked = class_block_id(messages.PurseClass.ANONYMOUS)
    assert blocked == bytes.fromhex("FFFFFFFFFFFFFF02")


# --- the answer of SELECT ---------------------------------------------------------------------


def select_answers() -> list[bytes]:
    card = fresh()
    return [bytes(card.insert()), bytes(card.tap())]


@pytest.mark.parametrize("raw", select_answers())
def test_a_select_answer_there_and_back(raw: bytes) -> None:
    answer = SelectAnswer.parse(raw)
    assert bytes(answer) == raw
    for length in range(len(raw)):
        with pytest.raises(FormError):
            SelectAnswer.parse(raw[:length])
    with pytest.raises(FormError):
        SelectAnswer.parse(raw + b"\x00")


@given(st.sampled_from(select_answers()), st.data())
def test_a_changed_select_answer_raises_only_form_errors(raw: bytes, data: st.DataObject) -> None:
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        SelectAnswer.parse(bytes(changed))
    except FormError:
        return


@given(st.binary(max_size=260))
def test_a_random_select_answer_raises_only_form_errors(raw: bytes) -> None:
    try:
        SelectAnswer.parse(raw)
    except FormError:
        return


# --- the makers of fields ---------------------------------------------------------------------


def test_a_secret_never_shows() -> None:
    unblock = replace(Unblock.parse(one_valid(Unblock)), new_pin=b"24681357")
    identity = contents.Identity.parse(bytes(range(129)))
    security = contents.Security.parse(bytes(12))
    for secret in (unblock.new_pin, identity.private_key, identity.internal_key):
        assert repr(secret) not in repr((unblock, identity, security))
    assert "pin=" not in repr((unblock, security))


def test_a_form_error_says_which_field() -> None:
    raw = bytearray(one_valid(Voucher))
    raw[1] = 9
    with pytest.raises(FormError, match="Voucher: kind cannot be 9"):
        Voucher.parse(bytes(raw))
    with pytest.raises(FormError, match="Voucher is 116 bytes, not 3"):
        Voucher.parse(b"abc")
    assert wire.FormError is FormError
