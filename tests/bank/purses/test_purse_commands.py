"""`bank purse`: a batch for a bureau, and a purse file made at the desk."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bank.programs import BankProgram, environment
from zerobar.cli.sessions import card_at
from zerobar.purse.messages import PurseClass

pytestmark = pytest.mark.slow


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own folder: run as root, that is closed to the user PostgreSQL runs as.
    path = Path(tempfile.mkdtemp(prefix="zerobar-tests-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def purse(folder: Path, command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "zerobar", "bank", "purse", command]
    return subprocess.run(
        [*asked, "--folder", str(folder / "bank"), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )


def test_purses_are_made_at_the_desk_and_batches_written(folder: Path) -> None:
    BankProgram(folder, "http://127.0.0.1:9")
    card, letter = folder / "sim.purse", folder / "letter"
    made = purse(folder, "personalise", "--card", card, "--letter", letter)
    assert made.returncode == 0, made.stderr
    pin = letter.read_text().strip()
    assert letter.stat().st_mode & 0o077 == 0
    assert pin not in made.stdout
    with card_at(str(card)) as opened:
        opened.verify_pin(pin)
        certificate = opened.get_certificate()
    assert certificate.purse_class is PurseClass.PERSON
    assert certificate.id.hex() in made.stdout
    again = purse(folder, "personalise", "--card", card)
    assert again.returncode == 1
    assert "not a blank purse" in again.stderr
    batch = purse(folder, "batch", folder / "batch.json")
    assert batch.returncode == 0, batch.stderr
    assert json.loads((folder / "batch.json").read_text())["cards"] == []
    refused = purse(folder, "certify", folder / "batch.json", folder / "certificates.json")
    assert refused.returncode == 1
    assert "This file is refused" in refused.stderr
    assert not (folder / "certificates.json").exists()
