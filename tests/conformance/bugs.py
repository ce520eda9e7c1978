"""Purses with bugs that no missing check explains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from zerobar.purse import accepting, apdu, applet, paying, purse, syncing
from zerobar.purse.apdu import Instruction
from zerobar.purse.contents import ArmCell, RequestCell
from zerobar.purse.messages import EntryKind, Kind, PurseClass, Voucher
from zerobar.purse.ring import Ring, Slot
from zerobar.purse.store import Store

Patch = pytest.MonkeyPatch


def pin_serves_every_payment(patch: Patch) -> None:
    """A verified PIN is not used up by a payment."""

    def pay(self: purse.Purse, order: paying.Order) -> bytes:
        verified = self.session.pin_verified
        answer: bytes = really(self, order)
        self.session.pin_verified = verified
        return answer

    handler = applet._HANDLERS[Instruction.PAY]
    really = handler.run
    patch.setitem(applet._HANDLERS, Instruction.PAY, replace(handler, run=pay))


def pin_tries_are_not_kept(patch: Patch) -> None:
    """A wrong PIN takes no try."""
    really = Store.__init__

    def init(self: Store, *args: Any) -> None:
        really(self, *args)
        self.security.write(replace(self.security.value, tries=3))

    patch.setattr(Store, "__init__", init)


def receipt_for_a_voided_voucher(patch: Patch) -> None:
    """ACCEPT takes a void for a credit."""
    really = accepting.find_settled

    def find_settled(self: purse.Purse, voucher: Voucher, kind: EntryKind) -> Slot | None:
        slot = accepting._ended(self, voucher)
        return slot if slot is not None else really(self, voucher, kind)

    patch.setattr(accepting, "find_settled", find_settled)


def tag_without_the_amount(patch: Patch) -> None:
    """The tag covers everything but the amount."""
    really = accepting.tag_of
    patch.setattr(accepting, "tag_of", lambda self, asked: really(self, replace(asked, amount=1)))


def unload_from_the_balance_first(patch: Patch) -> None:
    """UNLOAD leaves what is held."""

    def unloaded(self: purse.Purse, order: paying.Order) -> dict[str, int]:
        from_balance = min(order.amount, self.newest.balance)
        held = self.newest.held - (order.amount - from_balance)
        return {"balance": self.newest.balance - from_balance, "held": held, "flags": 0}

    patch.setattr(paying, "_unloaded", unloaded)


def authorise_takes_money(patch: Patch) -> None:
    """AUTHORISE debits the balance, too."""
    really = paying._paid

    def paid(self: purse.Purse, order: paying.Order) -> dict[str, int]:
        left = max(0, self.newest.balance - order.amount)
        return {**really(self, order), "balance": left}

    patch.setattr(paying, "_paid", paid)


def credit_above_the_holding_limit(patch: Patch) -> None:
    """Nothing is ever held."""

    def credited(self: purse.Purse, amount: int) -> dict[str, Any]:
        return {"balance": self.newest.balance + amount, "held": self.newest.held}

    patch.setattr(purse.Purse, "credited", credited)


def armed_for_ever(patch: Patch) -> None:
    """ARM covers payments after the next entry, too."""

    def covered(self: purse.Purse, amount: int) -> bool:
        arm: ArmCell = self.store.arm.value
        return self.session.pin_verified or (self.contactless and amount <= arm.maximum)

    patch.setattr(purse.Purse, "covered", covered)


def window_of_sixty_three(patch: Patch) -> None:
    """The window is one number too small."""
    patch.setattr(purse, "WINDOW_SIZE", 63)


def window_of_sixty_five(patch: Patch) -> None:
    """The window is one number too large."""
    patch.setattr(purse, "WINDOW_SIZE", 65)


def grace_of_a_month_and_a_day(patch: Patch) -> None:
    """An expired payer is credited a day too long."""
    patch.setattr(accepting, "GRACE_DAYS", 31)


def identity_shown_in_a_field(patch: Patch) -> None:
    """The antenna is told what the contacts are."""
    patch.setattr(purse.Purse, "contactless", property(lambda _: False))


def certificate_cached_for_ever(patch: Patch) -> None:
    """A KEY UPDATE leaves the cache."""
    patch.setattr(Store, "cached_certificates", _remembering(Store.cached_certificates))


def _remembering(really: Callable[[Store], Any]) -> Callable[[Store], Any]:
    seen: dict[bytes, Any] = {}

    def cached(self: Store) -> Any:
        for certificate in really(self):
            seen[bytes(certificate)] = certificate
        return tuple(seen.values())

    return cached


def requests_counted_from_every_field(patch: Patch) -> None:
    """The count of contactless requests starts again in every field."""
    really = accepting._next_request

    def next_request(self: purse.Purse) -> RequestCell:
        return replace(really(self), contactless=0)

    patch.setattr(accepting, "_next_request", next_request)


def acknowledged_payments_forgotten(patch: Patch) -> None:
    """What the operator has acknowledged is not found again."""
    really = Ring.find_all

    def find_all(self: Ring, kinds: Any, key: bytes, base: int) -> list[Slot]:
        return [slot for slot in really(self, kinds, key, base) if slot.entry > base]

    patch.setattr(Ring, "find_all", find_all)


def chain_of_nothing(patch: Patch) -> None:
    """Each voucher pretends to be the first."""
    really = paying.debit

    def debit(self: purse.Purse, order: paying.Order) -> Slot:
        newest = self.ring.newest
        self.ring.newest = replace(newest, chain=bytes(16))
        try:
            return really(self, order)
        finally:
            self.ring.newest = newest

    patch.setattr(paying, "debit", debit)


def undo_gives_limits_back(patch: Patch) -> None:
    """UNDO takes the payment out of the out totals."""
    really = purse.Purse.next_slot

    def next_slot(self: purse.Purse, kind: EntryKind, *args: Any, **changes: Any) -> Slot:
        slot = really(self, kind, *args, **changes)
        if kind is not EntryKind.UNDO:
            return slot
        return replace(slot, out_count=slot.out_count - 1)

    patch.setattr(purse.Purse, "next_slot", next_slot)


def undo_by_whoever_is_paid(patch: Patch) -> None:
    """UNDO takes a service's word, which may have the money already."""
    patch.setattr(paying, "PAYER_CLASSES", tuple(PurseClass))


