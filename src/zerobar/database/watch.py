"""The small process between a program and its PostgreSQL, so that neither outlives the other.

It is started by its path, with nothing but the standard library, and told by one JSON argument:

    command       what to run
    user, group   as whom; null: as oneself
    owner         the process id of the program, its parent
    patience_s    how long to wait after each of SIGINT, SIGQUIT and SIGKILL
    sockets       a folder to remove in the end; null: none

PostgreSQL is stopped when the program says so (a byte or the end of standard input), when the
program is gone in whatever way, or when this process gets SIGTERM, SIGINT or SIGHUP. Should this
process be killed itself, the kernel sends PostgreSQL the signal to stop. The kernel's signal alone,
without a process between, would not do: it is tied to the thread that started the child, and a
program may start its database in a thread that ends.

The lock on the folder is an open file that this process inherits: it is held exactly as long as
there may be a server.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
"""Fast shutdown: transactions are undone, all is written. Immediate: recovery at the next start.
The last is for a server that hangs, and recovers as well."""

_PR_SET_PDEATHSIG: Final = 1


def end_process(pidfd: int, patience_s: Sequence[float]) -> bool:
    """Stop a server with more and more force; return whether it is gone.

    Args:
        pidfd: the process, as a file descriptor that cannot mean another one.
        patience_s: how long to wait after each of STOP_SIGNALS.
    """
    for stop_signal, wait_s in zip(STOP_SIGNALS, patience_s, strict=True):
        send(pidfd, stop_signal)
        if is_gone(pidfd, wait_s):
            return True
    return False


def send(pidfd: int, signal_number: signal.Signals) -> None:
    """Send a signal to a process, which may be gone already."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, signal_number)


def is_gone(pidfd: int, wait_s: float) -> bool:
    """Wait until a process is gone, at most some seconds; return whether it is."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(wait_s * 1000))


def main() -> int:
    """Run the command until it ends or has to; return its exit code."""
    orders = json.loads(sys.argv[1])
    told = _on_signals()
    owner = os.pidfd_open(orders["owner"])
    # Asked after opening: a parent that is still ours is the process that was opened.
    if os.getppid() != orders["owner"]:
        return 1
    server = _start(orders)
    try:
        return _run(server, [told, owner, sys.stdin.fileno()], orders["patience_s"])
    finally:
        if orders["sockets"] is not None:
            remove_sockets(Path(orders["sockets"]))


def remove_sockets(folder: Path) -> None:
    """Remove a folder that holds nothing but the sockets of a server that is gone."""
    for path in folder.glob(".s.PGSQL.*"):
        path.unlink(missing_ok=True)
    # Another one may have been quicker; and what else is in there is not ours to remove.
    with suppress(OSError):
        folder.rmdir()


def _run(server: subprocess.Popen[bytes], reasons: list[int], patience_s: list[float]) -> int:
    server_gone = os.pidfd_open(server.pid)
    poll = select.poll()
    for descriptor in [server_gone, *reasons]:
        poll.register(descriptor, select.POLLIN)
    ready = [descriptor for descriptor, _ in poll.poll()]
    if server_gone not in ready:
        end_process(server_gone, patience_s)
    return server.wait()


def _start(orders: dict[str, Any]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - what to run is our parent's word
        orders["command"],
        stdin=subprocess.DEVNULL,
        user=orders["user"],
        group=orders["group"],
        extra_groups=None if orders["user"] is None else [],
        umask=0o077,
        preexec_fn=_stop_with(os.getpid()),  # noqa: PLW1509 - this process has one thread
    )


def _stop_with(parent: int) -> Callable[[], None]:
    """Return what makes a child get the signal to stop when this process is gone."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def tie() -> None:
        # After the change of user, which would undo it; and then see whether it came too late.
        if prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0) != 0 or os.getppid() != parent:
            os._exit(1)

    return tie


def _on_signals() -> int:
    """Return a descriptor that becomes readable when this process is asked to end."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: os.write(writer, b"\n"))
    return reader


if __name__ == "__main__":
    sys.exit(main())
