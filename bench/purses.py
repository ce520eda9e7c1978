"""A payer's and a till's purse in files, with their operator's desk."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from zerobar.branch import load, synchronise
from zerobar.element import FileMemory, create_blank
from zerobar.issuer import AuthorityFile, Journal, OperatorDesk, TestAuthority, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.applet import Applet
from zerobar.purse.limits import DEFAULT_LIMITS, Limits
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.purse.ring import MERCHANT_SLOTS, PERSON_SLOTS
from zerobar.reader import PurseCard
from zerobar.reader.inprocess import InProcessLink

PIN: Final = "1234"
PRICE: Final = Fen(1250)
REFERENCE: Final = b"order 01"
MOST_TAPS_PER_ROUND: Final = 50
"""A person's log is synced between rounds, and so many payments fit into it."""

_MUCH: Final = 1_000_000_000
_LOADED: Final = Fen(500_000_000)


@dataclass(frozen=True)
class Purses:
    """Two purse files of one operator, whose desk has loaded the payer's."""

    payer: Path
    till: Path
    desk: OperatorDesk


@contextmanager
def issued(folder: Path) -> Iterator[Purses]:
    """Make both purses as a factory and a bank do."""
    folder.mkdir()
    keys = AuthorityFile.generate(os.urandom, int(time.time())).open()
    payer, till = folder / "payer.purse", folder / "till.purse"
    _personalise(payer, PERSON_SLOTS, PurseClass.PERSON, keys)
    _personalise(till, MERCHANT_SLOTS, PurseClass.MERCHANT, keys)
    with Journal(folder / "journal") as journal:
        purses = Purses(payer, till, OperatorDesk(keys, journal))
        with closing(FileMemory(payer)) as memory:
            card = PurseCard(InProcessLink(Applet(memory, os.urandom), Interface.CONTACT))
            load(card, purses.desk, _LOADED)
            synchronise(card, purses.desk, int(time.time()), os.urandom)
        yield purses


def _personalise(path: Path, slots: int, purse_class: PurseClass, keys: TestAuthority) -> None:
    create_blank(path, slots)
    validity = Validity.years_from(int(time.time()), 3)
    plan = Plan(purse_class, validity, PIN, _wide(DEFAULT_LIMITS[purse_class]))
    with closing(FileMemory(path)) as memory:
        link = InProcessLink(Applet(memory, os.urandom), Interface.CONTACT)
        personalise(link.exchange, keys.authority, keys.operator, plan)


def _wide(limits: Limits) -> Limits:
    """Limits that a benchmark does not run into; all the same checks are made."""
    return replace(
        limits,
        no_pin_total=_MUCH,
        holding=_MUCH,
        count_out=60_000,
        value_out=_MUCH,
        value_in=_MUCH,
        blocklist_age=60_000,
    )


def contents(path: Path) -> bytes:
    """What a purse file holds."""
    with closing(FileMemory(path)) as memory:
        return memory.read(0, memory.size)


def sync(card: PurseCard, desk: OperatorDesk) -> None:
    """Empty the log; by antenna the holder has to be there."""
    card.select()
    card.verify_pin(PIN)
    synchronise(card, desk, int(time.time()), os.urandom)
