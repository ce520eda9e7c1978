from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from zerobar.element import ATR
from zerobar.purse.apdu import AID


def test_the_check_byte_makes_everything_after_the_first_byte_cancel_out() -> None:
    check = 0
    for byte in ATR[1:]:
        check ^= byte
    assert check == 0


def test_the_historical_bytes_name_the_purse() -> None:
    assert ATR[-1 - len(AID) : -1] == AID


def test_another_program_reads_the_answer_to_reset(tmp_path: Path) -> None:
    analysis = shutil.which("ATR_analysis")
    if analysis is None:
        pytest.skip("install Debian's pcsc-tools")
    # A list that knows our card keeps the program from fetching a newer one.
    (tmp_path / "smartcard_list.txt").write_text(f"{ATR.hex(' ').upper()}\n\tA purse\n")
    run = subprocess.run(
        [analysis, ATR.hex(" ").upper()],
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Protocol T = 1" in run.stdout
    assert "correct checksum" in run.stdout
    assert "A purse" in run.stdout
    assert f"Application identifier: {AID.hex(' ').upper()}" in run.stdout
