"""The bank and the sandbox as programs of their own, started as a person would start them.

with Sandbox(folder) as sandbox, BankProgram.made(folder, sandbox.url) as bank:
    phone = Phone.opened(bank.url, sandbox.url, "+8613900000001", outbox_path)
    bank.kill(); bank.start()
    assert bank.check() == 0
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import httpx

from zerobar.demo.town.ports import free_port

START_PATIENCE_S = 60.0


class Program(ABC):
    """A process that answers HTTP; a context manager that ends it."""

    def __init__(self, log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        return ["-m", "zerobar", *self.arguments()]

    @abstractmethod
    def arguments(self) -> list[str]:
        """What comes after `zerobar`."""

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.command()],
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=environment(),
            )
        until = time.monotonic() + START_PATIENCE_S
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would: it and all that it started, at once."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end, and return how it did."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(START_PATIENCE_S)

    def ended(self) -> int:
        """Wait until it has ended by itself, and return how it did."""
        assert self._process is not None
        return self._process.wait(START_PATIENCE_S)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=5).status_code < 500
        except httpx.TransportError:
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()


class Sandbox(Program):
    """The institutions around the bank."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "sandbox.log")
        self._store = folder / "sandbox.db"

    def arguments(self) -> list[str]:
        return ["sandbox", "serve", "--port", str(self.port), "--store", str(self._store)]

    def code_for(self, phone: str) -> str:
        """Return the code of the newest message to a phone."""
        return str(self.messages(phone)[0]["code"])

    def messages(self, phone: str) -> list[dict[str, Any]]:
        """Return the messages to a phone, the newest first."""
        found: list[dict[str, Any]] = httpx.get(
            f"{self.url}/sms/messages", params={"phone": phone}
        ).json()
        return found


class BankProgram(Program):
    """A bank with plenty of test money in its vault.

    Attributes:
        told: what `bank init` said.
    """

    def __init__(
        self, folder: Path, partners_url: str, workers: int = 1, *, origins: Sequence[str] = ()
    ) -> None:
        super().__init__(folder / "bank.log")
        self._folder = folder / "bank"
        self._workers = workers
        made = ["--partners", partners_url, "--issue", "10000000"]
        pages = [word for origin in origins for word in ("--origin", origin)]
        self.told = self._run("init", *made, *pages).stdout

    def arguments(self) -> list[str]:
        served = ["--port", str(self.port), "--workers", str(self._workers)]
        return ["bank", "serve", "--folder", str(self._folder), *served]

    def check(self) -> subprocess.CompletedProcess[str]:
        """Check the books, whether it is being served or not."""
        return self._run("check", expected=None)

    def _run(
        self, command: str, *options: str, expected: int | None = 0
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "zerobar", "bank", command, "--folder", self._folder, *options],
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
        )
        assert expected is None or done.returncode == expected, done.stdout + done.stderr
        return done


class DyingBank(BankProgram):
    """A bank whose ledger ends by a mistake of its own, when it is told to."""

    def command(self) -> list[str]:
        script = Path(__file__).with_name("dying_bank.py")
        return [str(script), str(self._folder), str(self.port), str(self._workers)]

    def die(self) -> None:
        """Have it make the mistake at the next thing that the ledger is asked."""
        (self._folder / "die").touch()


def environment() -> dict[str, str]:
    """Return the environment, without a database server that is somebody else's."""
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
