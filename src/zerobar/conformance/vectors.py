"""Makes the vectors that other languages can use, from the cases and from the messages.

`python -m zerobar.conformance.vectors` writes them anew; a test sees that nothing has changed.
"""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any, Final

from zerobar.conformance.case import CASE_MODULES, Case, cases
from zerobar.conformance.message_vectors import message_vectors
from zerobar.conformance.player import FORMAT, VERSION
from zerobar.conformance.provider import InProcessCards
from zerobar.conformance.recorder import Recorder, Step
from zerobar.conformance.runner import made
from zerobar.conformance.under_test import Make
from zerobar.conformance.world import World, private_key

FOLDER: Final = Path(__file__).with_name("vectors")
SLOTS: Final = 64
LONGEST: Final = 7_000
"""Characters of a script's steps; what is longer is left to the suite itself."""

_BLANK: Final = "blank"
_PERSON: Final = "person"


class _Scripts:
    """Collects scripts; those that begin alike share a prelude."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.keys: set[str] = set()
        self.preludes: dict[str, list[Step]] = {_BLANK: []}
        self.files: dict[str, dict[str, Any]] = {}
        self._record(None)

    def add(self, case: Case) -> None:
        """Record a case, unless its script is too long."""
        begin, steps = self._record(case)
        if len(json.dumps(steps)) > LONGEST:
            return
        empty = {"format": FORMAT, "version": VERSION, "scripts": []}
        file = self.files.setdefault(f"{case.module}.json", empty)
        needs = {"antenna": case.antenna, "any_apdu": case.any_apdu}
        file["scripts"].append(
            {
                "name": case.name,
                "sections": list(case.sections),
                "sentence": case.sentence,
                "needs": [need for need, wanted in needs.items() if wanted],
                "begin": begin,
                "steps": steps,
            }
        )

    @property
    def used_preludes(self) -> dict[str, list[Step]]:
        """The preludes that a script begins with."""
        used = {script["begin"] for file in self.files.values() for script in file["scripts"]}
        return {name: steps for name, steps in self.preludes.items() if name in used}

    def _record(self, case: Case | None) -> tuple[str, list[Step]]:
        """Return the prelude and the steps of a case; without one, learn to personalise."""
        recorder = Recorder(_constants())
        card = InProcessCards(SLOTS, random.Random(self._seed).randbytes).fresh()  # noqa: S311
        purse = made(card, World(recorder), recorder, case.make if case else Make())
        if case is None:
            recorder.reached(_PERSON)
        else:
            case.run(purse)
        card.close()
        self.keys |= recorder.keys
        return self._split(recorder)

    def _split(self, recorder: Recorder) -> tuple[str, list[Step]]:
        for name, length in recorder.reaches.items():
            self.preludes.setdefault(name, recorder.steps[:length])
        fitting = [
            name
            for name, prelude in self.preludes.items()
            if recorder.steps[: len(prelude)] == prelude
        ]
        begin = max(fitting, key=lambda name: len(self.preludes[name]))
        return begin, recorder.steps[len(self.preludes[begin]) :]


def all_vectors(seed: int = 1) -> dict[str, dict[str, Any]]:
    """Return every file of vectors by name.

    Args:
        seed: of the recorded cards' randomness; the vectors are the same for any.
    """
    scripts = _Scripts(seed)
    for case in cases():
        if case.recorded:
            scripts.add(case)
    return {"setup.json": _setup(scripts), "messages.json": message_vectors(), **scripts.files}


@cache
def _constants() -> dict[str, bytes]:
    """Return the certificates of the parties that most cases need."""
    world = World()
    parties = {
        "person_certificate": world.person,
        "anonymous_certificate": world.anonymous,
        "merchant_certificate": world.merchant,
        "service_certificate": world.service,
        "operator_certificate": world.bank,
    }
    return {name: bytes(party.certificate) for name, party in parties.items()}


def _setup(scripts: _Scripts) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "note": "TEST KEYS: everybody has them",
        "suite": 1,
        "slots": SLOTS,
        "files": sorted(scripts.files, key=_place),
        "keys": {name: private_key(name).hex() for name in sorted(scripts.keys)},
        "constants": {name: value.hex() for name, value in _constants().items()},
        "preludes": scripts.used_preludes,
    }


def _place(name: str) -> int:
    return CASE_MODULES.index(name.removesuffix(".json"))


def encoded(file: dict[str, Any]) -> str:
    """Return a file's text: JSON with one step or message a line."""
    return _lines(file) + "\n"


def _lines(value: Any) -> str:
    nested: tuple[type, ...] = (dict, list)
    if isinstance(value, dict) and any(isinstance(v, nested) for v in value.values()):
        return _block("{", [f"{json.dumps(key)}: {_lines(v)}" for key, v in value.items()], "}")
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return _block("[", [_lines(v) for v in value], "]")
    return json.dumps(value)


def _block(start: str, inner: list[str], end: str) -> str:
    return "\n".join((start, ",\n".join(inner), end))


def write_all(folder: Path = FOLDER) -> None:
    """Write every file, and remove what is none any longer."""
    folder.mkdir(exist_ok=True)
    files = all_vectors()
    for path in folder.glob("*.json"):
        if path.name not in files:
            path.unlink()
    for name, file in files.items():
        (folder / name).write_text(encoded(file), encoding="ascii")


if __name__ == "__main__":
    write_all()
