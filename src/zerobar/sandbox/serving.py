"""Running the sandbox until it is interrupted."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import uvicorn

from zerobar.sandbox.api import create_app
from zerobar.sandbox.store import Store
from zerobar.sandbox.town import Town, open_town

LOOPBACK: Final = "127.0.0.1"
"""Nobody else is to reach it: it believes everyone."""


def serve(store_path: Path, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve a sandbox at 127.0.0.1 until interrupted.

    Args:
        store_path: of its file; a new one is filled with test people.
        port: 0 for any free one.
        on_ready: is told the address as soon as connections are taken.

    Raises OSError if the port is taken.
    """
    store = Store(store_path)
    try:
        with bound_socket(port) as listening:
            on_ready(address_of(listening))
            server = make_server(open_town(store, lambda: datetime.now(UTC)))
            asyncio.run(server.serve(sockets=[listening]))
    finally:
        store.close()


def bound_socket(port: int) -> socket.socket:
    """Return a socket that takes connections already, though nobody answers yet."""
    return socket.create_server((LOOPBACK, port))


def address_of(listening: socket.socket) -> str:
    """Return a socket's address as the beginning of URLs."""
    return f"http://{LOOPBACK}:{listening.getsockname()[1]}"


def make_server(town: Town) -> uvicorn.Server:
    """Return a server that is to be given a bound socket."""
    return uvicorn.Server(
        uvicorn.Config(create_app(town), log_level="warning", access_log=False, lifespan="off")
    )
