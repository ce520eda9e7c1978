"""What the telecom does whether or not anybody asks, each job in a thread of its own.

A job goes on at once while there is work, else waits; one that fails waits longer each time, and
holds up no other.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timezone
from typing import Final, Self

import psycopg

from zerobar.client.errors import ClientError
from zerobar.database import DatabaseFailure
from zerobar.telecom.bank import Bank
from zerobar.telecom.billing import bill_month, month_of, suspend_overdue
from zerobar.telecom.context import CHINA, Telecom
from zerobar.telecom.errors import TelecomError
from zerobar.telecom.orders import finish_orders
from zerobar.telecom.refunding import finish_refunds
from zerobar.telecom.vouchers import bring_vouchers, collect_settled

LONGEST_PAUSE_S: Final = 60.0
STOP_PATIENCE_S: Final = 30.0
_DAILY_PAUSE_S: Final = 60.0
"""Between two looks at the calendar."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that has to be done again and again.

    Attributes:
        run: does some of it and returns how much; it may be done by several processes at once.
        pause_s: how long to wait when nothing was left to do.
    """

    name: str
    run: Callable[[], int]
    pause_s: float


def jobs(telecom: Telecom, bank: Bank | None) -> Sequence[Job]:
    """Return a telecom's jobs; those with the bank only once it has joined one."""
    own = (
        Job("bills", lambda: bill_today(telecom), _DAILY_PAUSE_S),
        Job("suspensions", lambda: suspend_today(telecom), _DAILY_PAUSE_S),
    )
    if bank is None:
        return own
    return (
        *own,
        Job("orders", lambda: finish_orders(telecom, bank), 1.0),
        Job("refunds", lambda: finish_refunds(telecom, bank), 2.0),
        Job("vouchers", lambda: bring_vouchers(telecom, bank), 1.0),
        Job("settled-vouchers", lambda: collect_settled(telecom, bank), 5.0),
    )


def bill_today(telecom: Telecom) -> int:
    """Bill the month that has begun; done on its first day, or later if nothing ran then.

    Who joins in the middle of a month pays from the next one on.
    """
    today = telecom.today()
    first = datetime.combine(today.replace(day=1), time(), tzinfo=timezone(CHINA))
    return bill_month(telecom, month_of(today), opened_before=first)


def suspend_today(telecom: Telecom) -> int:
    """Suspend whom the day has made overdue; return how many."""
    return sum(len(numbers) for numbers in suspend_overdue(telecom).values())


class Worker:
    """Does jobs for as long as its context lasts."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(job,), name=f"telecom-{job.name}")
            for job in jobs
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(STOP_PATIENCE_S)

    def _repeat(self, job: Job) -> None:
        failures = 0
        while not self._stopping.is_set():
            done = self._once(job)
            failures = failures + 1 if done is None else 0
            if not done:
                self._stopping.wait(min(job.pause_s * 2.0**failures, LONGEST_PAUSE_S))

    def _once(self, job: Job) -> int | None:
        """Return how much was done; None if it failed."""
        try:
            return job.run()
        except (ClientError, DatabaseFailure, TelecomError, psycopg.Error) as error:
            _log.warning("%s: %s; it is tried again", job.name, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the thread's edge: the job stays alive
            _log.error("%s made a mistake: %s", job.name, type(error).__name__)
        return None
