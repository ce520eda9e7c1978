"""A process that posts for others until it is killed: python posting_process.py CONNINFO SOCKET."""

from __future__ import annotations

import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from zerobar.ledger import AnotherPoster, GroupingPoster, Poster, PosterServer

TABLES = {"payment": "COPY payment (id, note) FROM STDIN (FORMAT binary)"}


def poster(conninfo: str) -> Poster:
    """Open the poster once the server has noticed that the one before it was killed."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return Poster(
                lambda: psycopg.connect(conninfo, autocommit=True),
                lambda: datetime.now(UTC),
                TABLES,
            )
        except AnotherPoster:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def main() -> None:
    conninfo, path = sys.argv[1:]
    with GroupingPoster(poster(conninfo)) as ledger, PosterServer(ledger, Path(path)):
        signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main()
