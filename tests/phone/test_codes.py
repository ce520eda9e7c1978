"""The 19 digits that a phone shows: right at the bank, and none of them shown for two payments."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.client.paying import CodeSecretShown
from zerobar.codes.customer import SEQUENCES, parse_code, step_of
from zerobar.phone.codes import OwnCodes
from zerobar.phone.errors import NoCodeSecret
from zerobar.phone.memory import PhoneMemory

SECRET = bytes(range(32))
SHOWN = CodeSecretShown(
    handle="12345678", secret=base64.urlsafe_b64encode(SECRET).rstrip(b"=").decode()
)


class Clock:
    """The phone's own time."""

    now = 1_790_000_000

    def __call__(self) -> float:
        return self.now


def test_without_a_secret_there_is_no_code(tmp_path: Path) -> None:
    with PhoneMemory(tmp_path / "phone.db") as memory, pytest.raises(NoCodeSecret):
        OwnCodes(memory, lambda: 0.0).next()


@given(pauses_s=st.lists(st.integers(0, 20), max_size=30), restarts=st.sets(st.integers(0, 30)))
def test_a_code_is_right_and_new_also_after_a_restart(
    tmp_path_factory: pytest.TempPathFactory, pauses_s: list[int], restarts: set[int]
) -> None:
    path = tmp_path_factory.mktemp("phone") / "phone.db"
    clock, shown = Clock(), []
    memory = PhoneMemory(path)
    OwnCodes(memory, clock).enrol(SHOWN)
    for number, pause_s in enumerate(pauses_s):
        clock.now += pause_s
        step = clock.now // 15
        if number in restarts:
            memory.__exit__()
            memory = PhoneMemory(path)
        shown.append((step, OwnCodes(memory, clock).next()))
        code = parse_code(shown[-1][1])
        assert code.handle == SHOWN.handle and step_of(code, SECRET, clock.now) == step
    memory.__exit__()
    for step in {step for step, _ in shown}:
        digits = [code for at, code in shown if at == step]
        assert len(set(digits)) == min(len(digits), SEQUENCES)
