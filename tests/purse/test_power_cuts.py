"""The power goes after any byte of any command, in any kind of state: nothing made, nothing lost.

Invariant 15: "Power cut at any single byte written, then SELECT: the state is the one before or
the one after the command, never a third; also when the ring has wrapped." The state is everything
that `logical.Logical` holds. One exception is allowed, and documented: a VERIFY or CHANGE PIN that
is cut may cost the try.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

import pytest

from tests.purse.cards import CONTACT, CONTACTLESS
from tests.purse.scenes import SCENES, scene
from tests.purse.tearing import (
    Uncut,
    every_cut,
    prove_answered_lasts,
    prove_chain,
    prove_cuts,
    prove_deferred,
    telling_cuts,
    uncut,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.purse import Interface

EVERYDAY_CUTS = 10_000
QUICK = ("factory with key", "just loaded", "money held", "wrapped partly acknowledged")
EVERY_BYTE = "wrapped with four slots"
VARIANTS = {
    "PAY by contact",
    "PAY with PIN by antenna",
    "PAY signed",
    "ACCEPT by antenna",
    "VOID with PIN",
    "UNDO by contactless",
    "SYNC ACK that blocks",
    "SYNC ACK by antenna",
    "BLOCKLIST of none",
    "KEY UPDATE replaced",
    "KEY UPDATE deleted",
}
"""Attempts that write as others do; of these every byte is left to the deep run."""

Note = Callable[[str, object], None]


def by_scene() -> list[object]:
    """Every kind of state; a few of them in the quick run too."""
    slow = pytest.mark.slow
    return [pytest.param(name, marks=() if name in QUICK else slow) for name in SCENES]


def cut_in(name: str) -> list[Uncut]:
    return [uncut(attempt, scene(name).image) for attempt in scene(name).attempts]


def everyday_cuts(name: str, known: Uncut) -> Iterable[int]:
    whole = name == EVERY_BYTE and known.attempt.name not in VARIANTS
    return every_cut(known) if whole else telling_cuts(known)


def note_cuts(note: Note, count: int) -> None:
    assert count > 0
    note("cuts", count)


@pytest.mark.parametrize("name", by_scene())
def test_a_cut_leaves_the_state_before_or_after_and_a_retap_makes_it_right(
    name: str, record_property: Note
) -> None:
    count = sum(prove_cuts(known, everyday_cuts(name, known)) for known in cut_in(name))
    note_cuts(record_property, count)


@pytest.mark.parametrize("name", by_scene())
def test_torn_again_and_again_it_still_comes_right(name: str, record_property: Note) -> None:
    cuts, here = Random(name), scene(name)
    count = sum(prove_chain(attempt, here.image, cuts, 2) for attempt in here.attempts)
    note_cuts(record_property, count)


@pytest.mark.parametrize("name", QUICK)
def test_unbarriered_writes_may_be_lost_one_by_one(name: str, record_property: Note) -> None:
    count = 0
    for known in cut_in(name):
        count += sum(prove_deferred(known, at) for at in telling_cuts(known, 1000))
    note_cuts(record_property, count)


@pytest.mark.parametrize("name", by_scene())
def test_what_was_answered_lasts(name: str) -> None:
    for known in cut_in(name):
        prove_answered_lasts(known)


@pytest.mark.slow
def test_everyday_makes_ten_thousand_cuts(record_property: Note) -> None:
    count = 0
    for name in SCENES:
        count += sum(len(list(everyday_cuts(name, known))) for known in cut_in(name))
    print(f"power cuts everyday: {count}, without those of torn retries")  # noqa: T201
    record_property("cuts", count)
    assert count >= EVERYDAY_CUTS


def test_every_command_and_every_answer_is_among_the_attempts() -> None:
    tried = {a.apdu[:2] for name in SCENES for a in scene(name).attempts}
    assert tried == {bytes(instruction.value) for instruction in Instruction}


@pytest.mark.deep
@pytest.mark.parametrize("interface", [CONTACT, CONTACTLESS])
@pytest.mark.parametrize("name", list(SCENES))
def test_every_byte_of_everything(name: str, interface: Interface, record_property: Note) -> None:
    count = 0
    for attempt in scene(name).attempts:
        # By the other interface many a command is refused; that is a proof too.
        known = uncut(replace(attempt, interface=interface), scene(name).image)
        count += prove_cuts(known, every_cut(known))
    note_cuts(record_property, count)


@pytest.mark.deep
@pytest.mark.parametrize("name", list(SCENES))
def test_all_unbarriered_writes_may_be_lost(name: str, record_property: Note) -> None:
    count = 0
    for known in cut_in(name):
        count += sum(prove_deferred(known, at) for at in telling_cuts(known))
    note_cuts(record_property, count)


@pytest.mark.deep
@pytest.mark.parametrize("name", list(SCENES))
def test_every_scene_torn_many_times_over(name: str, record_property: Note) -> None:
    here, count = scene(name), 0
    for seed in range(4):
        cuts = Random(f"{name} {seed}")
        count += sum(prove_chain(attempt, here.image, cuts, 5) for attempt in here.attempts)
    note_cuts(record_property, count)
