"""Purses that are served by processes of their own, and a till's program that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from zerobar.branch import load
from zerobar.demo.doomed_till import Nowhere
from zerobar.demo.purses import PurseFailed, ServedPurse
from zerobar.device import TILL_CEILING, Device, DeviceStore, finish_open
from zerobar.element import FileMemory, create_blank
from zerobar.issuer import AuthorityFile, Journal, OperatorDesk, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.applet import Applet
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.purse.ring import PERSON_SLOTS
from zerobar.reader import InProcessLink, PurseCard, TapStatus

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OperatorDesk]:
    keys = AuthorityFile.generate(lambda length: bytes(range(length)), int(time.time())).open()
    with Journal(tmp_path / "authority.journal") as journal:
        yield OperatorDesk(keys, journal)


def made(desk: OperatorDesk, path: Path, purse_class: PurseClass) -> Path:
    create_blank(path, PERSON_SLOTS)
    plan = Plan(purse_class, Validity.years_from(int(time.time()), 3), "1234")
    with FileMemory(path) as memory:
        link = InProcessLink(Applet(memory, _random), Interface.CONTACT)
        desk.register(personalise(link.exchange, desk.keys.authority, desk.keys.operator, plan))
    return path


def _random(length: int) -> bytes:
    with Path("/dev/urandom").open("rb") as source:
        return source.read(length)


def test_a_purse_that_loses_its_power_is_the_same_afterwards(
    desk: OperatorDesk, tmp_path: Path
) -> None:
    with ServedPurse(made(desk, tmp_path / "alice.purse", PurseClass.PERSON)) as purse:
        load(PurseCard(purse.on_contact()), desk, Fen(20_00))
        purse.lose_power()
        purse.power_up()
        assert purse.balance() == Fen(20_00)
        with purse.in_field() as link:
            PurseCard(link).select()


def test_a_file_that_is_no_purse_is_not_served(tmp_path: Path) -> None:
    path = tmp_path / "other.purse"
    path.write_text("something else")
    path.chmod(0o600)
    with pytest.raises(PurseFailed, match=r"other\.purse"):
        ServedPurse(path)


def test_a_till_that_is_killed_with_the_voucher_in_hand_goes_on_without_the_payer(
    desk: OperatorDesk, tmp_path: Path
) -> None:
    alice_path = made(desk, tmp_path / "alice.purse", PurseClass.PERSON)
    till_path = made(desk, tmp_path / "till.purse", PurseClass.MERCHANT)
    store = tmp_path / "till.store"
    with ServedPurse(alice_path) as alice, ServedPurse(till_path) as till:
        load(PurseCard(alice.on_contact()), desk, Fen(20_00))
        antennas = ["{}:{}".format(*purse.antenna) for purse in (till, alice)]
        command = [sys.executable, "-m", "zerobar.demo.doomed_till", str(store), *antennas, "900"]
        died = subprocess.run(command, check=False, timeout=60)
        assert died.returncode == -signal.SIGKILL
        assert (alice.balance(), till.balance()) == (Fen(11_00), Fen(0))
        alice.lose_power()
        with DeviceStore(store, time.time) as kept:
            device = Device(kept, till.on_contact, Nowhere(), _random, TILL_CEILING)
            (outcome,) = finish_open(device)
            assert outcome.status is TapStatus.PAID and till.balance() == Fen(9_00)
            assert finish_open(device) == []
