from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.bank.settlement.conftest import Registered
from zerobar.bank.context import Bank
from zerobar.bank.settlement import storing
from zerobar.bank.settlement.arrivals import Arrival, all_apart
from zerobar.bank.settlement.drawing import Mix
from zerobar.bank.settlement.storing import Stored
from zerobar.database import Connection

MANY = 160
TABLES = ("voucher", "voucher_due", "voucher_open", "purse_shadow")


@pytest.fixture
def arrivals(town: Registered) -> list[Arrival]:
    """Vouchers of all kinds, with duplicates and forks among them."""
    records = town.draw(MANY, Mix(duplicates=0.1, forks=0.1)).batch.records(0, MANY)
    return all_apart(0, records)[0]


@pytest.mark.parametrize("is_looked_up", [True, False])
@pytest.mark.parametrize("known", [0, 1, 60])
def test_appending_ends_as_storing_whatever_comes_does(
    bank: Bank,
    arrivals: list[Arrival],
    known: int,
    is_looked_up: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = [_tried(bank, arrivals, known, is_looked_up, monkeypatch, few) for few in (1, 9_999)]
    appended, stored = tried
    assert appended == stored
    assert len(stored[0].forks) > 3 and len(stored[0].findings) == len(stored[0].forks)


def test_what_is_known_to_have_a_rival_is_not_even_tried(
    bank: Bank, arrivals: list[Arrival], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_store", None)
    with bank.transaction() as connection:
        monkeypatch.setattr(storing, "FEWEST_APPENDED", 1)
        first = storing.store(connection, arrivals[:80], bank.clock())
        unknown = storing.unknown_places(connection, arrivals[80:])
        rivalled = {place for place, is_rivalled in unknown.items() if is_rivalled}
        new = [arrival for arrival in arrivals[80:] if arrival.place in unknown]
        rest = storing.store(connection, new, bank.clock(), rivalled)
        keys = {(arrival.payer_id, arrival.entry) for arrival in arrivals}
        assert first.new + rest.new == len(keys)
        assert rivalled and rivalled <= rest.forks


def _tried(
    bank: Bank,
    arrivals: list[Arrival],
    known: int,
    is_looked_up: bool,
    monkeypatch: pytest.MonkeyPatch,
    fewest: int,
) -> tuple[Stored, dict[str, list[Any]]]:
    """Store vouchers, of which some are known, and return what came of it; nothing is kept.

    Known ones are looked up before, or else as if another batch had stored them meanwhile.
    """
    now = bank.clock()
    with bank.connection() as connection, connection.transaction() as trial:
        monkeypatch.setattr(storing, "FEWEST_APPENDED", 10_000)
        # From the end, so that a fork may be stored before what it is a fork of.
        storing.store(connection, arrivals[len(arrivals) - known :], now)
        monkeypatch.setattr(storing, "FEWEST_APPENDED", fewest)
        unknown = {a.place: False for a in arrivals}
        if is_looked_up:
            unknown = storing.unknown_places(connection, arrivals)
        new = [arrival for arrival in arrivals if arrival.place in unknown]
        rivalled = {place for place, is_rivalled in unknown.items() if is_rivalled}
        stored = storing.store(connection, new, now, rivalled)
        found = {table: _contents(connection, table) for table in TABLES}
        raise psycopg.Rollback(trial)
    return stored, found


def _contents(connection: Connection, table: str) -> list[Any]:
    if table == "voucher":
        columns = "payer_id, entry, kind, payee_id, amount_fen, body, signature"
        return connection.execute(f"SELECT {columns} FROM bank.voucher ORDER BY 1, 2").fetchall()
    return connection.execute(f"SELECT t.* FROM bank.{table} t ORDER BY t").fetchall()
