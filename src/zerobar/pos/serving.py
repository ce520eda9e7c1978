"""Running a till until it is interrupted."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn

from zerobar.pos.api.app import create_app
from zerobar.pos.background import Background
from zerobar.pos.program import Program, switched_on

LOOPBACK: Final = "127.0.0.1"
"""Its screen is on this machine, and nobody else is to reach it."""


def serve(folder: Path, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve a till at 127.0.0.1 until interrupted.

    Args:
        folder: made by `folder.make`.
        port: 0 for any free one.
        on_ready: is told the address as soon as connections are taken.

    Raises OSError if the port is taken, or as `switched_on`.
    """
    with (
        socket.create_server((LOOPBACK, port)) as listening,
        switched_on(folder) as program,
        Background(program.till) as background,
    ):
        on_ready(f"http://{LOOPBACK}:{listening.getsockname()[1]}")
        asyncio.run(_Server(program, background).serve(sockets=[listening]))


class _Server(uvicorn.Server):
    """A server that lets nobody wait for events once it is asked to end."""

    def __init__(self, program: Program, background: Background) -> None:
        app = create_app(program, background)
        super().__init__(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
        self._feed = program.feed

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the waiting of long polls, then as any server."""
        self._feed.close()
        await super().shutdown(sockets)
