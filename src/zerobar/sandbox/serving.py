"""Running the sandbox until it is interrupted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

from zerobar.sandbox.api import create_app
from zerobar.sandbox.store import Store
from zerobar.sandbox.town import Town, open_town
from zerobar.serving.programs import address_of, listen


def serve(store_path: Path, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve a sandbox until interrupted, at 127.0.0.1 only: it believes everyone.

    Args:
        store_path: of its file; a new one is filled with test people.
        port: 0 for any free one.
        on_ready: is told the address as soon as connections are taken.

    Raises OSError if the port is taken.
    """
    store = Store(store_path)
    try:
        with listen(port) as listening:
            on_ready(address_of(listening))
            server = make_server(open_town(store, lambda: datetime.now(UTC)))
            asyncio.run(server.serve(sockets=[listening]))
    finally:
        store.close()


def make_server(town: Town) -> uvicorn.Server:
    """Return a server that is to be given a bound socket."""
    options: dict[str, Any] = {"log_level": "warning", "log_config": None, "access_log": False}
    return uvicorn.Server(uvicorn.Config(create_app(town), lifespan="off", **options))
