"""A bank of several processes: each follows what it answers, and brings its own spans."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.bank.programs import BankProgram, Sandbox
from tests.tracing.collector import Collector, collecting
from zerobar.demo.town.folder import new_folder

pytestmark = pytest.mark.slow
MOST_TRIES = 400
AT_ONCE = 16
PATIENCE_S = 30.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user can reach, also when root runs the tests."""
    with ExitStack() as stack:
        yield new_folder(stack)


def test_all_processes_that_take_requests_log_and_bring_spans(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("ZEROBAR_LOG_LEVEL", "INFO")
        with Sandbox(folder) as sandbox, BankProgram(folder, sandbox.url, workers=2) as bank:
            asked = _ask_until_two_have_answered(collector, bank.url)
        lines = [json.loads(line) for line in bank.log.read_text().splitlines() if line[:1] == "{"]
    logged = {line["trace_id"] for line in lines if line["message"] == "answered"}
    assert asked <= logged
    brought = {span["traceId"]: span["pid"] for span in collector.spans()}
    assert asked <= brought.keys() and len({brought[trace_id] for trace_id in asked}) == 2


def _ask_until_two_have_answered(collector: Collector, url: str) -> set[str]:
    """Ask on new connections, many at once: the system gives them to whichever process is idle."""
    asked: set[str] = set()

    def ask(number: int) -> None:
        headers = {"traceparent": f"00-{number:032x}-b7ad6b7169203331-01"}
        httpx.get(f"{url}/v1/nowhere", headers=headers)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for start in range(1, MOST_TRIES, AT_ONCE):
            numbers = range(start, start + AT_ONCE)
            asked |= {f"{number:032x}" for number in numbers}
            list(threads.map(ask, numbers))
            if len(_processes_of(asked, collector)) == 2:
                return asked
    raise AssertionError("one process has answered everything")


def _processes_of(asked: set[str], collector: Collector) -> set[object]:
    """Return who has answered what was asked, once all of it has been brought."""
    until = time.monotonic() + PATIENCE_S
    while True:
        brought = {span["traceId"]: span["pid"] for span in collector.spans()}
        if asked <= brought.keys():
            return {brought[trace_id] for trace_id in asked}
        assert time.monotonic() < until, "spans are missing"
        time.sleep(0.1)
