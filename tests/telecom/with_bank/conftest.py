"""The telecom with the real bank: two programs over HTTP, a database each.

real_bank   the bank's own rules, with money in it
trader      the telecom as the bank knows it: a merchant
bank        the real bank as the telecom asks it
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bank.conftest import bank as real_bank
from tests.bank.conftest import bank_database, partners
from tests.bank.holders import Holder, fill, grant, open_holder
from tests.bank.merchants.trading import Trader, begin
from tests.bank.settlement.conftest import keys
from tests.telecom.conftest import NUMBER, Clock
from tests.telecom.serving import served
from zerobar.bank.api.app import create_app
from zerobar.bank.context import Bank as RealBank
from zerobar.bank.merchants.webhooks import webhook_key
from zerobar.bank.purses import host_payee, trust_authority
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import MerchantClient
from zerobar.issuer import TestAuthority
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.telecom.bank import Bank, HttpVoucherRoad

__all__ = ["bank_database", "keys", "partners", "real_bank"]

VALIDITY = Validity(20_000, 30_000)


@pytest.fixture
def trader(real_bank: RealBank) -> Trader:
    return begin(real_bank)


@pytest.fixture
def anna(real_bank: RealBank) -> Holder:
    """Somebody with 1,000.00 and five minutes to pay."""
    anna = open_holder(real_bank, NUMBER)
    fill(real_bank, anna.wallet, Fen(1_000_00))
    grant(real_bank, anna)
    return anna


@pytest.fixture
def biller_id(real_bank: RealBank, trader: Trader, keys: TestAuthority) -> bytes:
    trust_authority(real_bank, keys)
    key = P256.public_key(P256.private_key(b"biller".ljust(KEY_SEED_LENGTH, b".")))
    certificate = keys.authority.certify(key, PurseClass.SERVICE, VALIDITY)
    host_payee(real_bank, certificate, trader.wallet)
    return certificate.id


@pytest.fixture
def bank(real_bank: RealBank, trader: Trader, biller_id: bytes, clock: Clock) -> Iterator[Bank]:
    key = RequestKey(trader.server_key.id, trader.server_key.private_key)
    with (
        served(create_app(real_bank)) as url,
        BankHttp(url, key, clock_unix_s=lambda: clock().timestamp()) as http,
    ):
        checks = webhook_key(real_bank, trader.merchant)
        yield Bank(MerchantClient(http), HttpVoucherRoad(http), trader.shop.id, biller_id, checks)
