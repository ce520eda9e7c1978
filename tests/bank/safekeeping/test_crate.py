"""The encrypted file: what comes out is what went in, or an error; never anything else."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.bank.safekeeping.crate import LARGEST_FRAME, CrateWriter, read_crate
from zerobar.bank.safekeeping.errors import (
    NotABackup,
    PassphraseTooShort,
    SafekeepingError,
    WrongPassphrase,
)

PASSPHRASE = "correct horse battery"
CHEAP = 10
FILES = st.lists(
    st.tuples(st.text("abc.", min_size=1, max_size=8), st.binary(max_size=40)), max_size=4
)


def written(files: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    writer = CrateWriter(out, PASSPHRASE, os.urandom, CHEAP)
    for name, content in files:
        writer.begin(name)
        writer.add(content)
    writer.finish()
    return out.getvalue()


def read(raw: bytes, passphrase: str = PASSPHRASE) -> list[tuple[str, bytes]]:
    files: list[tuple[str, bytes]] = []
    for name, piece in read_crate(io.BytesIO(raw), passphrase):
        if not piece:
            files.append((name, b""))
        else:
            files[-1] = (name, files[-1][1] + piece)
    return files


@given(FILES)
def test_what_was_put_in_comes_out(files: list[tuple[str, bytes]]) -> None:
    assert read(written(files)) == files


@given(FILES, st.data())
def test_a_changed_byte_is_noticed_wherever_it_is(
    files: list[tuple[str, bytes]], data: st.DataObject
) -> None:
    raw = bytearray(written(files))
    # The work factor alone may be raised to what takes minutes; the salt shows the same.
    places = [place for place in range(len(raw)) if place != 5]
    raw[data.draw(st.sampled_from(places))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SafekeepingError):
        read(bytes(raw))


@given(FILES, st.data())
def test_a_file_that_was_cut_off_is_noticed_wherever_it_ends(
    files: list[tuple[str, bytes]], data: st.DataObject
) -> None:
    raw = written(files)
    with pytest.raises(SafekeepingError):
        read(raw[: data.draw(st.integers(0, len(raw) - 1))])


def test_parts_in_another_order_or_from_another_file_are_noticed() -> None:
    raw = written([("a", b"1111"), ("b", b"2222")])
    head, step = 22, 4 + 5 + 16
    first = head + 4 + 2 + 16
    swapped = raw[:first] + raw[first + step :] + raw[first : first + step]
    for wrong in (swapped, raw + b"x", raw[:head] + written([("a", b"1111")])[head:]):
        with pytest.raises(SafekeepingError):
            read(wrong)


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(WrongPassphrase):
        read(written([("a", b"1")]), "wrong horse battery")


def test_a_passphrase_opens_however_its_accents_are_typed() -> None:
    one, other = "six mots cl\u00e9s d\u00e9", "six mots cle\u0301s de\u0301"
    out = io.BytesIO()
    writer = CrateWriter(out, one, os.urandom, CHEAP)
    writer.begin("a")
    writer.finish()
    assert read(out.getvalue(), other) == [("a", b"")]


def test_something_else_is_no_backup() -> None:
    with pytest.raises(NotABackup):
        read(b"PGDMP" + bytes(100))


def test_a_short_passphrase_is_refused_before_anything_is_written() -> None:
    out = io.BytesIO()
    with pytest.raises(PassphraseTooShort):
        CrateWriter(out, "short", os.urandom)
    assert not out.getvalue()


def test_a_large_file_is_written_in_parts() -> None:
    content = os.urandom(3 * LARGEST_FRAME + 5)
    pieces = list(read_crate(io.BytesIO(written([("large", content)])), PASSPHRASE))
    assert [len(piece) for _, piece in pieces] == [0, *3 * [LARGEST_FRAME], 5]
    assert b"".join(piece for _, piece in pieces) == content
