"""What a Python purse holds, in the very bytes in which the simulated card tells it."""

from __future__ import annotations

from dataclasses import replace

from zerobar.purse.messages import EntryKind, Voucher
from zerobar.purse.purse import Purse
from zerobar.purse.ring import Slot
from zerobar.purse.store import BLOCKLIST_SIZE, Store

_SIGNED_BYTES = Voucher.LENGTH - Voucher.BODY_LENGTH


def held(purse: Purse) -> bytes:
    """Return keys, records, blocked ids and log, without the signatures of own vouchers."""
    store = purse.store
    identity = store.identity.value
    records = (
        store.security,
        store.certificate,
        store.keys,
        store.limits,
        store.request,
        store.arm,
        store.sync,
    )
    return b"".join(
        (
            identity.public_key,
            identity.internal_key,
            *(bytes(record.value) for record in records),
            _blocklist(store),
            *(bytes(slot) for slot in _log(purse)),
        )
    )


def _blocklist(store: Store) -> bytes:
    head = store.blocklist.value
    places = range(max(0, head.total - BLOCKLIST_SIZE), head.total)
    numbers = head.epoch.to_bytes(4) + head.own_hits.to_bytes(2) + head.accepted.to_bytes(2)
    return numbers + b"".join(store._blocked(place) for place in places)


def _log(purse: Purse) -> list[Slot]:
    newest = purse.newest.entry
    entries = range(newest - purse.ring.slots + 1, newest + 1)
    slots = (purse.ring.entry(entry, purse.base) for entry in entries)
    return [_unsigned(slot) for slot in slots if slot is not None]


def _unsigned(slot: Slot) -> Slot:
    if slot.kind != EntryKind.PAY:
        return slot
    return replace(slot, payload=slot.payload[: Voucher.BODY_LENGTH] + bytes(_SIGNED_BYTES))
