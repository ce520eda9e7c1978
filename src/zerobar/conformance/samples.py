"""For every command: the lengths that it takes, and data of the right form."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from zerobar.conformance.session import OTHER_PIN, PIN
from zerobar.conformance.under_test import signed, terms
from zerobar.conformance.world import (
    CA_NUMBER,
    ROOT_NUMBER,
    SYNC_NUMBER,
    UNKNOWN_NUMBER,
    World,
    public_key,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.messages import (
    KEEP_OVERRIDE,
    BlocklistDelta,
    KeyUpdate,
    PurseClass,
    Role,
    SyncAck,
    Unblock,
)

LENGTHS: Final[dict[Instruction, tuple[int, ...]]] = {
    Instruction.PAY: (27, 32, 233),
    Instruction.GET_VOUCHER: (4, 12),
    Instruction.GET_CERTIFICATE: (0,),
    Instruction.PREPARE: (15,),
    Instruction.ACCEPT: (124, 253),
    Instruction.VOID: (253,),
    Instruction.UNDO: (243,),
    Instruction.STATE: (8, 73),
    Instruction.READ_LOG: (4,),
    Instruction.SYNC_ACK: (123,),
    Instruction.BLOCKLIST: tuple(75 + 8 * count for count in range(19)),
    Instruction.KEY_UPDATE: (134,),
    Instruction.VERIFY: (8,),
    Instruction.CHANGE_PIN: (16,),
    Instruction.RESET_PIN: (84,),
    Instruction.ARM: (4,),
    Instruction.GENERATE_KEY: (1,),
    Instruction.PUT_KEY: (66,),
    Instruction.PUT_CERTIFICATE: (137,),
    Instruction.PUT_LIMITS: (33,),
    Instruction.FINISH: (8,),
}
"""Lengths of the data of every command but SELECT."""

FACTORY_ONLY: Final = (
    Instruction.GENERATE_KEY,
    Instruction.PUT_KEY,
    Instruction.PUT_LIMITS,
    Instruction.FINISH,
)
ACTIVE_ONLY: Final = tuple(
    instruction
    for instruction in LENGTHS
    if instruction not in (*FACTORY_ONLY, Instruction.PUT_CERTIFICATE)
)


def named(instructions: tuple[Instruction, ...]) -> dict[str, Instruction]:
    """Return instructions by the name that a case's variant has."""
    return {instruction.name.replace("_", " "): instruction for instruction in instructions}


def well_formed(instruction: Instruction, world: World, purse_id: bytes) -> bytes:
    """Return data of the right form for any command but SELECT, to any purse."""
    return {
        **_for_holders(),
        **_for_factory(world),
        **_for_tapping(world, purse_id),
        **_for_operators(world, purse_id),
    }[instruction]


def _for_holders() -> dict[Instruction, bytes]:
    return {
        Instruction.GET_CERTIFICATE: b"",
        Instruction.VERIFY: PIN,
        Instruction.CHANGE_PIN: PIN + OTHER_PIN,
        Instruction.ARM: bytes(4),
    }


def _for_factory(world: World) -> dict[Instruction, bytes]:
    limits = bytes((PurseClass.PERSON,)) + bytes(DEFAULT_LIMITS[PurseClass.PERSON])
    return {
        Instruction.GENERATE_KEY: b"\x01",
        Instruction.PUT_KEY: bytes((UNKNOWN_NUMBER, Role.CA)) + public_key("stranger"),
        Instruction.PUT_CERTIFICATE: bytes(world.person.certificate),
        Instruction.PUT_LIMITS: limits,
        Instruction.FINISH: PIN,
    }


def _for_tapping(world: World, purse_id: bytes) -> dict[Instruction, bytes]:
    payer = world.person
    payment = payer.payment(replace(payer.request(), payee_id=purse_id))
    undone = payer.voucher(payer.request(), payer_id=purse_id)
    return {
        Instruction.PAY: bytes(payer.request()),
        Instruction.GET_VOUCHER: payer.id + b"\x00\x00\x00\x01",
        Instruction.PREPARE: terms(),
        Instruction.ACCEPT: payment,
        Instruction.VOID: payment,
        Instruction.UNDO: payer.undoing(undone),
    }


def _for_operators(world: World, purse_id: bytes) -> dict[Instruction, bytes]:
    ack = SyncAck(
        key_number=SYNC_NUMBER,
        id=purse_id,
        entry=0,
        chain=bytes(16),
        time=0,
        flags=0,
        per_payment=KEEP_OVERRIDE,
        without_pin=KEEP_OVERRIDE,
        holding=KEEP_OVERRIDE,
        nonce=bytes(8),
    )
    update = KeyUpdate(
        key_number=ROOT_NUMBER,
        new_number=CA_NUMBER,
        role=Role.CA,
        not_before_day=1,
        public_key=public_key("stranger"),
    )
    unblock = Unblock(key_number=SYNC_NUMBER, id=purse_id, counter=1, new_pin=PIN)
    return {
        Instruction.STATE: bytes(8),
        Instruction.READ_LOG: b"\x00\x00\x00\x01",
        Instruction.SYNC_ACK: bytes(ack.signed(world.sync.sign)),
        Instruction.BLOCKLIST: signed(BlocklistDelta(SYNC_NUMBER, 0, 1, ()), world.sync),
        Instruction.KEY_UPDATE: bytes(update.signed(world.root.sign)),
        Instruction.RESET_PIN: bytes(unblock.signed(world.sync.sign)),
    }
