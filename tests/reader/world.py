"""A small operator for tests: makes purses, loads them, reads their balances."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from zerobar.element import FileMemory, create_blank
from zerobar.issuer import Authority, NumberedSigner, Operator, SoftwareSigner, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.applet import Applet
from zerobar.purse.limits import Limits
from zerobar.purse.memory import Memory
from zerobar.purse.messages import Kind, PurseClass, State, Voucher
from zerobar.purse.money import CNY, Fen
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size
from zerobar.reader.card import PurseCard
from zerobar.reader.inprocess import InProcessLink

PIN = "135790"
NONCE = bytes(range(8))
REFERENCE = b"order-01"
VALIDITY = Validity(20000, 30000)
WIDE = Limits(
    per_payment=10_000_00,
    without_pin=10_000_00,
    no_pin_total=1_000_000_00,
    holding=1_000_000_00,
    count_out=60_000,
    value_out=1_000_000_00,
    value_in=1_000_000_00,
    blocklist_age=0,
)
"""Limits that no test runs into by accident."""


def key(number: int) -> NumberedSigner:
    return NumberedSigner(number, SoftwareSigner(bytes(31) + bytes((number,))))


AUTHORITY = Authority(root=key(1), ca=key(2))
_OPERATOR_PURSE = key(4)
OPERATOR = Operator(
    key(3),
    _OPERATOR_PURSE,
    AUTHORITY.certify(_OPERATOR_PURSE.public_key, PurseClass.OPERATOR, VALIDITY),
)


@dataclass
class Purse:
    """A purse under test, spoken to over contact by default."""

    memory: Memory
    applet: Applet = field(init=False)

    def __post_init__(self) -> None:
        self.applet = Applet(self.memory, os.urandom)

    def card(self, interface: Interface = Interface.CONTACT) -> PurseCard:
        return PurseCard(InProcessLink(self.applet, interface))

    def state(self) -> State:
        return self.card().state(NONCE)

    @property
    def balance(self) -> int:
        return self.state().balance


_loads = 0


def load_voucher(card: PurseCard, amount: int) -> Voucher:
    """Sign a voucher for a LOAD that this card has just prepared."""
    global _loads  # noqa: PLW0603 - the operator's own entry numbers never come back
    _loads += 1
    request = card.prepare(Kind.LOAD, Fen(amount), CNY, REFERENCE)
    return OPERATOR.voucher(request, _loads, bytes(16))


def load(card: PurseCard, amount: int) -> None:
    card.accept(load_voucher(card, amount), OPERATOR.certificate)


def personalised(
    memory: Memory,
    purse_class: PurseClass = PurseClass.PERSON,
    limits: Limits | None = WIDE,
    balance: int = 0,
) -> Purse:
    purse = Purse(memory)
    card = purse.card()
    plan = Plan(purse_class, VALIDITY, PIN, limits)
    personalise(card.link.exchange, AUTHORITY, OPERATOR, plan)
    if balance:
        load(card, balance)
    return purse


def new_purse(
    purse_class: PurseClass = PurseClass.PERSON,
    *,
    slots: int = 64,
    limits: Limits | None = WIDE,
    balance: int = 0,
) -> Purse:
    return personalised(Memory(bytes(memory_size(slots))), purse_class, limits, balance)


def new_purse_file(path: Path, *, slots: int = 64, balance: int = 0) -> None:
    create_blank(path, slots)
    with FileMemory(path) as memory:
        personalised(memory, balance=balance)
