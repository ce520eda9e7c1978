"""Tables are brought up to date: once, whole or not at all, and never by an older program."""

from __future__ import annotations

import importlib
import itertools
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.postgres import NewDatabase
from zerobar.database import (
    Database,
    DatabaseUnavailable,
    MigrationBusy,
    MigrationFailure,
    SchemaTooNew,
    Timeouts,
    connect,
)
from zerobar.database.migrations import (
    migrate,
    newest_revision,
    version_table,
    versions_folder,
)

STEP = """\
from alembic import op

revision, down_revision = {revision!r}, {before!r}


def upgrade() -> None:
    op.execute({statement!r})
"""
ACCOUNTS = "CREATE TABLE accounts (id uuid PRIMARY KEY, balance_fen bigint NOT NULL)"
NAMES = "ALTER TABLE accounts ADD name text"
BROKEN = "ALTER TABLE nowhere ADD name text"

PACKAGES = [f"zerobar.{owner}.migrations" for owner in ("ledger", "bank", "telecom")]
MakePackage = Callable[..., str]


@pytest.fixture
def make_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePackage:
    """Write packages with migrations, which can be imported."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(name: str, *statements: str) -> str:
        versions = tmp_path / f"{name}_{next(NUMBERS)}" / "migrations" / "versions"
        versions.mkdir(parents=True)
        (versions.parents[1] / "__init__.py").touch()
        (versions.parent / "__init__.py").touch()
        before = None
        for number, statement in enumerate(statements, 1):
            revision = f"{number:04}"
            text = STEP.format(revision=revision, before=before, statement=statement)
            (versions / f"{revision}_step.py").write_text(text)
            before = revision
        return f"{versions.parents[1].name}.migrations"

    return make


# Python imports a name once, so every package of this process has a name of its own.
NUMBERS = itertools.count()


def columns(database: Database) -> list[str]:
    with connect(database, "test") as connection:
        rows = connection.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'accounts' ORDER BY ordinal_position"
        ).fetchall()
    return [name for (name,) in rows]


def add_step(package: str, number: int, statement: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    text = STEP.format(revision=f"{number:04}", before=f"{number - 1:04}", statement=statement)
    (Path(module.__file__).parent / "versions" / f"{number:04}_later.py").write_text(text)


def test_steps_are_taken_in_order_and_once(database: Database, make_package: MakePackage) -> None:
    package = make_package("shop", ACCOUNTS, NAMES)
    assert migrate(database, package) == "0002"
    assert migrate(database, package) == "0002"
    assert columns(database) == ["id", "balance_fen", "name"]


def test_a_later_program_takes_the_steps_that_are_left(
    database: Database, make_package: MakePackage
) -> None:
    package = make_package("shop", ACCOUNTS)
    assert migrate(database, package) == "0001"
    add_step(package, 2, NAMES)
    assert migrate(database, package) == "0002"
    assert columns(database) == ["id", "balance_fen", "name"]


def test_when_a_step_fails_nothing_has_changed(
    database: Database, make_package: MakePackage
) -> None:
    package = make_package("shop", ACCOUNTS, BROKEN)
    with pytest.raises(MigrationFailure, match=r'"nowhere" does not exist.*as they were'):
        migrate(database, package)
    assert columns(database) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_last_files_name_says_what_alembic_holds_for_the_newest(package: str) -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(versions_folder(package)))
    configuration.set_main_option("path_separator", "newline")
    configuration.set_main_option("version_locations", str(versions_folder(package)))
    assert ScriptDirectory.from_config(configuration).get_current_head() == newest_revision(package)


def test_a_program_with_nothing_to_change_starts_without_alembic(
    database: Database, make_package: MakePackage
) -> None:
    package = make_package("shop", ACCOUNTS)
    migrate(database, package)
    program = (
        "import sys\nfrom zerobar.database import database_from_environment\n"
        "from zerobar.database.migrations import migrate\n"
        "print(migrate(database_from_environment(), sys.argv[1]))\n"
        "assert 'alembic' not in sys.modules and 'sqlalchemy' not in sys.modules\n"
    )
    module = importlib.import_module(package)
    assert module.__file__ is not None
    ran = subprocess.run(
        [sys.executable, "-c", program, package],
        env={
            **os.environ,
            "DATABASE_URL": database.url_with_password,
            "PYTHONPATH": str(Path(module.__file__).parents[2]),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "0001\n"


def test_tables_of_a_later_program_are_not_touched(
    database: Database, make_package: MakePackage
) -> None:
    package = make_package("shop", ACCOUNTS)
    migrate(database, package)
    with connect(database, "test") as connection:
        connection.execute(f"UPDATE {version_table(package)} SET version_num = '0007'")
    with pytest.raises(SchemaTooNew, match="start the newer program") as refusal:
        migrate(database, package)
    assert (refusal.value.found, refusal.value.newest) == ("0007", "0001")


def test_programs_that_start_at_once_migrate_once(
    database: Database, make_package: MakePackage
) -> None:
    package = make_package("shop", ACCOUNTS, "SELECT pg_sleep(0.2)", NAMES)
    outcomes: list[str] = []

    def start() -> None:
        outcomes.append(migrate(database, package))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["0003"] * 4


def test_a_lock_that_is_not_given_back_is_not_waited_for_for_ever(
    database: Database, make_package: MakePackage
) -> None:
    package = make_package("shop", ACCOUNTS)
    migrate(database, package)
    add_step(package, 2, NAMES)
    impatient = Timeouts(statement_ms=0, lock_ms=200)
    with connect(database, "test") as connection:
        connection.execute("LOCK TABLE accounts")
        with pytest.raises(MigrationBusy, match=r"0\.2 s"):
            migrate(database, package, impatient)
    assert migrate(database, package) == "0002"


def test_packages_keep_apart_in_one_database(database: Database, make_package: MakePackage) -> None:
    ledger = make_package("ledger", ACCOUNTS, NAMES)
    lines = make_package("lines", "CREATE TABLE lines (id int)")
    assert (migrate(database, ledger), migrate(database, lines)) == ("0002", "0001")
    assert version_table(ledger) != version_table(lines)


def test_a_step_may_leave_the_transaction(database: Database, make_package: MakePackage) -> None:
    package = make_package("shop", ACCOUNTS)
    migrate(database, package)
    add_step(package, 2, NAMES)
    module = importlib.import_module(package)
    assert module.__file__ is not None
    text = (
        "from alembic import op\n\nrevision, down_revision = '0003', '0002'\n\n\n"
        "def upgrade() -> None:\n"
        "    with op.get_context().autocommit_block():\n"
        "        op.execute('CREATE INDEX CONCURRENTLY by_name ON accounts (name)')\n"
    )
    (Path(module.__file__).parent / "versions" / "0003_index.py").write_text(text)
    assert migrate(database, package) == "0003"
    with connect(database, "test") as connection:
        assert connection.execute("SELECT to_regclass('by_name')").fetchone() == ("by_name",)


def test_without_a_server_the_usual_error_comes(
    database: Database, make_package: MakePackage
) -> None:
    with pytest.raises(DatabaseUnavailable):
        migrate(database.replaced(host="/nowhere"), make_package("shop", ACCOUNTS))


def test_migrating_says_nothing(
    database: Database,
    make_package: MakePackage,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    migrate(database, make_package("shop", ACCOUNTS))
    assert capfd.readouterr() == ("", "")
    assert caplog.text == ""


def test_tests_get_a_packages_tables_by_a_copy(
    new_database: NewDatabase, make_package: MakePackage
) -> None:
    package = make_package("shop", ACCOUNTS)
    first, second = new_database(package), new_database(package)
    with connect(first, "test") as connection:
        connection.execute("INSERT INTO accounts VALUES (gen_random_uuid(), 5)")
    with connect(second, "test") as connection:
        assert connection.execute("SELECT count(*) FROM accounts").fetchone() == (0,)
    assert migrate(second, package) == "0001"
