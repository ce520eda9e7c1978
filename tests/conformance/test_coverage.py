"""What the recorded cases try: every status word, every row of every order, every command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from zerobar.conformance import cases, player
from zerobar.conformance.classes import STANDARD
from zerobar.purse.apdu import Instruction
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.status import Status

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
ORDERED = ("PAY", "PREPARE", "ACCEPT", "VOID", "UNDO", "SYNC ACK", "KEY UPDATE")
OUT_OF_REACH = {Status.COUNTER_EXHAUSTED, Status.MEMORY_FAILURE}
"""Four billion entries, and a memory that wears out."""

Answered = set[tuple[bytes, int]]


@pytest.fixture(scope="module")
def answered() -> Answered:
    """Which status words each class and instruction is answered with in the vectors."""
    preludes = player.setup()["preludes"].values()
    scripts = [script["steps"] for script in player.scripts()]
    steps = [step for steps in (*preludes, *scripts) for step in steps if "send" in step]
    return {(bytes.fromhex(s["send"][:4]), int(s["answer"][-4:], 16)) for s in steps}


def statuses(answered: Answered, instruction: Instruction) -> set[int]:
    return {status for head, status in answered if head == bytes(instruction.value)}


def rows(command: str) -> set[int]:
    """Return the status words in the orders of a command."""
    section = re.split(r"^##", PAGE.partition(f"\n### {command}\n")[2], flags=re.MULTILINE)[0]
    found = re.findall(r"^\| \d+ \|.*?\| `([0-9A-F]{4}) \w+` \|$", section, re.MULTILINE)
    return {int(code, 16) for code in found}


def headings() -> Iterator[str]:
    """Return what a case may cite: sections by number, what stands in them, invariants."""
    number = ""
    for line in PAGE.splitlines():
        if top := re.match(r"## (\d+)\. (.*)", line):
            number = top[1]
            yield from (number, f"{number} {top[2]}")
        elif inner := re.match(r"### (.*?)(?: \(.*)?$", line):
            yield f"{number} {inner[1]}"
        elif number == "10" and (invariant := re.match(r"(\d+)\. ", line)):
            yield f"10.{invariant[1]}"


def test_every_case_cites_sections_of_the_protocol() -> None:
    known = set(headings())
    assert {section for case in cases() for section in case.sections} <= known


def test_every_status_word_is_answered_in_some_vector(answered: Answered) -> None:
    found = {status for _, status in answered}
    assert found >= {*Status, 0x63C0, 0x63C1, 0x63C2} - OUT_OF_REACH


@pytest.mark.parametrize("command", ORDERED)
def test_every_row_of_an_order_is_tried(command: str, answered: Answered) -> None:
    wanted = rows(command)
    assert len(wanted) >= 3
    assert statuses(answered, Instruction[command.replace(" ", "_")]) >= wanted - OUT_OF_REACH


@pytest.mark.parametrize("instruction", Instruction, ids=lambda instruction: instruction.name)
def test_every_command_succeeds_and_is_refused(
    instruction: Instruction, answered: Answered
) -> None:
    assert statuses(answered, instruction) >= {Status.OK, Status.WRONG_P1_P2}
    assert len(statuses(answered, instruction)) >= 4


def test_the_suite_s_own_table_of_limits_is_the_purse_s() -> None:
    assert STANDARD == DEFAULT_LIMITS
