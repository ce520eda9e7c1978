"""A purse of the model: what lasts, what RAM holds, and what follows from both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from tests.model.terms import Ack, Entry, Voucher, chain_after, log_of
from zerobar.purse.messages import EntryKind

NO_LIMIT: Final = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Those of a certificate class; an amount or a count each."""

    per_payment: int = NO_LIMIT
    without_pin: int = NO_LIMIT
    holding: int = NO_LIMIT
    count_out: int = NO_LIMIT
    value_out: int = NO_LIMIT
    value_in: int = NO_LIMIT


class Slot(NamedTuple):
    """One log entry and the state after it."""

    entry: int = 0
    kind: int = 0
    balance: int = 0
    held: int = 0
    out_total: int = 0
    out_count: int = 0
    in_total: int = 0
    number: int = 0
    window: int = 0
    with_pin: bool = False
    chain: int = 0
    voucher: Voucher | None = None

    def credited(self, amount: int, holding: int) -> Slot:
        """Return the slot with an amount come in: what the balance may not take is held."""
        into = min(amount, max(0, holding - self.balance))
        return self._replace(balance=self.balance + into, held=self.held + amount - into)


START: Final = Slot()


class Number(NamedTuple):
    """The PREPARE cell."""

    number: int


class Sync(NamedTuple):
    """The record that a SYNC ACK leaves."""

    base: int = 0
    chain: int = 0
    floor: int = 0
    blocked: bool = False
    hits: int = 0
    out_total: int = 0
    out_count: int = 0
    in_total: int = 0
    message: Ack | None = None


class Listed(NamedTuple):
    """The blocklist: its epoch, the ids, and how often the own id was among them."""

    epoch: int = 0
    ids: tuple[int, ...] = ()
    hits: int = 0


class KeyDate(NamedTuple):
    """The date of the sync key in force."""

    date: int


Write = Slot | Number | Sync | Listed | KeyDate


class Ram(NamedTuple):
    """What is lost with the power."""

    nonce: int = 0
    hits: int = 0
    pin: bool = False


class Weak(NamedTuple):
    """A write whose last byte was written weakly: each power-up may read it either way."""

    write: Slot | Number | Sync
    old: Number | Sync | None
    """What is in force while it reads as not written; a slot has nothing in its place."""
    by_marker: bool
    """Whether the weak byte is the marker, which SELECT writes again, and not the hash."""
    read: bool
    """How it reads since the last power-up."""


class Purse(NamedTuple):
    """A purse; a torn slot is None, as an empty one is; `newest` is the newest that is not."""

    me: int
    ring: tuple[Slot | None, ...]
    newest: Slot = START
    number: int = 0
    sync: Sync = Sync()
    listed: Listed = Listed()
    key: int = 0
    weak: Weak | None = None
    ram: Ram = Ram()
    other: Purse | None = None
    """The other copy of a cloned purse; one of the two is at work, the other one lies still."""

    @property
    def base(self) -> int:
        return self.sync.base

    @property
    def blocked(self) -> bool:
        return self.sync.blocked or self.listed.hits != self.sync.hits

    @property
    def free(self) -> int:
        """Slots that may be written before the next sync."""
        return len(self.ring) - (self.newest.entry - self.base)

    def holds(self, entry: int) -> bool:
        """Whether an entry counts as in the ring: all that fit, but for the acknowledged one
        that the next write will take."""
        newest = self.newest.entry
        oldest = newest - len(self.ring) + 1
        if entry == oldest and entry <= self.base:
            return False
        return max(1, oldest) <= entry <= newest

    def slot(self, entry: int) -> Slot | None:
        """Return the slot of an entry in the ring."""
        if not self.holds(entry):
            return None
        found = self.ring[entry % len(self.ring)]
        return found if found and found.entry == entry else None

    def visible(self) -> tuple[Slot, ...]:
        """Return the slots in the ring, oldest first."""
        held = (self.slot(slot.entry) for slot in sorted(s for s in self.ring if s))
        return tuple(slot for slot in held if slot)

    def window(self, size: int) -> int:
        """Bit i is set when request `number` - i is credited or voided."""
        newest = self.newest
        return newest.window << self.number - newest.number & (1 << size) - 1

    def next_slot(self, kind: EntryKind, voucher: Voucher, window: int) -> Slot:
        """Return the slot after the newest, as it is when no value moves."""
        newest = self.newest
        return newest._replace(
            entry=newest.entry + 1,
            kind=kind,
            number=self.number,
            window=window,
            with_pin=False,
            chain=chain_after(newest.chain, Entry(kind, voucher)),
            voucher=voucher,
        )

    def log(self) -> tuple[Entry, ...]:
        """Return the whole log, pruned entries too: the chain remembers it."""
        return log_of(self.newest.chain)


def applied(purse: Purse, write: Write) -> Purse:
    """Return the purse with a write done."""
    match write:
        case Slot():
            return _with_slot(purse, write.entry, write)
        case Number(number):
            return purse._replace(number=number)
        case Sync():
            return purse._replace(sync=write)
        case Listed():
            return purse._replace(listed=write)
        case KeyDate(date):
            return purse._replace(key=date)


def torn(purse: Purse, write: Write) -> Purse:
    """Return the purse with a write begun: a slot is gone, of two cells the one in force stays."""
    return _with_slot(purse, write.entry, None) if isinstance(write, Slot) else purse


def _with_slot(purse: Purse, entry: int, slot: Slot | None) -> Purse:
    ring = list(purse.ring)
    ring[entry % len(ring)] = slot
    newest = max((found for found in ring if found), default=START)
    return purse._replace(ring=tuple(ring), newest=newest)
