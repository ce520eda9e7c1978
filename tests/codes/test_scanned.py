"""Texts of requests and vouchers, and telling scanned codes apart."""

from __future__ import annotations

import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.codes import emvco
from zerobar.codes.emvco import MerchantCode
from zerobar.codes.scanned import (
    CustomerScanned,
    MerchantScanned,
    RequestScanned,
    VoucherScanned,
    read_scanned,
)
from zerobar.codes.vouchers import (
    DamagedVoucherCode,
    NotAVoucherCode,
    VoucherCodeError,
    read_request,
    read_voucher,
    request_text,
    voucher_text,
)
from zerobar.purse.messages import Certificate, Kind, PurseClass, Request, SignedRequest, Voucher
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

KEY = P256.private_key(bytes(range(KEY_SEED_LENGTH)))
CERTIFICATE = Certificate(
    key_number=1,
    purse_class=PurseClass.MERCHANT,
    currency=156,
    not_before_day=1,
    not_after_day=60_000,
    public_key=P256.public_key(KEY),
).signed(lambda message: P256.sign(KEY, message))
REQUEST = Request(
    kind=Kind.PAYMENT,
    payee_id=CERTIFICATE.id,
    number=7,
    amount=Fen(10_00),
    currency=156,
    tag=b"tag!",
    reference=b"order 01",
)
SIGNED = SignedRequest(REQUEST, P256.sign(KEY, bytes(REQUEST)), CERTIFICATE)
VOUCHER = Voucher(
    kind=Kind.PAYMENT,
    payer_id=b"somebody",
    entry=3,
    payee_id=CERTIFICATE.id,
    number=7,
    amount=Fen(10_00),
    currency=156,
    tag=b"tag!",
    reference=b"order 01",
    chain=bytes(8),
).signed(lambda message: P256.sign(KEY, message))
# ISO/IEC 18004, table 5; a text in it takes 5.5 bits a character.
QR_ALPHANUMERIC = set(string.digits + string.ascii_uppercase + " $%*+-./:")
VERSION_13_M = 483


def test_a_request_and_a_voucher_come_back_from_their_texts() -> None:
    assert read_request(request_text(SIGNED)) == SIGNED
    assert read_voucher(voucher_text(VOUCHER, CERTIFICATE)) == (VOUCHER, CERTIFICATE)


def test_texts_fit_a_small_qr_code() -> None:
    for text in (request_text(SIGNED), voucher_text(VOUCHER, CERTIFICATE)):
        assert set(text) <= QR_ALPHANUMERIC and len(text) <= VERSION_13_M


def test_a_text_in_small_letters_is_the_same() -> None:
    assert read_request(f" {request_text(SIGNED).lower()}\n") == SIGNED


@given(st.integers(0, 411), st.sampled_from(string.ascii_uppercase + "234567"))
def test_one_wrong_letter_is_noticed(at: int, letter: str) -> None:
    text = voucher_text(VOUCHER, CERTIFICATE)
    head, digits = text[:6], text[6:]
    changed = head + digits[:at] + letter + digits[at + 1 :]
    # The last letter has bits that stand for nothing.
    if changed != text and at < len(digits) - 1:
        with pytest.raises(DamagedVoucherCode):
            read_voucher(changed)


@given(st.text(max_size=500))
def test_whatever_else_is_typed_is_refused_in_words(text: str) -> None:
    for read in (read_request, read_voucher):
        with pytest.raises(VoucherCodeError, match="Scan"):
            read(text)
    for prefix in ("ZB-V1:", "ZB-R1:"):
        with pytest.raises(ValueError, match="Scan"):
            read_scanned(prefix + text)


def test_one_is_not_taken_for_the_other() -> None:
    with pytest.raises(NotAVoucherCode):
        read_voucher(request_text(SIGNED))
    with pytest.raises(DamagedVoucherCode):
        read_voucher(request_text(SIGNED).replace("ZB-R1", "ZB-V1"))


def test_each_code_is_known_by_how_it_begins() -> None:
    shop = MerchantCode("0123456789AB", "Noodle House", "Beijing", "5812").text()
    assert read_scanned("0112345678045850535") == CustomerScanned("0112345678045850535")
    assert read_scanned(shop) == MerchantScanned(emvco.parse(shop), shop)
    assert read_scanned(request_text(SIGNED)) == RequestScanned(SIGNED)
    assert read_scanned(voucher_text(VOUCHER, CERTIFICATE)) == VoucherScanned(VOUCHER, CERTIFICATE)


@given(st.text(max_size=1100))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        read_scanned(text)


def test_a_code_does_not_stand_in_a_log() -> None:
    assert "58505" not in repr(read_scanned("0112345678045850535"))
