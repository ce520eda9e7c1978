from __future__ import annotations

import pytest

from tests.element.applets import OK, EchoApplet
from tests.element.serving import served
from tests.reader.rawcards import as_card, behaving_after_atr, in_slot
from tests.reader.world import NONCE, new_purse
from zerobar.element import ATR
from zerobar.purse.purse import Interface
from zerobar.reader.card import PurseCard
from zerobar.reader.errors import BadAnswer, CardTorn, LinkTimeout, NoCard
from zerobar.reader.vpcd import VpcdLink


def test_a_purse_inserts_itself_and_answers() -> None:
    with VpcdLink("127.0.0.1", 0) as link, served(new_purse().applet, vpcd=link.address):
        assert PurseCard(link).state(NONCE).balance == 0
        assert link.atr == ATR


def test_a_reset_powers_the_card_anew_and_closing_takes_its_power() -> None:
    applet = EchoApplet()
    with VpcdLink("127.0.0.1", 0) as link, served(applet, vpcd=link.address):
        link.reset()
        assert applet.power == [Interface.CONTACT]
        link.reset()
        assert link.exchange(b"1234") == b"1234" + OK
        link.close()
        link.close()
    assert applet.power == [Interface.CONTACT, Interface.CONTACT, None]


def test_a_slot_that_stays_empty_is_no_card() -> None:
    with VpcdLink("127.0.0.1", 0, timeout_ms=20) as link:
        with pytest.raises(NoCard):
            link.wait_for_card()
        with pytest.raises(NoCard):
            link.exchange(b"1234")


@pytest.mark.parametrize(
    "raw, error",
    [(None, CardTorn), (b"\x00\x00", BadAnswer), (b"\x00\x05half", LinkTimeout)],
)
def test_a_card_that_fails_is_out_of_the_slot_and_the_next_one_is_taken(
    raw: bytes | None, error: type[Exception]
) -> None:
    with VpcdLink("127.0.0.1", 0, timeout_ms=300) as link:
        with in_slot(link.address, behaving_after_atr(lambda _: raw)), pytest.raises(error):
            link.exchange(b"1234")
        with in_slot(link.address, as_card(lambda _: OK)):
            link.reset()
            assert link.exchange(b"1234") == OK


def test_a_card_that_does_not_answer_its_reset_is_out_of_the_slot() -> None:
    with VpcdLink("127.0.0.1", 0, timeout_ms=300) as link:
        with in_slot(link.address, lambda _: None), pytest.raises(CardTorn):
            link.wait_for_card()
        with in_slot(link.address, as_card(lambda _: OK)):
            link.wait_for_card()


def test_a_card_that_left_before_the_slot_was_closed_is_no_trouble() -> None:
    with VpcdLink("127.0.0.1", 0) as link, in_slot(link.address, as_card(lambda _: OK)):
        link.wait_for_card()
    link.close()
