"""One card for all: in process, as a virtual element with contacts and antenna, over PC/SC."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from tests.element.serving import ANY_PORT, antenna_of, served
from tests.reader.pcscd import PrivatePcscd
from zerobar.conformance import (
    Bench,
    CardUnderTest,
    Case,
    InProcessCards,
    OneCard,
    Report,
    Verdict,
    cases,
    run,
)
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.ring import MERCHANT_SLOTS, PERSON_SLOTS
from zerobar.purse.store import memory_size
from zerobar.reader import AntennaLink, PcscLink, VpcdLink

OWN_CARD = "needs a blank card of its own"
NO_ANTENNA = "the antenna of this card cannot be reached"
NO_RAW_LINK = "this reader does not carry malformed commands"
WAIT_MS = 5_000


def blank_applet(slots: int = PERSON_SLOTS) -> Applet:
    return Applet(Memory(bytes(memory_size(slots))), os.urandom)


@contextmanager
def served_card() -> Iterator[CardUnderTest]:
    """A blank virtual element: its contacts in a slot of ours, its antenna in fields of ours."""
    with (
        VpcdLink(*ANY_PORT) as slot,
        served(blank_applet(), vpcd=slot.address, antenna=ANY_PORT) as server,
    ):
        slot.wait_for_card()
        yield CardUnderTest(slot, partial(AntennaLink, *antenna_of(server)))


def not_run(report: Report) -> dict[str, str]:
    return {outcome.case.name: outcome.reason for outcome in report.of(Verdict.NOT_RUN)}


def expected_not_run(*, antenna: bool, any_apdu: bool) -> dict[str, str]:
    return {
        case.name: reason
        for case in cases()
        if (reason := _hindrance(case, antenna=antenna, any_apdu=any_apdu)) is not None
    }


def _hindrance(case: Case, *, antenna: bool, any_apdu: bool) -> str | None:
    if case.own_card:
        return OWN_CARD
    if case.antenna and not antenna:
        return NO_ANTENNA
    return NO_RAW_LINK if case.any_apdu and not any_apdu else None


def failures(report: Report) -> list[str]:
    return [f"{outcome.case.name}: {outcome.reason}" for outcome in report.of(Verdict.FAILED)]


def test_the_cases_follow_one_another_on_one_card() -> None:
    report = run(OneCard(InProcessCards(PERSON_SLOTS, random.Random(5).randbytes).fresh()))
    assert failures(report) == []
    assert not_run(report) == expected_not_run(antenna=True, any_apdu=True)


@pytest.mark.deep
def test_the_order_of_the_cases_does_not_matter() -> None:
    shuffled = [case for case in cases() if not case.own_card]
    random.Random(6).shuffle(shuffled)
    bench = Bench(OneCard(InProcessCards(PERSON_SLOTS, random.Random(5).randbytes).fresh()))
    report = Report(tuple(bench.run(case) for case in shuffled))
    assert failures(report) == []
    assert len(report.of(Verdict.PASSED)) == len(shuffled)


@pytest.mark.slow
def test_a_large_log_does_for_one_card_too() -> None:
    card = OneCard(InProcessCards(MERCHANT_SLOTS, random.Random(5).randbytes).fresh())
    report = run(card, only=["pay.*", "sync_ack.*", "void.test_invalid_log_full"])
    assert failures(report) == []


@pytest.mark.slow
def test_a_served_card_conforms_by_contact_and_in_fields() -> None:
    with served_card() as card:
        report = run(OneCard(card))
    assert failures(report) == []
    assert not_run(report) == expected_not_run(antenna=True, any_apdu=True)


@pytest.mark.pcsc
@pytest.mark.slow
def test_a_card_in_a_reader_conforms(pcscd: PrivatePcscd) -> None:
    """Every command and every refusal, but not every length of every command, 256 times each."""
    with (
        served(blank_applet(), vpcd=("127.0.0.1", pcscd.ports[0]), antenna=ANY_PORT) as server,
        PcscLink(pcscd.readers[0], WAIT_MS) as slot,
    ):
        field = partial(AntennaLink, *antenna_of(server))
        card = OneCard(CardUnderTest(slot, field, passes_any_apdu=False))
        report = run(card, only=[case.name for case in cases() if case.recorded])
    assert failures(report) == []
    expected = expected_not_run(antenna=True, any_apdu=False)
    assert not_run(report).items() <= expected.items()
