"""Fen: whole numbers that read and print as yuan, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.purse.money import MAX_AMOUNT, AmountError, Fen

amounts = st.integers(1, MAX_AMOUNT).map(Fen)


@given(amounts)
def test_what_is_printed_reads_back(amount: Fen) -> None:
    assert Fen.parse(str(amount)) == amount
    assert Fen.parse(str(amount).removeprefix("¥")) == amount
    assert Fen.parse(f"  {str(amount).replace(',', '')} ") == amount


@pytest.mark.parametrize(
    "typed, fen",
    [
        ("12.5", 1250),
        ("12", 1200),
        ("0.01", 1),
        ("¥12.50", 1250),
        ("￥1,234.50", 123450),
        ("007", 700),
        ("21474836.47", MAX_AMOUNT),
    ],
)
def test_yuan_as_people_type_them(typed: str, fen: int) -> None:
    assert Fen.parse(typed) == fen


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "0",
        "0.00",
        "-1",
        "+1",
        "1.234",
        ".5",
        "5.",
        "1e3",
        "12,34",
        "1,23",
        "1 234",
        "nan",
        "yuan",
        "¥",
        "12.50元",
        "二十",
        "\uff11\uff12",
        "21474836.48",
        "99999999999",
    ],
)
def test_anything_else_is_no_amount(typed: str) -> None:
    with pytest.raises(AmountError):
        Fen.parse(typed)


@given(st.text())
def test_no_text_gives_anything_but_an_amount_or_its_error(typed: str) -> None:
    try:
        parsed = Fen.parse(typed)
    except AmountError:
        return
    assert 1 <= parsed <= MAX_AMOUNT


@given(amounts, amounts)
def test_sums_and_differences_are_fen(first: Fen, second: Fen) -> None:
    made: dict[int, object] = {
        int(first) + int(second): first + second,
        int(first) - int(second): first - second,
        -int(first): -first,
    }
    for expected, amount in made.items():
        assert isinstance(amount, Fen) and amount == expected
    assert isinstance(sum([first, second], Fen(0)), Fen)


def test_it_prints_signs_and_thousands() -> None:
    printed = [str(Fen(fen)) for fen in (0, 5, -5, 123456789, -100)]
    assert printed == ["¥0.00", "¥0.05", "-¥0.05", "¥1,234,567.89", "-¥1.00"]
    assert f"{Fen(1250):>8}" == "  ¥12.50"
    assert f"{Fen(1250)}" == "¥12.50" and f"{Fen(1250):d}" == "1250"
    assert repr(Fen(1250)) == "Fen(1250)"


def test_no_fraction_of_a_fen_can_come_in_by_parsing() -> None:
    assert MAX_AMOUNT == 0x7FFFFFFF
    with pytest.raises(AmountError, match="type yuan like"):
        Fen.parse("0.001")
