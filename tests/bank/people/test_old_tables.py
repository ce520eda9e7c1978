"""What a bank of an earlier version has in its tables goes on to count after they were migrated."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from psycopg import sql

from tests.bank.conftest import OPERATOR
from tests.postgres import NewDatabase
from zerobar.bank.ids import new_id
from zerobar.database import Connection, Database, connect
from zerobar.database.migrations import migrate, version_table, versions_folder

PACKAGE, EARLIER = "zerobar.bank.migrations", "earlier_bank.migrations"
LAST_BEFORE = "0023"
NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
MIA, TOM = b"mia", b"tom"
PERSON = """
    INSERT INTO bank.person (person_id, phone, resident_id_index, pin_hash, opened_at)
    VALUES (%s, %s, %s, 'hash', %s)
"""
WALLET = """
    INSERT INTO bank.wallet (wallet_id, operator_id, kind, category, number, label, person_id,
        counted_as, opened_at, closed_at) VALUES (%s, %s, 1, %s, '', '', %s, %s, %s, %s)
"""
SLOT = "INSERT INTO bank.identity_slot (resident_id_index, slot, wallet_id) VALUES (%s, %s, %s)"
KEY = """
    INSERT INTO bank.signing_key (key_id, owner_kind, owner_id, public_key, label, enrolled_at)
    VALUES (%s, 1, %s, '', '', %s)
"""
draw = random.Random(1).randbytes


@pytest.fixture
def old(new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A bank's tables as they were before slots were numbered, made by the steps until then."""
    versions = tmp_path / "earlier_bank" / "migrations" / "versions"
    versions.mkdir(parents=True)
    for folder in (versions.parents[1], versions.parent):
        (folder / "__init__.py").touch()
    for step in versions_folder(PACKAGE).glob("[0-9]*.py"):
        if step.name[:4] <= LAST_BEFORE:
            shutil.copy(step, versions)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("earlier_bank")]:
        monkeypatch.delitem(sys.modules, name)
    database = new_database("zerobar.ledger.migrations")
    assert migrate(database, EARLIER) == LAST_BEFORE
    tables = (sql.Identifier(version_table(package)) for package in (EARLIER, PACKAGE))
    with connect(database, "test") as connection, connection.transaction():
        connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(*tables))
    return database


def an_id() -> UUID:
    return new_id(NOON, draw)


def person(connection: Connection, identity: bytes | None) -> UUID:
    person_id = an_id()
    connection.execute(PERSON, (person_id, str(person_id), identity, NOON))
    return person_id


def wallet(
    connection: Connection,
    person_id: UUID,
    *,
    closed_after_h: int | None = None,
    counted_as: UUID | None = None,
    category: int = 3,
) -> UUID:
    """Store a wallet of somebody's; closed so many hours after noon, or open."""
    closed_at = None if closed_after_h is None else NOON + timedelta(hours=closed_after_h)
    wallet_id = an_id()
    connection.execute(
        WALLET, (wallet_id, OPERATOR, category, person_id, counted_as, NOON, closed_at)
    )
    return wallet_id


def slots_after(
    database: Database, fill: Callable[[Connection], None]
) -> list[tuple[bytes, int, int, UUID]]:
    """Fill the old tables, migrate them, and return who is in which slot."""
    with connect(database, "test") as connection, connection.transaction():
        fill(connection)
    migrate(database, PACKAGE)
    with connect(database, "test") as connection:
        return connection.execute(
            "SELECT resident_id_index, slot, number, wallet_id FROM bank.identity_slot ORDER BY 1,2"
        ).fetchall()


def test_who_was_in_a_slot_stays_there_and_who_closed_is_put_into_those_that_are_free(
    old: Database,
) -> None:
    made: dict[str, UUID] = {}

    def fill(connection: Connection) -> None:
        first, second, other = (person(connection, who) for who in (MIA, MIA, TOM))
        made["open"] = wallet(connection, first)
        connection.execute(SLOT, (MIA, 2, made["open"]))
        made["earlier"] = wallet(connection, first, closed_after_h=1)
        made["later"] = wallet(connection, second, closed_after_h=2)
        made["other"] = wallet(connection, other, closed_after_h=3)

    assert slots_after(old, fill) == [
        (MIA, 1, 1, made["later"]),
        (MIA, 2, 1, made["open"]),
        (MIA, 3, 1, made["earlier"]),
        (TOM, 1, 1, made["other"]),
    ]


def test_a_closed_wallet_in_whose_place_another_one_counts_takes_no_slot(old: Database) -> None:
    made: dict[str, UUID] = {}

    def fill(connection: Connection) -> None:
        mia = person(connection, MIA)
        made["first"] = wallet(connection, mia, closed_after_h=1)
        made["second"] = wallet(connection, mia, counted_as=made["first"], closed_after_h=2)
        spare = wallet(connection, mia, closed_after_h=3)
        made["open"] = wallet(connection, mia, counted_as=spare)
        connection.execute(SLOT, (MIA, 1, made["open"]))
        wallet(connection, mia, category=4, closed_after_h=4)
        wallet(connection, person(connection, None), category=4, closed_after_h=5)

    assert slots_after(old, fill) == [(MIA, 1, 1, made["open"]), (MIA, 2, 1, made["second"])]


def test_no_more_are_put_into_slots_than_there_are(old: Database) -> None:
    made: list[UUID] = []

    def fill(connection: Connection) -> None:
        mia = person(connection, MIA)
        made.extend(wallet(connection, mia, closed_after_h=hours) for hours in range(1, 7))

    assert [wallet_id for *_, wallet_id in slots_after(old, fill)] == made[:1:-1]


def test_phones_that_had_the_holder_s_tries_keep_them(old: Database) -> None:
    mia, now = an_id(), datetime.now(UTC)
    ages = {an_id(): timedelta(hours=hours) for hours in (72, 25, 23)}
    first_of_other, other = an_id(), an_id()
    with connect(old, "test") as connection, connection.transaction():
        for person_id in (mia, other):
            connection.execute(PERSON, (person_id, str(person_id), None, NOON))
        for key_id, age in ages.items():
            connection.execute(KEY, (key_id, mia, now - age))
        connection.execute(KEY, (first_of_other, other, now))
    migrate(old, PACKAGE)
    with connect(old, "test") as connection:
        given = {
            key_id
            for (key_id,) in connection.execute(
                "SELECT key_id FROM bank.signing_key WHERE pin_given_at IS NOT NULL"
            )
        }
    *old_enough, _ = ages
    assert given == {*old_enough, first_of_other}
