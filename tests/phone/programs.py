"""Phones and SIMs as programs of their own, started as a person would start them.

with Sim(folder, "anna") as sim, PhoneProgram(folder, "anna", bank.url, sim) as phone:
    phone.post("/taps", id=..., antenna=other.antenna, amount_fen=500)
    phone.kill(); phone.start()
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import httpx

from tests.bank.programs import Program, environment
from tests.phone.wires import Wire
from zerobar.demo.town.ports import free_port

ANSWER_WITHIN_S = 90.0
CARD_PIN = "2468"


def zerobar(*arguments: str) -> str:
    """Run a command to its end, and return what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "zerobar", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Sim:
    """A SIM: a purse in a file, served by a process that goes on without the phone.

    Attributes:
        contact: between the phone's slot and the SIM.
        field: between whoever taps it and its antenna.
    """

    def __init__(self, folder: Path, name: str, bank_folder: Path) -> None:
        self.path = folder / f"{name}.purse"
        made = ("--card", str(self.path), "--folder", str(bank_folder), "--pin", CARD_PIN)
        zerobar("bank", "purse", "personalise", *made)
        self._places = ("127.0.0.1", free_port()), ("127.0.0.1", free_port())
        self.contact, self.field = (Wire(place) for place in self._places)
        self.slot = f"vpcd://127.0.0.1:{self._places[0][1]}"
        self.antenna = f"antenna://{self.field.address}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        antenna = f"127.0.0.1:{self._places[1][1]}"
        arguments = ["--store", str(self.path), "--antenna", antenna]
        arguments += ["--vpcd", self.contact.address]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "zerobar", "card", "serve", *arguments],
            stdout=subprocess.PIPE,
            env=environment(),
        )
        assert self._process.stdout is not None
        while b"Ready" not in (line := self._process.stdout.readline()):
            assert line, "the SIM did not start"

    def kill(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        self.contact.__enter__()
        self.field.__enter__()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.contact.__exit__()
        self.field.__exit__()


class LonePhone(Program):
    """A phone's program without a SIM, and its screen."""

    def __init__(self, folder: Path, bank_url: str, name: str = "phone", *options: str) -> None:
        super().__init__(folder / f"{name}.log")
        self.folder = folder / name
        self._bank_url = bank_url
        self._options = options
        zerobar("phone", "init", "--folder", str(self.folder))
        self.screen = httpx.Client(base_url=self.url, timeout=ANSWER_WITHIN_S)

    def arguments(self) -> list[str]:
        own = ["--folder", str(self.folder), "--port", str(self.port)]
        return ["phone", "serve", *own, "--bank", self._bank_url, *self._options]

    @property
    def token(self) -> str:
        return (self.folder / "token").read_text()

    def start(self) -> None:
        super().start()
        self.screen.headers["authorization"] = f"Bearer {self.token}"

    def get(self, path: str, **query: Any) -> Any:
        return self._read(self.screen.get(path, params=query))

    def post(self, path: str, **content: Any) -> Any:
        return self._read(self.screen.post(path, json=content))

    def put(self, path: str, **content: Any) -> Any:
        return self._read(self.screen.put(path, json=content))

    def refused(self, path: str, **content: Any) -> dict[str, Any]:
        """Ask for what is refused, and return the problem document."""
        answer = self.screen.post(path, json=content)
        assert answer.status_code >= 400, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem: dict[str, Any] = answer.json()
        assert problem["detail"] and problem["next_step"]
        return problem

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self.screen.close()

    def _read(self, answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text + self.log.read_text()
        return answer.json() if answer.content else None


class PhoneProgram(LonePhone):
    """A phone with a SIM.

    Attributes:
        road: between the phone and the bank.
    """

    def __init__(self, folder: Path, name: str, bank_port: int, sim: Sim) -> None:
        self.road = Wire(("127.0.0.1", bank_port))
        super().__init__(folder, f"http://{self.road.address}", name)
        self.sim = sim

    def arguments(self) -> list[str]:
        return [*super().arguments(), "--sim", self.sim.slot, "--antenna", self.sim.antenna]

    def __enter__(self) -> Self:
        self.road.__enter__()
        return super().__enter__()

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self.road.__exit__()
