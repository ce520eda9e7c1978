"""The stage's page and interface, served beside the story."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from typing import Final

import uvicorn

from zerobar.demo.narrator import Deviation
from zerobar.demo.stage.api import create_app
from zerobar.demo.stage.plot import Plot
from zerobar.demo.stage.stage import Stage
from zerobar.serving.programs import address_of, listen

DEFAULT_PORT: Final = 8080
_END_AT_MOST_S: Final = 10.0


class StageCannotListen(Deviation):
    """The port is taken, or may not be had."""

    def __init__(self, port: int, why: str) -> None:
        super().__init__(f"port {port} cannot be had ({why}). Choose another one with --port.")


@contextmanager
def served(stage: Stage, plot: Plot, port: int = DEFAULT_PORT) -> Iterator[str]:
    """Serve a stage at 127.0.0.1 for as long as the context lasts; yield its address.

    Args:
        port: 0 for any free one.

    Raises StageCannotListen.
    """
    with _listen(port) as listening:
        config = uvicorn.Config(
            create_app(stage, plot), log_level="warning", access_log=False, lifespan="off"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listening]}, name="stage", daemon=True
        )
        thread.start()
        try:
            yield address_of(listening)
        finally:
            stage.feed.close()
            server.should_exit = True
            thread.join(_END_AT_MOST_S)


def _listen(port: int) -> socket:
    try:
        return listen(port)
    except OSError as error:
        raise StageCannotListen(port, error.strerror or str(error)) from None
