"""Figures for Prometheus: what was asked and how long it took, and what waits in the database.

Nothing here tells of a person, a wallet or an amount. With several processes each counts for
itself in files of a shared folder, and whichever is asked adds all up (`share_counts`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from zerobar.bank.context import Bank
from zerobar.database import Connection

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own variable, read when it is imported."""
_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_counted: Final = CollectorRegistry()
_REQUESTS: Final = "zerobar_requests"
_DURATIONS: Final = "zerobar_request_duration_seconds"
_FIRST_ERROR: Final = "500"
_requests: Final = Counter(
    _REQUESTS,
    "Requests by method, route and status.",
    ["method", "route", "status"],
    registry=_counted,
)
_durations: Final = Histogram(
    _DURATIONS,
    "From the request to its answer.",
    ["route"],
    buckets=_BUCKETS_S,
    registry=_counted,
)
_WAITING: Final = {
    "vouchers_open": "SELECT count(*) FROM bank.voucher_open",
    "vouchers_due": "SELECT count(*) FROM bank.voucher_due",
    "webhooks_due": "SELECT count(*) FROM bank.webhook_event"
    " WHERE delivered_at IS NULL AND given_up_at IS NULL",
    "card_orders_pending": "SELECT count(*) FROM bank.card_order WHERE status = 1",
    "card_orders_stranded": "SELECT count(*) FROM bank.card_order WHERE status = 4",
    "refunds_undecided": "SELECT count(*) FROM bank.merchant_refund"
    " WHERE done_at IS NULL AND refused = ''",
    "approvals_undecided": "SELECT count(*) FROM bank.approval WHERE approved IS NULL",
    "fraud_cases_open": "SELECT count(*) FROM bank.fraud_case f LEFT JOIN bank.fraud_review r"
    " USING (purse_id, entry, test) WHERE r.closed_at IS NULL",
}
_OLDEST_DUE: Final = """
    SELECT coalesce(extract(epoch FROM %s - min(v.stored_at)), 0)
    FROM bank.voucher_due d JOIN bank.voucher v USING (payer_id, entry) WHERE d.waits_for IS NULL
"""
_NEWEST_BACKUP: Final = "SELECT extract(epoch FROM max(finished_at)) FROM bank.backup"


def count_request(method: str, route: str, status: int, took_s: float) -> None:
    """Count an answered request; route: as it is declared, without ids."""
    counter, duration = _figures(method, route, status)
    counter.inc()
    duration.observe(took_s)


@lru_cache(maxsize=4096)
def _figures(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return what counts such requests: found once, for finding them takes longer than counting."""
    return _requests.labels(method, route, str(status)), _durations.labels(route)


class Counted(NamedTuple):
    """What was asked since the program was started.

    Attributes:
        errors: requests that ended with a status from 500 on.
        answers: requests that were timed; answers_s: how long all of them took.
    """

    requests: int
    errors: int
    answers: int
    answers_s: float


def counted() -> Counted:
    """Return what was asked, of all processes."""
    samples = [sample for family in _all_counted().collect() for sample in family.samples]
    asked = [each for each in samples if each.name == f"{_REQUESTS}_total"]
    return Counted(
        requests=round(sum(each.value for each in asked)),
        errors=round(sum(s.value for s in asked if s.labels["status"] >= _FIRST_ERROR)),
        answers=round(sum(s.value for s in samples if s.name == f"{_DURATIONS}_count")),
        answers_s=sum(s.value for s in samples if s.name == f"{_DURATIONS}_sum"),
    )


def waiting(connection: Connection) -> dict[str, int]:
    """Return how many of each kind wait to be done, by its name."""
    return {
        name: int(_number(connection.execute(query).fetchone())) for name, query in _WAITING.items()
    }


def text(bank: Bank) -> bytes:
    """Return all figures in Prometheus' text format (version 0.0.4)."""
    asked = generate_latest(_all_counted())
    own = CollectorRegistry()
    if not os.environ.get(_SHARED):
        ProcessCollector(registry=own)
        PlatformCollector(registry=own)
    own.register(_Now(bank))
    return asked + generate_latest(own)


def _all_counted() -> CollectorRegistry:
    """Return what this process has counted, or all do that share a folder."""
    if not os.environ.get(_SHARED):
        return _counted
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


@contextmanager
def share_counts() -> Iterator[None]:
    """Let the processes that are started in this context count into one folder."""
    with tempfile.TemporaryDirectory(prefix="zerobar-counts-") as folder:
        os.environ[_SHARED] = folder
        try:
            yield
        finally:
            del os.environ[_SHARED]


class _Now(Collector):
    """What waits at this moment: read when it is asked for, and not counted by anybody."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def collect(self) -> Iterator[Metric]:
        """Yield what is read."""
        pool = GaugeMetricFamily("zerobar_pool", "Database connections.", labels=["what"])
        for name, value in self._bank.pool.get_stats().items():
            pool.add_metric([name], value)
        yield pool
        with self._bank.connection() as connection:
            yield from _read(connection, self._bank.clock())


def _read(connection: Connection, now: datetime) -> Iterator[Metric]:
    gauge = GaugeMetricFamily("zerobar_waiting", "What waits to be done.", labels=["what"])
    for name, many in waiting(connection).items():
        gauge.add_metric([name], many)
    yield gauge
    yield GaugeMetricFamily(
        "zerobar_oldest_due_voucher_seconds",
        "How long the oldest voucher has waited to be settled.",
        value=_number(connection.execute(_OLDEST_DUE, (now,)).fetchone()),
    )
    yield GaugeMetricFamily(
        "zerobar_newest_backup_timestamp_seconds",
        "When it was finished; 0: never.",
        value=_number(connection.execute(_NEWEST_BACKUP).fetchone()),
    )


def _number(row: tuple[object, ...] | None) -> float:
    assert row is not None
    return 0.0 if row[0] is None else float(str(row[0]))
