"""Settlement: how many vouchers a second become settled for good, beside bare verifications.

Every figure stands next to a run of `openssl speed` in the same round: P-256 verifications on all
cores, as fast as they go when nothing else is done. Batches are drawn and signed before the clock
starts; it stops when the money of the last voucher has moved. Several of them are settled at once,
each by a thread of its own as when terminals hand in at the same time; several in turn, so that the
last ones, which have the machine for themselves, count little. Certificates were seen before, in
batches that are not measured.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

from bench.report import table, verdict
from bench.wallets import open_wallets
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.fraud.examining import set_value_out
from zerobar.bank.installation import Settings, create
from zerobar.bank.purses import host_payee, issue_request, register_purse, trust_authority
from zerobar.bank.running import bank_of, ledger_of, migrate_all
from zerobar.bank.settlement import Batch, CertificateCache, settle_batch
from zerobar.bank.settlement.drawing import REALISTIC, Town
from zerobar.database import EmbeddedPostgres
from zerobar.issuer import AuthorityFile
from zerobar.ledger import Posting, Transfer
from zerobar.multibuffer import Lanes
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen

SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB"}
NOW_UNIX_S = 1_790_000_000
LOADED = Fen(4_500_00)
"""By each person, from the wallet into the float: its purse can pay that much."""
_AT_ONCE = 500
_STRANGERS = """
    INSERT INTO bank.voucher
        (payer_id, entry, kind, payee_id, amount_fen, body, signature, stored_at)
    SELECT substring(h from 1 for 8), 1, 1, substring(h from 9 for 8), 100,
           h || substring(h from 1 for 20), h || h, now()
    FROM generate_series(1, %s) i CROSS JOIN LATERAL (SELECT sha256(int8send(i))) s (h)
"""
NEW_GOAL = 0.7
NEW_GOAL_IN_LANES = 2.3
"""Where the processor verifies eight signatures at a time."""
AGAIN_GOAL = 4.0
FULLER_GOAL = 1.3
_VERIFIED = re.compile(r"^\s*256 bits ecdsa \(nistp256\).*?([0-9.]+)\s*$", re.M)


@dataclass(frozen=True)
class Size:
    """How much is measured; goals are for the size that is the default.

    Attributes:
        rounds: in which everything is measured in turn.
        seconds: of openssl in each.
        people: who pay, each from a purse.
        records: of a batch.
        hands: that settle at once, each batch after batch.
        batches: of each hand in one measurement.
        stored: vouchers that are put into the database for another look at the cost.
    """

    rounds: int = 5
    seconds: int = 5
    people: int = 2_000
    records: int = 8_000
    hands: int = 3
    batches: int = 4
    stored: int = 1_000_000


QUICK = Size(rounds=1, seconds=1, people=50, records=500, hands=2, batches=1, stored=10_000)


@dataclass
class Round:
    """Figures a second: of bare verifications, of new vouchers, and of all of them again."""

    verified: float
    new: float
    again: float


@dataclass
class Bench:
    """A bank and a town that it knows. Attributes: certificates: what each hand has seen."""

    bank: Bank
    town: Town
    size: Size
    certificates: list[CertificateCache] = field(init=False)

    def __post_init__(self) -> None:
        self.certificates = [CertificateCache() for _ in range(self.size.hands)]

    def drawn(self) -> Batch:
        """Draw a batch, and issue what its hosted payees ask for."""
        drawn = self.town.draw(self.size.records, REALISTIC)
        for request in drawn.requests:
            issue_request(self.bank, request)
        return drawn.batch

    def round(self) -> Round:
        """Measure everything once."""
        batches = [self.drawn() for _ in range(self.size.hands * self.size.batches)]
        verified = openssl_verifications_per_s(self.size.seconds)
        # The same records in another order make other files: known by voucher, not by file.
        again = [Batch.of(reversed(batch.records(0, batch.present))) for batch in batches]
        return Round(verified, self.records_per_s(batches), self.records_per_s(again))

    def records_per_s(self, batches: list[Batch]) -> float:
        """Settle batches, dealt out to all hands."""
        hands = self.size.hands
        gc.freeze()
        begun = time.perf_counter()
        with ThreadPoolExecutor(hands) as threads:
            dealt = [batches[hand::hands] for hand in range(hands)]
            list(threads.map(self._settle, dealt, self.certificates))
        taken = time.perf_counter() - begun
        gc.unfreeze()
        return sum(batch.present for batch in batches) / taken

    def _settle(self, batches: list[Batch], certificates: CertificateCache) -> None:
        for batch in batches:
            settle_batch(self.bank, batch, certificates)


def settlement_table(size: Size) -> str:
    """Run everything in turns and lay out medians and ratios."""
    with _bench(size) as bench:
        bench.records_per_s([bench.drawn() for _ in range(size.hands)])
        found = [bench.round() for _ in range(size.rounds)]
        _store_many(bench.bank, size.stored)
        fuller = [bench.round() for _ in range(size.rounds)]
    return _laid_out(found, fuller, size)


def openssl_verifications_per_s(seconds: int) -> float:
    """Run OpenSSL's own benchmark on all cores."""
    command = ["openssl", "speed", "-seconds", str(seconds), "-multi", str(os.cpu_count())]
    run = subprocess.run([*command, "ecdsap256"], capture_output=True, text=True, check=True)
    found = _VERIFIED.search(run.stdout)
    assert found is not None, run.stdout
    return float(found[1])


