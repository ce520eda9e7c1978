"""Somebody with money and an open grant, and a merchant."""

from __future__ import annotations

import pytest

from tests.bank.funding.conftest import funded, verified
from tests.bank.holders import Holder, fill, grant
from tests.bank.paying.sellers import Seller, open_seller
from zerobar.bank.context import Bank
from zerobar.purse.money import Fen

__all__ = ["funded", "verified"]

MONEY = Fen(3_000_00)


@pytest.fixture
def payer(bank: Bank, anna: Holder) -> Holder:
    """Anna with 3,000.00 and five minutes to pay."""
    fill(bank, anna.wallet, MONEY)
    grant(bank, anna)
    return anna


@pytest.fixture
def seller(bank: Bank) -> Seller:
    """A merchant without money."""
    return open_seller(bank)
