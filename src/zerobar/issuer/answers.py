"""What an operator answers a purse's sync with: to be carried to the card, in this order."""

from __future__ import annotations

from dataclasses import dataclass

from zerobar.purse.messages import (
    BlocklistDelta,
    Certificate,
    KeyUpdate,
    SyncAck,
    VoidStatement,
    Voucher,
)


@dataclass(frozen=True)
class Undo:
    """A payee's statement that it will never take a voucher, for the payer to take it back.

    Attributes:
        certificate: the payee's.
    """

    statement: VoidStatement
    certificate: Certificate


@dataclass(frozen=True)
class SyncAnswer:
    """An operator's answer to a signed state whose log it holds for good.

    Attributes:
        known_entry: the log is held up to here; the next sync brings what comes after.
        undos: to be handed to the purse before the acknowledgement, which ends them.
        ack: the SYNC ACK; None: the purse must take the blocklist first, and sync again.
        certificate: a renewed one of the purse itself.
        deliveries: vouchers that this purse was paid and has not credited, with their payers'
            certificates; after those that it takes, it syncs again.
        blocklist: signed deltas from the purse's epoch on, in order.
        key_updates: signed by the authority's root, in order.
        slide_to: a request number to PREPARE up to, so that older requests can be decided without
            the purse; 0: nothing to do.
    """

    known_entry: int
    ack: SyncAck | None
    undos: tuple[Undo, ...] = ()
    certificate: Certificate | None = None
    deliveries: tuple[tuple[Voucher, Certificate], ...] = ()
    blocklist: tuple[BlocklistDelta, ...] = ()
    key_updates: tuple[KeyUpdate, ...] = ()
    slide_to: int = 0
