"""The bank's program: HTTP in one process or several, one of which posts to the ledger.

One process does everything by itself. With more, this one posts, works through what has to be
done again and again, and starts the others, which take the requests and ask it over a socket.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import uvicorn
from litestar import Litestar

from zerobar import tracing
from zerobar.bank.api.app import create_app
from zerobar.bank.api.paying_at_once import PaymentConnection
from zerobar.bank.batches import EXPECTED
from zerobar.bank.clock import clock_of
from zerobar.bank.context import Bank
from zerobar.bank.fraud.covering import cover_losses
from zerobar.bank.funding.daily import reconcile_days
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.health.figures import note_figures
from zerobar.bank.health.metrics import share_counts
from zerobar.bank.installation import Installation, load
from zerobar.bank.merchants.delivery import Delivery
from zerobar.bank.merchants.orders import expire_orders
from zerobar.bank.merchants.refunding import finish_refunds
from zerobar.bank.merchants.sending import HttpSender
from zerobar.bank.merchants.settling import run_settlements
from zerobar.bank.people.pruning import prune
from zerobar.bank.purses.ending import block_ended
from zerobar.bank.purses.proving import prune_challenges
from zerobar.bank.purses.recovering import recover_loads
from zerobar.bank.purses.renewing import renew_certificates
from zerobar.bank.purses.signing import sign_due
from zerobar.bank.running import bank_of, database_of, ledger_of, migrate_all
from zerobar.bank.settlement.lost import pay_out_lost
from zerobar.bank.settlement.posting import settle_due
from zerobar.bank.settlement.topping import top_up_waiting
from zerobar.bank.staff.approvals import carry_out_approved
from zerobar.database import Database, DatabaseUnavailable, ServerDied
from zerobar.database.database import URL_VARIABLE
from zerobar.database.worker import Job, Worker
from zerobar.ledger import PosterServer, RemoteLedger
from zerobar.serving.programs import until_told

FOLDER_VARIABLE: Final = "ZEROBAR_BANK_FOLDER"
_FACTORY: Final = "zerobar.bank.serving:application"
_STOP_PATIENCE_S: Final = 20
_END_PATIENCE_S: Final = 60
_TRY_AGAIN_S: Final = 1
# A process that takes requests is killed and begun anew if it does not answer for so long. While it
# starts it cannot, and on a busy machine that takes more than uvicorn's own five seconds.
_HANGS_AFTER_S: Final = 60
# A payment passes through three threads. At Python's own five milliseconds each would wait that
# long for one that only computes; measured, eight clients are served three times as quickly.
_SWITCH_S: Final = 0.0005
# A payment leaves no cycles behind, and Python looks for some after every 700 new objects, which
# was an eighth of all that a process did.
_LOOK_FOR_CYCLES_AFTER: Final = 50_000

_log = logging.getLogger(__name__)


def serve(installation: Installation, host: str, port: int, processes: int) -> None:
    """Serve until interrupted; `processes` is how many take requests.

    Raises PosterDied after the ledger has ended by a mistake of its own, ServerDied after the
    embedded database has ended by itself, or ClockOffsetRefused.
    """
    set_pace()
    clock = clock_of(installation.settings)
    database_died = threading.Event()

    def end_without_database() -> None:
        database_died.set()
        end_process()

    with ExitStack() as stack:
        database = stack.enter_context(database_of(installation, end_without_database))
        migrate_all(database)
        ledger = stack.enter_context(ledger_of(database, end_process, clock))
        bank = stack.enter_context(bank_of(installation, database, ledger))
        stack.enter_context(working(bank, installation))
        stack.enter_context(until_told())
        if processes == 1:
            uvicorn.run(create_app(bank), **options(host, port))
        else:
            stack.enter_context(PosterServer(ledger, installation.ledger_socket))
            stack.enter_context(share_counts())
            _serve_many(installation, database, options(host, port) | {"workers": processes})
    if database_died.is_set():
        raise ServerDied(installation.database_folder)
    ledger.require_alive()


def set_pace() -> None:
    """Let threads take turns often, and Python look for cycles seldom, in what serves people."""
    sys.setswitchinterval(_SWITCH_S)
    # What was imported stays anyhow, and need not be looked through again and again.
    gc.freeze()
    gc.set_threshold(_LOOK_FOR_CYCLES_AFTER)


def end_process() -> None:
    """End this process in order, or else at once: it is of no use without ledger or database."""
    os.kill(os.getpid(), signal.SIGTERM)
    last_resort = threading.Timer(_END_PATIENCE_S, _exit_at_once)
    last_resort.daemon = True
    last_resort.start()


def _exit_at_once() -> None:
    for child in multiprocessing.active_children():
        child.terminate()
    os._exit(os.EX_SOFTWARE)


def jobs(bank: Bank, delivery: Delivery) -> Sequence[Job]:
    """Return what has to be done again and again."""
    every: Sequence[tuple[str, Callable[[Bank], int], float]] = (
        ("card-orders", resolve_orders, 1),
        ("orders", expire_orders, 5),
        ("refunds", finish_refunds, 15),
        ("settlement", run_settlements, 60),
        ("webhooks", delivery.begin_due, 0.5),
        ("approvals", carry_out_approved, 5),
        ("reconciliation", reconcile_days, 60),
        ("pruning", prune, 60),
        ("purse-vouchers", sign_due, 5),
        ("ended-purses", block_ended, 60),
        ("vouchers", settle_due, 5),
        ("tap-top-ups", top_up_waiting, 5),
        ("lost-purses", pay_out_lost, 60),
        ("forgotten-loads", recover_loads, 60),
        ("cheats", cover_losses, 60),
        ("purse-certificates", renew_certificates, 60),
        ("purse-challenges", prune_challenges, 60),
        ("figures", note_figures, 15),
    )
    return [Job(name, partial(run, bank), pause_s) for name, run, pause_s in every]


@contextmanager
def working(bank: Bank, installation: Installation) -> Iterator[None]:
    """Do the jobs for as long as the context lasts."""
    sender = HttpSender(loopback=installation.settings.development)
    try:
        with Delivery(sender) as delivery, Worker(jobs(bank, delivery), EXPECTED):
            yield
    finally:
        sender.close()


def application() -> Litestar:
    """Return the application of a process that takes requests for another one, which posts.

    That one says through the environment where everything is. Raises SystemExit while there is no
    database; the process that posts starts this one again.
    """
    set_pace()
    stack = ExitStack()
    # This process ends by the signal that stops it, without what Python does at an end.
    stack.callback(tracing.begin("bank"))
    try:
        bank = stack.enter_context(_bank_beside())
    except DatabaseUnavailable as error:
        # A restart of the database is waited for, without a pile of processes and of words.
        _log.warning("%s", error)
        time.sleep(_TRY_AGAIN_S)
        sys.exit(os.EX_UNAVAILABLE)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        with stack:
            yield

    return create_app(bank, lifespan=[lifespan])


@contextmanager
def _bank_beside() -> Iterator[Bank]:
    """Give the bank to a process that has another one post."""
    installation = load(Path(os.environ[FOLDER_VARIABLE]))
    database = Database.from_url(os.environ[URL_VARIABLE], URL_VARIABLE)
    with (
        RemoteLedger(installation.ledger_socket, end_process) as ledger,
        bank_of(installation, database, ledger) as bank,
    ):
        yield bank


def _serve_many(installation: Installation, database: Database, options: dict[str, Any]) -> None:
    os.environ[FOLDER_VARIABLE] = str(installation.folder.resolve())
    os.environ[URL_VARIABLE] = database.url_with_password
    uvicorn.run(_FACTORY, factory=True, **options)


def options(host: str, port: int) -> dict[str, Any]:
    """Return how uvicorn is to serve the application."""
    return {
        "host": host,
        "port": port,
        "loop": "uvloop",
        "http": PaymentConnection,
        "ws": "none",
        # Requests may hold secrets in their paths and headers; problems are logged by the API.
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": _STOP_PATIENCE_S,
        "timeout_worker_healthcheck": _HANGS_AFTER_S,
    }
