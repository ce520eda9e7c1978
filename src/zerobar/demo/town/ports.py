"""Ports for programs that are started after they have been told where everybody else listens."""

from __future__ import annotations

import itertools
import random
import socket
import threading
from typing import Final

from zerobar.serving.programs import LOOPBACK

# Below what Linux, macOS and Windows hand to a connection that goes out: a port given here is not
# somebody's by chance before its program listens.
_FIRST: Final = 20_000
_COUNT: Final = 12_000

# Each process begins elsewhere and goes on from there, so that two towns that are built at the same
# moment do not both find the same port free.
_next = itertools.count(random.SystemRandom().randrange(_COUNT))
_alone = threading.Lock()


def free_port() -> int:
    """Return a port of this machine that nobody has now; raises OSError where there is none."""
    with _alone:
        for step in itertools.islice(_next, _COUNT):
            port = _FIRST + step % _COUNT
            if _is_free(port):
                return port
    raise OSError(f"No port of {_FIRST}-{_FIRST + _COUNT - 1} is free. End what holds them.")


def _is_free(port: int) -> bool:
    try:
        # As the programs bind it: a port that only cools down is free.
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        return False
    return True
