"""Programs that do not start say why, the demo itself too."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zerobar.cli import app
from zerobar.demo.town.devices import CardProgram
from zerobar.demo.town.folder import new_folder
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


@pytest.mark.slow
def test_a_second_ctrl_c_does_not_break_off_the_clean_up(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as said:
        demo = subprocess.Popen(
            [sys.executable, "-c", STOPS_SLOWLY, str(tmp_path / "gone")], stdout=said, stderr=said
        )
    assert _first_line(log, demo)
    for number in (signal.SIGINT, signal.SIGINT, signal.SIGTERM):
        demo.send_signal(number)
        time.sleep(0.2)
    assert demo.wait(PATIENCE_S) == 0, log.read_text()
    assert "Everything is stopped." in log.read_text()
    assert not (tmp_path / "gone").exists()


def test_a_new_demo_removes_the_folders_of_killed_ones_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with ExitStack() as living:
        alive = new_folder(living)
        left = _left_by_a_killed_demo(tmp_path)
        (being_made := tmp_path / "zerobar-demo-new").mkdir()
        (other := tmp_path / "zerobar-other").mkdir()
        (elsewhere := tmp_path / "kept").mkdir()
        (elsewhere / "lock").touch()
        (tmp_path / "zerobar-demo-link").symlink_to(elsewhere)
        with ExitStack() as next_one:
            fresh = new_folder(next_one)
            assert fresh.is_dir() and alive.is_dir()
            assert not left.exists()
            assert being_made.is_dir() and other.is_dir() and (elsewhere / "lock").exists()
        assert not fresh.exists()
    assert not alive.exists()


def _left_by_a_killed_demo(temporary: Path) -> Path:
    done = subprocess.run(
        [sys.executable, "-c", MAKES_A_FOLDER_AND_DIES],
        env=os.environ | {"TMPDIR": str(temporary)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    left = Path(done.stdout.decode())
    assert (left / "purse").exists()
    return left


MAKES_A_FOLDER_AND_DIES = """
import os, signal
from contextlib import ExitStack
from zerobar.demo.town.folder import new_folder
stack = ExitStack()
folder = new_folder(stack)
(folder / "purse").touch()
print(folder, end="", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""

# A demo whose clean-up takes a while, by the command that people give.
STOPS_SLOWLY = """
import sys, time
from contextlib import contextmanager
from pathlib import Path
from zerobar.cli import app
from zerobar.demo import show as shown
class Staying:
    def stay(self, *, freely):
        print("ready", flush=True)
        time.sleep(600)
@contextmanager
def show(narrator, port=None):
    folder = Path(sys.argv[1])
    folder.mkdir()
    try:
        yield Staying()
    finally:
        time.sleep(2)
        folder.rmdir()
shown.show = show
app(["demo"])
"""

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
