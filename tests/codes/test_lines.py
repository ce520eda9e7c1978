"""A phone line in eight bytes, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.codes.lines import (
    REFERENCE_LENGTH,
    LineMalformed,
    number_in,
    read_number,
    reference_of,
)

NUMBERS = st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True)


@given(NUMBERS)
def test_a_number_comes_back_from_its_reference(number: str) -> None:
    reference = reference_of(number)
    assert len(reference) == REFERENCE_LENGTH and number_in(reference) == number


@given(st.binary(min_size=8, max_size=8))
def test_eight_bytes_name_one_number_or_none(reference: bytes) -> None:
    try:
        number = number_in(reference)
    except LineMalformed:
        return
    assert reference_of(number) == reference


def test_a_chinese_mobile_number_may_come_as_it_is_said() -> None:
    assert read_number("139 0000-0002") == read_number("+8613900000002") == "+8613900000002"


@pytest.mark.parametrize("text", ["", "12", "noodles", "+0123456789", "+1234567890123456", "+١٢٣"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(LineMalformed):
        read_number(text)
