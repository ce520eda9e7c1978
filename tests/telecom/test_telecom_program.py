"""The telecom as a program of its own, started as a person would start it, and killed at once."""

from __future__ import annotations

import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.bank.programs import Program
from tests.cli.conftest import Run, zerobar
from tests.telecom.banking import TestBank
from tests.telecom.conftest import BILLER, NUMBER, OPERATOR, SHOP
from tests.telecom.purses import Purse
from tests.telecom.serving import served
from zerobar.client.enrolment import read_64
from zerobar.purse.money import Fen
from zerobar.telecom import write_message
from zerobar.telecom.api.access import ACCESS_HEADER
from zerobar.telecom.installation import TelecomDamaged, load
from zerobar.telecom.smpp.model import BINARY, ShortMessage
from zerobar.telecom.smpp.smsc import Smsc

__all__ = ["zerobar"]

pytestmark = pytest.mark.slow
AS_LINE = {ACCESS_HEADER: NUMBER}
PASSWORD = "secret"


class TelecomProgram(Program):
    """A telecom."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "telecom.log")
        self.folder = folder / "telecom"

    def arguments(self) -> list[str]:
        return ["telecom", "serve", "--folder", str(self.folder), "--port", str(self.port)]


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own folder: run as root, that is closed to the user PostgreSQL runs as.
    path = Path(tempfile.mkdtemp(prefix="zerobar-tests-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; the run's own limit ends a wait in vain."""
    while not holds():
        time.sleep(0.05)


def balance(url: str) -> int:
    shown: int = httpx.get(f"{url}/v1/line", headers=AS_LINE, timeout=30).json()["balance_fen"]
    return shown


