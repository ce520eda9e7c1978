"""docs/conformance.md says what is there: its example plays, its operations and files exist."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

from zerobar.conformance import InProcessCards, player
from zerobar.conformance.case import CASE_MODULES
from zerobar.conformance.player import Player
from zerobar.conformance.vectors import FOLDER, SLOTS

PAGE = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text(encoding="utf-8")


def test_the_example_script_plays() -> None:
    example = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
    card = InProcessCards(SLOTS, random.Random(8).randbytes).fresh()
    Player(player.setup()).play(example, card)


def test_every_file_of_cases_is_on_the_page() -> None:
    table = PAGE.partition("| files | about |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"`(\w+)`", table)) == sorted(CASE_MODULES)


def test_every_step_of_the_vectors_is_on_the_page() -> None:
    steps = [step for script in player.scripts() for step in script["steps"]]
    used = {name for step in steps for name in step}
    assert used == {"let", "send", "answer", "power", "sign", "key", "bytes", "hash", "other_s"}
    assert all(re.search(rf"[`\"]{name}[`\"]", PAGE) for name in used)


def test_the_members_of_the_vectors_are_on_the_page() -> None:
    setup, messages = player.setup(), json.loads((FOLDER / "messages.json").read_text())
    told = {"format", "version", "note", "suite"}
    for file in (setup, messages, next(player.scripts())):
        assert all(f"`{member}`" in PAGE for member in file.keys() - told)
