"""The anchor of the benchmarks runs on the embedded server."""

from __future__ import annotations

import pytest

from bench.pgbench import Pgbench, pgbench
from zerobar.database import Database, connect


@pytest.mark.slow
def test_pgbench_counts_committed_transactions(database: Database) -> None:
    assert pgbench(database, scale=1, clients=2, jobs=1, seconds=1) > 0
    with connect(database, "test") as connection:
        rows = connection.execute("SELECT count(*) > 0 FROM pgbench_history").fetchone()
    assert rows == (True,)


def test_pgbench_says_why_it_cannot(database: Database) -> None:
    with pytest.raises(RuntimeError, match="nosuchdatabase"):
        Pgbench.prepared(database.replaced(dbname="nosuchdatabase"), scale=1)
