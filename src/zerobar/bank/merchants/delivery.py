"""Delivering notices: the outbox, its schedule, and who sends.

A notice is tried at once, then after 15 s, 15 s, 30 s, 3, 10, 20, 30, 30, 30 and 60 minutes, twice
3 hours and twice 6 hours: for a day in all. Then the bank gives up; the merchant still finds the
notice in the list, and can have it sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final, Protocol

import httpx

from zerobar.bank.context import Bank
from zerobar.bank.merchants import event_store, webhooks
from zerobar.bank.merchants.addresses import AddressRefused, resolve
from zerobar.bank.merchants.model import Event
from zerobar.bank.merchants.sellers import require_merchant

PAUSES_S: Final = (
    *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600),
    *(10_800, 10_800, 21_600, 21_600),
)
"""After the first attempt, the second and so on."""
MOST_AT_ONCE: Final = 64
LEASE: Final = timedelta(seconds=60)
"""After which a notice is taken again, should this process die while it sends."""
TIMEOUT_S: Final = 10.0
_SENDERS: Final = 8


class Sender(Protocol):
    """Who sends notices."""

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        """Send one; return what came of it: a status such as `200`, or a word.

        Never raises.
        """


class HttpSender:
    """Sends over HTTP; follows no redirect, and reaches only the public internet.

    Args:
        loopback: send to this machine too, as in development.
    """

    def __init__(self, *, loopback: bool = False) -> None:
        self._loopback = loopback
        self._client = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        """Send one; see Sender."""
        try:
            target = resolve(url, loopback=self._loopback)
        except AddressRefused as refused:
            return str(refused)
        request = self._client.build_request(
            "POST",
            target.url,
            content=body,
            headers={**headers, "host": target.host},
            extensions={"sni_hostname": target.server_name},
        )
        try:
            # Only the status counts: what else a server says is not read.
            response = self._client.send(request, stream=True)
            response.close()
        except httpx.TimeoutException:
            return "timeout"
        except httpx.HTTPError:
            return "no-answer"
        return str(response.status_code)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def deliver_webhooks(bank: Bank, sender: Sender) -> int:
    """Send the notices that are due; return how many, for a loop to go on at once or wait."""
    now = bank.clock()
    with bank.transaction() as connection:
        due = event_store.take_due(connection, now, now + LEASE, MOST_AT_ONCE)
    if due:
        with ThreadPoolExecutor(_SENDERS, "webhooks") as pool:
            list(pool.map(lambda event: _deliver(bank, sender, event), due))
    return len(due)


def _deliver(bank: Bank, sender: Sender, event: Event) -> None:
    with bank.transaction() as connection:
        merchant = require_merchant(connection, event.merchant_id)
        body = event.body or webhooks.compose(connection, event)
        if event.body is None:
            event_store.set_body(connection, event, body)
    outcome = "no-address"
    if merchant.webhook_url is not None:
        headers = webhooks.signed_headers(bank, merchant, event, body, bank.clock())
        outcome = sender.send(merchant.webhook_url, headers, body)
    _record(bank, event, outcome)


def _record(bank: Bank, event: Event, outcome: str) -> None:
    now = bank.clock()
    with bank.transaction() as connection:
        if len(outcome) == 3 and outcome.startswith("2"):
            event_store.set_delivered(connection, event, outcome, now)
        elif event.attempts > len(PAUSES_S):
            event_store.set_given_up(connection, event, outcome, now)
        else:
            pause = timedelta(seconds=PAUSES_S[event.attempts - 1])
            event_store.set_failed(connection, event, outcome, now + pause)
