"""What is derived for one purpose is never what another purpose derives."""

from __future__ import annotations

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from zerobar.bank.ids import DERIVED_VERSION, NAMESPACE, Word, derived_id

WHOLE = UUID("0190f7a0-0000-7000-8000-0000000000a1")


def test_every_purpose_derives_another_id_from_the_same_parts() -> None:
    derived = {derived_id(word, WHOLE) for word in Word}
    assert len(derived) == len(Word.__members__)
    assert {found.version for found in derived} == {DERIVED_VERSION}


def test_the_same_parts_give_the_same_id_and_others_another() -> None:
    assert derived_id(Word.VOUCHER, WHOLE, 1) == derived_id(Word.VOUCHER, WHOLE, 1)
    assert derived_id(Word.VOUCHER, WHOLE, 1) != derived_id(Word.VOUCHER, WHOLE, 2)
    assert derived_id(Word.VOUCHER, "ab", "c") != derived_id(Word.VOUCHER, "a", "bc")


@given(
    st.sampled_from(Word),
    st.lists(st.uuids() | st.text(st.characters(codec="utf-8")) | st.integers(), max_size=3),
)
def test_a_derived_id_is_the_uuid_that_the_standard_library_makes(
    word: Word, parts: list[UUID | str | int]
) -> None:
    whole = "\x1f".join((word, *map(str, parts)))
    assert derived_id(word, *parts) == uuid5(NAMESPACE, whole)
