"""Programs that do not start say why, the demo itself too."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zerobar.cli import app
from zerobar.demo.town.devices import CardProgram
from zerobar.demo.town.programs import ProgramFailed

PATIENCE_S = 120.0


@pytest.mark.slow
def test_a_file_that_is_no_purse_is_not_served(tmp_path: Path) -> None:
    path = tmp_path / "other.purse"
    path.write_text("something else")
    path.chmod(0o600)
    with pytest.raises(ProgramFailed, match=r"other\.purse"):
        CardProgram(path, None).start()


@pytest.mark.slow
def test_a_port_that_is_taken_is_said_to_be_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(app, ["demo", "--free", "--port", port])
    assert done.exit_code == 1
    assert "Choose another one with --port" in done.stderr


def test_checking_and_playing_freely_exclude_each_other() -> None:
    assert CliRunner().invoke(app, ["demo", "--free", "--check"]).exit_code == 2


@pytest.mark.slow
def test_programs_end_with_a_demo_that_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as said:
        demo = subprocess.Popen(
            [sys.executable, "-c", STARTS_A_SANDBOX, str(tmp_path)], stdout=said, stderr=said
        )
    pid = int(_first_line(log, demo))
    os.kill(pid, 0)
    demo.kill()
    demo.wait()
    until = time.monotonic() + PATIENCE_S
    while _lives(pid):
        assert time.monotonic() < until
        time.sleep(0.05)


STARTS_A_SANDBOX = """
import sys, time
from pathlib import Path
from zerobar.demo.town.institutions import SandboxProgram
sandbox = SandboxProgram(Path(sys.argv[1]))
sandbox.start()
print(sandbox.pid, flush=True)
time.sleep(600)
"""


def _first_line(log: Path, demo: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + PATIENCE_S
    while "\n" not in (said := log.read_text()):
        assert demo.poll() is None and time.monotonic() < until, said
        time.sleep(0.05)
    return said


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