@contextmanager
def _bench(size: Size) -> Iterator[Bench]:
    folder = Path(tempfile.mkdtemp(prefix="zerobar-bench-"))
    bank_folder = Path(tempfile.mkdtemp(prefix="zerobar-bench-"))
    nobody = "http://127.0.0.1:9"
    settings = Settings(
        operator_id=uuid4(),
        operator_name="Bench",
        bank_url=nobody,
        identity_url=nobody,
        sms_url=nobody,
        origin="http://localhost:8000",
        development=True,
    )
    try:
        with EmbeddedPostgres(folder, settings=SETTINGS) as server:
            database = server.database("bank")
            installation = create(bank_folder, settings, os.urandom)
            migrate_all(database)
            with ledger_of(database) as ledger, bank_of(installation, database, ledger) as bank:
                yield _inhabited(bank, size)
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(bank_folder)


def _inhabited(bank: Bank, size: Size) -> Bench:
    keys = AuthorityFile.generate(os.urandom, NOW_UNIX_S).open()
    town = Town(1, keys, size.people, max(2, size.people // 10), max(2, size.people // 20))
    trust_authority(bank, keys)
    with bank.connection() as connection:
        # They are drawn at random and never sync, so no limit of a real purse holds for them.
        set_value_out(connection, PurseClass.PERSON, 2**62, bank.clock())
    purses = [*town.people, *town.merchants, *town.payees]
    holders = open_wallets(bank, len(purses))
    for purse, holder in zip(purses, holders, strict=True):
        if purse in town.payees:
            host_payee(bank, purse.certificate, holder.wallet)
        else:
            register_purse(bank, purse.certificate, holder.wallet)
    _load(bank, [holder.wallet for holder in holders[: size.people]])
    return Bench(bank, town, size)


def _store_many(bank: Bank, many: int) -> None:
    """Put vouchers of strangers beside the others: only their number matters."""
    with bank.transaction() as connection:
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute(_STRANGERS, (many,))
    with bank.connection() as connection:
        connection.execute("ANALYZE bank.voucher")


def _load(bank: Bank, wallets: list[UUID]) -> None:
    backing = operator_account(bank.operator_id, AccountCode.FLOAT)
    for start in range(0, len(wallets), _AT_ONCE):
        postings = [
            Posting((Transfer(bank.new_id(), wallet, backing, LOADED, TransferCode.TRANSFER),))
            for wallet in wallets[start : start + _AT_ONCE]
        ]
        answers = bank.ledger.submit_many(postings).result()
        assert all(isinstance(posted, list) and posted[0].ok for posted in answers)


def _laid_out(found: list[Round], fuller: list[Round], size: Size) -> str:
    verified = median(one.verified for one in found)
    new, again = median(one.new for one in found), median(one.again for one in found)
    against = median(one.new / one.verified for one in found)
    faster = median(one.again / one.new for one in found)
    # By the anchor of each round, for a machine is not as fast all the time.
    later = median(one.new / one.verified for one in fuller)
    dearer = against / later
    goal = NEW_GOAL if Lanes.here() is None else NEW_GOAL_IN_LANES
    name = f"openssl speed -multi {os.cpu_count()} ecdsap256, verifications"
    batch = f"{size.records:,} records, {size.people:,} payers, {size.hands} at once"
    rows = [
        (name, f"{verified:,.0f}", "", ""),
        (
            f"settled, batches of {batch}",
            f"{new:,.0f}",
            f"{against:.2f}x openssl",
            f">= {goal:g}x {verdict(against >= goal)}",
        ),
        (
            "the same again, all known",
            f"{again:,.0f}",
            f"{faster:.1f}x the first time",
            f">= {AGAIN_GOAL:g}x {verdict(faster >= AGAIN_GOAL)}",
        ),
        (
            f"settled, {size.stored:,} more stored",
            f"{median(one.new for one in fuller):,.0f}",
            f"{dearer:.2f}x the cost",
            f"<= {FULLER_GOAL:g}x {verdict(dearer <= FULLER_GOAL)}",
        ),
    ]
    return table(("what", "a second", "ratio", "goal"), rows)
