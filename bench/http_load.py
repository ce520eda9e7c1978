"""Many HTTP clients in one process, as cheap as can be: what they send was made before.

Each keeps one connection and has one request under way, as a phone or a till has.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import uvloop

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass
class Load:
    """What a load came to.

    Attributes:
        latencies_s: one for each answer.
        statuses: how many answers of each.
    """

    seconds: float = 0.0
    latencies_s: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_s(self) -> float:
        return len(self.latencies_s) / self.seconds


def send_all(port: int, requests: Sequence[bytes], clients: int) -> Load:
    """Send requests over so many connections; return when the last is answered."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_send_all(port, requests, clients))


async def _send_all(port: int, requests: Sequence[bytes], clients: int) -> Load:
    loop, load, remaining = asyncio.get_running_loop(), Load(), iter(requests)
    connected = [
        await loop.create_connection(lambda: _Client(remaining, load), "127.0.0.1", port)
        for _ in range(clients)
    ]
    begun = time.perf_counter()
    for _, client in connected:
        client.send_next()
    await asyncio.gather(*(client.done for _, client in connected))
    load.seconds = time.perf_counter() - begun
    return load


class _Client(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], load: Load) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._load = load
        self._received = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's own class, which derives from none of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def send_next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(_END_OF_HEAD)
        if not found:
            return
        length = (head + b"\r\n").partition(_LENGTH)[2].partition(b"\r\n")[0]
        if len(body) < int(length):
            return
        self._received = b""
        self._load.latencies_s.append(time.perf_counter() - self._sent_at)
        self._load.statuses[int(head[9:12])] += 1
        self.send_next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)
