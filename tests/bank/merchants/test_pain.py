from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.bank.merchants.pain import FileWrong, read_amounts, read_totals, write_file
from zerobar.bank.merchants.payment_file import CreditTransfer, PaymentFile
from zerobar.purse.money import MAX_AMOUNT, Fen

NAMES = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=50)
TRANSFERS = st.builds(
    CreditTransfer,
    st.uuids(),
    st.integers(1, MAX_AMOUNT).map(Fen),
    st.from_regex(r"[0-9]{12}", fullmatch=True),
    NAMES,
    st.from_regex(r"[0-9]{8,32}", fullmatch=True),
)


def file_of(*transfers: CreditTransfer) -> PaymentFile:
    made_at = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC)
    return PaymentFile(
        "ZEROBAR-20261125", "运营机构", "1" * 32, date(2026, 11, 26), made_at, transfers
    )


ONE = CreditTransfer(UUID(int=5), Fen(1250), "102100099996", "北京茶馆 & Co <1>", "62220202001122")


@given(st.lists(TRANSFERS, min_size=1, max_size=5, unique_by=lambda transfer: transfer.id))
def test_what_is_written_is_read_back(transfers: list[CreditTransfer]) -> None:
    message = write_file(file_of(*transfers))
    assert read_amounts(message) == {t.id.hex: t.amount for t in transfers}
    assert read_totals(message) == (len(transfers), sum(t.amount for t in transfers))
    assert write_file(file_of(*transfers)) == message


def test_the_file_is_pain_001_001_09_in_yuan() -> None:
    text = write_file(file_of(ONE)).decode()
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert 'xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"' in text
    assert '<InstdAmt Ccy="CNY">12.5</InstdAmt>' in text
    assert "<CreDtTm>2026-11-26T09:02:03+08:00</CreDtTm>" in text
    assert f"<EndToEndId>{ONE.id.hex}</EndToEndId>" in text
    assert "<Prtry>CNAPS</Prtry></ClrSysId><MmbId>102100099996</MmbId>" in text
    assert "北京茶馆 &amp; Co &lt;1&gt;" in text


@pytest.mark.parametrize(
    "was, becomes",
    [
        ("12.5</InstdAmt>", "12.6</InstdAmt>"),
        ("<NbOfTxs>1<", "<NbOfTxs>2<"),
        ('Ccy="CNY"', 'Ccy="USD"'),
        ("<EndToEndId>", "<EndToEnd>"),
        ("pain.001.001.09", "pain.001.001.03"),
        ("</Document>", ""),
    ],
)
def test_a_file_that_does_not_fit_is_refused(was: str, becomes: str) -> None:
    text = write_file(file_of(ONE)).decode()
    assert was in text
    with pytest.raises(FileWrong):
        read_totals(text.replace(was, becomes).encode())
