"""The logical state of a purse: everything about it that anyone can ever observe.

Left out, on purpose: which of two alternating cells is in force, what lies in cells and slots that
are not in force, and the certificate cache, which only spares a verification.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from tests.purse.cards import CONTACT, Seeded
from zerobar.purse.contents import (
    ArmCell,
    BlocklistHead,
    Identity,
    KeyTable,
    LimitTable,
    OwnCertificate,
    RequestCell,
    Security,
    SyncRecord,
)
from zerobar.purse.memory import Memory
from zerobar.purse.messages import Kind, Voucher
from zerobar.purse.purse import Purse
from zerobar.purse.ring import Slot


@dataclass(frozen=True)
class Logical:
    """What a purse is; `visible` maps the entries in the ring to their slots."""

    identity: Identity
    security: Security
    certificate: OwnCertificate
    keys: KeyTable
    limits: LimitTable
    request: RequestCell
    arm: ArmCell
    blocklist: BlocklistHead
    blocked_ids: frozenset[bytes]
    sync: SyncRecord
    number: int
    window: int
    newest: Slot
    visible: tuple[tuple[int, Slot | None], ...]

    @property
    def funds(self) -> int:
        """Balance and held, fen."""
        return self.newest.balance + self.newest.held

    def differences(self, other: Logical) -> list[str]:
        """Name the fields that differ."""
        names = (f.name for f in fields(self))
        return [name for name in names if getattr(self, name) != getattr(other, name)]


def logical_state(memory: Memory) -> Logical:
    """Read the logical state from memory, as at a power-up; writes nothing."""
    purse = Purse(memory, Seeded("unused"), CONTACT)
    store, ring, newest = purse.store, purse.ring, purse.newest
    base = store.sync.value.base
    oldest = max(1, newest.entry - ring.slots + 1)
    return Logical(
        identity=store.identity.value,
        security=store.security.value,
        certificate=store.certificate.value,
        keys=store.keys.value,
        limits=store.limits.value,
        request=store.request.value,
        arm=store.arm.value,
        blocklist=store.blocklist.value,
        blocked_ids=frozenset(store.blocked_ids()),
        sync=store.sync.value,
        number=purse.number,
        window=purse.window,
        newest=newest,
        visible=tuple((e, ring.entry(e, base)) for e in range(oldest, newest.entry + 1)),
    )


def spent(state: Logical, since: int) -> int:
    """What own vouchers written after an entry took out of the purse, fen; undos not deducted."""
    new = [slot for entry, slot in state.visible if slot is not None and entry > since]
    paid = [Voucher.parse(slot.payload) for slot in new if slot.kind == 1]
    return sum(voucher.amount for voucher in paid if voucher.kind is not Kind.AUTHORISE)
