"""The vectors: made anew they are the same, they play on any card, and a wrong card fails them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.conformance.test_runner import ChangedCards
from zerobar.conformance import InProcessCards, cases, player
from zerobar.conformance.player import Player, VectorFailed
from zerobar.conformance.vectors import FOLDER, SLOTS, all_vectors, encoded
from zerobar.purse import suites

MOST_BYTES = 1_500_000


@pytest.fixture(scope="module")
def scripts() -> list[dict[str, Any]]:
    return list(player.scripts())


def cards(seed: int) -> InProcessCards:
    return InProcessCards(SLOTS, random.Random(seed).randbytes)


def refused(script: dict[str, Any], provider: ChangedCards) -> VectorFailed:
    with pytest.raises(VectorFailed) as failure:
        Player(player.setup()).play(script, provider.fresh())
    return failure.value


def texts(value: Any) -> Iterator[str]:
    """Walk the expressions of steps."""
    for step in value:
        yield from (step[key] for key in ("send", "answer", "bytes", "hash", "sign") if key in step)


@pytest.mark.slow
def test_the_vectors_are_what_the_cases_make_of_any_card() -> None:
    made = {name: encoded(file) for name, file in all_vectors(seed=7).items()}
    assert {path.name for path in FOLDER.iterdir()} == set(made)
    changed = [name for name, text in made.items() if (FOLDER / name).read_text() != text]
    assert changed == [], "python -m zerobar.conformance.vectors makes them anew"


def test_the_vectors_play_on_a_card(scripts: list[dict[str, Any]]) -> None:
    playing, provider = Player(player.setup()), cards(2026)
    for script in scripts:
        card = provider.fresh()
        playing.play(script, card)
        card.close()


def test_a_card_may_sign_by_chance(
    scripts: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suites, "_ECDSA_DETERMINISTIC", ec.ECDSA(hashes.SHA256()))
    playing, provider = Player(player.setup()), cards(2027)
    for script in scripts[::3]:
        playing.play(script, provider.fresh())


def test_most_cases_are_vectors_and_all_of_them_are_small(scripts: list[dict[str, Any]]) -> None:
    names = [script["name"] for script in scripts]
    known = {case.name: case for case in cases()}
    assert len(set(names)) == len(names) and set(names) <= set(known)
    assert len(names) > 0.9 * len(known)
    assert all(known[script["name"]].sentence == script["sentence"] for script in scripts)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < MOST_BYTES


def test_a_vector_tells_no_bytes_of_the_card_that_it_was_recorded_from(
    scripts: list[dict[str, Any]],
) -> None:
    keys = json.dumps(player.setup()["keys"])
    assert "person" in keys and "key" not in player.setup()["keys"]
    pays = next(s for s in scripts if s["name"] == "pay.test_valid_received_money")
    voucher = next(step for step in pays["steps"] if step.get("send", "").startswith("8010"))
    assert voucher["answer"].count("{+") == 1 and voucher["answer"].endswith("9000")
    assert all("{?key" not in text for text in texts(pays["steps"]))


@pytest.mark.parametrize(
    "command, change",
    [
        ("8010", lambda answer: answer[:60] + bytes((answer[60] ^ 1,)) + answer[61:]),
        ("8010", lambda answer: answer[:30] + bytes((answer[30] ^ 1,)) + answer[31:]),
        ("8010", lambda answer: answer + b"\x00"),
        ("8010", lambda answer: answer[:-1]),
        ("8010", lambda answer: b"\x6a\x80"),
        ("8020", lambda answer: answer[:-2] + b"\x90\x01"),
        ("8022", lambda answer: b"\x51\x01" + answer[2:]),
        ("8030", lambda answer: answer[:40] + bytes((answer[40] ^ 1,)) + answer[41:]),
    ],
)
def test_a_wrong_answer_is_noticed(
    scripts: list[dict[str, Any]], command: str, change: Any
) -> None:
    script = next(s for s in scripts if s["name"] == "pay.test_valid_received_money")
    prefix = bytes.fromhex(command)
    lying = ChangedCards(lambda apdu, ans: change(ans) if apdu.startswith(prefix) else ans)
    steps = [*player.setup()["preludes"][script["begin"]], *script["steps"]]
    first = next(i for i, s in enumerate(steps, 1) if s.get("send", "").startswith(command))
    failure = refused(script, lying)
    assert (failure.script, failure.step) == (script["name"], first)
