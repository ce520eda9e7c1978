"""The power goes after any byte of any command, on the card as in the Python purse.

Invariant 15: the state after the next SELECT is the one before or the one after the command. The
state is all that `held` tells: records, blocked ids and log. One exception is the protocol's own:
a VERIFY or CHANGE PIN that is cut may cost the try.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from tests.card.scenes import CONTACT, SELECT, Attempt, active, blank
from tests.card.simulator import Cut, Simulator
from zerobar.purse.apdu import Instruction, command
from zerobar.purse.contents import (
    ArmCell,
    KeyTable,
    LimitTable,
    OwnCertificate,
    RequestCell,
    Security,
    SyncRecord,
)
from zerobar.purse.suites import P256
from zerobar.reader.errors import CardTorn

KEY_LENGTHS = 64 + 32
TRIES_AT = KEY_LENGTHS + 1
RECORDS_BEFORE_SYNC = (Security, OwnCertificate, KeyTable, LimitTable, RequestCell, ArmCell)
SYNC_AT = KEY_LENGTHS + sum(record.LENGTH for record in RECORDS_BEFORE_SYNC)
NONCE_AT = 51
HASH_LENGTH = 32
STRIDE = 13
EDGE = 3

Scene = Callable[[Simulator], list[Attempt]]

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Uncut:
    """What a command does when nothing happens to it.

    Attributes:
        image: number of the memory's copy before it.
        allowed: what may be held after a cut, without nonces.
        after: what is held when nothing was cut.
        writes: bytes that it writes.
    """

    attempt: Attempt
    image: int
    allowed: frozenset[bytes]
    after: bytes
    writes: int


def begin(card: Simulator, attempt: Attempt) -> bytes:
    """Power the card and send what comes first; return the command to be cut."""
    card.power_on(attempt.interface)
    answer = b"" if attempt.apdu == SELECT else card.exchange(SELECT)
    for step in attempt.before:
        answer = card.exchange(step if isinstance(step, bytes) else step(answer))
    assert answer[-2:] in (b"", b"\x90\x00")
    return attempt.apdu if isinstance(attempt.apdu, bytes) else attempt.apdu(answer)


def held_after_reset(card: Simulator, attempt: Attempt) -> bytes:
    card.power_on(attempt.interface)
    card.exchange(SELECT)
    return card.held()


def uncut(card: Simulator, attempt: Attempt, image: int) -> Uncut:
    card.restore(image)
    apdu = begin(card, attempt)
    before = None if apdu == SELECT else card.held()
    written = card.written()
    answer = card.exchange(apdu)
    assert answer[-2:] == b"\x90\x00" or attempt.burns_try, (attempt.name, answer.hex())
    writes = card.written() - written
    after = held_after_reset(card, attempt)
    allowed = {after} if before is None else {before, after}
    if attempt.burns_try and before is not None:
        tries = bytes((before[TRIES_AT] - 1,))
        allowed.add(before[:TRIES_AT] + tries + before[TRIES_AT + 1 :])
    shown = frozenset(without_nonce(held) for held in allowed)
    return Uncut(attempt, image, shown, after, writes)


def cut(card: Simulator, known: Uncut, count: int, kind: Cut) -> bytes:
    """Cut a command after count bytes; return what is held then."""
    attempt = known.attempt
    card.restore(known.image)
    apdu = begin(card, attempt)
    card.cut_after(count, kind)
    with pytest.raises(CardTorn):
        card.exchange(apdu)
    return held_after_reset(card, attempt)


def without_nonce(held: bytes) -> bytes:
    """Return what is held but for the last SYNC ACK's nonce and hash, new each time."""
    nonce, end = SYNC_AT + NONCE_AT, SYNC_AT + SyncRecord.LENGTH
    message_hash = end - HASH_LENGTH
    return held[:nonce] + held[nonce + 8 : message_hash] + held[end:]


