"""A telecom put together from its folder, its database and its bank."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import MerchantClient
from zerobar.database import (
    Database,
    DatabaseFailure,
    EmbeddedPostgres,
    connect,
    database_from_environment,
    open_pool,
)
from zerobar.database.migrations import migrate
from zerobar.telecom.bank import Bank, HttpVoucherRoad
from zerobar.telecom.context import Telecom
from zerobar.telecom.hearing import Hearing
from zerobar.telecom.installation import Installation, write_private
from zerobar.telecom.model import Terms

APPLICATION: Final = "zerobar telecom"
MIGRATIONS: Final = "zerobar.telecom.migrations"
MOST_CONNECTIONS: Final = 16
_EMBEDDED_NAME: Final = "zerobar_telecom"


@contextmanager
def database_of(installation: Installation) -> Iterator[Database]:
    """Give the telecom's database: DATABASE_URL's, one that runs already, else an embedded one.

    It is the telecom's alone: a database and a role apart from any bank's. Raises what
    EmbeddedPostgres raises.
    """
    given = database_from_environment() or _running(installation)
    if given is not None:
        yield given
        return
    with EmbeddedPostgres(installation.database_folder) as server:
        database = server.database(_EMBEDDED_NAME)
        write_private(installation.address_file, database.url_with_password.encode())
        try:
            yield database
        finally:
            installation.address_file.unlink(missing_ok=True)


def _running(installation: Installation) -> Database | None:
    """Return the embedded database if a telecom that runs has started it."""
    path = installation.address_file
    if not path.exists():
        return None
    database = Database.from_url(path.read_text(), str(path))
    try:
        connect(database, APPLICATION).close()
    except DatabaseFailure:
        return None
    return database


@contextmanager
def open_telecom(installation: Installation) -> Iterator[Telecom]:
    """Put a telecom together with its database, the tables brought up to date."""
    with database_of(installation) as database:
        migrate(database, MIGRATIONS)
        with open_pool(database, APPLICATION, largest=MOST_CONNECTIONS, autocommit=True) as pool:
            days = installation.settings.give_back_after_days
            yield Telecom(pool, now, os.urandom, Terms(give_back_after_days=days))


@contextmanager
def open_bank(installation: Installation) -> Iterator[Bank | None]:
    """Give the way to the bank; None if the telecom has not joined one yet."""
    joined = installation.settings.joined
    if joined is None:
        yield None
        return
    key = RequestKey(joined.server_key_id, installation.server_key)
    with BankHttp(installation.settings.bank_url, key) as http:
        yield Bank(
            MerchantClient(http),
            HttpVoucherRoad(http),
            joined.shop_id,
            bytes.fromhex(joined.biller_id),
            bytes.fromhex(joined.webhook_key),
            Hearing(hears=joined.hears_notices),
        )


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
