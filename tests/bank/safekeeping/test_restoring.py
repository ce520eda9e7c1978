"""A restore touches nothing but what it is known to have begun itself: no bank, no key of one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.bank.conftest import OPERATOR
from tests.bank.safekeeping.conftest import KEPT_KEY, PASSPHRASE, SETTINGS
from tests.postgres import NewDatabase
from zerobar.bank.context import Bank
from zerobar.bank.installation import BankExists, BankUnfinished, create, load
from zerobar.bank.running import open_bank
from zerobar.bank.safekeeping import restoring
from zerobar.bank.safekeeping.dumping import restore
from zerobar.bank.safekeeping.errors import DatabaseNotEmpty, FolderNotEmpty
from zerobar.bank.safekeeping.restoring import RESTORING, Restored, restore_bank
from zerobar.database import Database, connect
from zerobar.ledger import AnotherPoster, claim

pytestmark = pytest.mark.slow

OTHER_KEY = "22" * 32
LATER = UUID(int=7)
Naming = Callable[[Database], None]


class PowerCut(BaseException):
    """Whatever runs ends here."""


@pytest.fixture
def name_database(monkeypatch: pytest.MonkeyPatch) -> Naming:
    """Set DATABASE_URL, as somebody who restores does."""

    def name(database: Database) -> None:
        monkeypatch.setenv("DATABASE_URL", database.url_with_password)

    return name


def put_back(file: Path, folder: Path) -> Restored:
    with file.open("rb") as source:
        return restore_bank(source, PASSPHRASE, folder)


def cut_at(monkeypatch: pytest.MonkeyPatch, step: str, file: Path, folder: Path) -> None:
    """Begin a restore that is cut before one of its steps."""

    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(restoring, step, cut)
        with pytest.raises(PowerCut):
            put_back(file, folder)


@pytest.fixture
def live(bank: Bank, bank_database: Database, kept: Path) -> Database:
    """The database of a bank that runs, and has done something since its backup."""
    with bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.operator (operator_id, name, created_at) VALUES (%s, 'Later', now())",
            (LATER,),
        )
    return bank_database


def is_untouched(database: Database) -> bool:
    """Tell whether a bank is as it was before somebody tried to put another one over it."""
    query = (
        "SELECT EXISTS (SELECT FROM bank.operator WHERE operator_id = %s)"
        " AND NOT EXISTS (SELECT FROM bank.restoration)"
        " AND to_regnamespace('restoring') IS NULL"
    )
    with connect(database, "restore tests", autocommit=True) as connection:
        return connection.execute(query, (LATER,)).fetchone() == (True,)


def test_a_bank_that_runs_is_never_put_back_over(
    live: Database, kept: Path, scratch: Path, name_database: Naming
) -> None:
    folder = scratch / "bank"
    name_database(live)
    with pytest.raises(DatabaseNotEmpty):
        put_back(kept, folder)
    assert is_untouched(live)
    assert list(folder.iterdir()) == [], "nothing says that what comes here later may be cleared"


def test_an_interrupted_restore_elsewhere_gives_no_right_to_another_bank(
    live: Database, kept: Path, scratch: Path, name_database: Naming, new_database: NewDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = scratch / "bank"
    monkeypatch.delenv("DATABASE_URL", raising=False)
    cut_at(monkeypatch, "migrate_all", kept, folder)
    assert (folder / RESTORING).exists() and (folder / "db").exists()
    resting = new_database("zerobar.ledger.migrations", "zerobar.bank.migrations")
    for database in (live, resting):
        name_database(database)
        with pytest.raises(DatabaseNotEmpty):
            put_back(kept, folder)
    assert is_untouched(live)
    with connect(resting, "restore tests") as connection:
        assert connection.execute("SELECT to_regclass('bank.operator')").fetchone() != (None,)


@pytest.mark.parametrize("left", ["sealing.key", "db", "authority.json", "database.url"])
def test_a_folder_with_anything_of_a_bank_is_refused_as_it_is(
    left: str, kept: Path, scratch: Path, name_database: Naming, new_database: NewDatabase
) -> None:
    folder = scratch / "bank"
    folder.mkdir()
    (folder / "sealing.key").write_text(OTHER_KEY)
    if left == "db":
        (folder / "db").mkdir()
    elif left != "sealing.key":
        (folder / left).write_text("x")
    before = sorted(folder.iterdir())
    database = new_database()
    name_database(database)
    with pytest.raises(FolderNotEmpty, match=left):
        put_back(kept, folder)
    assert sorted(folder.iterdir()) == before
    assert (folder / "sealing.key").read_text() == OTHER_KEY
    with connect(database, "restore tests") as connection:
        assert connection.execute("SELECT to_regclass('bank.operator')").fetchone() == (None,)


@pytest.mark.parametrize("step", ["_write_files", "restore", "migrate_all", "reopen"])
def test_what_a_cut_restore_left_is_cleared_and_begun_anew(
    step: str, kept: Path, scratch: Path, name_database: Naming, new_database: NewDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder, database = scratch / "bank", new_database()
    name_database(database)
    cut_at(monkeypatch, step, kept, folder)
    restored = put_back(kept, folder)
    assert restored.installation == load(folder)
    assert (folder / "sealing.key").read_bytes() == KEPT_KEY
    assert sorted(path.name for path in folder.iterdir()) == ["bank.json", "sealing.key"]
    with connect(database, "restore tests") as connection:
        row = connection.execute(
            "SELECT count(*), to_regnamespace('restoring') IS NULL FROM bank.restoration"
        ).fetchone()
    assert row == (1, True)
    with pytest.raises(BankExists):
        put_back(kept, folder)


def test_a_cut_restore_of_another_folder_is_not_cleared(
    kept: Path, scratch: Path, name_database: Naming, new_database: NewDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    name_database(new_database())
    cut_at(monkeypatch, "migrate_all", kept, scratch / "one")
    with pytest.raises(DatabaseNotEmpty):
        put_back(kept, scratch / "other")
    assert put_back(kept, scratch / "one").installation.folder == scratch / "one"


def test_no_bank_is_opened_or_founded_where_a_restore_was_cut(
    kept: Path, scratch: Path, name_database: Naming, new_database: NewDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = scratch / "bank"
    name_database(new_database())
    cut_at(monkeypatch, "reopen", kept, folder)
    other = create(scratch / "other", SETTINGS, os.urandom)
    with pytest.raises(BankUnfinished), open_bank(other):
        pass
    with open_bank(put_back(kept, folder).installation) as bank:
        assert bank.operator_id == OPERATOR


def test_nobody_can_post_while_a_bank_is_put_back(
    kept: Path, scratch: Path, name_database: Naming, new_database: NewDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    database = new_database()
    name_database(database)
    seen: list[bool] = []

    def looked(database: Database, pieces: Iterator[bytes]) -> None:
        with connect(database, "restore tests", autocommit=True) as connection:
            with pytest.raises(AnotherPoster):
                claim(connection)
            seen.append(True)
        restore(database, pieces)

    monkeypatch.setattr(restoring, "restore", looked)
    put_back(kept, scratch / "bank")
    assert seen
    with connect(database, "restore tests", autocommit=True) as connection:
        claim(connection)
