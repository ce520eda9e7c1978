"""`python -m tests.model everyday | deep | mutants | story NAME`: explore and print."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

from tests.model import scopes
from tests.model.hunting import explore, hunt
from tests.model.mutants import GAPS, MUTANTS
from tests.model.scope import Scope
from tests.model.story import tell

USAGE = "usage: python -m tests.model everyday | deep | mutants | story NAME\n"


def main(arguments: list[str]) -> int:
    """Run one of the four; return the exit status, 1 when an invariant is broken."""
    match arguments:
        case ["everyday"]:
            return _explore(scopes.EVERYDAY)
        case ["deep"]:
            return _explore(scopes.DEEP)
        case ["mutants"]:
            return _hunt()
        case ["story", name]:
            return _tell(name)
    sys.stderr.write(USAGE)
    return 2


def _explore(chosen: Iterable[Scope]) -> int:
    broken = 0
    _row("scope", "purses", "states", "steps", "seconds")
    for scope in chosen:
        began = time.monotonic()
        seen = explore(scope)
        seconds = f"{time.monotonic() - began:.1f}"
        states, steps = f"{seen.found.states:,}", f"{seen.found.transitions:,}"
        _row(scope.name, str(len(scope.loaded)), states, steps, seconds)
        if seen.found.violation is not None:
            broken = 1
            sys.stdout.write(tell(seen.world, seen.violation) + "\n")
    return broken


def _hunt() -> int:
    _row("mutant", "invariant", "steps", "states")
    for mutant in (*MUTANTS, *GAPS):
        seen = hunt(mutant)
        steps = str(len(seen.violation.steps))
        _row(mutant.name, str(mutant.breaks), steps, f"{seen.found.states:,}")
    return 0


def _tell(name: str) -> int:
    for mutant in (*MUTANTS, *GAPS):
        if mutant.name == name:
            seen = hunt(mutant)
            sys.stdout.write(tell(seen.world, seen.violation) + "\n")
            return 0
    sys.stderr.write("no such mutant; `python -m tests.model mutants` lists them\n")
    return 2


def _row(*cells: str) -> None:
    sys.stdout.write("| " + " | ".join(cells) + " |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