def test_its_folder_is_for_its_owner_only(folder: Path, zerobar: Run) -> None:
    at = ("--folder", str(folder / "telecom"))
    zerobar("telecom", "init", *at)
    assert "already" in zerobar("telecom", "init", *at, code=1).output
    files = [path for path in (folder / "telecom").iterdir() if path.is_file()]
    assert {path.name for path in files} == {
        *("telecom.json", "server.key", "assertion.key", "biller.key", "api.token")
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    told = zerobar("telecom", "keys", *at).output
    assert load(folder / "telecom").server_public_key in told
    assert load(folder / "telecom").biller_public_key in told
    pem = told[told.index("-----BEGIN") :]
    assert load_pem_public_key(pem.encode()) is not None
    assert zerobar("telecom", "keys", "--folder", "nowhere", code=1).output


@pytest.mark.parametrize("name", ["server.key", "assertion.key", "biller.key", "api.token"])
def test_a_key_that_others_can_read_is_not_used(folder: Path, zerobar: Run, name: str) -> None:
    zerobar("telecom", "init", "--folder", str(folder / "telecom"))
    (folder / "telecom" / name).chmod(0o644)
    with pytest.raises(TelecomDamaged, match="others"):
        load(folder / "telecom")


def test_a_killed_telecom_goes_on_where_it_was(
    folder: Path, zerobar: Run, purse: Purse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two roads at once: an order that is paid while it is dead, and a voucher by SMS."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    at = ("--folder", str(folder / "telecom"))
    books = TestBank(lambda: datetime.now(UTC), bytes(64), SHOP, BILLER)
    with served(books.app()) as bank_url, Smsc("telecom", PASSWORD) as smsc:
        program = begin(zerobar, books, bank_url, folder)
        zerobar(*("telecom", "smsc", f"127.0.0.1:{smsc.port}", "--password", PASSWORD), *at)
        with program:
            order_id = order(program.url)
            program.kill()
            books.pay(order_id)
            program.start()
            until(lambda: balance(program.url) == 5_000)
            books.certificates[purse.certificate.hash] = purse.certificate
            user_data = write_message(purse.voucher(Fen(3_900), NUMBER), purse.certificate)
            smsc.submit(ShortMessage("8613800000009", "10001", BINARY, True, user_data))
            until(lambda: balance(program.url) == 8_900)
            assert program.stop() == 0
    assert not (folder / "telecom" / "database.url").exists()


def test_a_telecom_that_is_killed_while_a_voucher_is_given_back_gives_it_back_once(
    folder: Path, zerobar: Run, purse: Purse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whoever works there lists what is kept, puts it on a line, or gives it back."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    at = ("--folder", str(folder / "telecom"))
    books = TestBank(lambda: datetime.now(UTC), bytes(64), SHOP, BILLER)
    with served(books.app()) as bank_url:
        program = begin(zerobar, books, bank_url, folder)
        for fen in (1_000, 2_000, 3_000):
            books.take(purse.push(Fen(fen), "+8613899999999"))
        own = {"authorization": f"Bearer {load(folder / 'telecom').api_token}"}
        with program, httpx.Client(base_url=program.url, headers=own, timeout=30) as http:
            until(lambda: len(http.get("/v1/unplaced").json()) == 3)
            kept = sorted(http.get("/v1/unplaced").json(), key=lambda each: int(each["amount_fen"]))
            first, second, third = (str(each["top_up_id"]) for each in kept)
            told = zerobar("telecom", "unplaced", *at).output
            assert f"{first}  ¥10.00" in told and "for +8613899999999: line-unknown." in told
            give_back_and_kill(program, books, http, f"/v1/unplaced/{first}")
            placed = zerobar("telecom", "place", second, NUMBER, "--note", "they called", *at)
            assert "20.00" in placed.output
            assert balance(program.url) == 2_000
            assert "went back" in zerobar("telecom", "give-back", third, *at).output
            assert "Nothing" in zerobar("telecom", "unplaced", *at).output
            assert (
                "A line has this money"
                in zerobar("telecom", "give-back", second, *at, code=1).output
            )
    id_ = purse.certificate.id.hex()
    assert dict(books.given_back) == {(id_, 1): 1, (id_, 3): 1}


def give_back_and_kill(
    program: TelecomProgram, books: TestBank, http: httpx.Client, path: str
) -> None:
    """Kill a telecom after the bank has done it, and before it has heard that; then go on."""
    books.lose_answers(10**6)
    with suppress(httpx.TimeoutException):
        http.post(f"{path}/return", timeout=0.5)
    until(lambda: bool(books.given_back))
    program.kill()
    books.lose_answers(0)
    program.start()
    until(lambda: http.get(path).json()["state"] == "returned")


def begin(zerobar: Run, books: TestBank, bank_url: str, folder: Path) -> TelecomProgram:
    """Make a telecom that has joined a bank and has a line."""
    at = ("--folder", str(folder / "telecom"))
    zerobar("telecom", "init", "--bank", bank_url, *at)
    public_key = read_64(load(folder / "telecom").server_public_key)
    assert public_key is not None
    books.public_key = public_key
    program = TelecomProgram(folder)
    join(zerobar, books, at, program.url)
    zerobar("telecom", "plan", "Basic", "39", *at)
    zerobar("telecom", "line", NUMBER, "Basic", *at)
    return program


def test_after_how_many_days_a_voucher_goes_back_is_kept_in_its_folder(
    folder: Path, zerobar: Run
) -> None:
    at = ("--folder", str(folder / "telecom"))
    zerobar("telecom", "init", *at)
    assert load(folder / "telecom").settings.give_back_after_days == 3
    zerobar("telecom", "give-back-after", "0", *at)
    assert load(folder / "telecom").settings.give_back_after_days == 0
    zerobar("telecom", "give-back-after", "366", *at, code=2)


def join(zerobar: Run, books: TestBank, at: tuple[str, str], url: str) -> None:
    known = ("--operator", str(OPERATOR), "--server-key", str(books.key_id))
    biller = ("--biller", BILLER.hex(), "--public-url", url)
    for _ in range(2):
        assert str(SHOP) in zerobar("telecom", "join", *known, *biller, *at).output
    assert books.webhook_url == f"{url}/v1/notices"


def order(url: str) -> UUID:
    headers = AS_LINE | {"idempotency-key": str(uuid4())}
    asked = {"number": NUMBER, "amount_fen": 5_000}
    return UUID(
        httpx.post(f"{url}/v1/orders", json=asked, headers=headers, timeout=30).json()["order_id"]
    )
