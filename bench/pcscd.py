"""A PC/SC service of our own with two virtual slots, whatever the system's is doing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from zerobar.reader import list_readers

_DAEMON: Final = Path("/usr/sbin/pcscd")
_DRIVER: Final = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_SOCKET_VARIABLE: Final = "PCSCLITE_CSOCK_NAME"
_NAME: Final = "Zerobar bench"
PAYER_SLOT: Final = f"{_NAME} 00 00"
TILL_SLOT: Final = f"{_NAME} 00 01"
_LONGEST_END_S: Final = 10


def missing() -> str:
    """Name what has to be installed first; empty when nothing."""
    needed = {"pcscd": _DAEMON.exists(), "vsmartcard-vpcd": _DRIVER.exists()}
    needed["zerobar[pcsc]"] = find_spec("smartcard") is not None
    return ", ".join(name for name, there in needed.items() if not there)


@dataclass(frozen=True)
class Slots:
    """The ports that cards connect to."""

    payer_port: int
    till_port: int


@contextmanager
def running(folder: Path) -> Iterator[Slots]:
    """Start the service, and point this process to it; once, for its library asks only once."""
    # The daemon takes every file of its folder for a configuration.
    configuration, address = folder / "readers", folder / "socket"
    configuration.mkdir(parents=True)
    slots = _two_free_ports()
    _configure(configuration, slots)
    with _activated(configuration, address), _pointed_to(address):
        yield slots


def wait_until_empty() -> None:
    """Return once the cards of an earlier measurement are seen to be gone."""
    until = time.monotonic() + _LONGEST_END_S
    while any(reader.has_card for reader in list_readers()):
        if time.monotonic() > until:
            raise TimeoutError("a card stays in its slot")
        time.sleep(0.1)


@contextmanager
def card_in(port: int, purse: Path, *options: str) -> Iterator[None]:
    """Run a purse in its own process, inserted in a slot."""
    command = [sys.executable, "-m", "bench.card", str(purse), "--port", str(port), *options]
    with _ended(subprocess.Popen(command)):
        yield


def _two_free_ports() -> Slots:
    """The driver's second slot listens right above its first."""
    for _ in range(100):
        with socket.create_server(("", 0)) as first:
            port = first.getsockname()[1]
            with suppress(OSError, OverflowError), socket.create_server(("", port + 1)):
                return Slots(port, port + 1)
    raise OSError("no two free ports in a row")


def _configure(folder: Path, slots: Slots) -> None:
    # A host in DEVICENAME would stop the daemon when nothing listens there.
    (folder / "bench").write_text(
        f'FRIENDLYNAME "{_NAME}"\nDEVICENAME /dev/null:{slots.payer_port}\n'
        f"LIBPATH {_DRIVER}\nCHANNELID {slots.payer_port}\n"
    )


@contextmanager
def _activated(folder: Path, address: Path) -> Iterator[None]:
    """Start the daemon with its socket as file 3, as systemd would."""
    script = (
        "exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; "
        'exec "$1" --foreground --config "$2"'
    )
    command = ["/bin/sh", "-c", script, "sh", str(_DAEMON), str(folder)]
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        listener.bind(str(address))
        listener.listen()
        quiet = subprocess.DEVNULL
        daemon = subprocess.Popen(command, stdin=listener.fileno(), stdout=quiet, stderr=quiet)
        stack.enter_context(_ended(daemon))
        yield


@contextmanager
def _pointed_to(address: Path) -> Iterator[None]:
    before = os.environ.get(_SOCKET_VARIABLE)
    os.environ[_SOCKET_VARIABLE] = str(address)
    try:
        yield
    finally:
        os.environ.pop(_SOCKET_VARIABLE)
        if before is not None:
            os.environ[_SOCKET_VARIABLE] = before


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Stop a process when it is no longer needed, by its own id."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_LONGEST_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
