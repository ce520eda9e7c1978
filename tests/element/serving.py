"""An element server in a thread, ended with the test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from zerobar.element import Address, ElementServer
from zerobar.purse.applet import Applet

ANY_PORT = ("127.0.0.1", 0)


@contextmanager
def served(
    applet: Applet,
    *,
    vpcd: Address | None = None,
    contactless: bool = False,
    antenna: Address | None = None,
) -> Iterator[ElementServer]:
    server = ElementServer(applet, vpcd=vpcd, contactless=contactless, antenna=antenna)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            server.run()
        except BaseException as error:
            failures.append(error)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(10)
        assert not thread.is_alive()
        assert not failures


def antenna_of(server: ElementServer) -> Address:
    assert server.antenna_address is not None
    return server.antenna_address
