"""A till and its purse as programs of their own, on a road to the bank that can be cut.

with Sam(folder, bank_folder) as sam, TillProgram(folder, bank, sam, shop) as till:
    till.road.cut()
    till.post(f"/sales/{id_}/tap", card=phone.sim.antenna)
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

import httpx

from tests.bank.programs import BankProgram, Program, environment
from tests.phone.programs import ANSWER_WITHIN_S, CARD_PIN, zerobar
from tests.phone.wires import Wire
from zerobar.client.enrolment import write_64
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import MerchantClient
from zerobar.demo.officers import Business, NewName, Officer, TakenOn, take_on
from zerobar.demo.town.ports import free_port
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.reader import PurseCard, parse_target

CASHIER, PIN = "Mei", "135790"
BILLER = "Telecom"
CREDIT_CODE = "91110000600037341L"
_STAFF_CODE = re.compile(r"^ {2}([0-9A-Z-]+) {2}(?:second )?administrator", re.MULTILINE)
_ID = re.compile(r"id ([0-9a-f]{16})")


class Road(Wire):
    """A way to the bank that can be cut, or a reader's field that can be without a card."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port))
        self._bank = self._server

    def cut(self) -> None:
        self._server = ("127.0.0.1", free_port())
        self._hang_up()

    def join(self) -> None:
        self._server = self._bank
        self.mend()


class Sam:
    """The till's own purse: a merchant's, in a file, served by a process."""

    def __init__(self, folder: Path, bank_folder: Path) -> None:
        self.path = folder / "sam.purse"
        made = ("--card", str(self.path), "--folder", str(bank_folder), "--pin", CARD_PIN)
        said = zerobar("bank", "purse", "personalise", *made, "--class", "merchant")
        found = _ID.search(said)
        assert found is not None, said
        self.id = bytes.fromhex(found[1])
        port = free_port()
        self.slot = f"vpcd://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        arguments = ["--store", str(self.path), "--vpcd", self.slot.removeprefix("vpcd://")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "zerobar", "card", "serve", *arguments],
            stdout=subprocess.DEVNULL,
            env=environment(),
        )

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Merchant:
    """A merchant taken on by the bank, with a shop, and a payee that the bank hosts for bills."""

    def __init__(self, bank: BankProgram, origin: str, sam: Sam) -> None:
        codes = _STAFF_CODE.findall(bank.told)
        assert len(codes) == 2, bank.told
        with (
            Officer(bank.url, origin, codes[0]) as officer,
            Officer(bank.url, origin, codes[1]) as second,
        ):
            self.taken: TakenOn = take_on(
                (officer, second), NewName("小面馆", "Noodle House"), CREDIT_CODE, Business()
            )
            second.approve(officer.propose_link(sam.id, self.taken.merchant.wallet_id))
            key = write_64(P256.public_key(P256.private_key(os.urandom(KEY_SEED_LENGTH))))
            self.biller_id = officer.host_payee(self.taken.merchant.merchant_id, key)
        self._bank_url = bank.url
        with BankHttp(bank.url, self.key) as http:
            self.shop_id = MerchantClient(http).open_shop(uuid4(), "小面馆一店", "House 1").shop_id

    @property
    def key(self) -> RequestKey:
        return self.taken.key

    def add_till(self) -> tuple[UUID, str]:
        with BankHttp(self._bank_url, self.key) as http:
            added = MerchantClient(http).add_till(uuid4(), self.shop_id, "till 1")
        return added.terminal.terminal_id, added.code

    def balance(self) -> int:
        return int(self.taken.balance(self._bank_url))


class TillProgram(Program):
    """A till's program, and its screen with a cashier signed in.

    Args:
        reader: where customers tap; without it, where a tap says.

    Attributes:
        road: to the bank.
    """

    def __init__(
        self,
        folder: Path,
        bank: BankProgram,
        sam: Sam,
        merchant: Merchant,
        reader: str | None = None,
    ) -> None:
        super().__init__(folder / "till.log")
        self._reader = reader
        self.folder = folder / "till"
        self.road = Road(bank.port)
        self._merchant, self._sam = merchant, sam
        self.screen = httpx.Client(base_url=self.url, timeout=ANSWER_WITHIN_S)

    def arguments(self) -> list[str]:
        return ["pos", "serve", "--folder", str(self.folder), "--port", str(self.port)]

    def init(self) -> str:
        terminal, code = self._merchant.add_till()
        reader = () if self._reader is None else ("--reader", self._reader)
        biller = f"{self._merchant.biller_id.hex()}={BILLER}"
        return zerobar(
            *("pos", "init", "--folder", str(self.folder)),
            *("--bank", f"http://{self.road.address}", "--terminal", str(terminal)),
            *("--code", code, "--shop", str(self._merchant.shop_id), "--sam", self._sam.slot),
            *("--shop-name", "小面馆一店", "--label", "1号机", "--chief", CASHIER, "--pin", PIN),
            *reader,
            *("--biller", biller),
        )

    def examine(self) -> str:
        """Run the doctor while the till does not run."""
        self.stop()
        try:
            return zerobar("pos", "doctor", "--folder", str(self.folder))
        finally:
            self.start()

    def start(self) -> None:
        super().start()
        self.sign_in()

    def sign_in(self) -> None:
        token = self.post("/session", name=CASHIER, pin=PIN)["token"]
        self.screen.headers["authorization"] = f"Bearer {token}"

    def sale(self, amount_fen: int, *items: tuple[str, int]) -> str:
        """Begin a sale, and return its id."""
        id_ = str(uuid4())
        lines = [{"name": name, "quantity": 1, "amount_fen": fen} for name, fen in items]
        self.put(f"/sales/{id_}", amount_fen=amount_fen, items=lines)
        return id_

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

    def wait_for(self, path: str, **wanted: Any) -> Any:
        """Look until the background has come so far."""
        until = time.monotonic() + ANSWER_WITHIN_S
        while True:
            shown = self.get(path)
            if all(shown[name] == value for name, value in wanted.items()):
                return shown
            assert time.monotonic() < until, shown
            time.sleep(0.2)

    def __enter__(self) -> Self:
        self.road.__enter__()
        if not self.folder.exists():
            self.init()
        return super().__enter__()

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self.screen.close()
        self.road.__exit__()

    def _read(self, answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text + self.log.read_text()
        if answer.headers.get("content-type") == "application/pdf":
            return answer.content
        return answer.json() if answer.content else None


def balance_at(address: str) -> int:
    """Return what a card holds, seen from its contact side."""
    target = parse_target(address)
    with target.open() as link:  # type: ignore[union-attr]
        return int(PurseCard(link).state(bytes(8)).balance)
