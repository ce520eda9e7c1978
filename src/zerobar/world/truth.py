"""What really happened: every entry that every card ever committed, seen as no operator can.

Cards are watched after each command. The invariants of the protocol are held against what was seen,
and at the end the bank's books are as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from zerobar.purse.messages import EntryKind, Kind, VoidStatement, Voucher
from zerobar.purse.ring import EMPTY, Slot
from zerobar.world.cards import WorldCard

VoucherKey = tuple[bytes, int]
"""Payer id and entry."""
_LOST_TO_NOBODY: Final = (Kind.PAYMENT, Kind.REFUND, Kind.LOAD)


class InvariantBroken(AssertionError):
    """A world went wrong: the protocol, a purse, a device or the bank has a mistake."""


@dataclass
class Seen:
    """One card's commits.

    Attributes:
        is_honest: nobody has opened, copied or rolled it back.
    """

    card: WorldCard
    is_honest: bool = True
    newest: Slot = EMPTY


@dataclass
class Truth:
    """All commits of all cards.

    Attributes:
        paid: vouchers of honest cards, by key; of cheats every body in `bodies`.
        credited: by how many commits each voucher's 52-byte body was credited; `voided` likewise.
        kept: as credited, by honest cards alone; a clone credits what its original did as well.
        undone: by how many commits each voucher was taken back.
        asked: commits of one honest payer for one request: payer id, payee id, number.
        meant: commits of one honest payer for one order: payer id, reference.
    """

    seen: dict[int, Seen] = field(default_factory=dict)
    paid: dict[VoucherKey, Voucher] = field(default_factory=dict)
    bodies: defaultdict[VoucherKey, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    credited: Counter[bytes] = field(default_factory=Counter)
    kept: Counter[bytes] = field(default_factory=Counter)
    voided: Counter[bytes] = field(default_factory=Counter)
    undone: Counter[VoucherKey] = field(default_factory=Counter)
    asked: Counter[tuple[bytes, bytes, int]] = field(default_factory=Counter)
    meant: Counter[tuple[bytes, bytes]] = field(default_factory=Counter)

    def watch(self, card: WorldCard) -> None:
        """Look at what a card has committed since it was last looked at."""
        known = self.seen.setdefault(id(card), Seen(card))
        newest = card.newest()
        if newest == known.newest:
            return
        if known.is_honest:
            _require(newest.entry == known.newest.entry + 1, card, "wrote more than one entry")
            _require(newest.number >= known.newest.number, card, "forgot a request number")
        known.newest = newest
        self._note(newest, is_honest=known.is_honest)

    def distrust(self, card: WorldCard) -> None:
        """From now on a card is a cheat's."""
        known = self.seen.setdefault(id(card), Seen(card, newest=card.newest()))
        known.is_honest = False
        known.newest = card.newest()

    def check(self) -> None:
        """Check what must hold at every moment; raises InvariantBroken."""
        for body, count in self.kept.items():
            _require(count <= 1, body, f"was credited {count} times")
            _require(not self.voided[body], body, "was credited and voided")
        for key, voucher in self.paid.items():
            twice = self.credited[voucher.body] and self.undone[key]
            _require(not twice, key, "was credited and undone")
        for key, count in self.undone.items():
            _require(count == 1, key, f"was undone {count} times")
        for asked, count in self.asked.items():
            _require(count == 1, asked, f"was paid {count} times by one card")
        for order, count in self.meant.items():
            _require(count == 1, order, f"was charged {count} times to one card")

    def forks(self) -> list[VoucherKey]:
        """Return entries of cheats under which two vouchers were credited: each is a proof."""
        return [
            key
            for key, bodies in self.bodies.items()
            if sum(self.credited[body] > 0 for body in bodies) > 1
        ]

    def open_vouchers(self) -> dict[VoucherKey, Voucher]:
        """Return honest vouchers for purses that no purse has credited and no payer undone."""
        return {
            key: voucher
            for key, voucher in self.paid.items()
            if voucher.kind in _LOST_TO_NOBODY
            and not self.credited[voucher.body]
            and not self.undone[key]
        }

    def _note_meant(self, voucher: Voucher) -> None:
        """Note what an order was paid with; each order has a reference of its own, unloads none."""
        if voucher.kind is not Kind.UNLOAD:
            self.meant[voucher.payer_id, voucher.reference] += 1

    def _note(self, slot: Slot, *, is_honest: bool) -> None:
        if slot.kind == EntryKind.UNDO:
            statement = VoidStatement.parse(slot.payload[: VoidStatement.LENGTH])
            self.undone[statement.payer_id, statement.payer_entry] += 1
            return
        voucher = Voucher.parse(slot.payload)
        key = voucher.payer_id, voucher.entry
        if slot.kind == EntryKind.PAY:
            self.bodies[key].add(voucher.body)
            if is_honest:
                self.paid[key] = voucher
                self.asked[
                    voucher.payer_id, voucher.payee_id, voucher.number or -voucher.entry
                ] += 1
                self._note_meant(voucher)
        elif slot.kind == EntryKind.CREDIT:
            self.credited[voucher.body] += 1
            self.kept[voucher.body] += is_honest
        elif slot.kind == EntryKind.VOID:
            self.voided[voucher.body] += is_honest


def _require(holds: bool, what: object, problem: str) -> None:
    if not holds:
        name = what.name if isinstance(what, WorldCard) else repr(what)
        raise InvariantBroken(f"{name} {problem}")
