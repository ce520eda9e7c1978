"""A ledger on a real database, with the accounts of `worlds`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.ledger.worlds import ACCOUNTS
from tests.postgres import NewDatabase
from zerobar.database import Database, connect
from zerobar.ledger import Poster, open_accounts

Connection = psycopg.Connection[Any]
Connect = Callable[[], Connection]
BEGINNING = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Clock:
    """A clock that goes on by a second each time it is read."""

    def __init__(self) -> None:
        self.time = BEGINNING

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def books(new_database: NewDatabase) -> Database:
    return new_database("zerobar.ledger.migrations")


@pytest.fixture
def opened(books: Database) -> Connect:
    return lambda: connect(books, "ledger tests", autocommit=True)


@pytest.fixture
def reading(opened: Connect) -> Iterator[Connection]:
    with opened() as connection:
        open_accounts(connection, ACCOUNTS, BEGINNING)
        yield connection


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def poster(opened: Connect, reading: Connection, clock: Clock) -> Iterator[Poster]:
    assert not reading.closed
    poster = Poster(opened, clock)
    yield poster
    poster.close()
