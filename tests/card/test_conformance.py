"""The applet conforms: the whole suite, its vectors, and the command line over a reader's slot."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from tests.card.simulator import SimulatedCards, Simulator, running
from zerobar.conformance import Verdict, player, run
from zerobar.conformance.player import Player
from zerobar.conformance.vectors import SLOTS
from zerobar.purse.ring import MERCHANT_SLOTS, PERSON_SLOTS

LARGE_LOGS_ONLY = "the log is smaller than the number of payments"
MANY_CASES = 900
MANY_SCRIPTS = 850

pytestmark = pytest.mark.slow


def test_the_applet_conforms(console: Simulator) -> None:
    report = run(SimulatedCards(console, PERSON_SLOTS))
    assert [(o.case.name, o.reason) for o in report.of(Verdict.FAILED)] == []
    assert {outcome.reason for outcome in report.of(Verdict.NOT_RUN)} == {LARGE_LOGS_ONLY}
    assert report.conforms and len(report.of(Verdict.PASSED)) > MANY_CASES


@pytest.mark.parametrize("only", ["classes.*", "select.*", "pay.*", "accept.*", "sync_ack.*"])
def test_the_applet_conforms_with_a_merchants_log(console: Simulator, only: str) -> None:
    report = run(SimulatedCards(console, MERCHANT_SLOTS), [only])
    assert [(o.case.name, o.reason) for o in report.of(Verdict.FAILED)] == []
    assert report.of(Verdict.NOT_RUN) == () and report.conforms


@pytest.mark.deep
def test_the_applet_conforms_to_everything_with_a_merchants_log(console: Simulator) -> None:
    report = run(SimulatedCards(console, MERCHANT_SLOTS))
    assert [(o.case.name, o.reason) for o in report.of(Verdict.FAILED)] == []
    assert report.of(Verdict.NOT_RUN) == () and report.conforms


def test_the_applet_plays_the_vectors(console: Simulator) -> None:
    playing, cards = Player(player.setup()), SimulatedCards(console, SLOTS)
    count = 0
    for script in player.scripts():
        playing.play(script, cards.fresh())
        count += 1
    assert count > MANY_SCRIPTS


@pytest.mark.deep
def test_one_card_in_a_slot_and_in_fields_conforms_by_the_command_line(built: None) -> None:
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    with running("--slot", f"localhost:{port}", "--antenna", "0") as simulator:
        antenna = f"antenna://localhost:{simulator.port()}"
        command = ["card", "conformance", f"vpcd://localhost:{port}", "--antenna", antenna]
        ran = subprocess.run(
            [sys.executable, "-m", "zerobar", *command],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "The purse conforms" in ran.stdout + ran.stderr
    assert "0 failed" in ran.stdout + ran.stderr
