"""The links that need no wire: scripted, in process, counting."""

from __future__ import annotations

import doctest

import pytest

from tests.reader.world import new_purse
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.purse import Interface
from zerobar.reader import scripted
from zerobar.reader.counting import CountingLink
from zerobar.reader.errors import CardTorn
from zerobar.reader.inprocess import InProcessLink
from zerobar.reader.scripted import ScriptedLink

OK = bytes.fromhex("9000")
SELECT = command(Instruction.SELECT, AID, p1=4)
CERTIFICATE = command(Instruction.GET_CERTIFICATE)


def test_the_example_in_the_scripted_link_runs() -> None:
    assert doctest.testmod(scripted).failed == 0
    assert doctest.testmod(scripted).attempted > 0


def test_a_script_is_played_in_order_with_answers_and_errors() -> None:
    link = ScriptedLink([(b"one", OK), (b"two", CardTorn())])
    with link:
        assert link.exchange(b"one") == OK
        with pytest.raises(CardTorn):
            link.exchange(b"two")
        link.reset()
    link.done()
    assert (link.resets, link.closed) == (1, True)


def test_a_command_out_of_script_is_shown_beside_the_one_expected() -> None:
    link = ScriptedLink([(b"\x01", OK), (b"\x02\x03", OK)])
    link.exchange(b"\x01")
    with pytest.raises(AssertionError, match=r"command 2 of 2:\nexpected 0203\n     got 0204"):
        link.exchange(b"\x02\x04")


def test_a_script_that_is_over_or_not_over_says_so() -> None:
    link = ScriptedLink([(b"\x01", OK), (b"\x02", OK)])
    with pytest.raises(AssertionError, match="2 commands never came, the first is 01"):
        link.done()
    link.exchange(b"\x01")
    link.exchange(b"\x02")
    with pytest.raises(AssertionError, match="the script is over, but there came 03"):
        link.exchange(b"\x03")


def test_everything_that_passes_is_counted() -> None:
    script = ScriptedLink([(b"12345", b"abc" + OK), (b"123", CardTorn())])
    with CountingLink(script) as link:
        link.exchange(b"12345")
        with pytest.raises(CardTorn):
            link.exchange(b"123")
        link.reset()
    assert (link.apdus, link.bytes_sent, link.bytes_received) == (2, 8, 5)
    assert link.bytes_in_all == 13
    assert (script.resets, script.closed) == (1, True)


def test_a_cut_in_process_is_a_torn_card_until_it_is_reset() -> None:
    purse = new_purse(balance=100)
    with InProcessLink(purse.applet, Interface.CONTACT) as link:
        purse.memory.cut_after(0)
        for _ in range(2):
            with pytest.raises(CardTorn):
                link.exchange(SELECT)
        link.reset()
        assert link.exchange(SELECT)[-2:] == OK


def test_a_reset_in_process_forgets_what_was_selected() -> None:
    with InProcessLink(new_purse().applet, Interface.CONTACT) as link:
        link.exchange(SELECT)
        assert link.exchange(CERTIFICATE)[-2:] == OK
        link.reset()
        assert link.exchange(CERTIFICATE) == bytes.fromhex("6999")
        link.close()
        link.close()
