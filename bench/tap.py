"""The tap, counted: what crosses the field, what cards compute, how long a real one is held."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.chips import ANCHORS, CHIPS, Chip, hold_ms
from bench.meter import CountingMemory, CountingSuite, MeteredLink, counted
from bench.purses import PRICE, REFERENCE, contents, issued
from bench.report import table, verdict
from zerobar.purse.applet import Applet
from zerobar.purse.purse import Interface
from zerobar.reader import InProcessLink, PurseCard, TapStatus, Terms, tap

GOAL_APDUS, GOAL_BYTES, GOAL_SIGNATURES, GOAL_VERIFICATIONS = 2, 360, 1, 0


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of a tap cost.

    Attributes:
        bytes_on_link: commands and answers, status words included.
        bytes_written: to lasting memory.
        barriers: where a commit waits until what was written lasts.
    """

    apdus: int
    bytes_on_link: int
    signatures: int
    verifications: int
    bytes_written: int
    barriers: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What a tap cost; the payer's side is what happens in the field."""

    payer: Side
    till: Side
    till_again: Side
    """The same payer a second time: its certificate is known."""


def count() -> Counts:
    """Let two purses tap twice, and count."""
    with tempfile.TemporaryDirectory() as folder, issued(Path(folder) / "counts") as purses:
        payer = CountingMemory(contents(purses.payer))
        till = CountingMemory(contents(purses.till))
        with counted() as suite:
            first = _tapped(payer, till, suite)
            again = _tapped(payer, till, suite)
    return Counts(first[0], first[1], again[1])


def _tapped(payer: CountingMemory, till: CountingMemory, suite: CountingSuite) -> tuple[Side, Side]:
    links = [
        MeteredLink(InProcessLink(Applet(memory, os.urandom), interface), suite, memory)
        for memory, interface in ((payer, Interface.CONTACTLESS), (till, Interface.CONTACT))
    ]
    outcome = tap(lambda: links[0], PurseCard(links[1]), Terms(PRICE, REFERENCE))
    assert outcome.status is TapStatus.PAID, outcome
    in_field, at_till = (_side(link) for link in links)
    return in_field, at_till


def _side(link: MeteredLink) -> Side:
    return Side(
        link.apdus,
        link.bytes_in_all,
        link.signatures,
        link.verifications,
        link.bytes_written,
        link.barriers,
    )


def counts_table(counts: Counts) -> str:
    payer, till, again = counts.payer, counts.till, counts.till_again
    rows = [
        ("commands in the field", payer.apdus, "0", GOAL_APDUS),
        ("bytes in the field, both ways", payer.bytes_on_link, "0", GOAL_BYTES),
        ("signatures", payer.signatures, str(till.signatures), GOAL_SIGNATURES),
        ("verifications", payer.verifications, str(till.verifications), GOAL_VERIFICATIONS),
    ]
    printed = [(w, str(p), t, f"<= {goal}", verdict(p <= goal)) for w, p, t, goal in rows]
    without_goal = [
        ("verifications, payer known", payer.verifications, again.verifications),
        ("bytes written", payer.bytes_written, till.bytes_written),
        ("waits for the memory", payer.barriers, till.barriers),
    ]
    printed += [(what, str(p), str(t), "", "") for what, p, t in without_goal]
    return table(("what", "payer", "till", "goal for the payer", ""), printed)


def hold_table(counts: Counts) -> str:
    payer, rows = counts.payer, []
    for chip in CHIPS:
        hold = held_ms(chip, payer)
        goal = ("", "") if chip.goal_ms is None else _goal(hold, chip.goal_ms)
        rows.append((chip.name, f"{hold:.0f}", *goal))
    anchors = [(name, held, "", "anchor") for name, held in ANCHORS]
    return table(("card", "hold, ms", "goal", ""), [*rows, *anchors])


def held_ms(chip: Chip, payer: Side) -> float:
    """How long the model says that a tap so counted holds this card."""
    return hold_ms(
        chip,
        apdus=payer.apdus,
        bytes_on_air=payer.bytes_on_link,
        signatures=payer.signatures,
        verifications=payer.verifications,
    )


def _goal(hold: float, goal: float) -> tuple[str, str]:
    return f"<= {goal:.0f}", verdict(hold <= goal)
