"""The command line with real readers: a smart card service, virtual slots, cards served in them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run, served
from tests.reader.pcscd import PrivatePcscd

pytestmark = pytest.mark.pcsc


def zerobar(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process, which finds the service by its environment."""
    command = [sys.executable, "-m", "zerobar", *arguments]
    environment = {**os.environ, "ZEROBAR_LANG": "en"}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def until(folder: Path, *arguments: str, says: str) -> subprocess.CompletedProcess[str]:
    """Run a command until it says something: the service looks at its slots now and then."""
    deadline = time.monotonic() + 20
    while True:
        told = zerobar(folder, *arguments)
        if says in told.stdout + told.stderr or time.monotonic() > deadline:
            assert says in told.stdout + told.stderr, told
            return told
        time.sleep(0.2)


@pytest.fixture
def slots(pcscd: PrivatePcscd) -> list[str]:
    return [f"127.0.0.1:{port}" for port in pcscd.ports]


def test_the_doctor_tells_what_is_in_each_reader(
    shop: Run, tmp_path: Path, slots: list[str]
) -> None:
    assert shop is not None
    until(tmp_path, "card", "doctor", says="no card")
    purse = tmp_path / "alice.purse"
    with served(purse, "--vpcd", slots[0]):
        told = until(tmp_path, "card", "doctor", says="a purse, ready")
        assert told.returncode == 0 and "Ready to tap." in told.stdout
    with served(tmp_path / "blank.purse", "--vpcd", slots[0]):
        told = until(tmp_path, "card", "doctor", says="a blank purse")
        assert told.returncode == 1 and "zerobar card issue pcsc:" in told.stderr


def test_two_purses_pay_in_two_readers(
    shop: Run, tmp_path: Path, slots: list[str], pcscd: PrivatePcscd
) -> None:
    assert shop is not None
    payer, payee = (f"pcsc:{name}" for name in pcscd.readers)
    with (
        served(tmp_path / "alice.purse", "--vpcd", slots[0], "--contactless"),
        served(tmp_path / "shop.purse", "--vpcd", slots[1]),
    ):
        until(tmp_path, "card", "doctor", says="Ready to tap.")
        pair = ("--payer", payer, "--payee", payee)
        until(tmp_path, "card", "tap", *pair, "12.50", says="Received ¥12.50. Final now.")
    assert "¥187.50" in shop("card", "show", "alice.purse").output


def test_a_blank_card_in_a_reader_is_issued(
    zerobar: Run, tmp_path: Path, slots: list[str], pcscd: PrivatePcscd
) -> None:
    reader = f"pcsc:{pcscd.readers[0]}"
    with served(tmp_path / "new.purse", "--vpcd", slots[0]):
        until(tmp_path, "card", "doctor", says="a blank purse")
        told = until(tmp_path, "card", "issue", reader, "--load", "5", says="Loaded ¥5.00.")
        assert told.returncode == 0
    assert "¥5.00" in zerobar("card", "show", "new.purse").output


def test_a_missing_service_is_told_with_what_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zerobar", "card", "doctor"]
    gone = {**os.environ, "PCSCLITE_CSOCK_NAME": str(tmp_path / "none"), "ZEROBAR_LANG": "en"}
    told = subprocess.run(
        command, env=gone, capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 1
    assert "not running" in told.stderr and "systemctl start pcscd" in told.stderr
