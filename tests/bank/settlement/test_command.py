from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bank.programs import BankProgram, Sandbox, environment
from zerobar.bank.settlement.drawing import Mix, Town
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
