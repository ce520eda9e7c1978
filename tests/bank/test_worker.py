"""The worker goes on at once while there is work, survives every failure, and stops when told."""

from __future__ import annotations

import threading

import pytest

from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError, Unavailable
from zerobar.bank.worker import Job, Worker
from zerobar.ledger import LedgerUnavailable

PATIENCE_S = 30


class Steps:
    """A job that does as its steps say, and tells when they are over."""

    def __init__(self, *steps: int | Exception) -> None:
        self.over = threading.Event()
        self._steps = list(steps)

    def __call__(self, _: Bank) -> int:
        if not self._steps:
            self.over.set()
            return 0
        step = self._steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


def test_it_goes_on_at_once_while_there_is_work(bank: Bank) -> None:
    steps = Steps(3, 1, 2)
    # Were it to pause after any of them, the next would be an hour away.
    with Worker(bank, [Job("steps", steps, pause_s=3600)]):
        assert steps.over.wait(PATIENCE_S)


@pytest.mark.parametrize(
    "failure",
    [Unavailable("Away.", "Again."), BankError("No.", "Look."), LedgerUnavailable(), KeyError("x")],
)
def test_a_job_that_fails_is_done_again_later(bank: Bank, failure: Exception) -> None:
    steps = Steps(failure, failure, 1)
    with Worker(bank, [Job("steps", steps, pause_s=0.001)]):
        assert steps.over.wait(PATIENCE_S)


def test_a_job_that_fails_holds_up_no_other(bank: Bank) -> None:
    failing, steps = Steps(*[KeyError("x")] * 1000), Steps(1, 1)
    jobs = [Job("failing", failing, pause_s=3600), Job("steps", steps, pause_s=3600)]
    with Worker(bank, jobs):
        assert steps.over.wait(PATIENCE_S)


def test_it_stops_although_a_job_waits_for_long(bank: Bank) -> None:
    steps = Steps()
    with Worker(bank, [Job("steps", steps, pause_s=3600)]):
        assert steps.over.wait(PATIENCE_S)
    assert not [thread for thread in threading.enumerate() if thread.name == "worker-steps"]
