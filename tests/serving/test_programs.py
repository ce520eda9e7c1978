"""A program lets go of who waits when it is told to end, and ends in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import httpx
import pytest

from zerobar.serving.programs import LOOPBACK, address_of, listen, until_told

PATIENCE_S = 30
PROGRAM = """
import sys, threading
from litestar import Litestar, get
from zerobar.serving.programs import address_of, listen, serve_at

ended = threading.Event()

@get("/wait", sync_to_thread=True)
def wait() -> dict[str, bool]:
    print("asked", flush=True)
    return {"let go": ended.wait(60)}

with listen(0) as listening:
    print(address_of(listening), flush=True)
    serve_at(listening, Litestar([wait], openapi_config=None), ended.set)
print("ended in order", flush=True)
"""


@pytest.mark.slow
def test_who_waits_is_answered_before_the_program_ends() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        address, answers = process.stdout.readline().strip(), []
        asking = threading.Thread(
            target=lambda: answers.append(httpx.get(f"{address}/wait", timeout=PATIENCE_S).json())
        )
        asking.start()
        assert process.stdout.readline().strip() == "asked"
        process.send_signal(signal.SIGTERM)
        asking.join(PATIENCE_S)
        process.communicate(timeout=PATIENCE_S)
    assert answers == [{"let go": True}]


def test_a_program_listens_on_this_machine_only_and_a_port_is_had_once() -> None:
    with listen(0) as listening:
        host, port = listening.getsockname()
        assert host == LOOPBACK and address_of(listening) == f"http://127.0.0.1:{port}"
        with pytest.raises(OSError, match="in use"):
            listen(port)


def test_a_program_that_is_told_to_end_ends_in_order() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with until_told():
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("it goes on although it was told to end")
    assert signal.getsignal(signal.SIGTERM) is before
