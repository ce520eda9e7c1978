"""Cards whose processes are killed in the middle of paying and being paid."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import pytest

from tests.reader.world import NONCE, REFERENCE, new_purse_file
from zerobar.element import FileMemory
from zerobar.purse.applet import Applet
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.reader.antenna import AntennaLink
from zerobar.reader.card import PurseCard
from zerobar.reader.errors import CardError
from zerobar.reader.inprocess import InProcessLink
from zerobar.reader.outcome import TapOutcome, TapStatus
from zerobar.reader.tap import Terms, resume, tap

ROOT = Path(__file__).parents[2]
LOADED = 100_000
SLOTS = 1024
ONE_FEN = Terms(Fen(1), REFERENCE)
KILLS = 20
MOST_WRITES = 20


class CardProcess:
    """A purse file, and the process that serves it; started again when it was killed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._process: subprocess.Popen[str] | None = None
        self._address = ("", 0)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self, die_in_write: int | None = None) -> None:
        assert self._process is None
        how = [] if die_in_write is None else [str(die_in_write)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.element.card_process", str(self.path), *how],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        host, port = self._process.stdout.readline().split()
        self._address = (host, int(port))

    def kill(self) -> None:
        """End the process at once, and wait until it is gone."""
        if self._process is not None:
            with self._process:
                self._process.kill()
            self._process = None

    def wait_until_dead(self) -> None:
        assert self._process is not None
        assert self._process.wait(10) == -signal.SIGKILL
        self.kill()

    def field(self) -> AntennaLink:
        return AntennaLink(*self._address)

    @property
    def balance(self) -> int:
        assert self._process is None
        with FileMemory(self.path) as memory:
            link = InProcessLink(Applet(memory, os.urandom), Interface.CONTACT)
            return PurseCard(link).state(NONCE).balance


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("purses")
    payer, payee = folder / "payer.purse", folder / "payee.purse"
    new_purse_file(payer, slots=SLOTS, balance=LOADED)
    new_purse_file(payee, slots=SLOTS)
    return payer, payee


@contextmanager
def killed_after(card: CardProcess, delay_s: float) -> Iterator[None]:
    timer = threading.Timer(delay_s, card.kill)
    timer.start()
    try:
        yield
    finally:
        timer.join()


def tap_once(payer: CardProcess, payee: CardProcess, before: TapOutcome | None) -> TapOutcome:
    """Tap, or go on with a tap; a payee that is gone before it began has asked for nothing."""
    try:
        link = payee.field()
    except CardError as error:
        return before or TapOutcome(TapStatus.NOT_PREPARED, error=error)
    with closing(link):
        till = PurseCard(link)
        if before is not None and before.order is not None:
            return resume(payer.field, till, before)
        return tap(payer.field, till, ONE_FEN)


def tap_until_torn(payer: CardProcess, payee: CardProcess) -> tuple[int, TapOutcome]:
    """Tap until a tap does not end well; return how many did, and the one that did not."""
    paid = 0
    while (outcome := tap_once(payer, payee, None)).is_final:
        paid += 1
    return paid, outcome


def seconds_of_a_tap(payer: CardProcess, payee: CardProcess) -> float:
    begun = time.monotonic()
    assert tap_once(payer, payee, None).is_final
    return time.monotonic() - begun


@pytest.mark.slow
def test_money_is_conserved_when_cards_are_killed_at_any_moment(
    files: tuple[Path, Path],
) -> None:
    chance = random.Random(20260101)
    payer, payee = (CardProcess(path) for path in files)
    paid, had = 0, (payer.balance, payee.balance)
    with payer, payee:
        tap_s = seconds_of_a_tap(payer, payee)
        paid += 1
        for _ in range(KILLS):
            victim = chance.choice((payer, payee))
            with killed_after(victim, chance.uniform(0, 4 * tap_s)):
                count, torn = tap_until_torn(payer, payee)
            victim.start()
            final = tap_once(payer, payee, torn)
            assert final.is_final, final
            paid += count + 1
    assert (payer.balance, payee.balance) == (had[0] - paid, had[1] + paid)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["payer", "payee"])
def test_money_is_conserved_when_a_card_dies_in_any_write(
    files: tuple[Path, Path], role: str
) -> None:
    payer, payee = (CardProcess(path) for path in files)
    victim = payer if role == "payer" else payee
    paid, had, deaths = 0, (payer.balance, payee.balance), 0
    with payer, payee:
        for write in range(1, MOST_WRITES):
            victim.kill()
            victim.start(die_in_write=write)
            torn = tap_once(payer, payee, None)
            if not torn.is_final:
                deaths += 1
                victim.wait_until_dead()
                victim.start()
                torn = tap_once(payer, payee, torn)
            assert torn.is_final, torn
            paid += 1
    assert 0 < deaths < MOST_WRITES - 1
    assert (payer.balance, payee.balance) == (had[0] - paid, had[1] + paid)
