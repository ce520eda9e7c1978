"""No reachable state breaks an invariant, and every seeded bug is found.

`python -m tests.model` prints the same explorations as tables and stories; docs/model.md has them.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.model import scopes
from tests.model.__main__ import main
from tests.model.explore import Explorer
from tests.model.hunting import explore, hunt
from tests.model.invariants import INVARIANTS
from tests.model.mutants import GAPS, MUTANTS, Mutant
from tests.model.plain import from_plain, to_plain
from tests.model.rules import Rules
from tests.model.scope import Scope
from tests.model.story import tell

DOCS = Path(__file__).parents[2] / "docs"


def by_name(item: Mutant | Scope) -> str:
    return item.name


def row(page: str, first_cell: str) -> list[str]:
    """Return the cells of the table row on a page of docs that begins with this one."""
    for line in (DOCS / page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] == first_cell:
            return cells
    raise AssertionError(f"docs/{page} has no row {first_cell!r}")


@pytest.mark.slow
@pytest.mark.parametrize("scope", scopes.EVERYDAY, ids=by_name)
def test_no_invariant_breaks(scope: Scope) -> None:
    found = explore(scope).found
    assert found.violation is None
    assert row("model.md", scope.name)[2] == f"{found.states:,}", "docs/model.md is out of date"


@pytest.mark.deep
@pytest.mark.parametrize("scope", scopes.DEEP, ids=by_name)
def test_no_invariant_breaks_in_a_large_world(scope: Scope) -> None:
    found = explore(scope).found
    assert found.violation is None
    assert row("model.md", scope.name)[2] == f"{found.states:,}", "docs/model.md is out of date"


@pytest.mark.parametrize("mutant", [*MUTANTS, *GAPS], ids=by_name)
def test_a_seeded_bug_is_found(mutant: Mutant) -> None:
    violation = hunt(mutant).violation
    assert violation.invariants == (mutant.breaks,)
    invariant, length = row("model.md", mutant.name)[1:3]
    assert (invariant, length) == (str(mutant.breaks), str(len(violation.steps)))


def test_every_bug_has_a_name_of_its_own() -> None:
    names = [mutant.name for mutant in (*MUTANTS, *GAPS)]
    assert len(set(names)) == len(names)


ALL_SCOPES = sorted({m.scope for m in (*MUTANTS, *GAPS)}, key=lambda scope: scope.name)
BUG_SCOPES: list[Scope] = [s for s in ALL_SCOPES if s not in scopes.EVERYDAY]


@pytest.mark.deep
@pytest.mark.parametrize("scope", BUG_SCOPES, ids=by_name)
def test_nothing_is_found_where_there_is_no_bug(scope: Scope) -> None:
    assert explore(scope).found.violation is None


AUTHORISE = next(m for m in MUTANTS if m.name == "accept an AUTHORISE voucher")


@pytest.mark.parametrize("kept", AUTHORISE.off)
def test_one_defence_is_enough_against_an_authorisation_that_is_accepted(kept: str) -> None:
    rules: Rules = replace(AUTHORISE.rules, **{kept: True})
    assert Explorer(AUTHORISE.scope, rules).run().violation is None


def test_the_invariants_are_those_of_the_protocol_page() -> None:
    page = (DOCS / "protocol.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", page.split("\n## 10. Invariants\n")[1], flags=re.MULTILINE)[0]
    listed = re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |\Z)", section, flags=re.MULTILINE | re.DOTALL)
    assert {int(n): " ".join(text.split()) for n, text in listed} == INVARIANTS


def test_a_story_can_be_read() -> None:
    found = hunt(next(m for m in MUTANTS if m.name == "undo twice"))
    assert tell(found.world, found.violation).splitlines() == [
        "At first A 1 is loaded and synchronised.",
        "1. B prepares a request, PAYMENT of 1: request B/1 (PAYMENT of 1) leaves.",
        "2. A pays request B/1 (PAYMENT of 1): voucher A/2 leaves.",
        "3. B takes VOID with voucher A/2: statement VOIDED on voucher A/2 leaves.",
        "4. A takes UNDO with statement VOIDED on voucher A/2.",
        "5. A takes UNDO with statement VOIDED on voucher A/2.",
        f"Broken: 9. {INVARIANTS[9]}",
    ]


@pytest.mark.parametrize("mutant", [*MUTANTS, *GAPS], ids=by_name)
def test_a_trace_survives_as_plain_data(mutant: Mutant) -> None:
    found = hunt(mutant)
    steps = [*found.violation.setup, *found.violation.steps]
    plain = json.loads(json.dumps(to_plain(found.world, steps)))
    assert from_plain(found.world, plain) == steps


@pytest.mark.parametrize("mutant", [*MUTANTS, *GAPS], ids=by_name)
def test_every_step_can_be_told(mutant: Mutant) -> None:
    found = hunt(mutant)
    lines = tell(found.world, found.violation).splitlines()
    assert len(lines) == len(found.violation.steps) + 2


def test_the_command_line_tells_a_story(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["story", "undo twice"]) == 0
    assert capsys.readouterr().out.endswith(f"Broken: 9. {INVARIANTS[9]}\n")


@pytest.mark.parametrize("arguments", [[], ["story"], ["story", "no such bug"]])
def test_the_command_line_says_what_it_takes(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "python -m tests.model" in capsys.readouterr().err
