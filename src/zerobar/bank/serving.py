"""The bank's program: HTTP in one process or several, one of which posts to the ledger.

One process does everything by itself. With more, this one posts, works through what has to be
done again and again, and starts the others, which take the requests and ask it over a socket.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import uvicorn
from litestar import Litestar

from zerobar.bank.api.app import create_app
from zerobar.bank.context import Bank
from zerobar.bank.funding.daily import reconcile_days
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.installation import Installation, load
from zerobar.bank.merchants.delivery import HttpSender, Sender, deliver_webhooks
from zerobar.bank.merchants.orders import expire_orders
from zerobar.bank.merchants.refunding import finish_refunds
from zerobar.bank.merchants.settling import run_settlements
from zerobar.bank.people.pruning import prune
from zerobar.bank.running import bank_of, database_of, ledger_of, migrate_all
from zerobar.bank.staff.approvals import carry_out_approved
from zerobar.bank.worker import Job, Worker
from zerobar.database import Database
from zerobar.database.database import URL_VARIABLE
from zerobar.ledger import PosterServer, RemoteLedger

FOLDER_VARIABLE: Final = "ZEROBAR_BANK_FOLDER"
_FACTORY: Final = "zerobar.bank.serving:application"
_STOP_PATIENCE_S: Final = 20
# A payment passes through three threads. At Python's own five milliseconds each would wait that
# long for one that only computes; measured, eight clients are served three times as quickly.
_SWITCH_S: Final = 0.0005


def serve(installation: Installation, host: str, port: int, processes: int) -> None:
    """Serve until interrupted; `processes` is how many take requests."""
    sys.setswitchinterval(_SWITCH_S)
    with ExitStack() as stack:
        database = stack.enter_context(database_of(installation))
        migrate_all(database)
        ledger = stack.enter_context(ledger_of(database))
        bank = stack.enter_context(bank_of(installation, database, ledger))
        stack.enter_context(working(bank, installation))
        stack.enter_context(_until_told())
        if processes == 1:
            uvicorn.run(create_app(bank), **_options(host, port))
        else:
            stack.enter_context(PosterServer(ledger, installation.ledger_socket))
            _serve_many(installation, database, _options(host, port) | {"workers": processes})


def jobs(sender: Sender) -> Sequence[Job]:
    """Return what has to be done again and again."""
    return (
        Job("card-orders", resolve_orders, pause_s=1),
        Job("orders", expire_orders, pause_s=5),
        Job("refunds", finish_refunds, pause_s=15),
        Job("settlement", run_settlements, pause_s=60),
        Job("webhooks", lambda bank: deliver_webhooks(bank, sender), pause_s=1),
        Job("approvals", carry_out_approved, pause_s=5),
        Job("reconciliation", reconcile_days, pause_s=60),
        Job("pruning", prune, pause_s=60),
    )


@contextmanager
def working(bank: Bank, installation: Installation) -> Iterator[None]:
    """Do the jobs for as long as the context lasts."""
    sender = HttpSender(loopback=installation.settings.development)
    try:
        with Worker(bank, jobs(sender)):
            yield
    finally:
        sender.close()


def application() -> Litestar:
    """Return the application of a process that takes requests for another one, which posts.

    That one says through the environment where everything is.
    """
    sys.setswitchinterval(_SWITCH_S)
    installation = load(Path(os.environ[FOLDER_VARIABLE]))
    database = Database.from_url(os.environ[URL_VARIABLE], URL_VARIABLE)
    stack = ExitStack()
    ledger = stack.enter_context(RemoteLedger(installation.ledger_socket))
    bank = stack.enter_context(bank_of(installation, database, ledger))

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        with stack:
            yield

    return create_app(bank, lifespan=[lifespan])


@contextmanager
def _until_told() -> Iterator[None]:
    """End in order when told to: uvicorn passes on the signal that it ended for."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _serve_many(installation: Installation, database: Database, options: dict[str, Any]) -> None:
    os.environ[FOLDER_VARIABLE] = str(installation.folder.resolve())
    os.environ[URL_VARIABLE] = database.url_with_password
    uvicorn.run(_FACTORY, factory=True, **options)


def _options(host: str, port: int) -> dict[str, Any]:
    return {
        "host": host,
        "port": port,
        "loop": "uvloop",
        "http": "httptools",
        "ws": "none",
        # Requests may hold secrets in their paths and headers; problems are logged by the API.
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": _STOP_PATIENCE_S,
    }
