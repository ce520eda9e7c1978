"""The sandbox, the bank and the telecom as programs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx

from zerobar.database import Database
from zerobar.database.database import URL_VARIABLE
from zerobar.demo.town.programs import HttpProgram, run_to_its_end


class SandboxProgram(HttpProgram):
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


class BankProgram(HttpProgram):
    """An operator's program, in a folder of its own.

    Attributes:
        folder: where it is installed.
    """

    def __init__(self, folder: Path, port: int, database: Database) -> None:
        super().__init__("bank", folder, port)
        self.folder = folder / "bank"
        self._database = database
        self._ahead = timedelta(0)

    @property
    def origin(self) -> str:
        """The page that staff use their passkeys on."""
        return f"http://localhost:{self.port}"

    def arguments(self) -> list[str]:
        """Return what comes after `zerobar`."""
        offset_s = str(int(self._ahead.total_seconds()))
        where = ["--folder", str(self.folder), "--port", str(self.port)]
        return ["bank", "serve", *where, "--clock-offset", offset_s]

    def environment(self) -> dict[str, str]:
        """Return the environment, with the bank's own database."""
        return _with_database(super().environment(), self._database)

    def let_pass(self, time: timedelta) -> None:
        """Stop it, and start it again as if that time had passed: it has test money only."""
        self.stop()
        self._ahead += time
        self.start()

    def check(self) -> tuple[bool, str]:
        """Have the books compared with all records; return whether they agree, and the report."""
        return run_to_its_end(["bank", "check", "--folder", str(self.folder)], self.environment())


class TelecomProgram(HttpProgram):
    """The telecom's program.

    Attributes:
        folder: where it is installed.
    """

    def __init__(self, folder: Path, port: int, database: Database) -> None:
        super().__init__("telecom", folder, port)
        self.folder = folder / "telecom"
        self._database = database

    def arguments(self) -> list[str]:
        """Return what comes after `zerobar`."""
        return ["telecom", "serve", "--folder", str(self.folder), "--port", str(self.port)]

    def environment(self) -> dict[str, str]:
        """Return the environment, with the telecom's own database."""
        return _with_database(super().environment(), self._database)


def _with_database(environment: dict[str, str], database: Database) -> dict[str, str]:
    return environment | {URL_VARIABLE: database.url_with_password}
