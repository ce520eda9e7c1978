"""Cashiers, PINs, shifts, and who is signed in."""

from __future__ import annotations

import pytest

from tests.pos.town import Town
from zerobar.pos.cashiers import TRIES
from zerobar.pos.errors import (
    CashierConflict,
    CashierLocked,
    CashierUnknown,
    NotAllowed,
    NotSignedIn,
    PinUnfit,
    PinWrong,
)
from zerobar.pos.sessions import LASTS_S, Sessions
from zerobar.pos.till import Till


@pytest.fixture
def sessions(town: Town, till: Till) -> Sessions:
    till.store.cashiers.add("Mei", "135790", chief=True)
    till.store.cashiers.add("Bo", "246800", chief=False)
    return Sessions(till, town.draw.randbytes)


def test_a_cashier_signs_in_and_works_in_one_shift(till: Till, sessions: Sessions) -> None:
    token, first = sessions.sign_in("Mei", "135790")
    _, second = sessions.sign_in("Mei", "135790")
    assert sessions.session(token) == first
    assert first.shift_id == second.shift_id
    sessions.end_shift(first)
    with pytest.raises(NotSignedIn):
        sessions.session(token)
    assert sessions.sign_in("Mei", "135790")[1].shift_id != first.shift_id
    assert [shift.cashier for shift in till.store.cashiers.open_shifts()] == ["Mei"]


def test_too_many_wrong_pins_lock_until_the_chief_sets_a_new_one(
    town: Town, till: Till, sessions: Sessions
) -> None:
    for left in reversed(range(TRIES)):
        with pytest.raises(PinWrong, match=str(left)):
            sessions.sign_in("Bo", "000000")
    for pin in ("000000", "246800"):
        with pytest.raises(CashierLocked):
            sessions.sign_in("Bo", pin)
    with pytest.raises(CashierLocked):
        Sessions(town.restart(), town.draw.randbytes).sign_in("Bo", "246800")
    town.till.store.cashiers.set_pin("Bo", "999111")
    Sessions(town.till, town.draw.randbytes).sign_in("Bo", "999111")


def test_a_right_pin_gives_all_tries_back(till: Till, sessions: Sessions) -> None:
    for _ in range(3):
        with pytest.raises(PinWrong, match=str(TRIES - 1)):
            sessions.sign_in("Bo", "000000")
        sessions.sign_in("Bo", "246800")


def test_a_session_ends_by_itself_and_by_signing_out(town: Town, sessions: Sessions) -> None:
    first, _ = sessions.sign_in("Mei", "135790")
    second, _ = sessions.sign_in("Mei", "135790")
    sessions.sign_out(first)
    with pytest.raises(NotSignedIn):
        sessions.session(first)
    town.clock.now += LASTS_S
    with pytest.raises(NotSignedIn):
        sessions.session(second)


def test_only_a_chief_is_a_chief(sessions: Sessions) -> None:
    sessions.sign_in("Mei", "135790")[1].require_chief()
    with pytest.raises(NotAllowed):
        sessions.sign_in("Bo", "246800")[1].require_chief()


@pytest.mark.parametrize("pin", ["12345", "1234567890123", "12345a", "\u0661" * 6, ""])
def test_a_pin_is_digits(till: Till, pin: str) -> None:
    with pytest.raises(PinUnfit):
        till.store.cashiers.add("Li", pin, chief=False)


def test_names_are_told_apart(till: Till, sessions: Sessions) -> None:
    with pytest.raises(CashierConflict):
        till.store.cashiers.add("Mei", "111222", chief=False)
    with pytest.raises(CashierUnknown):
        sessions.sign_in("Nobody", "111222")


def test_no_pin_is_in_the_file(town: Town, sessions: Sessions) -> None:
    assert b"135790" not in (town.folder / "pos.db").read_bytes()
    assert (town.folder / "pos.db").stat().st_mode & 0o077 == 0
