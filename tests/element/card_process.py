"""A card in a process of its own: serves a purse file at an antenna, and says where.

With a second argument n it kills itself in the middle of its n-th write to the file.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zerobar.element import ElementServer, FileMemory, serve
from zerobar.purse.applet import Applet

if TYPE_CHECKING:
    from typing_extensions import Buffer


def say_where(server: ElementServer) -> None:
    assert server.antenna_address is not None
    sys.stdout.write("{} {}\n".format(*server.antenna_address))
    sys.stdout.flush()


def die_in_write(count: int) -> None:
    """Make the count-th write from now on store half of its bytes, and end the process there."""
    write, left = os.pwrite, count

    def pwrite(fd: int, data: Buffer, offset: int) -> int:
        nonlocal left
        left -= 1
        if left == 0:
            write(fd, bytes(data)[: len(bytes(data)) // 2], offset)
            os.kill(os.getpid(), signal.SIGKILL)
        return write(fd, data, offset)

    os.pwrite = pwrite


def main() -> None:
    if len(sys.argv) > 2:
        die_in_write(int(sys.argv[2]))
    with FileMemory(Path(sys.argv[1])) as memory:
        serve(Applet(memory, os.urandom), antenna=("127.0.0.1", 0), on_ready=say_where)


if __name__ == "__main__":
    main()
