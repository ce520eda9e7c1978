"""Limits: the page's table, on the wire and overridden."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.purse.contents import STANDARD_LIMITS, LimitTable
from zerobar.purse.limits import DEFAULT_LIMITS, Limits
from zerobar.purse.messages import KEEP_OVERRIDE, PurseClass

numbers = st.integers(0, 0xFFFFFFFF)
limits = st.builds(Limits, *[numbers] * 8)


def test_the_defaults_are_the_pages_table() -> None:
    yuan = {
        PurseClass.PERSON: (500, 200, 500, 1_000, 10, 1_000, 1_000, 50),
        PurseClass.ANONYMOUS: (200, 100, 200, 500, 10, 500, 500, 50),
        PurseClass.MERCHANT: (2_000, 2_000, 20_000, 100_000, 200, 20_000, 100_000, 500),
    }
    counted = (4, 7)
    for purse_class, row in yuan.items():
        fen = [value * (1 if i in counted else 100) for i, value in enumerate(row)]
        assert DEFAULT_LIMITS[purse_class] == Limits(*fen)
        assert STANDARD_LIMITS.of_class(purse_class) == DEFAULT_LIMITS[purse_class]


@given(limits)
def test_limits_there_and_back(some: Limits) -> None:
    assert Limits.parse(bytes(some)) == some
    assert len(bytes(some)) == Limits.LENGTH == 32


@given(limits, limits)
def test_one_class_is_replaced_and_no_other(first: Limits, second: Limits) -> None:
    table = STANDARD_LIMITS.with_class(PurseClass.ANONYMOUS, first)
    table = table.with_class(PurseClass.MERCHANT, second)
    assert LimitTable.parse(bytes(table)) == table
    assert table.of_class(PurseClass.PERSON) == DEFAULT_LIMITS[PurseClass.PERSON]
    assert table.of_class(PurseClass.ANONYMOUS) == first
    assert table.of_class(PurseClass.MERCHANT) == second


@given(limits, numbers, numbers, numbers)
def test_an_override_replaces_three_and_keeps_the_rest(
    some: Limits, per_payment: int, without_pin: int, holding: int
) -> None:
    changed = some.overridden(per_payment, without_pin, holding)
    for name, new in (
        ("per_payment", per_payment),
        ("without_pin", without_pin),
        ("holding", holding),
    ):
        kept = getattr(some, name)
        assert getattr(changed, name) == (kept if new == KEEP_OVERRIDE else new)
    assert bytes(changed)[16:] == bytes(some)[16:]
    assert bytes(changed)[8:12] == bytes(some)[8:12]


@pytest.mark.parametrize("length", [0, 31, 33])
def test_limits_of_another_length_are_our_own_mistake(length: int) -> None:
    with pytest.raises(AssertionError):
        Limits.parse(bytes(length))
