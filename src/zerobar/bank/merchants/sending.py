"""Sending a notice to a merchant's server, which may be slow, broken, or up to something."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Final, Protocol

import httpx

from zerobar.bank.merchants.addresses import AddressRefused, Target, resolve
from zerobar.tracing.asking import asking

TIMEOUT_S: Final = 10.0
"""For all of it, from the connection to the answer's first line: a server that sends a byte now and
then does not keep anybody for longer."""


class Sender(Protocol):
    """Who sends notices; many threads ask it at once."""

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        """Send one; return what came of it: a status such as `200`, or a word.

        Never raises.
        """


class HttpSender:
    """Sends over HTTP; follows no redirect, and reaches only the public internet.

    Args:
        loopback: send to this machine too, as in development.
        timeout_s: for all of a notice, once the address is known.
    """

    def __init__(self, *, loopback: bool = False, timeout_s: float = TIMEOUT_S) -> None:
        self._loopback = loopback
        self._timeout_s = timeout_s
        # httpx bounds each read, and only asyncio bounds them all together.
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="notices", daemon=True)
        self._thread.start()

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        """Send one; see Sender."""
        try:
            # Here, and not in the loop: a name may be looked up slowly, and that is not cut short.
            target = resolve(url, loopback=self._loopback)
        except AddressRefused as refused:
            return str(refused)
        sending = self._send(target, headers, body)
        return asyncio.run_coroutine_threadsafe(sending, self._loop).result()

    def close(self) -> None:
        """Let go of the connections; nobody sends any more."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _send(self, target: Target, headers: Mapping[str, str], body: bytes) -> str:
        request = self._client.build_request(
            "POST",
            target.url,
            content=body,
            headers={**headers, "host": target.host},
            extensions={"sni_hostname": target.server_name},
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                # Only the status counts: what else a server says is not read.
                with asking(request) as asked:
                    response = asked.heard(await self._client.send(request, stream=True))
                await response.aclose()
        except (TimeoutError, httpx.TimeoutException):
            return "timeout"
        except httpx.HTTPError:
            return "no-answer"
        return str(response.status_code)
