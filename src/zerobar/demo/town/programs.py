"""A program of this project as a process of its own, on this machine only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final, Self

from zerobar.demo.narrator import Deviation
from zerobar.demo.town import watch
from zerobar.demo.town.ports import free_port
from zerobar.serving.programs import LOOPBACK
from zerobar.tracing.logs import LEVEL_VARIABLE

_START_AT_MOST_S: Final = 60.0
_STOP_AT_MOST_S: Final = 30.0
_ANSWER_WITHIN_S: Final = 5.0
_NOT_OURS: Final = ("DATABASE_URL", "ZEROBAR_CLOCK_OFFSET_S", "ZEROBAR_BANK", "ZEROBAR_TELECOM")
_POLL_S: Final = 0.05
_LAST_WORDS: Final = 2_000


class ProgramFailed(Deviation):
    """A program did not start, or did not do its work; the text holds what it said last."""


class Program(ABC):
    """A process of this project; a context manager that stops it.

    Args:
        name: of its log in the folder.

    Attributes:
        port: where it is reached, at 127.0.0.1.
    """

    def __init__(self, name: str, folder: Path, port: int | None = None) -> None:
        self.name = name
        self.port = port or free_port()
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def arguments(self) -> list[str]:
        """Return what comes after `zerobar`."""

    @abstractmethod
    def answers(self) -> bool:
        """Try whether it does its work already."""

    def environment(self) -> dict[str, str]:
        """Return the environment that it runs in."""
        return own_environment()

    @property
    def is_on(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process; None while there is none."""
        return None if self._process is None else self._process.pid

    def launch(self) -> None:
        """Start it; `wait` for it before anything is asked of it."""
        assert not self.is_on, f"{self.name} runs already"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "zerobar", *self.arguments()],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=self.environment(),
                # A terminal's Ctrl-C is for the demo, which stops all in its own order.
                start_new_session=True,
            )
        _let_die_with_us(self._process.pid)

    def wait(self) -> None:
        """Return once it answers; raises ProgramFailed."""
        until = time.monotonic() + _START_AT_MOST_S
        while not self.answers():
            if not self.is_on or time.monotonic() > until:
                raise ProgramFailed(f"{self.name} did not start: {self.last_words()}")
            time.sleep(_POLL_S)

    def start(self) -> None:
        """Start it, and wait until it answers; raises ProgramFailed."""
        self.launch()
        self.wait()

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

    def last_words(self) -> str:
        """Return what it said last."""
        return self._log.read_text(errors="replace")[-_LAST_WORDS:] if self._log.exists() else ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class HttpProgram(Program):
    """A program that answers HTTP.

    Attributes:
        url: where it answers.
    """

    def __init__(self, name: str, folder: Path, port: int | None = None) -> None:
        super().__init__(name, folder, port)
        self.url = f"http://{LOOPBACK}:{self.port}"

    def answers(self) -> bool:
        """Try whether it answers."""
        asked = HTTPConnection(LOOPBACK, self.port, timeout=_ANSWER_WITHIN_S)
        try:
            asked.request("GET", "/health")
            return asked.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
        except (OSError, HTTPException):
            return False
        finally:
            asked.close()


def run_to_its_end(arguments: list[str], environment: dict[str, str]) -> tuple[bool, str]:
    """Run a command of this project; return whether it went well, and what it said."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "zerobar", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    return done.returncode == 0, done.stdout + done.stderr


def _let_die_with_us(pid: int) -> None:
    """Have a program end when this process does, even if it is killed."""
    standard_input = _watch().stdin
    assert standard_input is not None
    standard_input.write(f"{pid}\n".encode())
    standard_input.flush()


@cache
def _watch() -> subprocess.Popen[bytes]:
    """Start the one process that outlives this one, for a moment."""
    return subprocess.Popen(  # noqa: S603 - this interpreter, and a file of this package
        [sys.executable, "-I", "-S", watch.__file__],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def own_environment() -> dict[str, str]:
    """Return the environment without what would lead to another database, width or time.

    Each step is logged, so that `zerobar trace` can tell of it.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    return kept | {"COLUMNS": "200", "ZEROBAR_LANG": "en", LEVEL_VARIABLE: "INFO"}