def push_is_a_payment_of_its_own(patch: Patch) -> None:
    """The same push pays again."""
    really = paying.find_earlier

    def find_earlier(self: purse.Purse, order: paying.Order) -> Slot | None:
        return None if order.kind is Kind.PUSH else really(self, order)

    patch.setattr(paying, "find_earlier", find_earlier)


def acknowledgement_for_any_state(patch: Patch) -> None:
    """The nonce of a STATE is all the asker's."""
    patch.setattr(syncing, "_QUERY_PART", 8)


def chaining_bit_ignored(patch: Patch) -> None:
    """Class 90 is taken for class 80."""
    really = apdu._instruction
    patch.setattr(apdu, "_instruction", lambda cla, ins: really(cla & ~0x10, ins))


BUGS: Final[tuple[Callable[[Patch], None], ...]] = (
    pin_serves_every_payment,
    pin_tries_are_not_kept,
    receipt_for_a_voided_voucher,
    tag_without_the_amount,
    unload_from_the_balance_first,
    authorise_takes_money,
    credit_above_the_holding_limit,
    armed_for_ever,
    window_of_sixty_three,
    window_of_sixty_five,
    grace_of_a_month_and_a_day,
    identity_shown_in_a_field,
    certificate_cached_for_ever,
    requests_counted_from_every_field,
    acknowledged_payments_forgotten,
    chain_of_nothing,
    undo_gives_limits_back,
    undo_by_whoever_is_paid,
    push_is_a_payment_of_its_own,
    acknowledgement_for_any_state,
    chaining_bit_ignored,
)
