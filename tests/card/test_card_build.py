"""The classes for the card keep to Java Card: what a converter, or a small card, would refuse.

No converter is at hand here, so its rules are read off the compiled classes: no wide numbers, no
strings, nothing from outside the card's libraries, no 32-bit intermediate result that could differ
from a 16-bit one, and nothing made after installation.
"""

from __future__ import annotations

import re
import subprocess
from functools import cache
from itertools import pairwise
from typing import Final

import pytest

from tests.card.simulator import PROJECT, Simulator
from zerobar.purse.ring import MERCHANT_SLOTS, PERSON_SLOTS

CLASSES: Final = PROJECT / "build" / "classes"
ALLOWED_PACKAGES: Final = ("zerobar/card/", "javacard/framework/", "javacard/security/")
ALLOWED_CLASSES: Final = {"java/lang/Object", "java/lang/RuntimeException"}
MAKERS: Final = {
    "<init>",
    "install",
    "initial",
    "standard",
    "newPair",
    "scratch",
    "allRecords",
    "<clinit>",
}
"""Methods that run at installation only."""

MAKING: Final = ("new", "newarray", "anewarray", "multianewarray")
WIDENING: Final = ("iadd", "isub", "imul", "ishl", "ineg", "idiv", "iushr")
NARROWING: Final = ("i2s", "i2b")
FORBIDDEN: Final = re.compile(
    r"([lfd](add|sub|mul|load|store|return|const)|i2[lfdc]|invokedynamic)"
)
TRANSIENT_GOAL: Final = 1500

pytestmark = pytest.mark.slow


@cache
def disassembled() -> tuple[tuple[str, str], ...]:
    """Return every class for the card, with all that javap tells of it."""
    paths = sorted((CLASSES / "zerobar" / "card").glob("*.class"))
    assert len(paths) > 20
    told = subprocess.run(
        ["javap", "-p", "-v", *map(str, paths)], capture_output=True, text=True, check=True
    ).stdout
    each = told.split("Classfile ")[1:]
    return tuple(zip((path.stem for path in paths), each, strict=True))


def methods(told: str) -> list[tuple[str, list[str]]]:
    """Return (name, instructions) of every method of a class."""
    found: list[tuple[str, list[str]]] = []
    for line in told.splitlines():
        header = re.match(r"  \S.*?([\w$.]+)\(.*\)( throws .*)?;$", line)
        if header or line == "  static {};":
            name = header[1] if header else "<clinit>"
            found.append(("<init>" if "." in name else name, []))
        instruction = re.match(r" {6,}\d+: ([a-z_0-9]+)", line)
        if instruction and found:
            found[-1][1].append(instruction[1])
    return found


def test_nothing_comes_from_outside_the_cards_libraries(built: None) -> None:
    for name, told in disassembled():
        used = set(re.findall(r"= Class +\"?\[*L?([\w/$]+);?\"?", told)) - {"B", "S"}
        strange = {u for u in used if not u.startswith(ALLOWED_PACKAGES)} - ALLOWED_CLASSES
        assert strange == set(), name
        assert "= String " not in told, name


def test_no_field_parameter_or_variable_is_wider_than_two_bytes(built: None) -> None:
    for name, told in disassembled():
        descriptors = re.findall(r"descriptor: (\S+)", told)
        variables = re.findall(r"^ +\d+ +\d+ +\d+ +\w+ +(\S+)$", told, re.MULTILINE)
        assert descriptors and variables, name
        for descriptor in descriptors + variables:
            primitives = re.sub(r"L[\w/$]+;", "", descriptor)
            assert not set(primitives) & set("IJFDC"), f"{name}: {descriptor}"


def test_every_result_that_may_not_fit_two_bytes_is_cut_to_them_at_once(built: None) -> None:
    count = 0
    for name, told in disassembled():
        for method, instructions in methods(told):
            assert not [i for i in instructions if FORBIDDEN.fullmatch(i)], f"{name}.{method}"
            for done, after in pairwise(instructions):
                if done in WIDENING:
                    assert after in NARROWING, f"{name}.{method}: {done} {after}"
                    count += 1
    assert count > 100


def test_nothing_is_made_after_installation(built: None) -> None:
    for name, told in disassembled():
        for method, instructions in methods(told):
            made = [i for i in instructions if i in MAKING]
            assert not made or method in MAKERS, f"{name}.{method} makes something"


def test_the_card_build_has_no_hooks_for_tests(built: None) -> None:
    names = {name for name, _ in disassembled()}
    assert "PurseApplet" in names and "Memory" in names
    assert not names & {"CuttableMemory", "SimulatedPurse", "PowerCut"}
    assert all("Simulated" not in told and "Cuttable" not in told for _, told in disassembled())


@pytest.mark.parametrize(
    "slots, column",
    [(PERSON_SLOTS, "a person, 64 slots"), (MERCHANT_SLOTS, "a merchant, 1,024 slots")],
)
def test_the_page_tells_the_memory_that_the_applet_takes(
    console: Simulator, slots: int, column: str
) -> None:
    console.blank(slots)
    lasting, passing = console.memory_lengths()
    page = (PROJECT.parent / "docs" / "card.md").read_text()
    assert f"| all arrays, {column} | {lasting:,} |" in page
    assert f"| all transient arrays | {passing:,} |" in page
    assert passing < TRANSIENT_GOAL
