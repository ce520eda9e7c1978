"""Syncing in the background: at once when woken, again by itself, and never ended by a mistake."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from zerobar.device import OperatorUnreachable
from zerobar.phone import synchroniser
from zerobar.phone.synchroniser import Synchroniser

PATIENCE_S = 30.0


class Work:
    """What is to be done: it fails as often as it is told to."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.done = threading.Semaphore(0)
        self.rounds = 0

    def __call__(self) -> None:
        self.rounds += 1
        self.done.release()
        if self.failures:
            raise self.failures.pop(0)

    def wait(self) -> None:
        assert self.done.acquire(timeout=PATIENCE_S)


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def syncing(work: Work) -> Iterator[Synchroniser]:
    with Synchroniser(work) as syncing:
        work.wait()
        yield syncing


def test_it_syncs_at_the_start_and_when_it_is_asked_to(work: Work, syncing: Synchroniser) -> None:
    status = syncing.sync_now()
    assert status.failed is None and status.succeeded_at_unix_s is not None
    assert work.rounds in (2, 3)


def test_it_says_why_it_did_not(
    work: Work, syncing: Synchroniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncing.sync_now()
    # The pause after a failure is one that this test does not wait for.
    monkeypatch.setattr(syncing, "_pause_s", PATIENCE_S)
    work.failures = [OperatorUnreachable()]
    status = syncing.sync_now()
    assert isinstance(status.failed, OperatorUnreachable)
    assert status.succeeded_at_unix_s is not None and status.next_at_unix_s is not None


def test_it_goes_on_by_itself_until_there_is_an_answer(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchroniser, "FIRST_PAUSE_S", 0.01)
    work.failures = [OperatorUnreachable() for _ in range(3)]
    with Synchroniser(work):
        for _ in range(4):
            work.wait()
    assert work.failures == []


def test_a_mistake_of_ours_is_logged_and_does_not_end_it(
    work: Work, syncing: Synchroniser, caplog: pytest.LogCaptureFixture
) -> None:
    syncing.sync_now()
    work.failures = [KeyError("ours")]
    while work.failures:
        syncing.sync_now()
    assert syncing.sync_now().failed is None
    assert "by a mistake" in caplog.text
