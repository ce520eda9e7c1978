"""PostgreSQL's own benchmark, the anchor that figures of the database are compared with.

It is TPC-B-like: three updates, a select and an insert in each transaction. Compare only with
figures of the same run, on the same server.
"""

import os
import re
import subprocess
from dataclasses import dataclass

from zerobar.database import Database, ServerPrograms, installed_programs

_TPS = re.compile(r"^tps = ([0-9.]+) \(without initial connection time\)$", re.M)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.M)


@dataclass(frozen=True)
class Pgbench:
    """The benchmark on one database, whose tables it makes there.

    Attributes:
        database: of its own, for it drops and makes tables called pgbench_*.
        programs: pgbench among them.
    """

    database: Database
    programs: ServerPrograms

    @classmethod
    def prepared(cls, database: Database, scale: int) -> "Pgbench":
        """Fill the tables: scale times 100,000 accounts, about 15 MB each time."""
        bench = cls(database, installed_programs())
        bench._call(["--initialize", "--quiet", f"--scale={scale}"], limit_s=60 + 10 * scale)
        return bench

    def transactions_per_s(self, clients: int = 8, jobs: int = 2, seconds: int = 10) -> float:
        """Run prepared transactions for some seconds; return how many were committed a second."""
        arguments = ["--protocol=prepared", f"--client={clients}", f"--jobs={jobs}"]
        output = self._call([*arguments, f"--time={seconds}"], limit_s=60 + 2 * seconds)
        failed, tps = _FAILED.search(output), _TPS.search(output)
        assert failed is not None and failed[1] == "0", output
        assert tps is not None, output
        return float(tps[1])

    def _call(self, arguments: list[str], limit_s: int) -> str:
        run = subprocess.run(
            [str(self.programs.path("pgbench")), *arguments],
            env=os.environ | self.database.environment,
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )
        if run.returncode != 0:
            raise RuntimeError(f"pgbench failed: {run.stderr.strip()}")
        return run.stdout


def pgbench(database: Database, scale: int, clients: int, jobs: int, seconds: int) -> float:
    """Fill the tables, then return committed transactions a second."""
    return Pgbench.prepared(database, scale).transactions_per_s(clients, jobs, seconds)
