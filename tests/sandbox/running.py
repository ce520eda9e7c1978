"""A sandbox that runs: its own event loop in a thread, real HTTP, and a clock that can be set."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx

from zerobar.sandbox.serving import make_server
from zerobar.sandbox.store import Store
from zerobar.sandbox.town import open_town
from zerobar.serving.programs import address_of, listen


@contextmanager
def running_sandbox(path: Path, clock: Callable[[], datetime]) -> Iterator[httpx.Client]:
    """Give a client of a sandbox whose store is at a path."""
    store = Store(path)
    with listen(0) as listening:
        server = make_server(open_town(store, clock))
        thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[listening]),))
        thread.start()
        try:
            with httpx.Client(base_url=address_of(listening), trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
            store.close()
