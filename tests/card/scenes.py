"""Purses on the simulated card, each in a state in which every kind of command can be cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.card.simulator import SimulatedCards, Simulator
from zerobar.conformance.exchange_log import ExchangeLog
from zerobar.conformance.runner import made
from zerobar.conformance.session import OTHER_PIN, PIN
from zerobar.conformance.under_test import STANDARD_KEYS, Make, PurseUnderTest, signed, terms
from zerobar.conformance.world import World, public_key
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.messages import Kind, PurseClass, Role, State
from zerobar.purse.purse import Interface

CONTACT: Final = Interface.CONTACT
FIELD: Final = Interface.CONTACTLESS
SLOTS: Final = 8
SELECT: Final = command(Instruction.SELECT, AID, 4)
VERIFY: Final = command(Instruction.VERIFY, PIN)
STATE: Final = command(Instruction.STATE, b"nonce 01")

Command = bytes | Callable[[bytes], bytes]
"""What is sent: bytes, or what makes them of the answer to the command before."""


@dataclass(frozen=True)
class Attempt:
    """One command that is to be cut.

    Attributes:
        interface: by which the card is powered.
        before: what is sent first, in the same session.
        repeats: sent again it comes to the same, whatever became of the first one.
        burns_try: cut, it may leave a PIN try less.
        alike: it writes as another attempt does.
    """

    name: str
    apdu: Command
    interface: Interface = CONTACT
    before: Sequence[Command] = field(default=())
    repeats: bool = False
    burns_try: bool = False
    alike: bool = False


def active(simulator: Simulator) -> list[Attempt]:
    """Put a purse on the card whose log has wrapped; return what to try on it."""
    card = SimulatedCards(simulator, SLOTS).fresh()
    purse = made(card, World(), ExchangeLog(), Make(PurseClass.PERSON))
    for _ in range(3):
        purse.load(10_000)
        purse.earn()
        purse.pay(purse.world.merchant.request())
        purse.sync()
    undone = purse.pay(purse.world.merchant.request(amount=300))
    purse.contactless()
    for _ in range(3):
        purse.prepare()
    return [
        *_payer(purse, purse.world.merchant.undoing(undone)),
        *_payee(purse),
        *_operator(purse),
        *_holder(purse),
    ]


def _payer(purse: PurseUnderTest, undoing: bytes) -> list[Attempt]:
    world = purse.world
    request = world.merchant.request(amount=700)
    service = world.service.request(Kind.AUTHORISE, 500)
    unload = bytes(world.bank.request(Kind.UNLOAD, 5_000))
    pay, undo = Instruction.PAY, Instruction.UNDO
    authorise = world.service.sign_request(service)
    by_request = world.merchant.sign_request(request)
    return [
        Attempt("PAY", command(pay, bytes(request)), repeats=True),
        Attempt("PAY with PIN", command(pay, bytes(request)), FIELD, [VERIFY], repeats=True),
        Attempt("PAY signed", command(pay, by_request), FIELD, repeats=True),
        Attempt("PAY authorise", command(pay, authorise), repeats=True),
        Attempt("PAY push", command(pay, bytes(world.service.push_order())), repeats=True),
        Attempt("PAY unload", command(pay, unload), repeats=True),
        Attempt("UNDO", command(undo, undoing), FIELD, repeats=True),
    ]


def _payee(purse: PurseUnderTest) -> list[Attempt]:
    world = purse.world
    purse.contactless()
    request = purse.prepare()
    known, new = world.person, world.newcomer()
    prepare = Instruction.PREPARE
    accept, void = Instruction.ACCEPT, Instruction.VOID
    return [
        Attempt("PREPARE", command(prepare, terms()), FIELD),
        Attempt("PREPARE signed", command(prepare, terms(), 1)),
        Attempt("ACCEPT", command(accept, new.payment(request)), repeats=True),
        Attempt("ACCEPT known", command(accept, known.short_payment(request)), FIELD, repeats=True),
        Attempt("VOID", command(void, new.payment(request)), repeats=True),
        Attempt("SELECT", SELECT),
        Attempt("SELECT in a field", SELECT, FIELD),
    ]


def _operator(purse: PurseUnderTest) -> list[Attempt]:
    world = purse.world

    def acknowledged(answer: bytes) -> bytes:
        told = State.parse(answer[:-2])
        ack = purse.ack(entry=told.entry, chain=told.chain, nonce=told.nonce, holding=50_000)
        return command(Instruction.SYNC_ACK, ack)

    delta = signed(purse.delta(world.nobody(), purse.id, world.nobody()), world.sync)
    key = public_key("stranger")
    updates = {
        "new": purse.key_update(9, Role.CA, key),
        "replaced": purse.key_update(3, Role.SYNC, key),
        "deleted": purse.key_update(2, Role.CA, bytes(64)),
    }
    return [
        Attempt("SYNC ACK", acknowledged, CONTACT, [STATE]),
        Attempt("BLOCKLIST", command(Instruction.BLOCKLIST, delta), FIELD, repeats=True),
        *(
            Attempt(
                f"KEY UPDATE {name}",
                command(Instruction.KEY_UPDATE, raw),
                repeats=True,
                alike=name != "new",
            )
            for name, raw in updates.items()
        ),
        Attempt(
            "PUT CERTIFICATE",
            command(Instruction.PUT_CERTIFICATE, purse.renewal()),
            repeats=True,
        ),
        Attempt("RESET PIN", command(Instruction.RESET_PIN, purse.unblock(new_pin=OTHER_PIN))),
    ]


def _holder(purse: PurseUnderTest) -> list[Attempt]:
    change = command(Instruction.CHANGE_PIN, PIN + OTHER_PIN)
    arm = command(Instruction.ARM, (30_000).to_bytes(4))
    wrong = command(Instruction.VERIFY, OTHER_PIN)
    return [
        Attempt("VERIFY", VERIFY, FIELD, burns_try=True),
        Attempt("VERIFY wrong", wrong, burns_try=True),
        Attempt("CHANGE PIN", change, burns_try=True),
        Attempt("ARM", arm, CONTACT, [VERIFY], repeats=True),
    ]


def blank(simulator: Simulator) -> list[Attempt]:
    """Put a purse on the card that is about to be finished; return what to try on it."""
    card = SimulatedCards(simulator, SLOTS).fresh()
    purse = made(card, World(), ExchangeLog(), None)
    purse.ok(Instruction.GENERATE_KEY, b"\x01")
    for number, (role, name) in STANDARD_KEYS.items():
        purse.ok(Instruction.PUT_KEY, bytes((number, role)) + public_key(name))
    certificate = bytes(purse.own_first_certificate())
    purse.ok(Instruction.PUT_CERTIFICATE, certificate)
    put_key = bytes((7, Role.CA)) + public_key("stranger")
    limits = bytes((PurseClass.PERSON,)) + b"\x00\x00\x01\x00" * 8
    merchant = bytes(purse.own_first_certificate(PurseClass.MERCHANT))
    return [
        Attempt("PUT KEY", command(Instruction.PUT_KEY, put_key), repeats=True),
        Attempt("PUT LIMITS", command(Instruction.PUT_LIMITS, limits), repeats=True),
        Attempt("FIRST CERTIFICATE", command(Instruction.PUT_CERTIFICATE, merchant), repeats=True),
        Attempt("FINISH", command(Instruction.FINISH, PIN)),
    ]
