"""The seeded bugs once more, this time in the real applet: each breaks one rule in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from zerobar.purse import accepting, applet, paying, syncing
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import EntryKind, SyncAck, VoidStatement, Voucher
from zerobar.purse.purse import Purse
from zerobar.purse.records import HASH_LENGTH, VALID, short_hash
from zerobar.purse.ring import Ring, Slot
from zerobar.purse.store import Store

Patch = pytest.MonkeyPatch
Seed = Callable[[Patch], None]


def emit_before_commit(patch: Patch) -> None:
    """PAY answers while its slot is still in RAM only."""

    def append(ring: Ring, slot: Slot) -> None:
        if slot.kind == EntryKind.PAY:
            ring.newest = slot
        else:
            really(ring, slot)

    really = Ring.append
    patch.setattr(Ring, "append", append)


def void_without_window_bit(patch: Patch) -> None:
    """VOID writes its slot and leaves the window as it was."""

    def voided(purse: Purse, voucher: Voucher) -> Slot:
        return replace(really(purse, voucher), window=purse.window)

    really = accepting._voided
    patch.setattr(accepting, "_voided", voided)


def undo_after_pruning(patch: Patch) -> None:
    """UNDO takes acknowledged vouchers as long as it finds their slot."""

    def undoable(purse: Purse, statement: Any) -> Voucher:
        slot = purse.ring.entry(statement.payer_entry, purse.base)
        assert slot is not None
        return Voucher.parse(slot.payload)

    patch.setattr(paying, "_undoable", undoable)


def undo_twice(patch: Patch) -> None:
    """UNDO does not look for an earlier undo."""
    patch.setattr(paying, "already_undone", lambda *_: False)


def no_window(patch: Patch) -> None:
    """A number outside the window has no bit, and so it is never set."""

    def find_settled(purse: Purse, voucher: Voucher, kind: EntryKind) -> Slot | None:
        if not purse.window_bit(voucher.number):
            return None
        return really(purse, voucher, kind)

    really = accepting.find_settled
    patch.setattr(accepting, "find_settled", find_settled)


def accept_authorise(patch: Patch) -> None:
    """AUTHORISE is prepared, paid and accepted like any other kind."""
    patch.setattr(accepting, "_acceptable", lambda _: None)
    patch.setattr(paying, "_check_signed_request", lambda *_: None)


def reuse_uncleared(patch: Patch) -> None:
    """A slot is written over while its old marker still stands."""

    def append(ring: Ring, slot: Slot) -> None:
        at, body = ring._at(slot.entry), bytes(slot)
        ring._memory.write(at + 1, body + short_hash(body))
        ring._memory.barrier()
        ring._memory.write(at, VALID)
        ring._memory.barrier()
        ring.newest = slot

    patch.setattr(Ring, "append", append)


def forget_acknowledged(patch: Patch) -> None:
    """PAY looks for the same order among unacknowledged slots only."""

    def find_earlier(purse: Purse, order: Any) -> Slot | None:
        found = really(purse, order)
        return found if found is not None and found.entry > purse.base else None

    really = paying.find_earlier
    patch.setattr(paying, "find_earlier", find_earlier)


def ignore_tag(patch: Patch) -> None:
    """Every tag is right."""
    patch.setattr(accepting, "tag_is_mine", lambda *_: True)


def receipt_for_voided(patch: Patch) -> None:
    """ACCEPT answers a receipt for any slot with this voucher."""

    def find_settled(purse: Purse, voucher: Voucher, kind: EntryKind) -> Slot | None:
        if kind is EntryKind.CREDIT and purse.window & purse.window_bit(voucher.number):
            return accepting._ended(purse, voucher)
        return really(purse, voucher, kind)

    really = accepting.find_settled
    patch.setattr(accepting, "find_settled", find_settled)


def take_old_ack(patch: Patch) -> None:
    """SYNC ACK looks neither at the nonce nor at what is acknowledged already."""

    def sync_ack(purse: Purse, ack: SyncAck) -> bytes:
        purse.session.nonce = ack.nonce
        return really(purse, ack)

    def totals_at(purse: Purse, ack: SyncAck) -> Any:
        return purse.store.sync.value if ack.entry < purse.base else totals(purse, ack)

    really, totals = syncing.sync_ack, syncing._totals_at
    _handle(patch, Instruction.SYNC_ACK, sync_ack)
    patch.setattr(syncing, "_totals_at", totals_at)


def restore_old_key(patch: Patch) -> None:
    """KEY UPDATE does not look at dates."""
    patch.setattr(syncing, "_check_newer", lambda *_: None)


def no_firm_marker(patch: Patch) -> None:
    """SELECT leaves the newest slot's marker as it is."""
    patch.setattr(Ring, "firm", lambda _: None)


