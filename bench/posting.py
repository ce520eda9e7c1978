"""Posting: how many transfers a second the ledger stores for good, beside pgbench on one server.

Every figure stands next to a run of pgbench in the same round. Chains are made before the clock
starts; the clock stops when the last answer is there, so everything counted is durable.
"""

from __future__ import annotations

import gc
import random
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from uuid import UUID

from bench.pgbench import Pgbench
from bench.report import table, verdict
from zerobar.bank.serving import set_pace
from zerobar.database import PATIENT, Database, EmbeddedPostgres, connect
from zerobar.database.migrations import migrate
from zerobar.ledger import (
    Account,
    Answer,
    GroupingPoster,
    Poster,
    Posting,
    Result,
    Transfer,
    open_accounts,
)
from zerobar.purse.money import Fen

HOT = 50
FRAME = 64
"""Chains that come in at once, as the frames of processes that ask bring them."""
WINDOW = 32_768
"""Chains that are under way at most: four groups' worth, of which one is being stored."""
FUNDS = Fen(100_000_000)
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB"}


@dataclass(frozen=True)
class Size:
    """How much is measured; goals are for the size that is the default.

    Attributes:
        rounds: in which everything is measured in turn.
        seconds: of pgbench in each.
        scale: of pgbench, 100,000 of its accounts each.
        accounts: of the ledger.
        transfers: in one measurement of the ledger.
    """

    rounds: int = 5
    seconds: int = 10
    scale: int = 50
    accounts: int = 100_000
    transfers: int = 192_000


QUICK = Size(rounds=1, seconds=1, scale=1, accounts=1_000, transfers=4_000)


@dataclass(frozen=True)
class Load:
    """One way of posting.

    Attributes:
        hot: all transfers are between so few accounts; None: between all.
        group: chains in a group; None: whoever waits, through the grouping poster.
        share: of a measurement's transfers; slow ways get fewer.
        goal: times pgbench.
    """

    name: str
    hot: int | None
    group: int | None
    share: float
    goal: float


LOADS = (
    Load("uniform, as many as wait", None, None, 1, 20),
    Load(f"{HOT} hot accounts, as many as wait", HOT, None, 1, 30),
    Load("uniform, groups of 100", None, 100, 1 / 32, 7),
)


def posting_table(size: Size) -> str:
    """Run everything in turns and lay out medians and ratios."""
    set_pace()
    folder = Path(tempfile.mkdtemp(prefix="zerobar-bench-"))
    try:
        with EmbeddedPostgres(folder, settings=SETTINGS) as server:
            anchor = Pgbench.prepared(server.database("pgbench"), size.scale)
            found = _rounds(Ledger(server.database("ledger"), size), anchor, size)
    finally:
        shutil.rmtree(folder)
    return _laid_out(found, size)


def _rounds(ledger: Ledger, anchor: Pgbench, size: Size) -> list[tuple[float, list[float]]]:
    found = []
    for _ in range(size.rounds):
        tps = anchor.transactions_per_s(seconds=size.seconds)
        found.append((tps, [ledger.transfers_per_s(load) for load in LOADS]))
    return found


def _laid_out(found: list[tuple[float, list[float]]], size: Size) -> str:
    name = f"pgbench -s {size.scale} -M prepared -c 8 -j 2"
    rows = [(name, f"{median(t for t, _ in found):,.0f}", "", "")]
    for i, load in enumerate(LOADS):
        ratio = median(posted[i] / tps for tps, posted in found)
        speed = f"{median(posted[i] for _, posted in found):,.0f}"
        goal = f">= {load.goal:g}x {verdict(ratio >= load.goal)}"
        rows.append((load.name, speed, f"{ratio:.1f}x", goal))
    return table(("what", "transfers/s", "times pgbench", "goal"), rows)


class Ledger:
    """A ledger with many funded accounts."""

    def __init__(self, database: Database, size: Size) -> None:
        self._size = size
        migrate(database, "zerobar.ledger.migrations")
        self._random = random.Random(1)
        self._poster = Poster(
            lambda: connect(database, "zerobar bench", PATIENT, autocommit=True),
            lambda: datetime.now(UTC),
        )
        self._accounts = [self._id() for _ in range(size.accounts)]
        with connect(database, "zerobar bench", PATIENT, autocommit=True) as connection:
            source = self._id()
            open_accounts(connection, [Account(source, 1, floor=None)], datetime.now(UTC))
            opened = [Account(account, 2) for account in self._accounts]
            open_accounts(connection, opened, datetime.now(UTC))
        funding = [Posting((Transfer(self._id(), source, a, FUNDS),)) for a in self._accounts]
        self._in_groups(funding, 8_000)
        self._grouping = GroupingPoster(self._poster)

    def transfers_per_s(self, load: Load) -> float:
        """Post a load and return its speed."""
        names = self._accounts[: load.hot] if load.hot else self._accounts
        chains = [self._drawn(names) for _ in range(int(self._size.transfers * load.share))]
        # The benchmark keeps all its chains alive, which no server does: looking through
        # them again and again would be charged to the poster.
        gc.freeze()
        begun = time.perf_counter()
        if load.group is None:
            self._as_they_wait(chains)
        else:
            self._in_groups(chains, load.group)
        taken = time.perf_counter() - begun
        gc.unfreeze()
        return len(chains) / taken

    def _drawn(self, names: Sequence[UUID]) -> Posting:
        debit, credit = self._random.sample(names, 2)
        amount = Fen(self._random.randint(1, 100))
        return Posting((Transfer(self._id(), debit, credit, amount),))

    def _as_they_wait(self, chains: Sequence[Posting]) -> None:
        waiting: deque[Future[list[Answer]]] = deque()
        for start in range(0, len(chains), FRAME):
            if len(waiting) * FRAME >= WINDOW:
                _check(waiting.popleft().result())
            waiting.append(self._grouping.submit_many(chains[start : start + FRAME]))
        for answers in waiting:
            _check(answers.result())

    def _in_groups(self, chains: Sequence[Posting], size: int) -> None:
        for start in range(0, len(chains), size):
            _check(self._poster.post(chains[start : start + size]))

    def _id(self) -> UUID:
        """Return a UUIDv7 (RFC 9562, 5.7)."""
        stamp = time.time_ns() // 1_000_000
        return UUID(int=stamp << 80 | 7 << 76 | 2 << 62 | self._random.getrandbits(62))


def _check(answers: Sequence[Answer]) -> None:
    for answer in answers:
        assert isinstance(answer, list) and answer[0].result is Result.POSTED
