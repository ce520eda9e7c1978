"""A whole bank on a real PostgreSQL, with partners in memory and a clock that can be set.

bank      a Bank with an open ledger and a full vault; the operator is registered
clock     its clock, which stands still until it is moved: clock.advance(seconds=60)
partners  its partners: partners.sms.code_for(phone), partners.bank.give_card(holder, balance)
anna      somebody with a category IV wallet, a PIN, a device key and a session, without money
bea       somebody else
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.bank.doubles import Doubles
from tests.bank.holders import Holder, open_holder, prepare_books
from tests.postgres import NewDatabase
from zerobar.bank.context import Bank
from zerobar.bank.funding import store as funding
from zerobar.bank.merchants import payable
from zerobar.bank.paying import records
from zerobar.bank.purses import records as charges
from zerobar.bank.sealing import KEY_LENGTH, Sealer
from zerobar.bank.settlement import records as vouchers
from zerobar.database import Database, connect, open_pool
from zerobar.ledger import GroupingPoster, Poster

BEGINNING = datetime(2026, 11, 25, 4, tzinfo=UTC)
"""Noon in China."""
OPERATOR = UUID("0190f7a0-0000-7000-8000-000000000001")
TABLES = funding.TABLES | records.TABLES | payable.TABLES | vouchers.TABLES | charges.TABLES
"""All that the rules let the ledger store with the money."""


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = BEGINNING

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **duration: float) -> None:
        """Go on by days, hours, minutes or seconds."""
        self.time += timedelta(**duration)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def partners() -> Doubles:
    return Doubles()


@pytest.fixture
def bank_database(new_database: NewDatabase) -> Database:
    return new_database("zerobar.ledger.migrations", "zerobar.bank.migrations")


@pytest.fixture
def bank(bank_database: Database, clock: Clock, partners: Doubles) -> Iterator[Bank]:
    # The same numbers in every run; ids still differ, for they are drawn one after another.
    draw = random.Random(20261125).randbytes
    poster = Poster(
        lambda: connect(bank_database, "bank tests", autocommit=True), clock, tables=TABLES
    )
    with (
        open_pool(bank_database, "bank tests", autocommit=True) as pool,
        GroupingPoster(poster) as ledger,
    ):
        bank = Bank(
            OPERATOR, pool, ledger, partners.partners, Sealer(draw(KEY_LENGTH), draw), clock, draw
        )
        with bank.connection() as connection:
            connection.execute(
                "INSERT INTO bank.operator (operator_id, name, created_at) VALUES (%s, %s, %s)",
                (OPERATOR, "Test Operator", clock()),
            )
        prepare_books(bank)
        yield bank


@pytest.fixture
def anna(bank: Bank) -> Holder:
    return open_holder(bank, "+8613800000001")


@pytest.fixture
def bea(bank: Bank) -> Holder:
    return open_holder(bank, "+8613800000002")
