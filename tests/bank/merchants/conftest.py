"""A tea house that sells, and somebody with money and an open grant."""

from __future__ import annotations

import pytest

from tests.bank.funding.conftest import funded, verified
from tests.bank.holders import Holder, fill, grant
from tests.bank.merchants.trading import Trader, begin
from zerobar.bank.context import Bank
from zerobar.purse.money import Fen

__all__ = ["funded", "verified"]


@pytest.fixture
def tea(bank: Bank) -> Trader:
    return begin(bank)


@pytest.fixture
def payer(bank: Bank, anna: Holder) -> Holder:
    """Anna with 1,000.00 and five minutes to pay."""
    fill(bank, anna.wallet, Fen(1_000_00))
    grant(bank, anna)
    return anna
