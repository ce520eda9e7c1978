"""A bank that has worked, made once for all tests, which change its tables and take it back."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.bank.checking.working import Work
from tests.bank.conftest import OPERATOR, TABLES, Clock
from tests.bank.doubles import Doubles
from tests.bank.holders import prepare_books
from tests.postgres import DatabaseMaker
from zerobar.bank.context import Bank
from zerobar.bank.sealing import KEY_LENGTH, Sealer
from zerobar.database import Connection, connect, open_pool
from zerobar.ledger import GroupingPoster, Poster


@pytest.fixture(scope="session")
def work(database_maker: DatabaseMaker) -> Iterator[Work]:
    database = database_maker.new("zerobar.ledger.migrations", "zerobar.bank.migrations")
    clock, partners, draw = Clock(), Doubles(), random.Random(20261126).randbytes
    poster = Poster(
        lambda: connect(database, "checking tests", autocommit=True), clock, tables=TABLES
    )
    with (
        open_pool(database, "checking tests", autocommit=True) as pool,
        GroupingPoster(poster) as ledger,
    ):
        sealer = Sealer(draw(KEY_LENGTH), draw)
        bank = Bank(OPERATOR, pool, ledger, partners.partners, sealer, clock, draw)
        with bank.connection() as connection:
            connection.execute(
                "INSERT INTO bank.operator (operator_id, name, created_at) VALUES (%s, %s, %s)",
                (OPERATOR, "Test Operator", clock()),
            )
        prepare_books(bank)
        work = Work(bank, partners, clock)
        work.go()
        yield work
    database_maker.drop(database)


@pytest.fixture
def tampering(work: Work) -> Iterator[Connection]:
    """Give a transaction that may change what is written once, and that is rolled back."""
    with work.bank.connection() as connection:
        connection.execute("BEGIN")
        for table in ("transfer", "entry", "hold_end", "counter", "account_end", "posting_group"):
            connection.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER written_once")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")
