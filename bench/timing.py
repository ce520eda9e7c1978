"""The tap, timed: two virtual cards, beside an echo over the same link and a bare signature."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench import pcscd
from bench.card import EchoingApplet, echo_command, opened
from bench.disk import ScratchFile
from bench.purses import MOST_TAPS_PER_ROUND, PRICE, REFERENCE, Purses, issued, sync
from bench.report import median_of_rounds, ms, p99, table, verdict
from zerobar.purse.messages import Kind
from zerobar.purse.money import CNY
from zerobar.purse.purse import Interface
from zerobar.purse.suites import P256
from zerobar.reader import CardLink, InProcessLink, PcscLink, PurseCard

GOAL_ADDED_MS: Final = 3.0
FIELD_LENGTHS: Final = ((15, 34), (38, 255))
"""Bytes of SELECT and of PAY, and of their answers."""

_CARD_APPEARS_WITHIN_MS: Final = 5_000
_SOME_KEY: Final = bytes(31) + b"\x01"
_SOME_BODY: Final = bytes(52)


@dataclass
class Times:
    """Seconds, in rounds: of the two commands of the field, and what they are compared with.

    Attributes:
        echo: as many bytes over the same link, answered at once.
        signature: one.
        disk: as many bare writes and waits as the commands make; 0 for a purse in RAM.
        in_field: SELECT and PAY.
        whole: PREPARE, SELECT, PAY, ACCEPT.
    """

    echo: list[list[float]] = field(default_factory=list)
    signature: list[list[float]] = field(default_factory=list)
    disk: list[list[float]] = field(default_factory=list)
    in_field: list[list[float]] = field(default_factory=list)
    whole: list[list[float]] = field(default_factory=list)

    def begin_round(self) -> None:
        for rounds in (self.echo, self.signature, self.disk, self.in_field, self.whole):
            rounds.append([])

    @property
    def added_s(self) -> float:
        """What the purse takes beyond the link and its one signature, its disk included."""
        around = median_of_rounds(self.echo) + median_of_rounds(self.signature)
        return median_of_rounds(self.in_field) - around


@dataclass(frozen=True)
class Bench:
    """Two cards ready to tap.

    Attributes:
        payer: by antenna.
        till: in contact.
        disk: where the payer's file lies; None for a purse in RAM.
    """

    purses: Purses
    payer: PurseCard
    till: PurseCard
    disk: ScratchFile | None


def measure(bench: Bench, rounds: int, taps: int, waits: int) -> Times:
    """Tap in rounds; every tap stands beside its anchors, measured just before.

    Args:
        waits: how often the field's two commands wait for the memory.
    """
    assert 1 <= taps <= MOST_TAPS_PER_ROUND
    times = Times()
    for _ in range(rounds):
        sync(bench.payer, bench.purses.desk)
        times.begin_round()
        for _ in range(taps):
            _measure_anchors(bench, times, waits)
            _measure_tap(bench, times)
    return times


def _measure_anchors(bench: Bench, times: Times, waits: int) -> None:
    link, disk = bench.payer.link, bench.disk
    echoes = [echo_command(*lengths) for lengths in FIELD_LENGTHS]
    times.echo[-1].append(_timed(lambda: [link.exchange(echo) for echo in echoes]))
    times.signature[-1].append(_timed(lambda: P256.sign(_SOME_KEY, _SOME_BODY)))
    times.disk[-1].append(_timed(lambda: disk.commit(waits)) if disk else 0.0)


def _measure_tap(bench: Bench, times: Times) -> None:
    start = time.perf_counter()
    request = bench.till.prepare(Kind.PAYMENT, PRICE, CNY, REFERENCE)
    entered = time.perf_counter()
    bench.payer.select()
    payment = bench.payer.pay(request)
    left = time.perf_counter()
    bench.till.accept(*payment)
    times.whole[-1].append(time.perf_counter() - start)
    times.in_field[-1].append(left - entered)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def _benched(purses: Purses, links: list[CardLink], *, in_memory: bool) -> Iterator[Bench]:
    payer, till = (PurseCard(link) for link in links)
    if in_memory:
        yield Bench(purses, payer, till, None)
        return
    with ScratchFile.beside(purses.payer) as disk:
        yield Bench(purses, payer, till, disk)


@contextmanager
def in_process(folder: Path, *, in_memory: bool) -> Iterator[Bench]:
    """Both cards in this very process."""
    with ExitStack() as stack:
        purses = stack.enter_context(issued(folder))
        payer, till = (
            EchoingApplet(stack.enter_context(opened(path, in_memory=in_memory)), os.urandom)
            for path in (purses.payer, purses.till)
        )
        links: list[CardLink] = [
            InProcessLink(payer, Interface.CONTACTLESS),
            InProcessLink(till, Interface.CONTACT),
        ]
        yield stack.enter_context(_benched(purses, links, in_memory=in_memory))


@contextmanager
def over_pcsc(folder: Path, slots: pcscd.Slots, *, in_memory: bool) -> Iterator[Bench]:
    """Each card in a process of its own, in a slot of a real PC/SC service."""
    options = ("--in-memory",) if in_memory else ()
    with ExitStack() as stack:
        purses = stack.enter_context(issued(folder))
        pcscd.wait_until_empty()
        payer = pcscd.card_in(slots.payer_port, purses.payer, "--contactless", *options)
        stack.enter_context(payer)
        stack.enter_context(pcscd.card_in(slots.till_port, purses.till, *options))
        links: list[CardLink] = [
            stack.enter_context(PcscLink(name, _CARD_APPEARS_WITHIN_MS))
            for name in (pcscd.PAYER_SLOT, pcscd.TILL_SLOT)
        ]
        yield stack.enter_context(_benched(purses, links, in_memory=in_memory))


HEADER: Final = (
    "link, purse in",
    "echo p50",
    "p99",
    "field p50",
    "p99",
    "field / echo",
    "signature",
    "purse adds",
    "of it disk",
    f"goal < {GOAL_ADDED_MS:.0f}",
    "whole tap p50",
    "p99",
)


def times_row(name: str, times: Times) -> tuple[str, ...]:
    echo, in_field = median_of_rounds(times.echo), median_of_rounds(times.in_field)
    return (
        name,
        ms(echo),
        ms(p99(times.echo)),
        ms(in_field),
        ms(p99(times.in_field)),
        f"{in_field / echo:.1f}",
        ms(median_of_rounds(times.signature)),
        ms(times.added_s),
        ms(median_of_rounds(times.disk)),
        verdict(1000 * times.added_s < GOAL_ADDED_MS),
        ms(median_of_rounds(times.whole)),
        ms(p99(times.whole)),
    )


def times_table(rounds: int, taps: int, waits: int) -> str:
    """Measure both links, each with purses in RAM and in files."""
    missing = pcscd.missing()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        setups = [
            ("in process, RAM", in_process(folder / "1", in_memory=True)),
            ("in process, file", in_process(folder / "2", in_memory=False)),
        ]
        if not missing:
            slots = stack.enter_context(pcscd.running(folder / "pcsc"))
            setups += [
                ("PC/SC, RAM", over_pcsc(folder / "3", slots, in_memory=True)),
                ("PC/SC, file", over_pcsc(folder / "4", slots, in_memory=False)),
            ]
        rows = [_measured(where, setup, rounds, taps, waits) for where, setup in setups]
    note = f"\n\nNot measured over PC/SC: install {missing}." if missing else ""
    return table(HEADER, rows) + note


def _measured(
    where: str, setup: AbstractContextManager[Bench], rounds: int, taps: int, waits: int
) -> tuple[str, ...]:
    with setup as bench:
        return times_row(where, measure(bench, rounds, taps, waits))
