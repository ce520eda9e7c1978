"""The Java Card applet in a simulator, as a process of its own; tests speak to its console."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from zerobar.conformance import CardUnderTest
from zerobar.purse.purse import Interface
from zerobar.reader.errors import CardTorn
from zerobar.reader.frames import FrameSocket
from zerobar.reader.link import CardLink

PROJECT: Final = Path(__file__).parents[2] / "card"
_CLASSPATH: Final = PROJECT / "build" / "classpath.txt"
_MADE_FROM: Final = PROJECT / "build" / "made-from"
"""A hash of the sources, once they are compiled."""
_MAIN_CLASS: Final = "zerobar.card.simulator.Simulator"
_CHATTER: Final = "getInstance of assymetric algo"
"""What jCardSim prints whenever a signature object is made."""
_LINES_KEPT: Final = 200
_ANSWER_WITHIN_MS: Final = 60_000
_BUILD_WITHIN_S: Final = 600


def missing_programs() -> list[str]:
    """Name what Debian's packages have to bring before the applet can be built."""
    needed = {"java": "default-jdk-headless", "javac": "default-jdk-headless", "mvn": "maven"}
    return sorted({package for program, package in needed.items() if not shutil.which(program)})


def build() -> None:
    """Compile applet and simulator, if anything changed; the libraries come once, then offline."""
    with (PROJECT / "pom.xml").open() as project:
        fcntl.flock(project, fcntl.LOCK_EX)
        _build()


def _build() -> None:
    sources = _sources_hash()
    if _MADE_FROM.exists() and _MADE_FROM.read_text() == sources:
        return
    if _compiled("-o").returncode != 0:
        built = _compiled()
        if built.returncode != 0:
            raise RuntimeError(f"the applet does not build:\n{built.stdout}{built.stderr}")
    _MADE_FROM.write_text(sources)


