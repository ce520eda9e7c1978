from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bank.programs import BankProgram, Sandbox, environment
from zerobar.bank.settlement.drawing import Mix, Town
from zerobar.bank.settlement.engine import PART
from zerobar.issuer import AuthorityFile


def settle(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zerobar", "bank", "settle", "--folder", str(folder / "bank")]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=False, env=environment()
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own folder: run as root, that is closed to the user PostgreSQL runs as.
    path = Path(tempfile.mkdtemp(prefix="zerobar-tests-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.mark.slow
def test_files_are_settled_whether_the_bank_is_served_or_not(folder: Path) -> None:
    authority = folder / "bank" / "authority.json"
    first, second = folder / "first", folder / "second"
    with Sandbox(folder) as sandbox:
        bank = BankProgram(folder, sandbox.url)
        town = Town(1, AuthorityFile.load(authority).open(), people=3, merchants=1, payees=1)
        first.write_bytes(bytes(town.draw(60, Mix(forged=0.2)).batch))
        second.write_bytes(bytes(town.draw(40).batch))
        idle = settle(folder, str(first), "--trust", str(authority))
        with bank:
            served = settle(folder, str(first), str(second))
            assert bank.check().returncode == 0
    assert idle.returncode == 0, idle.stderr
    assert "signature refused" in idle.stdout
    assert served.returncode == 0, served.stderr
    assert "40 new vouchers, 0 known, 0 rejected" in served.stdout
    bad = settle(folder, str(authority))
    assert bad.returncode == 1 and "no batch of vouchers" in bad.stderr


@pytest.mark.slow
def test_a_run_that_is_killed_shows_how_far_it_came_and_the_next_one_goes_on(folder: Path) -> None:
    authority, file = folder / "bank" / "authority.json", folder / "many"
    with Sandbox(folder) as sandbox:
        bank = BankProgram(folder, sandbox.url)
        town = Town(1, AuthorityFile.load(authority).open(), people=3, merchants=1, payees=1)
        drawn = town.draw(4 * PART, Mix(forged=0.01))
        file.write_bytes(bytes(drawn.batch))
        shown = killed_on_its_way(folder, str(file), "--trust", str(authority))
        assert f"{PART:,} of {4 * PART:,} vouchers" in shown and "signature refused" in shown
        (told,) = json.loads(settle(folder, str(file), "--json").stdout)
        (again,) = json.loads(settle(folder, str(file), "--json").stdout)
        assert bank.check().returncode == 0
    assert told["resumed_at"] in (PART, 2 * PART, 3 * PART) and not told["repeated"]
    assert told["known"] == 0 and told["new"] + told["rejected"]["signature refused"] == 4 * PART
    assert again["repeated"] and (again["new"], again["known"]) == (0, told["new"])
    assert again["moved_fen"] == 0


def killed_on_its_way(folder: Path, *arguments: str) -> str:
    """Settle at a terminal, kill the program when it has told of its first part; return that."""
    terminal, inside = os.openpty()
    command = [sys.executable, "-m", "zerobar", "bank", "settle", "--folder", str(folder / "bank")]
    run = subprocess.Popen(
        [*command, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=inside,
        env=environment() | {"COLUMNS": "200", "TERM": "xterm"},
        start_new_session=True,
    )
    os.close(inside)
    shown = ""
    while f"{PART:,} of" not in shown:
        shown += os.read(terminal, 4096).decode()
    os.killpg(run.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    os.close(terminal)
    return shown
