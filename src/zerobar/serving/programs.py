"""Programs that serve until they are interrupted, and then end in order."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import uvicorn
from litestar import Litestar

LOOPBACK: Final = "127.0.0.1"
"""Where a program listens whose screen is on the same machine: nobody else is to reach it."""


def listen(port: int) -> socket.socket:
    """Return a socket of this machine that takes connections already, though nobody answers yet.

    Args:
        port: 0 for any free one.

    Raises OSError if the port is taken.
    """
    return socket.create_server((LOOPBACK, port))


def address_of(listening: socket.socket) -> str:
    """Return a socket's address as the beginning of URLs."""
    return f"http://{LOOPBACK}:{listening.getsockname()[1]}"


def serve_at(listening: socket.socket, app: Litestar, let_go: Callable[[], object]) -> None:
    """Serve an application until interrupted.

    Args:
        let_go: ends what requests wait for, so that nobody keeps the program from ending.
    """
    asyncio.run(_Server(app, let_go).serve(sockets=[listening]))


@contextmanager
def until_told() -> Iterator[None]:
    """End in order when told to: uvicorn passes on the signal that it ended for."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Server(uvicorn.Server):
    """A server that lets nobody wait once it is asked to end."""

    def __init__(self, app: Litestar, let_go: Callable[[], object]) -> None:
        options: dict[str, Any] = {"log_level": "warning", "log_config": None, "access_log": False}
        super().__init__(uvicorn.Config(app, lifespan="off", **options))
        self._let_go = let_go

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is waited for, then as any server."""
        self._let_go()
        await super().shutdown(sockets)
