"""A private PC/SC daemon with two virtual slots, started by socket activation."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from zerobar.demo.town.ports import free_port

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
NEEDED = {
    "pcscd": Path("/usr/sbin/pcscd"),
    "vsmartcard-vpcd": DRIVER,
}
"""Debian packages, and a file of each."""


def missing_packages() -> list[str]:
    return [package for package, file in NEEDED.items() if not file.exists()]


def two_adjacent_free_ports() -> tuple[int, int]:
    """Return two ports in a row: the driver's second slot listens right above its first."""
    for _ in range(100):
        if free_port() == (second := free_port()) - 1:
            return second - 1, second
    raise AssertionError("no two free ports in a row")


class PrivatePcscd:
    """pcscd on a socket of its own, with one virtual reader of two slots.

    A card inserts itself in slot i by connecting to `ports[i]`.
    """

    def __init__(self, folder: Path) -> None:
        self.socket_path = folder / "pcscd.comm"
        self.ports = two_adjacent_free_ports()
        self.readers = ("Zerobar Test 00 00", "Zerobar Test 00 01")
        self._config = folder / "reader.conf.d"
        self._config.mkdir()
        (self._config / "zerobar").write_text(
            'FRIENDLYNAME "Zerobar Test"\n'
            # A host name here would abort the daemon when nothing listens there.
            f"DEVICENAME /dev/null:{self.ports[0]}\n"
            f"LIBPATH {DRIVER}\n"
            f"CHANNELID {self.ports[0]}\n"
        )
        self._log = folder / "pcscd.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener,
            self._log.open("ab") as log,
        ):
            self.socket_path.unlink(missing_ok=True)
            listener.bind(str(self.socket_path))
            listener.listen(16)
            # Socket activation: the daemon finds its listening socket as file 3, and its own
            # process id in LISTEN_PID. A small shell knows files of one digit only, so the
            # socket comes as file 0.
            script = (
                "exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; "
                'exec "$1" --foreground --config "$2"'
            )
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", script, "sh", str(NEEDED["pcscd"]), str(self._config)],
                stdin=listener.fileno(),
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        """End the daemon by its own process id."""
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self.socket_path.unlink(missing_ok=True)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def environment(self) -> dict[str, str]:
        """What makes a program speak to this daemon instead of the system's."""
        return os.environ | {"PCSCLITE_CSOCK_NAME": str(self.socket_path)}
