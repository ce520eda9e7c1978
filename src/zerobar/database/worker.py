"""The worker: what has to be done again and again, whether or not anybody asks.

Each job goes on at once while there is work, else waits; one that fails waits longer each time,
and holds up no other.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from zerobar.tracing.spans import a_round

LONGEST_PAUSE_S: Final = 60.0
STOP_PATIENCE_S: Final = 30.0

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


class Worker:
    """Does jobs, each in a thread of its own, for as long as its context lasts.

    Args:
        expected: what a job may raise though nobody made a mistake: others are away, or refuse.
    """

    def __init__(self, jobs: Sequence[Job], expected: tuple[type[Exception], ...]) -> None:
        self._expected = expected
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(job,), name=f"worker-{job.name}")
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
            with a_round(job.name):
                return job.run()
        except self._expected as error:
            _log.warning("%s: %s; it is tried again", job.name, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the thread's edge: the job stays alive
            _log.error("%s made a mistake: %s", job.name, type(error).__name__)
        return None
