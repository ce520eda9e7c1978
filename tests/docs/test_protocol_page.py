"""docs/protocol.md is executed: what its tables say is what the purse does.

`claims` computes from the code what each table of the page should hold, `disagreements` reads the
page and compares. Mutating any number of the page, or of the code, makes them differ.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any
from unittest import mock

import pytest

from tests.docs.protocol_claims import Claim, claims
from tests.docs.protocol_orders import NOT_LOOKED_AT, wrong_orders
from tests.docs.protocol_scenario import Heard, listen
from tests.docs.protocol_tables import LONE_STATUS, PAGE, STATUS_PAIR, Table, tables, vectors
from tests.docs.protocol_vectors import expected_vectors
from zerobar.purse import accepting, apdu, limits, purse, records, store
from zerobar.purse.messages import VoidStatement
from zerobar.purse.status import Status


@dataclass(frozen=True)
class Truth:
    """All that the code says of the page."""

    heard: Heard
    claims: list[Claim]
    vectors: dict[str, str]


def truth(heard: Heard) -> Truth:
    return Truth(heard, claims(heard), expected_vectors())


def disagreements(page: str, true: Truth) -> list[str]:
    found = tables(page)
    if wrong := list(_wrong_statuses(page)):
        return wrong
    return [
        *(f"{claim.heading}: {wrong}" for claim in true.claims for wrong in _against(claim, found)),
        *_wrong_vectors(page, true),
        *_wrong_numbering(found),
        *wrong_orders(found, true.heard),
        *_stray_numbers(page),
    ]


def _against(claim: Claim, found: list[Table]) -> Iterator[str]:
    under = [t for t in found if t.heading == claim.heading and set(claim.columns) <= set(t.header)]
    if len(under) != 1:
        yield f"{len(under)} tables with {claim.columns}"
        return
    rows = under[0].columns(claim.columns)
    if len(rows) != len(claim.rows):
        yield f"{len(rows)} rows, not {len(claim.rows)}"
    for told, true in zip(rows, claim.rows, strict=False):
        if any(t is not None and t != said for said, t in zip(told, true, strict=True)):
            yield f"{told}, not {true}"


def _wrong_vectors(page: str, true: Truth) -> Iterator[str]:
    if vectors(page) != true.vectors:
        yield "a vector differs"


def _wrong_numbering(found: list[Table]) -> Iterator[str]:
    for table in found:
        if "order" in table.header:
            numbers = [number for (number,) in table.columns(("order",))]
            if numbers != [str(n) for n in range(1, len(numbers) + 1)]:
                yield f"{table.heading}: rows are {numbers}"


def _wrong_statuses(page: str) -> Iterator[str]:
    """A status word stands with its name wherever it is mentioned."""
    true = {(f"{word:04X}", word.name) for word in Status}
    yield from (
        f"{pair} is no status word" for pair in STATUS_PAIR.findall(page) if pair not in true
    )
    yield from (f"{word} without its name" for word in LONE_STATUS.findall(page))


NAMES_WITH_NUMBERS = re.compile(
    r"P-256|SHA-256|ISO 4217|RFC 6979|1970-01-01|\]\([^)]*\)|63Cx|" + STATUS_PAIR.pattern
)


def _stray_numbers(page: str) -> Iterator[str]:
    """A number in the running text would go stale unseen: it belongs into a table."""
    text = re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    lines = [line for line in text.splitlines() if not line.startswith(("|", "#"))]
    yield from (f"{number} in: {line}" for line in lines for number in _numbers(line))


@cache
def _numbers(line: str) -> list[str]:
    return re.findall(r"\d{2,}", re.sub(r"^\d+\. ", "", NAMES_WITH_NUMBERS.sub("", line)))


@pytest.fixture(scope="module")
def heard() -> Heard:
    return listen()


@pytest.fixture(scope="module")
def true(heard: Heard) -> Truth:
    return truth(heard)


def test_the_page_says_what_the_purse_does(true: Truth) -> None:
    assert disagreements(PAGE, true) == []


FREE_COLUMNS = {"meaning", "use", "who", "what is looked at", "log entry", "what the key is for"}


def checked_places(page: str) -> Iterator[int]:
    """Yield where each digit stands that the page gives to be relied on."""
    for table in tables(page):
        for row in table.rows:
            for name, cell in zip(table.header, row, strict=True):
                if name not in FREE_COLUMNS:
                    yield from (cell.start + i for i, c in enumerate(cell.text) if c.isdigit())
    for pair in STATUS_PAIR.finditer(page):
        yield from range(pair.start(1), pair.end(1))
    for heading in re.finditer(r"^### .*\(.*\)$", page, re.MULTILINE):
        yield from (heading.start() + i for i, c in enumerate(heading[0]) if c.isdigit())


def changed(page: str, place: int) -> str:
    other = "1" if page[place] != "1" else "2"
    return page[:place] + other + page[place + 1 :]


@pytest.mark.slow
def test_no_digit_of_a_table_can_be_changed_unseen(true: Truth) -> None:
    places = sorted(set(checked_places(PAGE)))
    assert len(places) > 1000
    unseen = [PAGE[p - 30 : p + 30] for p in places if not disagreements(changed(PAGE, p), true)]
    assert unseen == []


def test_no_digit_of_a_vector_can_be_changed_unseen(true: Truth) -> None:
    blocks = re.finditer(r"^[0-9a-f]{8,}$", PAGE, re.MULTILINE)
    places = [place for block in blocks for place in range(block.start(), block.end(), 7)]
    assert len(places) > 100
    assert [p for p in places if not list(_wrong_vectors(changed(PAGE, p), true))] == []


@pytest.mark.parametrize(
    "text, other",
    [
        ("| 10 | 4 | entry | the payer's log entry |\n", ""),
        ("| 9E13 | TOO_MANY_REQUESTS | prepared by antenna without PIN |\n", ""),
        ("| 80 42 | ARM ", "| 80 43 | ARM "),
        ("| active | contact, with PIN |", "| both | contact, with PIN |"),
        ("| PAYMENT | 01 | request", "| PAYMENTS | 01 | request"),
        ("### UNBLOCK (type A", "### UNBLOCK (type B"),
        ("75 to 219 by 8", "75 to 227 by 8"),
        ("An interrupted\npayment", "An interrupted\npayment of 12 yuan"),
        ("`9E0B ALREADY_SETTLED`", "`9E0B`"),
    ],
)
def test_other_slips_of_the_page_are_noticed(true: Truth, text: str, other: str) -> None:
    assert text in PAGE
    assert disagreements(PAGE.replace(text, other), true) != []


ORDERED = ["PAY", "PREPARE", "ACCEPT", "VOID", "UNDO", "SYNC ACK", "KEY UPDATE"]


@pytest.mark.parametrize("command", ORDERED)
def test_no_two_checks_of_a_command_can_change_places_unseen(true: Truth, command: str) -> None:
    table = next(t for t in tables(PAGE) if t.heading == command and "order" in t.header)
    place, unseen = table.header.index("refusal"), NOT_LOOKED_AT.get(command)
    cells = [row[place] for row in table.rows if STATUS_PAIR.search(row[place].text)]
    refusals = [cell for cell in cells if unseen is None or unseen.name not in cell.text]
    swapped = 0
    for one, other in pairwise(refusals):
        if one.text != other.text:
            page = PAGE[: one.start] + other.text + PAGE[one.start + len(one.text) :]
            start = other.start + len(other.text) - len(one.text)
            page = page[:start] + one.text + page[start + len(other.text) :]
            assert disagreements(page, true) != [], (one.text, other.text)
            swapped += 1
    assert swapped >= 2


@pytest.mark.parametrize(
    "place, name, value",
    [
        (purse, "GRACE_DAYS", 31),
        (purse, "WINDOW_SIZE", 32),
        (store, "CACHE_SIZE", 8),
        (accepting, "MAX_CONTACTLESS_REQUESTS", 33),
        (apdu, "AID", apdu.AID[:-1] + b"\x02"),
        (records, "HASH_LENGTH", 4),
        (limits, "DEFAULT_LIMITS", dict(list(limits.DEFAULT_LIMITS.items())[:2])),
        (VoidStatement, "LENGTH", 107),
    ],
)
def test_a_change_of_the_code_is_noticed(
    heard: Heard, place: Any, name: str, value: object
) -> None:
    with mock.patch.object(place, name, value):
        assert disagreements(PAGE, truth(heard)) != []
