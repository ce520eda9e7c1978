"""A whole bank on a real PostgreSQL, with a clock and randomness that a world hands in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.authority.operators import found_operator
from zerobar.bank.context import Bank
from zerobar.bank.founding import issue_test_money
from zerobar.bank.purses.keys import trust_authority
from zerobar.bank.running import MIGRATIONS, TABLES
from zerobar.bank.sealing import KEY_LENGTH, Sealer
from zerobar.database import Database, connect, open_pool
from zerobar.database.migrations import migrate
from zerobar.issuer import AuthorityFile
from zerobar.ledger import GroupingPoster, Poster
from zerobar.purse.money import Fen
from zerobar.world.partners import Inbox, memory_partners

BEGINNING: Final = datetime(2026, 11, 25, 1, tzinfo=UTC)
"""Nine in the morning in China."""
SUPPLY: Final = Fen(10_000_000_00)
_APPLICATION: Final = "zerobar world"
_OPERATOR: Final = UUID("0190f7a0-0000-7000-8000-00000000000d")


class WorldClock:
    """Time that passes only when the world says so."""

    def __init__(self) -> None:
        self.time = BEGINNING

    def __call__(self) -> datetime:
        """Return the time."""
        return self.time

    def unix_s(self) -> float:
        """Return the time as devices keep it."""
        return self.time.timestamp()

    def advance(self, **duration: float) -> None:
        """Let days, hours, minutes or seconds pass."""
        self.time += timedelta(**duration)


@dataclass(frozen=True)
class WorldBank:
    """The bank, and what only a world sees of it.

    Attributes:
        inbox: what its short messages said.
    """

    bank: Bank
    clock: WorldClock
    inbox: Inbox


@contextmanager
def open_bank(database: Database, draw: random.Random) -> Iterator[WorldBank]:
    """Found a bank in an empty database, with digital cash in its vault.

    Args:
        database: of nobody else; tables that are there already save the time to make them.
        draw: every random byte of the bank comes from it.
    """
    for package in MIGRATIONS:
        migrate(database, package)
    clock = WorldClock()
    partners, inbox = memory_partners()
    keys = AuthorityFile.generate(draw.randbytes, int(clock.unix_s())).open()
    poster = Poster(lambda: connect(database, _APPLICATION, autocommit=True), clock, tables=TABLES)
    with (
        open_pool(database, _APPLICATION, autocommit=True) as pool,
        GroupingPoster(poster) as ledger,
    ):
        sealer = Sealer(draw.randbytes(KEY_LENGTH), draw.randbytes)
        bank = Bank(
            _OPERATOR, pool, ledger, partners, sealer, clock, draw.randbytes, purse_keys=keys
        )
        found_operator(bank, _OPERATOR, "Test operator")
        issue_test_money(bank, SUPPLY)
        trust_authority(bank, keys)
        yield WorldBank(bank, clock, inbox)
