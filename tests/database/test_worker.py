"""The worker goes on at once while there is work, survives every failure, and stops when told."""

from __future__ import annotations

import threading

import pytest

from zerobar.database.worker import Job, Worker

PATIENCE_S = 30


class Away(Exception):
    """What may happen though nobody made a mistake."""


class Steps:
    """A job that does as its steps say, and tells when they are over."""

    def __init__(self, *steps: int | Exception) -> None:
        self.over = threading.Event()
        self._steps = list(steps)

    def __call__(self) -> int:
        if not self._steps:
            self.over.set()
            return 0
        step = self._steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


def test_it_goes_on_at_once_while_there_is_work() -> None:
    steps = Steps(3, 1, 2)
    # Were it to pause after any of them, the next would be an hour away.
    with Worker([Job("steps", steps, pause_s=3600)], (Away,)):
        assert steps.over.wait(PATIENCE_S)


@pytest.mark.parametrize("failure", [Away(), Away("no"), KeyError("x")])
def test_a_job_that_fails_is_done_again_later(failure: Exception) -> None:
    steps = Steps(failure, failure, 1)
    with Worker([Job("steps", steps, pause_s=0.001)], (Away,)):
        assert steps.over.wait(PATIENCE_S)


def test_a_job_that_fails_holds_up_no_other() -> None:
    failing, steps = Steps(*[KeyError("x")] * 1000), Steps(1, 1)
    jobs = [Job("failing", failing, pause_s=3600), Job("steps", steps, pause_s=3600)]
    with Worker(jobs, (Away,)):
        assert steps.over.wait(PATIENCE_S)


def test_it_stops_although_a_job_waits_for_long() -> None:
    steps = Steps()
    with Worker([Job("steps", steps, pause_s=3600)], (Away,)):
        assert steps.over.wait(PATIENCE_S)
    assert not [thread for thread in threading.enumerate() if thread.name == "worker-steps"]


def test_what_is_expected_is_a_warning_and_what_is_not_is_a_mistake(
    caplog: pytest.LogCaptureFixture,
) -> None:
    steps = Steps(Away("a secret"), KeyError("a secret"))
    with Worker([Job("steps", steps, pause_s=0.001)], (Away,)):
        assert steps.over.wait(PATIENCE_S)
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert "secret" not in caplog.text