def lift_later_block(patch: Patch) -> None:
    """SYNC ACK takes it that its STATE told of every hit there is now."""

    def sync_ack(purse: Purse, ack: SyncAck) -> bytes:
        purse.session.hits_seen = purse.store.blocklist.value.own_hits
        return really(purse, ack)

    really = syncing.sync_ack
    _handle(patch, Instruction.SYNC_ACK, sync_ack)


def undo_too_old(patch: Patch) -> None:
    """UNDO takes any statement of the payee."""

    def parse(raw: bytes) -> paying.Voided:
        split = VoidStatement.LENGTH
        return paying.Voided(VoidStatement.parse(raw[:split]), raw[split:])

    handler = applet._HANDLERS[Instruction.UNDO]
    patch.setitem(applet._HANDLERS, Instruction.UNDO, replace(handler, parse=parse))


def terminals_nonce(patch: Patch) -> None:
    """STATE adds nothing of its own to the nonce."""

    def state(purse: Purse, query: Any) -> bytes:
        purse.random = bytes
        return really(purse, query)

    really = syncing.state
    _handle(patch, Instruction.STATE, state)


def no_firm_number(patch: Patch) -> None:
    """SELECT leaves the markers of the request number as they are."""

    def firm(store: Store) -> None:
        for record in store._records:
            if record is not store.request:
                store._memory.write(record._cells[0]._marker_at, record.markers())
        store.ring.firm()

    patch.setattr(Store, "firm", firm)


def settle_read_only(patch: Patch) -> None:
    """SELECT writes again only the markers that are in force."""

    def firm(store: Store) -> None:
        for record in store._records:
            if record.sequence:
                store._memory.write(record._cells[record._active]._marker_at, VALID)
        newest = store.ring.newest.entry
        if newest:
            store._memory.write(store.ring._at(newest), VALID)

    patch.setattr(Store, "firm", firm)


def _handle(patch: Patch, instruction: Instruction, run: Callable[..., bytes]) -> None:
    handler = applet._HANDLERS[instruction]
    patch.setitem(applet._HANDLERS, instruction, replace(handler, run=run))


SEEDS: Final[dict[str, Seed]] = {
    "emit before commit": emit_before_commit,
    "void without window bit": void_without_window_bit,
    "undo after pruning": undo_after_pruning,
    "undo twice": undo_twice,
    "no window": no_window,
    "accept an AUTHORISE voucher": accept_authorise,
    "reuse a slot without clearing its marker": reuse_uncleared,
    "forget acknowledged PAY slots": forget_acknowledged,
    "ignore the tag": ignore_tag,
    "return a receipt for a voided voucher": receipt_for_voided,
    "replay an old SYNC ACK": take_old_ack,
    "restore an old key": restore_old_key,
    "SELECT does not write the marker again": no_firm_marker,
    "an ack to an older STATE lifts a block": lift_later_block,
    "UNDO takes TOO_OLD": undo_too_old,
    "the terminal alone chooses the nonce": terminals_nonce,
    "SELECT does not write the PREPARE cell again": no_firm_number,
    "SELECT settles only what it reads as written": settle_read_only,
}


def hash_commits(journal: list[tuple[int, bytes]]) -> int:
    """Return the length of a slot's write whose marker was never cleared: its hash commits."""
    return next(n for n in (len(data) for _, data in journal) if n > HASH_LENGTH)
