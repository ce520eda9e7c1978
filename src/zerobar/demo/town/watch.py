"""Ends a demo's programs when the demo is gone, however it went; a process of its own.

    python watch.py          on its standard input: the id of each program, one a line

Each of them leads a process group. The input's end is the demo's end.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Hear who was started; end whoever is left."""
    for pid in {int(line) for line in sys.stdin}:
        with suppress(ProcessLookupError, PermissionError):
            # An id that was given anew to somebody who leads no group is not one of ours.
            if os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGTERM)


if __name__ == "__main__":
    main()
