from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.element.applets import OK, EchoApplet
from tests.element.serving import ANY_PORT, antenna_of, served
from zerobar.reader.errors import BadTarget, NoCard, SlotUnavailable
from zerobar.reader.target import (
    AntennaTarget,
    FileTarget,
    PcscTarget,
    Target,
    VpcdTarget,
    parse_target,
)
from zerobar.reader.vpcd import VpcdLink


@pytest.mark.parametrize(
    "text, target",
    [
        ("alice.purse", FileTarget(Path("alice.purse"))),
        ("/var/lib/cards/a b", FileTarget(Path("/var/lib/cards/a b"))),
        ("antenna", FileTarget(Path("antenna"))),
        ("pcsc", FileTarget(Path("pcsc"))),
        ("pcsc:", PcscTarget("")),
        ("pcsc:Virtual PCD 00 00", PcscTarget("Virtual PCD 00 00")),
        ("pcsc: ACS (ACR122U) [x] ", PcscTarget("ACS (ACR122U) [x]")),
        ("antenna://127.0.0.1:7816", AntennaTarget("127.0.0.1", 7816)),
        ("antenna://[::1]:1", AntennaTarget("::1", 1)),
        ("vpcd://localhost:35963", VpcdTarget("localhost", 35963)),
    ],
)
def test_an_address_is_understood(text: str, target: Target) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "text",
    [
        "",
        "antenna:7816",
        "antenna://",
        "antenna://host",
        "antenna://host:",
        "antenna://host:0",
        "antenna://host:65536",
        "antenna://:7816",
        "antenna://a b:7816",
        "antenna://host:1/2",
        "vpcd://host:٣",
        "http://host:80",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_address_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(BadTarget) as raised:
        parse_target(text)
    assert raised.value.text == text
    assert "pcsc:READER NAME" in raised.value.next_step


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        target = parse_target(text)
    except BadTarget:
        return
    if isinstance(target, AntennaTarget | VpcdTarget):
        assert 1 <= target.port <= 0xFFFF and target.host


def test_an_antenna_opens() -> None:
    with served(EchoApplet(), antenna=ANY_PORT) as server:
        target = AntennaTarget(*antenna_of(server))
        with target.open() as link:
            assert link.exchange(b"1234") == b"1234" + OK


def test_a_slot_opens_once_a_card_is_there() -> None:
    with VpcdLink("127.0.0.1", 0) as free:
        address = free.address
    with served(EchoApplet(), vpcd=address), VpcdTarget(*address).open() as link:
        assert link.exchange(b"1234") == b"1234" + OK


def test_a_slot_in_which_no_card_comes_is_closed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_card(_: VpcdLink) -> None:
        raise NoCard

    monkeypatch.setattr(VpcdLink, "wait_for_card", no_card)
    with pytest.raises(NoCard):
        VpcdTarget("127.0.0.1", 0).open()


def test_a_slot_that_is_taken_is_said_so() -> None:
    with VpcdLink("127.0.0.1", 0) as link, pytest.raises(SlotUnavailable):
        VpcdLink(*link.address)