def _sources_hash() -> str:
    """Return a hash of everything that it is built from; to ask Maven takes seconds."""
    files = sorted(path for path in (PROJECT / "src").rglob("*") if path.is_file())
    whole = hashlib.sha256()
    for path in (PROJECT / "pom.xml", *files):
        whole.update(f"{path.relative_to(PROJECT)} {path.stat().st_size}\n".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _compiled(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["mvn", "-q", "-B", *options, "test-compile"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=_BUILD_WITHIN_S,
        check=False,
    )


def command_line(*arguments: str) -> list[str]:
    """Return the command that runs the simulator."""
    folders = [str(PROJECT / "build" / name) for name in ("test-classes", "classes")]
    classpath = os.pathsep.join([*folders, _CLASSPATH.read_text().strip()])
    # Most of what runs is signatures in Java, which the second compiler makes a third quicker.
    small = ["-XX:+UseSerialGC", "-Xmx256m"]
    return ["java", *small, "-cp", classpath, _MAIN_CLASS, *arguments]


class Process:
    """A simulator that runs until it is stopped; its output is read all the time."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            command_line(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.output: list[str] = []
        self._listening = threading.Event()
        self._port = 0
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def port(self) -> int:
        """Return the port that it listens on, which it says itself."""
        assert self._listening.wait(timeout=60), "\n".join(self.output)
        return self._port

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait(timeout=60)
        self._reading.join(timeout=60)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            name, _, rest = line.rstrip().partition(" ")
            if name in ("console", "antenna"):
                self._port = int(rest)
                self._listening.set()
            elif not line.startswith(_CHATTER) and len(self.output) < _LINES_KEPT:
                self.output.append(line.rstrip())


@contextmanager
def running(*arguments: str) -> Iterator[Process]:
    """Run a simulator for as long as the block."""
    process = Process(*arguments)
    try:
        yield process
    finally:
        process.stop()


class Cut(IntEnum):
    """What becomes of the bytes that a cut concerns."""

    CLEAN = 0
    """All bytes before it are new, all after it old."""
    ERASING = 1
    """What the write had not reached reads as erased."""
    WEAKLY_NEW = 2
    """The last byte reads as new, and later perhaps as old."""
    WEAKLY_OLD = 3
    """The last byte reads as old, and later perhaps as new."""


@dataclass(frozen=True)
class Keys:
    """What a purse never tells: taken from the simulated card, so that another can be the same."""

    private_key: bytes
    internal_key: bytes


class Simulator:
    """The console of a running simulator: one card at a time, and what tests do to it."""

    def __init__(self, process: Process) -> None:
        self.process = process
        connected = socket.create_connection(("localhost", process.port()))
        self._frames = FrameSocket(connected, _ANSWER_WITHIN_MS)

    def close(self) -> None:
        """Let the console go."""
        self._frames.close()

    def blank(self, slots: int) -> None:
        """Put a blank card in the place of the one before."""
        self._ask("B", struct.pack(">H", slots))

    def power_on(self, interface: Interface) -> None:
        """Power the card up, or reset it."""
        self._ask("P", bytes((interface is Interface.CONTACTLESS,)))

    def exchange(self, apdu: bytes) -> bytes:
        """Send a command; raise CardTorn when the card has no power, or loses it."""
        answer = self._ask("A", apdu)
        if not answer:
            raise CardTorn
        return answer

    def cut_after(self, count: int, kind: Cut = Cut.CLEAN) -> None:
        """Cut the power right after count more bytes written (0: at the next write)."""
        self._ask("C", struct.pack(">IB", count, kind))

    def flicker(self) -> None:
        """Let a weakly written byte read the other way, unless it was written since."""
        self._ask("X")

    def never_cut(self) -> None:
        """Let the power be."""
        self._ask("N")

    def wear_out(self, length: int) -> None:
        """Have a byte stored wrongly in the next write of at least that length."""
        self._ask("F", struct.pack(">I", length))

    def written(self) -> int:
        """Return how many bytes the card has written so far."""
        return self._number("W")

    def keys(self) -> Keys:
        """Return what the card never tells."""
        told = self._ask("K")
        return Keys(told[:32], told[32:])

    def save(self) -> int:
        """Keep a copy of all that lasts; return its number."""
        return self._number("S")

    def restore(self, image: int) -> None:
        """Put back what a copy holds; nothing else may have been put on the card since."""
        self._ask("R", struct.pack(">I", image))

    def image_hash(self) -> bytes:
        """Return the hash of all that lasts."""
        return self._ask("H")

    def held(self) -> bytes:
        """Return what the purse holds, however its memory holds it; in a session only."""
        held, part = b"", b"more"
        while part:
            part = self._ask("L", struct.pack(">I", len(held)))
            held += part
        return held

    def memory_lengths(self) -> tuple[int, int]:
        """Return the bytes of the applet's arrays that last, and of those in RAM."""
        both = self._number("M")
        return both >> 32, both & 0xFFFFFFFF

    def _number(self, asked: str) -> int:
        return int.from_bytes(self._ask(asked))

    def _ask(self, asked: str, data: bytes = b"") -> bytes:
        answer = self._frames.ask(asked.encode() + data)
        assert answer[:1] == b"."
        return answer[1:]


class SimulatedLink(CardLink):
    """One interface of the simulated card."""

    def __init__(self, simulator: Simulator, interface: Interface) -> None:
        self._simulator = simulator
        self._interface = interface
        self.reset()

    def exchange(self, apdu: bytes) -> bytes:
        """Send a command."""
        return self._simulator.exchange(apdu)

    def reset(self) -> None:
        """Power the card up anew."""
        self._simulator.power_on(self._interface)

    def close(self) -> None:
        """Let the interface be; the next one that is used resets the card."""


class SimulatedCards:
    """Blank simulated cards, without end: a provider for the conformance suite."""

    unlimited = True

    def __init__(self, simulator: Simulator, slots: int) -> None:
        self._simulator = simulator
        self._slots = slots

    def fresh(self) -> CardUnderTest:
        """Return a blank card."""
        self._simulator.blank(self._slots)
        return CardUnderTest(self._link(Interface.CONTACT), self._in_field)

    def _in_field(self) -> CardLink:
        return self._link(Interface.CONTACTLESS)

    def _link(self, interface: Interface) -> CardLink:
        return SimulatedLink(self._simulator, interface)


@contextmanager
def simulator() -> Iterator[Simulator]:
    """Run a simulator with a console for as long as the block."""
    with running("--console", "0") as process:
        console = Simulator(process)
        try:
            yield console
        finally:
            console.close()
