"""A reader's field: what a program that reads finds there, with a card, without one, and torn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.element.applets import OK, EchoApplet
from tests.element.serving import ANY_PORT, antenna_of, served
from zerobar.demo.stage.field import Field
from zerobar.demo.stage.tear import Tear
from zerobar.purse.apdu import Instruction, command
from zerobar.reader import AntennaLink, CardTorn, FieldBusy, NoCard

PAY = command(Instruction.PAY, b"order")
PREPARE = command(Instruction.PREPARE, b"order")


class Card(EchoApplet):
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self, answer: bytes = OK) -> None:
        super().__init__()
        self.answer, self.asked = answer, list[bytes]()

    def exchange(self, apdu: bytes) -> bytes:
        self.asked.append(apdu)
        return self.answer


class Torn(list[str]):
    def __call__(self) -> None:
        self.append("torn")


@pytest.fixture
def torn() -> Torn:
    return Torn()


@pytest.fixture
def tear(torn: Torn) -> Tear:
    return Tear(torn)


@pytest.fixture
def field(tear: Tear) -> Iterator[Field]:
    with Field(tear.springs) as field:
        yield field


@pytest.fixture
def card() -> Card:
    return Card()


@pytest.fixture
def antenna(card: Card) -> Iterator[tuple[str, int]]:
    with served(card, antenna=ANY_PORT) as server:
        yield antenna_of(server)


def test_a_field_without_a_card_is_no_card(field: Field) -> None:
    for _ in range(2):
        with pytest.raises(NoCard):
            AntennaLink(*field.address)


def test_a_card_whose_program_is_gone_is_no_card(field: Field) -> None:
    with served(Card(), antenna=ANY_PORT) as server:
        antenna = antenna_of(server)
    field.put("bo", antenna)
    with pytest.raises(NoCard):
        AntennaLink(*field.address)


def test_a_card_that_is_put_into_the_field_answers_whoever_reads(
    field: Field, card: Card, antenna: tuple[str, int]
) -> None:
    field.put("bo", antenna)
    for _ in range(2):
        with AntennaLink(*field.address) as link:
            assert link.exchange(PAY) == OK
    assert card.asked == [PAY, PAY]


def test_a_card_that_is_taken_away_is_gone_in_the_middle(
    field: Field, antenna: tuple[str, int]
) -> None:
    held = field.put("bo", antenna)
    with AntennaLink(*field.address) as link:
        assert link.exchange(PREPARE) == OK
        field.take_away(held)
        with pytest.raises(CardTorn):
            link.exchange(PREPARE)
    with pytest.raises(NoCard):
        AntennaLink(*field.address)


def test_a_later_card_stays_when_an_earlier_one_is_taken_away(
    field: Field, antenna: tuple[str, int]
) -> None:
    first = field.put("bo", antenna)
    field.put("alice", antenna)
    field.take_away(first)
    assert field.held is not None and field.held.card == "alice"


def test_a_second_reader_is_told_that_the_card_is_in_another_field(
    field: Field, antenna: tuple[str, int]
) -> None:
    field.put("bo", antenna)
    with AntennaLink(*field.address), pytest.raises(FieldBusy):
        AntennaLink(*field.address)


def test_a_tap_is_torn_after_the_card_has_paid_and_only_once(
    field: Field, card: Card, antenna: tuple[str, int], tear: Tear, torn: Torn
) -> None:
    tear.arm(True)
    field.put("bo", antenna)
    with AntennaLink(*field.address) as link:
        assert link.exchange(PREPARE) == OK
        with pytest.raises(CardTorn):
            link.exchange(PAY)
    assert card.asked == [PREPARE, PAY] and torn == ["torn"]
    assert field.held is None and not tear.is_armed
    field.put("bo", antenna)
    with AntennaLink(*field.address) as link:
        assert link.exchange(PAY) == OK
    assert torn == ["torn"]


def test_what_a_card_refuses_is_not_torn(
    field: Field, card: Card, antenna: tuple[str, int], tear: Tear
) -> None:
    card.answer = bytes.fromhex("9E01")
    tear.arm(True)
    field.put("bo", antenna)
    with AntennaLink(*field.address) as link:
        assert link.exchange(PAY) == card.answer
    assert tear.is_armed


def test_what_is_to_happen_when_a_card_has_paid_happens_before_the_reader_knows(
    field: Field, card: Card, antenna: tuple[str, int]
) -> None:
    seen = list[list[bytes]]()
    field.put("bo", antenna)
    field.when_paid(lambda: seen.append(list(card.asked)))
    with AntennaLink(*field.address) as link:
        link.exchange(PREPARE)
        assert not seen
        link.exchange(PAY)
        assert seen == [[PREPARE, PAY]]
        link.exchange(PAY)
    assert len(seen) == 1
