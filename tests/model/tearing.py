"""Where the power can go away in a command, and what is then found at the next SELECT.

The last byte before a cut may have been written weakly: it then reads one way at one power-up and
the other way at the next, until something writes it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from tests.model.plan import Card, Plan
from tests.model.purse import Number, Purse, Ram, Slot, Sync, Weak, Write, applied, torn
from tests.model.terms import Message

DONE: Final = ""
BEFORE: Final = "before the first byte"
INSIDE: Final = "in the write"
WEAKLY: Final = "in the committing byte"
AFTER: Final = "after the commit, before the answer"
EMITTED: Final = "after the answer, before the commit"
"""Only where a mutant answers first."""
READ: Final = ", which reads as written"
UNREAD: Final = ", which reads as not written"
"""How a weakly written byte is found; said of the one before, where another tear comes first."""

TEARS: Final = (BEFORE, INSIDE, WEAKLY + READ, WEAKLY + UNREAD, AFTER)


class Outcome(NamedTuple):
    """How one command may end."""

    tear: str
    purse: Purse
    answer: Message | None = None


def outcomes(card: Card, purse: Purse, plan: Plan) -> Iterator[Outcome]:
    """Return every end of a planned command: done, or torn and then selected again."""
    ram = purse.ram if plan.ram is None else plan.ram
    written = purse if plan.write is None else committed(purse, plan.write)
    yield Outcome(DONE, written._replace(ram=ram), plan.answer)
    if plan.write is None:
        return
    yield from selected(card, purse, BEFORE)
    yield from selected(card, _begun(purse, plan.write), INSIDE)
    if card.scope.weak and isinstance(plan.write, Slot | Number | Sync):
        yield from _weakly(card, purse, plan.write)
    yield from selected(card, written, AFTER)


def _begun(purse: Purse, write: Write) -> Purse:
    """Return the purse with a write begun: where a weak one was read as not written, it is gone."""
    begun, weak = torn(purse, write), purse.weak
    if weak is not None and type(weak.write) is type(write) and not weak.read:
        return begun._replace(weak=None)
    return begun


def answered_first(card: Card, purse: Purse, plan: Plan) -> Iterator[Outcome]:
    """Return how a command may end that lets its answer go before it commits."""
    for outcome in selected(card, purse, EMITTED):
        yield outcome._replace(answer=plan.answer)


def committed(purse: Purse, write: Write) -> Purse:
    """Return the purse after a write; it takes the place of a weak one of its kind."""
    done = applied(purse, write)
    if purse.weak is not None and type(purse.weak.write) is type(write):
        return done._replace(weak=None)
    return done


def selected(card: Card, purse: Purse, tear: str = DONE) -> Iterator[Outcome]:
    """Return how a purse may be found when it is selected again after losing its power."""
    fresh = purse._replace(ram=Ram())
    if purse.weak is None:
        yield Outcome(tear, fresh)
        return
    yield Outcome(tear + READ, _read(card, fresh, purse.weak))
    yield Outcome(tear + UNREAD, _unread(card, fresh, purse.weak))


def _weakly(card: Card, purse: Purse, write: Slot | Number | Sync) -> Iterator[Outcome]:
    reused = isinstance(write, Slot) and purse.ring[write.entry % len(purse.ring)] is not None
    # A marker that was not cleared is whole already: then the hash's last byte commits.
    by_marker = card.rules.clear_marker or not reused
    weak = Weak(write, _old(purse, write), by_marker, read=False)
    yield from selected(card, torn(purse, write)._replace(weak=weak), WEAKLY)


def _old(purse: Purse, write: Slot | Number | Sync) -> Number | Sync | None:
    match write:
        case Number():
            return Number(purse.number)
        case Sync():
            return purse.sync
    return None


def _read(card: Card, purse: Purse, weak: Weak) -> Purse:
    """The weak byte reads as written; where SELECT writes it again, it is so for good."""
    rules = card.rules
    firmed = rules.firm_number if isinstance(weak.write, Number) else rules.firm_marker
    done = purse if weak.read else applied(purse, weak.write)
    still = not firmed or not weak.by_marker
    return done._replace(weak=weak._replace(read=True) if still else None)


def _unread(card: Card, purse: Purse, weak: Weak) -> Purse:
    """The weak byte reads as not written: the write has not happened, for now or for good."""
    undone = _without(purse, weak) if weak.read else purse
    settled = card.rules.settle_unread
    return undone._replace(weak=None if settled else weak._replace(read=False))


def _without(purse: Purse, weak: Weak) -> Purse:
    match weak.old:
        case None:
            return torn(purse, weak.write)
        case Number(number):
            # The newest slot remembers a number too.
            return purse._replace(number=max(number, purse.newest.number))
        case Sync():
            return purse._replace(sync=weak.old)