def prove(card: Simulator, known: Uncut, count: int, kind: Cut) -> None:
    """See that one cut leaves an allowed state, which stays, and that a repeat makes it right."""
    held = cut(card, known, count, kind)
    where = f"{known.attempt.name} cut after {count} of {known.writes} bytes, {kind.name}"
    assert without_nonce(held) in known.allowed, where
    card.flicker()
    assert held_after_reset(card, known.attempt) == held, f"{where}: it flickers"
    if known.attempt.repeats:
        apdu = begin(card, known.attempt)
        assert card.exchange(apdu)[-2:] == b"\x90\x00", where
        assert held_after_reset(card, known.attempt) == known.after, where


def telling(writes: int) -> Iterable[int]:
    """Cuts at both ends, and some between."""
    return sorted({*range(EDGE), *range(0, writes, STRIDE), *range(writes - EDGE, writes + 1)})


def every(writes: int) -> Iterable[int]:
    return range(writes + 1)


def prove_all(
    card: Simulator, scene: Scene, kind: Cut, cuts: Callable[[int], Iterable[int]]
) -> int:
    attempts, image, count = scene(card), card.save(), 0
    for attempt in attempts:
        known = uncut(card, attempt, image)
        assert known.writes > 0, attempt.name
        for at in telling(known.writes) if attempt.alike else cuts(known.writes):
            # Before its first byte, and after its last, nothing of a write can be weak.
            if at or kind in (Cut.CLEAN, Cut.ERASING):
                prove(card, known, at, kind)
                count += 1
    return count


@pytest.mark.parametrize("scene", [active, blank])
def test_a_cut_at_any_byte_leaves_the_state_before_or_after(
    console: Simulator, scene: Scene
) -> None:
    assert prove_all(console, scene, Cut.CLEAN, every) > 1000


@pytest.mark.parametrize("kind", [Cut.ERASING, Cut.WEAKLY_NEW, Cut.WEAKLY_OLD])
@pytest.mark.parametrize("scene", [active, blank])
def test_an_unfinished_write_may_leave_anything(
    console: Simulator, scene: Scene, kind: Cut
) -> None:
    assert prove_all(console, scene, kind, telling) > 100


@pytest.mark.deep
@pytest.mark.parametrize("kind", list(Cut))
@pytest.mark.parametrize("scene", [active, blank])
def test_every_byte_in_every_way(console: Simulator, scene: Scene, kind: Cut) -> None:
    assert prove_all(console, scene, kind, every) > 1000


def test_a_cut_in_generate_key_leaves_one_key_or_the_other(console: Simulator) -> None:
    console.blank(8)
    console.power_on(CONTACT)
    console.exchange(SELECT)
    generate = command(Instruction.GENERATE_KEY, b"\x01")
    console.exchange(generate)
    written = console.written()
    console.exchange(generate)
    writes = console.written() - written
    for count in range(writes + 1):
        prove_key_cut(console, generate, count, writes)


def prove_key_cut(console: Simulator, generate: bytes, count: int, writes: int) -> None:
    before = console.held()[:KEY_LENGTHS]
    console.cut_after(count)
    with pytest.raises(CardTorn):
        console.exchange(generate)
    console.power_on(CONTACT)
    console.exchange(SELECT)
    keys, after = console.keys(), console.held()[:KEY_LENGTHS]
    assert after == P256.public_key(keys.private_key) + keys.internal_key
    assert (after == before) is (count < writes)


def test_a_worn_memory_is_noticed_and_nothing_is_selected_any_more(console: Simulator) -> None:
    attempts = active(console)
    pay = next(attempt for attempt in attempts if attempt.name == "PAY")
    apdu = begin(console, pay)
    console.wear_out(191)
    assert console.exchange(apdu) == bytes.fromhex("6581")
    assert console.exchange(apdu) == bytes.fromhex("6999")
    console.exchange(SELECT)
    assert console.exchange(apdu)[-2:] == b"\x90\x00"
