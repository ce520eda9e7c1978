"""Personalisation: torn anywhere, the card can be made a purse as if nothing had happened."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from tests.purse.cards import CONTACT, PIN, THREE_YEARS, Answer, Card, authority, fresh, stranger
from zerobar.issuer import PersonalisationFailed, personalise
from zerobar.issuer.personalise import Plan
from zerobar.purse.apdu import Instruction
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.memory import Memory, PowerCut
from zerobar.purse.messages import Certificate, PurseClass, Role
from zerobar.purse.status import Status
from zerobar.purse.store import memory_size

LIMITS = replace(DEFAULT_LIMITS[PurseClass.PERSON], per_payment=123)
MORE_KEYS = ((30, Role.SYNC, stranger("second sync").certificate.public_key),)
PLAN = Plan(PurseClass.PERSON, THREE_YEARS, "1234", LIMITS, MORE_KEYS)


def blank(slots: int = 4) -> Card:
    card = Card(Memory(bytes(memory_size(slots))))
    card.power(CONTACT)
    return card


def make_purse(card: Card, plan: Plan = PLAN) -> Certificate:
    keys = authority()
    return personalise(card.applet.exchange, keys.authority, keys.operator, plan)


def assert_is_the_planned_purse(card: Card, certificate: Certificate) -> None:
    answer = card.insert()
    assert answer.certificate == certificate
    assert answer.status.purse_class == PurseClass.PERSON
    purse = card.purse
    assert purse.active and purse.limits == LIMITS
    keys = authority()
    signers = [
        (Role.ROOT, keys.authority.root),
        (Role.CA, keys.authority.ca),
        (Role.SYNC, keys.operator.sync),
        (Role.OPERATOR_PURSE, keys.operator.purse),
    ]
    for role, signer in signers:
        assert purse.store.keys.value.key(signer.number, role) == signer.public_key
    assert purse.store.keys.value.key(30, Role.SYNC) == MORE_KEYS[0][2]
    assert card.send(Instruction.VERIFY, PIN).status == Status.OK


def test_a_blank_card_becomes_the_planned_purse() -> None:
    card = blank()
    assert_is_the_planned_purse(card, make_purse(card))


@pytest.mark.parametrize("purse_class", [1, 2, 3])
def test_every_class_gets_its_own_limits(purse_class: int) -> None:
    card = blank()
    make_purse(card, Plan(PurseClass(purse_class), THREE_YEARS, "12345678"))
    assert card.purse.limits == DEFAULT_LIMITS[PurseClass(purse_class)]


@cache
def bytes_to_write() -> int:
    card = blank()
    make_purse(card)
    return card.memory.written


def torn_and_redone(after: int) -> None:
    card = blank()
    card.memory.cut_after(after)
    with pytest.raises(PowerCut):
        make_purse(card)
    card.power(CONTACT)
    if after < bytes_to_write():
        assert_is_the_planned_purse(card, make_purse(card))
        return
    # The very last byte makes it a purse; what was lost is only the answer to FINISH.
    with pytest.raises(PersonalisationFailed, match="not a blank purse"):
        make_purse(card)
    assert_is_the_planned_purse(card, card.purse.certificate)


def test_torn_anywhere_it_can_be_done_again() -> None:
    whole = bytes_to_write()
    for after in (*range(0, whole, 7), *range(whole - 30, whole + 1)):
        torn_and_redone(after)


@pytest.mark.deep
def test_torn_at_every_byte_it_can_be_done_again() -> None:
    for after in range(bytes_to_write() + 1):
        torn_and_redone(after)


def test_an_active_purse_is_not_personalised_again() -> None:
    card = fresh()
    before = card.image
    with pytest.raises(PersonalisationFailed, match="not a blank purse") as failed:
        make_purse(card)
    assert failed.value.status == Status.CONDITIONS_NOT_SATISFIED
    assert failed.value.step is Instruction.GENERATE_KEY
    assert card.purse.id == fresh().purse.id and card.image == before


@pytest.mark.parametrize("pin", ["123", "", "12a4"])
def test_a_pin_that_is_none_is_refused_and_the_card_stays_blank(pin: str) -> None:
    card = blank()
    with pytest.raises(PersonalisationFailed, match="stays blank") as failed:
        make_purse(card, replace(PLAN, pin=pin))
    assert failed.value.step is Instruction.FINISH and not card.purse.active
    assert_is_the_planned_purse(card, make_purse(card))


def test_a_card_that_is_no_purse_is_told_at_once() -> None:
    def foreign(_: bytes) -> bytes:
        return bytes((0x6A, 0x82))

    keys = authority()
    with pytest.raises(PersonalisationFailed) as failed:
        personalise(foreign, keys.authority, keys.operator, PLAN)
    assert failed.value.step is Instruction.SELECT


def test_too_many_keys_are_refused() -> None:
    spare = stranger("spare").certificate.public_key
    card = blank()
    keys = tuple((40 + i, Role.SYNC, spare) for i in range(5))
    with pytest.raises(PersonalisationFailed) as failed:
        make_purse(card, replace(PLAN, more_keys=keys))
    assert failed.value.status == Status.NO_SPACE


def test_the_pin_does_not_show_in_the_plan() -> None:
    assert "1234" not in repr(PLAN)


def test_a_card_answers_nothing_but_the_factorys_commands_before() -> None:
    card = blank()
    card.select()
    for instruction in (Instruction.PAY, Instruction.STATE, Instruction.VERIFY):
        lengths = {Instruction.PAY: 32, Instruction.STATE: 8, Instruction.VERIFY: 8}
        data = PIN if instruction is Instruction.VERIFY else b"\x21\x01" + bytes(30)
        answer = card.send(instruction, data[: lengths[instruction]])
        assert answer in (
            Answer(b"", Status.CONDITIONS_NOT_SATISFIED),
            Answer(b"", Status.MALFORMED),
        )
