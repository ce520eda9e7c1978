"""The bank and the institutions around it, as programs of their own, on this machine only."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from datetime import timedelta
from pathlib import Path
from typing import Final, Self

import httpx

from zerobar.demo.narrator import Deviation

_START_AT_MOST_S: Final = 60.0
_STOP_AT_MOST_S: Final = 30.0
_NOT_OURS: Final = ("DATABASE_URL", "ZEROBAR_CLOCK_OFFSET_S")
_POLL_S: Final = 0.05
_STAFF_CODE: Final = re.compile(r"^ {2}([0-9A-Z-]+) {2}(.+) \(", re.MULTILINE)


class ProgramFailed(Deviation):
    """A program did not start, or did not do its work; the text holds what it said last."""


class Program(ABC):
    """A process of this project that answers HTTP; a context manager that stops it.

    Attributes:
        url: where it answers.
    """

    def __init__(self, name: str, folder: Path, port: int | None = None) -> None:
        self.name = name
        self.port = port or _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def arguments(self) -> list[str]:
        """Return what comes after `zerobar`."""

    def start(self) -> None:
        """Start it, and wait until it answers; raises ProgramFailed."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "zerobar", *self.arguments()],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=own_environment(),
            )
        until = time.monotonic() + _START_AT_MOST_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise ProgramFailed(f"{self.name} did not start: {self._log.read_text()[-2000:]}")
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """Ask it to end, and wait; a program that does not is killed."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_AT_MOST_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=5).status_code < 500
        except httpx.TransportError:
            return False


class SandboxProgram(Program):
    """The bank of the cards, the identity register and the short-message service."""

    def __init__(self, folder: Path) -> None:
        super().__init__("sandbox", folder)
        self._store = folder / "sandbox.db"

    def arguments(self) -> list[str]:
        """Return what comes after `zerobar`."""
        return ["sandbox", "serve", "--port", str(self.port), "--store", str(self._store)]

    def newest_code(self, phone: str) -> str:
        """Return the code in the newest message to a phone, as its owner would read it."""
        answer = httpx.get(f"{self.url}/sms/messages", params={"phone": phone}, timeout=10)
        return str(answer.raise_for_status().json()[0]["code"])


class BankProgram(Program):
    """An operator's program, in a folder of its own, with test money in its vault.

    Attributes:
        folder: where it is installed.
        staff_codes: the one-time codes that the first staff enrol with, by name.
    """

    def __init__(self, folder: Path, partners_url: str, issue_yuan: str) -> None:
        super().__init__("bank", folder)
        self.folder = folder / "bank"
        self._ahead = timedelta(0)
        made = ["--partners", partners_url, "--origin", self.origin, "--issue", issue_yuan]
        done = self._run("init", *made)
        if done.returncode != 0:
            raise ProgramFailed(f"the bank could not be made: {done.stdout}{done.stderr}")
        self.staff_codes = {name: code for code, name in _STAFF_CODE.findall(done.stdout)}

    @property
    def origin(self) -> str:
        """The page that staff use their passkeys on."""
        return f"http://localhost:{self.port}"

    def arguments(self) -> list[str]:
        """Return what comes after `zerobar`."""
        offset_s = str(int(self._ahead.total_seconds()))
        where = ["--folder", str(self.folder), "--port", str(self.port)]
        return ["bank", "serve", *where, "--clock-offset", offset_s]

    def let_pass(self, time: timedelta) -> None:
        """Stop it, and start it again as if that time had passed: it has test money only."""
        self.stop()
        self._ahead += time
        self.start()

    def personalise(self, path: Path, class_name: str, pin: str) -> None:
        """Make a new purse file with the bank's keys; raises ProgramFailed."""
        made = ["--card", str(path), "--class", class_name, "--pin", pin]
        done = self._run("purse", "personalise", *made)
        if done.returncode != 0:
            raise ProgramFailed(f"a purse could not be made: {done.stdout}{done.stderr}")

    def check(self) -> tuple[bool, str]:
        """Have the books compared with all records; return whether they agree, and the report."""
        done = self._run("check")
        return done.returncode == 0, done.stdout + done.stderr

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        arguments = ["bank", *words, "--folder", str(self.folder)]
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "zerobar", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=own_environment(),
        )


def own_environment() -> dict[str, str]:
    """Return the environment without what would lead to another database, width or time."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    return kept | {"COLUMNS": "200", "ZEROBAR_LANG": "en"}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
