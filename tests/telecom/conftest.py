"""A telecom on a real PostgreSQL, with a clock that stands still until it is moved."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.postgres import NewDatabase
from zerobar.database import open_pool
from zerobar.purse.money import Fen
from zerobar.telecom import Line, Plan, Telecom, open_line, set_plan

BEGINNING = datetime(2026, 11, 25, 4, tzinfo=UTC)
NUMBER = "+8613800000001"
PLAN = Plan("Basic", Fen(3_900))


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
