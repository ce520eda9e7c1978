"""A program with a database: prints the way in, then waits for the end of its input.

With `fork` it first forks a child that holds on to everything it inherited, and prints its number.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from zerobar.database import EmbeddedPostgres


def fork_a_clinging_child() -> int:
    child = os.fork()
    if child == 0:
        signal.pause()
    return child


if __name__ == "__main__":
    with EmbeddedPostgres(Path(sys.argv[1])) as postgres:
        sys.stdout.write(postgres.database("bank").url_with_password + "\n")
        sys.stdout.flush()
        if sys.argv[2:] == ["fork"]:
            sys.stdout.write(f"{fork_a_clinging_child()}\n")
            sys.stdout.flush()
        sys.stdin.read()
