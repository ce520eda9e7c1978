"""The telecom with the real bank: two programs over HTTP, a database each.

real_bank   the bank's own rules, with money in it
trader      the telecom as the bank knows it: a merchant
biller      the payee that the bank hosts for it
bank        the real bank as the telecom asks it
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.bank.api.serving import served_bank
from tests.bank.conftest import bank as real_bank
from tests.bank.conftest import bank_database, partners
from tests.bank.employees import found
from tests.bank.holders import Holder, fill, grant, open_holder
from tests.bank.merchants.trading import Trader, begin
from tests.bank.settlement.conftest import keys
from tests.telecom.conftest import NUMBER, Clock
from zerobar.bank.context import Bank as RealBank
from zerobar.bank.merchants.webhooks import webhook_key
from zerobar.bank.purses import trust_authority
from zerobar.bank.staff.model import Role
from zerobar.client.enrolment import write_64
from zerobar.client.hosting import HostedPayeeShown, NewHostedPayee
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import MerchantClient
from zerobar.issuer import TestAuthority
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import Certificate
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.telecom.bank import Bank, HttpVoucherRoad

__all__ = ["bank_database", "keys", "partners", "real_bank"]

VALIDITY = Validity(20_000, 30_000)
BILLER_KEY = P256.private_key(b"biller".ljust(KEY_SEED_LENGTH, b"."))


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
def bank_url(real_bank: RealBank) -> Iterator[str]:
    with served_bank(real_bank) as url:
        yield url


@pytest.fixture
def http(bank_url: str, trader: Trader, clock: Clock) -> Iterator[BankHttp]:
    """The telecom's own way to the bank."""
    key = RequestKey(trader.server_key.id, trader.server_key.private_key)
    with BankHttp(bank_url, key, clock_unix_s=lambda: clock().timestamp()) as http:
        yield http


@pytest.fixture
def biller(
    real_bank: RealBank, keys: TestAuthority, trader: Trader, bank_url: str, clock: Clock
) -> Certificate:
    """The payee that the bank's staff host for the telecom, over HTTP."""
    trust_authority(real_bank, keys)
    with_keys = replace(real_bank, purse_keys=keys)
    operations = found(real_bank, "operations", Role.OPERATIONS)
    asked = NewHostedPayee(public_key=write_64(P256.public_key(BILLER_KEY)))
    path = f"/v1/merchants/{trader.merchant.id}/hosted-payees"
    with (
        served_bank(with_keys) as url,
        BankHttp(url, clock_unix_s=lambda: clock().timestamp()) as http,
    ):
        http.use_session(operations.token)
        hosted = http.make(uuid4(), path, asked, HostedPayeeShown)
    return Certificate.parse(bytes.fromhex(hosted.certificate))


@pytest.fixture
def bank(real_bank: RealBank, trader: Trader, biller: Certificate, http: BankHttp) -> Bank:
    checks = webhook_key(real_bank, trader.merchant)
    return Bank(MerchantClient(http), HttpVoucherRoad(http), trader.shop.id, biller.id, checks)
