"""Paying online: signed payments a second through HTTP, beside pgbench on one server.

The bank is the program that `zerobar bank serve` starts: processes that take requests, one that
posts, every payment checked (P-256 signature, PIN, limits), posted and durable before its answer.
The load comes from this process, on the same cores; requests are signed before the clock starts.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

import httpx

from bench.http_load import Load, send_all
from bench.pgbench import Pgbench
from bench.report import median_of_rounds, ms, p99, table, verdict
from bench.wallets import Payer, open_wallets
from zerobar.bank.installation import Installation, Settings, create
from zerobar.bank.running import bank_of, ledger_of, migrate_all
from zerobar.client.signing import (
    IDEMPOTENCY_HEADER,
    KEY_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    encode_signature,
    signed_bytes,
)
from zerobar.database import Database, EmbeddedPostgres
from zerobar.purse.suites import P256

PATH = "/v1/payments"
PORT = 8197
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB"}
START_PATIENCE_S = 60


@dataclass(frozen=True)
class Size:
    """How much is measured; goals are for the size that is the default.

    Attributes:
        rounds: in which everything is measured in turn.
        seconds: of pgbench in each.
        scale: of pgbench, 100,000 of its accounts each.
        wallets: that pay each other.
        payments: in one measurement with many clients; with few, an eighth of it.
        workers: processes that take requests.
    """

    rounds: int = 5
    seconds: int = 10
    scale: int = 50
    wallets: int = 2_000
    payments: int = 24_000
    workers: int = 2


QUICK = Size(rounds=1, seconds=1, scale=1, wallets=100, payments=800)


@dataclass(frozen=True)
class Way:
    """A number of clients, and what is to be reached with it.

    Attributes:
        share: of a measurement's payments.
        goal: times pgbench.
        p50_ms, p99_ms: at most; None: no goal.
    """

    clients: int
    share: float
    goal: float
    p50_ms: float | None = None
    p99_ms: float | None = None


WAYS = (Way(256, 1, 3, 20, 60), Way(8, 1 / 8, 1))


def online_table(size: Size) -> str:
    """Run everything in turns and lay out medians, ratios and times."""
    folder = Path(tempfile.mkdtemp(prefix="zerobar-bench-"))
    bank_folder = Path(tempfile.mkdtemp(prefix="zerobar-bench-"))
    try:
        with EmbeddedPostgres(folder, settings=SETTINGS) as server:
            anchor = Pgbench.prepared(server.database("pgbench"), size.scale)
            database = server.database("bank")
            installation = _installation(bank_folder)
            payers = _prepared(installation, database, size)
            with _served(installation, database, size.workers):
                found = _rounds(payers, anchor, size)
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(bank_folder)
    return _laid_out(found, size)


def _installation(folder: Path) -> Installation:
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
    return create(folder, settings, os.urandom)


def _prepared(installation: Installation, database: Database, size: Size) -> list[Payer]:
    migrate_all(database)
    with ledger_of(database) as ledger, bank_of(installation, database, ledger) as bank:
        return open_wallets(bank, size.wallets)


@contextmanager
def _served(installation: Installation, database: Database, workers: int) -> Iterator[None]:
    command = [sys.executable, "-m", "zerobar", "bank", "serve", "--port", str(PORT)]
    options = ["--folder", str(installation.folder), "--workers", str(workers)]
    environment = os.environ | {"DATABASE_URL": database.url_with_password}
    # Whoever else listens there would answer for the bank.
    socket.create_server(("127.0.0.1", PORT)).close()
    process = subprocess.Popen([*command, *options], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(process)
        yield
    finally:
        process.terminate()
        process.wait(START_PATIENCE_S)


def _wait_for(process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/health").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the bank did not start")


Round = tuple[float, list[Load]]


def _rounds(payers: list[Payer], anchor: Pgbench, size: Size) -> list[Round]:
    draw, found = random.Random(1), []
    for _ in range(size.rounds):
        tps = anchor.transactions_per_s(seconds=size.seconds)
        found.append((tps, [_measured(payers, draw, size, way) for way in WAYS]))
    return found


def _measured(payers: list[Payer], draw: random.Random, size: Size, way: Way) -> Load:
    many = int(size.payments * way.share)
    requests = [_request(draw, *draw.sample(payers, 2)) for _ in range(many)]
    load = send_all(PORT, requests, way.clients)
    assert load.statuses == {201: many}, load.statuses
    return load


def _request(draw: random.Random, payer: Payer, payee: Payer) -> bytes:
    """Return a signed payment of 1 fen, as it goes over the connection."""
    id_, now = str(UUID(int=draw.getrandbits(128), version=4)), str(int(time.time()))
    order = {
        "wallet_id": str(payer.wallet),
        "payee": {"kind": "wallet-number", "value": payee.number},
        "amount_fen": 1,
    }
    body = json.dumps(order).encode()
    signature = P256.sign(payer.private_key, signed_bytes("POST", PATH, id_, now, body))
    head = (
        f"POST {PATH} HTTP/1.1\r\nhost: 127.0.0.1:{PORT}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n{IDEMPOTENCY_HEADER}: {id_}\r\n{TIME_HEADER}: {now}\r\n"
        f"{KEY_HEADER}: {payer.key}\r\n{SIGNATURE_HEADER}: {encode_signature(signature)}\r\n\r\n"
    )
    return head.encode() + body


def _laid_out(found: list[Round], size: Size) -> str:
    name = f"pgbench -s {size.scale} -M prepared -c 8 -j 2"
    rows = [(name, f"{median(tps for tps, _ in found):,.0f}", "", "", "", "")]
    for i, way in enumerate(WAYS):
        loads = [loads[i] for _, loads in found]
        ratio = median(load.per_s / tps for load, (tps, _) in zip(loads, found, strict=True))
        latencies = [load.latencies_s for load in loads]
        p50_s, p99_s = median_of_rounds(latencies), p99(latencies)
        met = (
            ratio >= way.goal
            and (way.p50_ms is None or 1000 * p50_s <= way.p50_ms)
            and (way.p99_ms is None or 1000 * p99_s <= way.p99_ms)
        )
        speed = f"{median(load.per_s for load in loads):,.0f}"
        goal = f"{_goal(way)} {verdict(met)}"
        name = f"payments, {way.clients} clients, {size.workers} processes"
        rows.append((name, speed, f"{ratio:.1f}x", ms(p50_s), ms(p99_s), goal))
    return table(("what", "a second", "times pgbench", "p50, ms", "p99, ms", "goal"), rows)


def _goal(way: Way) -> str:
    times = [f">= {way.goal:g}x"]
    if way.p50_ms is not None and way.p99_ms is not None:
        times += [f"p50 <= {way.p50_ms:g}", f"p99 <= {way.p99_ms:g}"]
    return ", ".join(times)
