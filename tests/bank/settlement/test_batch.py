from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.bank.settlement import Batch, NoBatch, Reason
from zerobar.bank.settlement.arrivals import Arrival, all_apart, taken_apart
from zerobar.bank.settlement.batch import RECORD_LENGTH
from zerobar.bank.settlement.drawing import Town
from zerobar.issuer import TestAuthority
from zerobar.purse.messages import Kind, Voucher
from zerobar.purse.money import CNY, Fen
from zerobar.purse.wire import FormError

records = st.lists(st.binary(min_size=RECORD_LENGTH, max_size=RECORD_LENGTH), max_size=4)


@given(records)
def test_a_batch_is_read_as_it_was_written(given_records: list[bytes]) -> None:
    batch = Batch.of(given_records)
    assert Batch.parse(bytes(batch)) == batch
    assert batch.records(0, 10) == given_records


@given(records, st.data())
def test_a_batch_cut_anywhere_keeps_its_whole_records_in_their_places(
    given_records: list[bytes], data: st.DataObject
) -> None:
    raw = bytes(Batch.of(given_records))
    cut = raw[: data.draw(st.integers(12, len(raw)))]
    batch = Batch.parse(cut)
    there = batch.records(0, 10)
    whole = (len(cut) - 12) // RECORD_LENGTH
    assert there[:whole] == given_records[:whole]
    assert len(there) + batch.missing == batch.declared == len(given_records)
    assert all(taken_apart(0, record) is Reason.TRUNCATED for record in there[whole:])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"ZBVB",
        b"ZBVC" + b"\1" + bytes(7),
        b"ZBVB" + b"\2" + bytes(7),
        b"ZBVB" + b"\1\0\0\1" + bytes(4),
        b"ZBVB" + b"\1" + bytes(7) + b"x",
        b"ZBVB" + b"\1\0\0\0" + b"\xff\xff\xff\xff",
    ],
)
def test_what_is_no_batch_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(NoBatch):
        Batch.parse(raw)


@given(st.integers(0, 51), st.integers(0, 255))
def test_a_voucher_is_taken_apart_as_the_protocols_parser_does(offset: int, value: int) -> None:
    voucher = bytes(_voucher())
    raw = voucher[:offset] + bytes((value,)) + voucher[offset + 1 :]
    found = taken_apart(3, raw + b"\x01" * 137)
    try:
        parsed = Voucher.parse(raw)
    except FormError:
        assert found is Reason.MALFORMED
        return
    assert isinstance(found, Arrival)
    assert (found.kind, found.payer_id, found.entry) == (
        parsed.kind,
        parsed.payer_id,
        parsed.entry,
    )
    assert (found.payee_id, found.number, found.currency) == (
        parsed.payee_id,
        parsed.number,
        parsed.currency,
    )
    assert (found.amount_fen, found.body, found.signature) == (
        parsed.amount,
        parsed.body,
        parsed.signature,
    )


@given(st.data())
def test_many_records_are_taken_apart_as_each_by_itself(data: st.DataObject) -> None:
    good = bytes(_voucher()) + b"\x01" * 137
    mutated = st.builds(
        lambda at, value: good[:at] + bytes((value,)) + good[at + 1 :],
        st.integers(0, 51),
        st.integers(0, 255),
    )
    unwritten = st.integers(0, 252).map(lambda end: good[:end].ljust(RECORD_LENGTH, b"\0"))
    whole = data.draw(st.lists(st.one_of(st.just(good), mutated, unwritten), max_size=6))
    cut = data.draw(st.sampled_from(([], [b"\x31"], [good[:-1]])))
    arrivals, rejected = all_apart(7, whole + cut)
    found = {arrival.place: arrival for arrival in arrivals} | rejected
    expected = {place: taken_apart(place, each) for place, each in enumerate(whole + cut, 7)}
    assert found == expected


def test_a_town_comes_again_from_its_seed(keys: TestAuthority) -> None:
    first, again = (Town(5, keys, 3, 1, 1).draw(40) for _ in range(2))
    assert first == again
    assert first != Town(6, keys, 3, 1, 1).draw(40)


def _voucher() -> Voucher:
    return Voucher(
        kind=Kind.PAYMENT,
        payer_id=b"payer-id",
        entry=1,
        payee_id=b"payee-id",
        number=1,
        amount=Fen(0x1020304),
        currency=CNY,
        tag=b"tags",
        reference=b"ordered!",
        chain=b"chained!",
        signature=b"s" * 64,
    )
