"""`bank init` is cut off at some moment, asked for again, and makes the one bank."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bank.programs import environment
from zerobar.bank import founding
from zerobar.bank.authority.issuing import pay_in_reserves
from zerobar.bank.authority.supply import supply
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.installation import load
from zerobar.bank.running import open_bank
from zerobar.cli.banking import init_bank
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow

CODES = re.compile(r"(?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}")
PATIENCE_S = 60.0


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own folder: run as root, that is closed to the user PostgreSQL runs as.
    path = Path(tempfile.mkdtemp(prefix="zerobar-tests-"))
    path.chmod(0o755)
    yield path / "bank"
    shutil.rmtree(path)


@pytest.fixture(autouse=True)
def no_other_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


def arguments(folder: Path) -> list[str]:
    return [sys.executable, "-m", "zerobar", "bank", "init", "--folder", str(folder)]


def killed(folder: Path, sign: str) -> None:
    """Begin, and be killed as soon as a file is there."""
    process = subprocess.Popen(
        [*arguments(folder), "--issue", "1000"], start_new_session=True, env=environment()
    )
    until = time.monotonic() + PATIENCE_S
    while not (folder / sign).exists():
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (folder / "bank.json").exists()


def made(folder: Path) -> list[str]:
    """Make the bank to its end; return the codes that were told."""
    done = subprocess.run(
        [*arguments(folder), "--issue", "1000"],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return CODES.findall(done.stdout)


def check_one_bank(folder: Path) -> None:
    with open_bank(load(folder)) as bank:
        found = supply(bank)
        assert [holdings.operator.id for holdings in found.operators] == [bank.operator_id]
        assert (found.issued, found.balanced) == (Fen(1_000_00), True)
        with bank.connection() as connection:
            row = connection.execute("SELECT count(*) FROM bank.staff").fetchone()
        assert row == (len(founding.FOUNDERS),)


@pytest.mark.parametrize("sign", ["bank.json.begun", "database.url"])
def test_a_bank_whose_making_was_killed_is_made_by_asking_again(folder: Path, sign: str) -> None:
    killed(folder, sign)
    assert len(made(folder)) == len(founding.FOUNDERS)
    check_one_bank(folder)


def test_what_was_founded_before_an_interruption_is_founded_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(bank: Bank, amount: Fen) -> None:
        paid_in = derived_id(Word.TEST_RESERVES, bank.operator_id)
        pay_in_reserves(bank, paid_in, bank.operator_id, amount)
        raise KeyboardInterrupt

    monkeypatch.setattr(founding, "issue_test_money", cut_off)
    with pytest.raises(KeyboardInterrupt):
        init_bank(folder, issue="1000")
    assert len(set(made(folder))) == len(founding.FOUNDERS)
    check_one_bank(folder)
