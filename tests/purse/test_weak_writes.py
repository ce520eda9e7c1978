"""The last byte written before a cut may read as old or as new, at each power-up anew.

Whatever SELECT has once answered for must then stand: "a weak write must not flicker". Else a
terminal acts on a state that is gone, or on the absence of one that comes back.
"""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from tests.purse.scenes import scene
from tests.purse.tearing import (
    Uncut,
    prove_weak,
    prove_weak_retap,
    prove_weak_tears,
    uncut,
    weak_cuts,
)

ATTEMPTS = [
    ("wrapped partly acknowledged", "PAY by antenna"),
    ("wrapped partly acknowledged", "PAY with PIN"),
    ("wrapped partly acknowledged", "PAY unload"),
    ("wrapped partly acknowledged", "ACCEPT of a newcomer"),
    ("wrapped partly acknowledged", "ACCEPT LOAD"),
    ("wrapped partly acknowledged", "VOID"),
    ("wrapped partly acknowledged", "UNDO by contact"),
    ("wrapped partly acknowledged", "PREPARE by contact"),
    ("just loaded", "PREPARE by contactless"),
    ("just loaded", "SYNC ACK"),
    ("wrapped partly acknowledged", "SYNC ACK that blocks"),
    ("just loaded", "BLOCKLIST of 18"),
    ("blocklist partly filled", "BLOCKLIST of the card itself"),
    ("just loaded", "KEY UPDATE new"),
    ("just loaded", "KEY UPDATE deleted"),
    ("just loaded", "PUT CERTIFICATE"),
    ("just loaded", "VERIFY by contact"),
    ("just loaded", "VERIFY wrong by contactless"),
    ("just loaded", "CHANGE PIN"),
    ("pin blocked", "RESET PIN"),
    ("just loaded", "ARM"),
    ("armed", "DISARM"),
    ("many requests by antenna", "SELECT by contact"),
    ("factory blank", "GENERATE KEY"),
    ("factory with key", "PUT KEY"),
    ("factory with key", "PUT CERTIFICATE in the factory"),
    ("factory with key", "PUT LIMITS"),
    ("factory certified", "FINISH"),
]
by_attempt = pytest.mark.parametrize("name, attempt", ATTEMPTS)


def weak(name: str, attempt: str) -> tuple[Uncut, list[int]]:
    here = scene(name)
    known = uncut(here.attempt(attempt), here.image)
    cuts = list(weak_cuts(known))
    assert cuts, "no cut of this command is weak"
    return known, cuts


@by_attempt
def test_what_was_seen_done_stays_done(name: str, attempt: str) -> None:
    known, cuts = weak(name, attempt)
    for at, later in product(cuts, product((False, True), repeat=2)):
        prove_weak(known, at, (True, *later))


@by_attempt
def test_what_was_seen_undone_stays_undone(name: str, attempt: str) -> None:
    known, cuts = weak(name, attempt)
    for at, later in product(cuts, product((False, True), repeat=2)):
        prove_weak(known, at, (False, *later))


@by_attempt
def test_what_a_retap_answers_lasts(name: str, attempt: str) -> None:
    known, cuts = weak(name, attempt)
    for at, first, later in product(cuts, (False, True), (False, True)):
        prove_weak_retap(known, at, (first, later))


ONE_OVER_THE_OTHER = [
    ("just loaded", ("BLOCKLIST of 18", "BLOCKLIST of the card itself")),
    ("just loaded", ("KEY UPDATE new", "KEY UPDATE replaced")),
    ("just loaded", ("PREPARE by contact", "PREPARE by contactless")),
    ("just loaded", ("SYNC ACK", "SYNC ACK that blocks")),
    ("wrapped partly acknowledged", ("PAY by antenna", "ACCEPT of a newcomer")),
    ("wrapped with four slots", ("PAY unload", "VOID", "SYNC ACK")),
    ("wrapped with four slots", ("PAY by antenna", "SELECT by antenna", "ACCEPT LOAD")),
    ("just loaded", ("KEY UPDATE new", "SELECT by contact", "BLOCKLIST of 18")),
    ("many requests by antenna", ("SELECT by contact", "PREPARE by contact")),
]


@pytest.mark.parametrize("name, attempts", ONE_OVER_THE_OTHER)
def test_torn_over_what_was_torn_before(name: str, attempts: tuple[str, ...]) -> None:
    here = scene(name)
    steps = tuple(here.attempt(attempt) for attempt in attempts) * 2
    for seed in range(40):
        prove_weak_tears(steps, here.image, Random(seed))
