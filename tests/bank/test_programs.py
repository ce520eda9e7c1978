"""The bank as a program: made, served, killed, checked; money moves only as it was told to."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from tests.bank.phones import PATIENCE_S, Phone
from tests.bank.programs import BankProgram, DyingBank, Sandbox
from tests.database.owners import postmaster
from zerobar.client.errors import Refused
from zerobar.purse.money import Fen
from zerobar.sandbox.people import PEOPLE

FUNDS = Fen(1_000_00)
ALONE_AND_TOGETHER = [pytest.param(1, marks=pytest.mark.deep), 2]
"""Processes that take requests; one that does everything is the simpler case."""


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own folder: run as root, that is closed to the user PostgreSQL runs as.
    path = Path(tempfile.mkdtemp(prefix="zerobar-tests-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def sandbox(folder: Path) -> Iterator[Sandbox]:
    with Sandbox(folder) as sandbox:
        yield sandbox


def _opened(bank: BankProgram, sandbox: Sandbox, folder: Path, who: int) -> Phone:
    return Phone.opened(bank.url, sandbox, PEOPLE[who], folder / f"outbox-{who}", FUNDS)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_new_bank_serves_people_and_its_books_balance(
    folder: Path, sandbox: Sandbox, workers: int
) -> None:
    bank = BankProgram(folder, sandbox.url, workers)
    assert bank.told.count("administrator") >= 2 and "issuer" in bank.told
    with bank:
        anna, bea = (_opened(bank, sandbox, folder, who) for who in (0, 1))
        paid = anna.pay(bea.number, Fen(30_00))
        assert anna.client.payment(paid.payment_id).payment == paid
        assert (anna.balance, bea.balance) == (FUNDS - 30_00, FUNDS + 30_00)
        with pytest.raises(Refused) as refused:
            anna.pay(bea.number, Fen(2_000_00))
        assert refused.value.problem == "insufficient-balance"
        assert refused.value.facts["shortfall_fen"] == 2_000_00 - (FUNDS - 30_00)
        assert bank.check().returncode == 0
        anna.close()
        bea.close()
        assert bank.stop() == 0
    assert bank.check().returncode == 0
    log = bank.log.read_text()
    assert "Traceback" not in log and PEOPLE[0].resident_id not in log


@pytest.mark.slow
@pytest.mark.parametrize("workers", ALONE_AND_TOGETHER)
def test_a_bank_without_its_ledger_ends_so_that_it_is_started_again(
    folder: Path, sandbox: Sandbox, workers: int
) -> None:
    with DyingBank(folder, sandbox.url, workers) as bank:
        assert httpx.get(f"{bank.url}/health/ready", timeout=30).json() == {"status": "ok"}
        bank.die()
        with suppress(httpx.TransportError):
            assert httpx.get(f"{bank.url}/health/ready", timeout=30).status_code == 503
        assert bank.ended() == 1
        with pytest.raises(httpx.ConnectError):
            httpx.get(bank.url)
    log = bank.log.read_text()
    assert "KeyError" in log and "by a mistake of its own" in log


@pytest.mark.slow
@pytest.mark.parametrize("workers", ALONE_AND_TOGETHER)
def test_a_bank_whose_own_database_ended_ends_and_goes_on_where_it_was(
    folder: Path, sandbox: Sandbox, workers: int
) -> None:
    with BankProgram(folder, sandbox.url, workers) as bank:
        anna = _opened(bank, sandbox, folder, 0)
        server = postmaster(folder / "bank" / "db")
        os.kill(server, signal.SIGKILL)
        assert bank.ended() == 1
        assert "start the program again, which recovers the data" in bank.log.read_text()
        bank.start()
        assert anna.balance == FUNDS
        anna.close()


def _pay_while(phone: Phone, payee: str, going_on: threading.Event) -> None:
    while not going_on.is_set():
        phone.pay_until_known(payee, Fen(1))


def _until_all_have_paid(phones: list[Phone]) -> None:
    """Wait until each phone has paid since now, however slow the machine is."""
    paid, until = [len(phone.paid) for phone in phones], time.monotonic() + PATIENCE_S
    while any(len(phone.paid) == had for phone, had in zip(phones, paid, strict=True)):
        assert time.monotonic() < until, "a phone does not go on"
        time.sleep(0.05)


def _killed_under_load(bank: BankProgram, phones: list[Phone], kills: int) -> None:
    over = threading.Event()
    payees = [*phones[1:], phones[0]]
    threads = [
        threading.Thread(target=_pay_while, args=(phone, payee.number, over))
        for phone, payee in zip(phones, payees, strict=True)
    ]
    for thread in threads:
        thread.start()
    for kill in range(kills):
        _until_all_have_paid(phones)
        # At another moment each time.
        time.sleep(kill % 7 / 10)
        bank.kill()
        bank.start()
    _until_all_have_paid(phones)
    over.set()
    for thread in threads:
        thread.join()


def _prove(folder: Path, sandbox: Sandbox, workers: int, kills: int) -> None:
    with BankProgram(folder, sandbox.url, workers) as bank, ExitStack() as stack:
        phones = [_opened(bank, sandbox, folder, who) for who in range(4)]
        for phone in phones:
            stack.callback(phone.close)
        _killed_under_load(bank, phones, kills)
        assert all(len(phone.paid) > kills for phone in phones)
        for phone, received in zip(phones, [phones[-1], *phones[:-1]], strict=True):
            # Each acknowledged payment is there, and none twice: else a balance were another.
            assert phone.balance == FUNDS - len(phone.paid) + len(received.paid)
            assert phone.http.resume() == []
            for payment_id, amount in list(phone.paid.items())[:: max(1, len(phone.paid) // 50)]:
                outcome = phone.client.payment(payment_id)
                assert outcome.payment is not None and outcome.payment.amount_fen == amount
        checked = bank.check()
        assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.slow
@pytest.mark.parametrize("workers", ALONE_AND_TOGETHER)
def test_killed_under_load_it_loses_nothing_and_does_nothing_twice(
    folder: Path, sandbox: Sandbox, workers: int
) -> None:
    _prove(folder, sandbox, workers, kills=3)


@pytest.mark.deep
def test_killed_thirty_times_it_loses_nothing_and_does_nothing_twice(
    folder: Path, sandbox: Sandbox
) -> None:
    _prove(folder, sandbox, workers=2, kills=30)
