"""A bank put together from its folder, its database and its partners, in one function each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from zerobar.bank.clock import clock_of, now
from zerobar.bank.context import Bank
from zerobar.bank.funding import store as funding
from zerobar.bank.installation import BankUnfinished, Installation, write_private
from zerobar.bank.merchants import payable
from zerobar.bank.partners.http import PartnerUrls, http_partners
from zerobar.bank.passkeys.model import RelyingParty
from zerobar.bank.paying import records
from zerobar.bank.purses import records as charges
from zerobar.bank.purses.installing import with_keys
from zerobar.bank.sealing import Sealer
from zerobar.bank.settlement import records as vouchers
from zerobar.database import (
    Database,
    DatabaseFailure,
    EmbeddedPostgres,
    connect,
    database_from_environment,
    open_pool,
)
from zerobar.database.migrations import migrate
from zerobar.ledger import GroupingPoster, Ledger, Poster, RemoteLedger

APPLICATION: Final = "zerobar bank"
MIGRATIONS: Final = ("zerobar.ledger.migrations", "zerobar.bank.migrations")
TABLES: Final = funding.TABLES | records.TABLES | payable.TABLES | vouchers.TABLES | charges.TABLES
"""The records that areas have the ledger store with the money."""
MOST_CONNECTIONS: Final = 16
"""Of one process: as many as its threads can use at once."""
_EMBEDDED_NAME: Final = "zerobar_bank"
IS_MARKED: Final = "SELECT to_regclass('restoring.mark') IS NOT NULL"
"""Whether a bank is being put back into the database, or that was interrupted."""


@contextmanager
def database_of(
    installation: Installation, died: Callable[[], None] | None = None
) -> Iterator[Database]:
    """Give the bank's database: DATABASE_URL's, one that runs already, else an embedded one.

    Args:
        installation: of the bank.
        died: called if the embedded one ends by itself; see `EmbeddedPostgres`.

    Raises what EmbeddedPostgres raises.
    """
    given = database_from_environment() or _running(installation)
    if given is not None:
        yield given
        return
    with EmbeddedPostgres(installation.database_folder, died=died) as server:
        database = server.database(_EMBEDDED_NAME)
        write_private(installation.address_file, database.url_with_password.encode())
        try:
            yield database
        finally:
            installation.address_file.unlink(missing_ok=True)


def _running(installation: Installation) -> Database | None:
    """Return the embedded database if a bank that runs has started it."""
    path = installation.address_file
    if not path.exists():
        return None
    database = Database.from_url(path.read_text(), str(path))
    try:
        connect(database, APPLICATION).close()
    except DatabaseFailure:
        return None
    return database


def migrate_all(database: Database, *, is_restoring: bool = False) -> None:
    """Bring the tables up to date; raises BankUnfinished if a restore was interrupted there."""
    with connect(database, APPLICATION, autocommit=True) as connection:
        is_marked = connection.execute(IS_MARKED).fetchone() == (True,)
    if is_marked and not is_restoring:
        raise BankUnfinished(str(database))
    for package in MIGRATIONS:
        migrate(database, package)


@contextmanager
def ledger_of(
    database: Database,
    died: Callable[[], None] | None = None,
    clock: Callable[[], datetime] = now,
) -> Iterator[GroupingPoster]:
    """Open the ledger; raises AnotherPoster while another process posts to it.

    Args:
        database: the bank's.
        died: called if the ledger ends by a mistake of its own; see `GroupingPoster`.
        clock: the bank's.
    """
    poster = Poster(lambda: connect(database, APPLICATION, autocommit=True), clock, tables=TABLES)
    with GroupingPoster(poster, died) as ledger:
        yield ledger


@contextmanager
def bank_of(installation: Installation, database: Database, ledger: Ledger) -> Iterator[Bank]:
    """Put a bank together; raises ClockOffsetRefused."""
    settings = installation.settings
    urls = PartnerUrls(settings.bank_url, settings.identity_url, settings.sms_url)
    with (
        open_pool(database, APPLICATION, largest=MOST_CONNECTIONS, autocommit=True) as pool,
        http_partners(urls) as partners,
    ):
        bank = Bank(
            settings.operator_id,
            pool,
            ledger,
            partners,
            Sealer(installation.sealing_key, os.urandom),
            clock_of(settings),
            os.urandom,
            RelyingParty.of_origin(settings.origin, *settings.pages),
        )
        yield with_keys(bank, installation.folder)


@contextmanager
def open_bank(installation: Installation) -> Iterator[Bank]:
    """Put a bank together with all that it needs, its tables brought up to date."""
    clock = clock_of(installation.settings)
    with database_of(installation) as database:
        migrate_all(database)
        with (
            ledger_of(database, clock=clock) as ledger,
            bank_of(installation, database, ledger) as bank,
        ):
            yield bank


@contextmanager
def read_bank(installation: Installation) -> Iterator[Bank]:
    """Put a bank together to read, also while another process serves it."""
    with (
        database_of(installation) as database,
        RemoteLedger(installation.ledger_socket) as ledger,
        bank_of(installation, database, ledger) as bank,
    ):
        yield bank
