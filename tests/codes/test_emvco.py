"""Merchants' codes: EMVCo's own example, round trips, and every kind of damage."""

from __future__ import annotations

import string
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zerobar.codes import emvco
from zerobar.codes.emvco import (
    CodeError,
    DamagedCode,
    MerchantCode,
    NotAMerchantCode,
    UnsupportedCode,
    checksum,
    objects,
    order_id_of,
    order_reference,
    parse,
)
from zerobar.purse.money import MAX_AMOUNT, Fen

EXAMPLE = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN"
    "5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412"
    "340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A"
)
"""The example of the specification's annex."""

ORDER = UUID("0192f3a1-5c00-7000-8000-0123456789ab")
SHOP = MerchantCode("7K2M9QX4TB0A", "Beijing Noodles", "BEIJING", "5812", local_name="北京面馆")
DYNAMIC = replace(SHOP, amount=Fen(1250), reference=order_reference(ORDER), bill_number="A-0001")

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
LABELS = st.text(PRINTABLE, max_size=25)


@st.composite
def codes(draw: st.DrawFn) -> MerchantCode:
    reference = draw(st.just("") | st.uuids().map(order_reference))
    amounts = st.integers(1, MAX_AMOUNT).map(Fen)
    return MerchantCode(
        draw(st.from_regex(emvco.SHOP_CODE, fullmatch=True)),
        draw(st.text(PRINTABLE, min_size=1, max_size=25)),
        draw(st.text(PRINTABLE, min_size=1, max_size=15)),
        draw(st.text(string.digits, min_size=4, max_size=4)),
        local_name=draw(st.text(max_size=25).filter(str.isprintable)),
        amount=draw(amounts if reference else st.none() | amounts),
        reference=reference,
        bill_number=draw(LABELS),
        mobile_number=draw(LABELS),
    )


def resealed(text: str) -> str:
    """Give a changed code a right checksum, so that what else is wrong has to be noticed."""
    body = text[:-4]
    return body + checksum(body)


def test_the_specifications_example_is_read_with_its_checksum() -> None:
    found = objects(EXAMPLE)
    assert found["59"] == "BEST TRANSPORT"
    assert found["64"] == "0002ZH0104最佳运输0202北京"
    assert found["54"] == "23.72"


def test_the_checksum_is_crc_16_ccitt_false() -> None:
    assert checksum("123456789") == "29B1"


def test_another_schemes_code_is_told_from_a_damaged_one() -> None:
    with pytest.raises(UnsupportedCode):
        parse(EXAMPLE)
    without_tip = EXAMPLE.replace("550201", "")
    with pytest.raises(UnsupportedCode, match="another scheme"):
        parse(resealed(without_tip))


def test_a_shops_code_is_written_as_the_specification_lays_it_out() -> None:
    assert SHOP.text() == (
        "000201" "010211" "2652" f"0032{emvco.SCHEME}" "01127K2M9QX4TB0A" "52045812" "5303156"
        "5802CN" "5915Beijing Noodles" "6007BEIJING" "64140002zh0104北京面馆"
        f"6304{SHOP.text()[-4:]}"
    )  # fmt: skip


def test_an_orders_code_names_the_order_and_its_amount() -> None:
    read = parse(DYNAMIC.text())
    assert read.is_dynamic
    assert read.amount == 1250
    assert order_id_of(read.reference) == ORDER
    assert "540512.50" in DYNAMIC.text()


@given(codes())
def test_what_is_written_is_read_back(code: MerchantCode) -> None:
    text = code.text()
    assert len(text) <= emvco.MAX_LENGTH
    assert parse(text) == code


@given(st.uuids())
def test_an_orders_reference_has_25_characters_and_names_it(order_id: UUID) -> None:
    reference = order_reference(order_id)
    assert len(reference) == 25
    assert order_id_of(reference) == order_id


@given(codes(), st.data())
def test_a_changed_character_is_noticed(code: MerchantCode, data: st.DataObject) -> None:
    text = code.text()
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"]))
    assume(other != text[at])
    with pytest.raises(CodeError):
        parse(text[:at] + other + text[at + 1 :])


@given(codes(), st.data())
def test_a_cut_code_is_noticed(code: MerchantCode, data: st.DataObject) -> None:
    text = code.text()
    with pytest.raises(CodeError):
        parse(text[: data.draw(st.integers(0, len(text) - 1))])


@given(codes(), st.data())
def test_a_changed_code_with_a_right_checksum_is_read_or_refused_by_name(
    code: MerchantCode, data: st.DataObject
) -> None:
    text = code.text()
    at = data.draw(st.integers(6, len(text) - 9))
    many = data.draw(st.integers(0, 6))
    changed = text[:at] + data.draw(st.text(string.printable, max_size=6)) + text[at + many :]
    try:
        read = parse(resealed(changed))
    except CodeError:
        return
    assert parse(read.text()) == read


@given(st.text())
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    with pytest.raises(CodeError):
        parse(text)
    with pytest.raises(CodeError):
        parse("000201" + text)


@pytest.mark.parametrize(
    "was, becomes",
    [
        ("5802CN", ""),
        ("52045812", ""),
        ("52045812", "520458125204 812"),
        ("52045812", "5204581A"),
        ("010212", "010211"),
        ("540512.50", ""),
        ("540512.50", "540512,50"),
        ("540512.50", "5406012.505"),
        ("01127K2M9QX4TB0A", "01127K2M9QX4TB0a"),
        ("6007BEIJING", "6007BEIJIN京"),
    ],
)
def test_a_damaged_code_is_refused(was: str, becomes: str) -> None:
    text = DYNAMIC.text()
    assert was in text
    with pytest.raises(DamagedCode):
        parse(resealed(text.replace(was, becomes)))


@pytest.mark.parametrize(
    "was, becomes",
    [
        ("5303156", "5303840"),
        ("5802CN", "5802US"),
        ("540512.50", "54040.00"),
        ("540512.50", "541021474836.5"),
        ("5303156", "5303156550201"),
    ],
)
def test_what_is_not_done_here_is_said_to_be_so(was: str, becomes: str) -> None:
    text = DYNAMIC.text()
    assert was in text
    with pytest.raises(UnsupportedCode):
        parse(resealed(text.replace(was, becomes)))


@pytest.mark.parametrize("text", ["", "0100000000000000000", "https://example.com/pay", "000202"])
def test_some_other_code_is_not_called_damaged(text: str) -> None:
    with pytest.raises(NotAMerchantCode):
        parse(text)


def test_a_reference_that_is_no_id_is_damage() -> None:
    for reference in ("Z" * 25, "", "a" * 25, "0" * 24):
        with pytest.raises(DamagedCode):
            order_id_of(reference)
