"""A telecom on a real PostgreSQL, its bank behind real HTTP, and a clock that is moved by hand.

telecom   a Telecom with one plan
line      a line on it
books     its bank, as a test sees it: books.pay(order_id), books.lose_answers(1)
bank      the same, as the telecom asks it
purse     somebody's purse: purse.push(amount, number) is a record of 253 bytes
url       the telecom's own interface, behind a real HTTP server
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from joserfc.jwk import ECKey

from tests.postgres import NewDatabase
from tests.telecom.banking import TestBank
from tests.telecom.purses import Purse, new_purse
from tests.telecom.serving import served
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import MerchantClient
from zerobar.database import open_pool
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.telecom import Guarantor, Line, Plan, Telecom, open_line, set_plan
from zerobar.telecom.api.access import Desk
from zerobar.telecom.api.app import create_app
from zerobar.telecom.bank import Bank, HttpVoucherRoad

BEGINNING = datetime(2026, 11, 25, 4, tzinfo=UTC)
NUMBER = "+8613800000001"
PLAN = Plan("Basic", Fen(3_900))
SHOP = UUID("0190f7a0-0000-7000-8000-00000000000a")
OPERATOR = UUID("0190f7a0-0000-7000-8000-000000000001")
BILLER = b"biller 1"
TOKEN = "own-program"
SERVER_KEY = P256.private_key(b"the telecom's server".ljust(KEY_SEED_LENGTH, b"."))


class Clock:
    def __init__(self) -> None:
        self.time = BEGINNING

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **duration: float) -> None:
        self.time += timedelta(**duration)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def telecom(new_database: NewDatabase, clock: Clock) -> Iterator[Telecom]:
    database = new_database("zerobar.telecom.migrations")
    draw = random.Random(20261126).randbytes
    with open_pool(database, "telecom tests", autocommit=True) as pool:
        telecom = Telecom(pool, clock, draw)
        set_plan(telecom, PLAN)
        yield telecom


@pytest.fixture
def line(telecom: Telecom) -> Line:
    return open_line(telecom, NUMBER, PLAN.name)


@pytest.fixture
def purse() -> Purse:
    return new_purse(1)


@pytest.fixture
def books(clock: Clock) -> TestBank:
    return TestBank(clock, P256.public_key(SERVER_KEY), SHOP, BILLER)


@pytest.fixture
def bank_url(books: TestBank) -> Iterator[str]:
    with served(books.app()) as url:
        yield url


@pytest.fixture
def bank(books: TestBank, bank_url: str, clock: Clock) -> Iterator[Bank]:
    key = RequestKey(books.key_id, SERVER_KEY)
    with BankHttp(
        bank_url, key, clock_unix_s=lambda: clock().timestamp(), sleep=lambda _: None
    ) as http:
        webhook_key = books.webhook_key.public_key().public_bytes_raw()
        yield Bank(MerchantClient(http), HttpVoucherRoad(http), SHOP, BILLER, webhook_key)


@pytest.fixture
def desk(telecom: Telecom, bank: Bank) -> Desk:
    guarantor = Guarantor("telecom.example", "key-1", ECKey.generate_key("P-256"))
    return Desk(telecom, bank, OPERATOR, guarantor, TOKEN, {"127.0.0.1"})


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    with served(create_app(desk)) as url:
        yield url
