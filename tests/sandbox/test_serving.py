"""`zerobar sandbox serve` as a process of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

COMMAND = (str(Path(sys.executable).with_name("zerobar")), "sandbox", "serve")


@contextmanager
def started(store: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a sandbox; give the process and its address."""
    command = [*COMMAND, "--port", "0", "--store", str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.slow
def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    path = f"/bank/accounts/op/orders/{uuid4()}"
    body = {"way": "debit", "card_token": "token-of-card-0016", "amount_fen": 7}
    with started(tmp_path / "sandbox.db") as (process, url):
        assert httpx.put(url + path, json=body, trust_env=False).json()["status"] == "done"
        process.kill()
    with started(tmp_path / "sandbox.db") as (process, url):
        answer = httpx.post(url + path + "/outcome", trust_env=False)
        assert answer.json() == {"status": "done", "reason": ""}
        process.send_signal(signal.SIGINT)
        assert process.wait(10) in (0, 130, -signal.SIGINT)


@pytest.mark.slow
def test_a_port_that_is_taken_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*COMMAND, "--port", port, "--store", str(tmp_path / "sandbox.db")]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert run.returncode == 1
    assert f"cannot listen at port {port}" in run.stderr
    assert "Traceback" not in run.stderr
