"""A bank's application behind a real HTTP server, for a test; and requests signed by hand."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import uvicorn
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler as Handler
from litestar.types import ASGIApp

from tests.bank.holders import Key
from zerobar.bank import serving
from zerobar.bank.api.app import create_app
from zerobar.bank.context import Bank
from zerobar.bank.paying.desk import PaymentDesk
from zerobar.client.signing import (
    IDEMPOTENCY_HEADER,
    KEY_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    encode_signature,
    signed_bytes,
)


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an application on a free port for as long as the context lasts; yield its address.

    It is served as in production: most payments never reach the application.
    """
    options = serving.options("127.0.0.1", 0) | {"lifespan": "on", "loop": "asyncio"}
    config = uvicorn.Config(app, **options, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


_idle: defaultdict[tuple[Handler, ...], list[Litestar]] = defaultdict(list)


@contextmanager
def application(bank: Bank, *more: Handler) -> Iterator[Litestar]:
    """Give the application of a bank; it is used again for the next one, for it is slow to make.

    Args:
        more: handlers that it gets beside its own.
    """
    idle = _idle[more]
    app = idle.pop() if idle else _made(bank, more)
    app.state.served.bank, app.state.served.desk = bank, PaymentDesk(bank)
    yield app
    idle.append(app)


def _made(bank: Bank, more: Sequence[Handler]) -> Litestar:
    app = create_app(bank)
    for handler in more:
        app.register(handler)
    return app


@contextmanager
def served_bank(bank: Bank) -> Iterator[str]:
    """Serve a bank on a free port for as long as the context lasts; yield its address."""
    with application(bank) as app, served(app) as url:
        yield url


def signing_headers(
    key: Key, place: tuple[str, str], body: bytes, time_unix_s: int, id_: UUID | str = ""
) -> dict[str, str]:
    """Return the headers of a signed request.

    Args:
        place: method, and path with query.
    """
    message = signed_bytes(*place, str(id_), str(time_unix_s), body)
    headers = {
        KEY_HEADER: str(key.id),
        TIME_HEADER: str(time_unix_s),
        SIGNATURE_HEADER: encode_signature(key.sign(message)),
    }
    return headers | ({IDEMPOTENCY_HEADER: str(id_)} if id_ else {})
