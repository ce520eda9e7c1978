"""A refusal after an attempt without an answer: the client finds out before it forgets."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from uuid import UUID

import pytest

from tests.client.test_asking import ID, PATH, Made, Order, Till
from zerobar.client.errors import BankSaysNo, Unreachable
from zerobar.client.http import LATE_AFTER_S, PAUSES_S, BankHttp
from zerobar.client.outbox import DONE_KEPT_S, Outbox
from zerobar.client.outcomes import Outcome, charge_outcome, own_outcome

SHOWN_AT = f"{PATH}/{ID}"
NO_ANSWER = ["lost-request"] * (len(PAUSES_S) + 1)


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


def _make(http: BankHttp, id_: UUID = ID) -> Made:
    return http.make(id_, PATH, Order(5), Made, outcome_at=f"{PATH}/{id_}")


@pytest.mark.parametrize("status", [404, 409, 422])
def test_what_was_done_is_found_although_the_next_attempt_is_refused(
    till: Till, status: int
) -> None:
    till.bank.refusals = [None, (status, "some-problem", {})]
    till.bank.shows[SHOWN_AT] = {"state": "paid"}
    with till.running("lost-answer") as http:
        assert _make(http) == Made(5)
        assert http.resume() == []
    assert till.bank.made == {str(ID): 5}


@pytest.mark.parametrize("shown", [{"state": "refused"}, {"status": "refused"}])
def test_what_is_refused_for_ever_is_forgotten(till: Till, shown: dict[str, str]) -> None:
    till.bank.refusals = [(422, "some-problem", {})]
    till.bank.shows[SHOWN_AT] = shown
    with till.running("lost-request") as http:
        with pytest.raises(BankSaysNo) as refused:
            _make(http)
        assert not refused.value.in_doubt
        assert http.resume() == []
    assert till.bank.made == {} and not till.kept()


@pytest.mark.parametrize("status", [404, 409, 422])
def test_a_refusal_after_a_lost_request_leaves_it_in_doubt_and_is_not_asked_for_again(
    till: Till, status: int
) -> None:
    """It was told to be refused, so nothing may be paid later by itself."""
    till.bank.refusals = [(status, "some-problem", {})]
    with till.running("lost-request") as http:
        with pytest.raises(BankSaysNo) as refused:
            _make(http)
        assert refused.value.in_doubt
        assert http.resume() == []
    with till.running() as http:
        assert http.resume() == [] and till.kept() == [ID]
        till.time_unix_s += LATE_AFTER_S + 1
        till.bank.time_unix_s += LATE_AFTER_S + 1
        assert http.resume() == [ID]
    assert till.bank.made == {} and not till.kept()


def test_an_attempt_that_arrives_after_the_refusal_is_found_later(till: Till) -> None:
    till.bank.refusals = [(422, "some-problem", {})]
    with till.running("lost-request") as http:
        with pytest.raises(BankSaysNo):
            _make(http)
        till.bank.made[str(ID)] = 5
        till.bank.shows[SHOWN_AT] = {"state": "paid"}
        assert http.resume() == [ID]
        assert _make(http) == Made(5)


def test_where_the_bank_shows_nothing_a_refusal_stays_in_doubt_for_a_while(till: Till) -> None:
    till.bank.refusals = [(422, "some-problem", {})]
    with till.running("lost-request") as http:
        with pytest.raises(BankSaysNo) as refused:
            http.make(ID, PATH, Order(5), Made)
        assert refused.value.in_doubt
        assert http.resume() == [] and till.kept() == [ID]


def test_requests_that_never_get_an_answer_do_not_hold_up_the_others(till: Till) -> None:
    stuck, good = [UUID(int=n) for n in (1, 2, 3)], UUID(int=4)
    for id_ in (*stuck, good):
        with till.running(*NO_ANSWER) as http, pytest.raises(Unreachable):
            _make(http, id_)
    till.bank.silent_for = {str(id_) for id_ in stuck}
    with till.running() as http:
        known = http.resume() + http.resume()
    assert known == [good] and till.bank.made == {str(good): 5}


def test_more_than_a_round_of_them_do_not_either(tmp_path: Path) -> None:
    with Outbox(tmp_path / "outbox", lambda: 1.0) as outbox:
        ids = [UUID(int=number) for number in range(1, 31)]
        for id_ in ids:
            outbox.keep(id_, PATH, b"")
        seen = []
        for _ in range(3):
            for kept in outbox.unknown(most=10):
                outbox.note_sent(kept.id)
                seen.append(kept.id)
    assert sorted(seen) == ids


def test_what_is_done_leaves_its_answer_only_and_that_for_a_month(
    till: Till, tmp_path: Path
) -> None:
    with till.running() as http:
        http.make(ID, PATH, Order(417293), Made)
    rows = _rows(tmp_path)
    assert rows == [(None, b'{"made":417293}')]
    till.time_unix_s += DONE_KEPT_S + 1
    with till.running():
        pass
    assert _rows(tmp_path) == []


def test_a_body_is_wiped_from_the_file_and_not_only_from_the_table(tmp_path: Path) -> None:
    path, secret = tmp_path / "outbox", b"to somebody for something" * 20
    with Outbox(path, lambda: 1.0) as outbox:
        outbox.keep(ID, PATH, secret)
        outbox.settle(ID, b"{}")
    assert secret[:50] not in path.read_bytes()


def test_an_outbox_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    path.touch()
    path.chmod(0o644)
    with Outbox(path, lambda: 1.0) as outbox:
        outbox.keep(ID, PATH, b"{}")
        modes = {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
    assert modes == {0o600}


def _rows(folder: Path) -> list[tuple[bytes | None, bytes | None]]:
    connection = sqlite3.connect(folder / "outbox")
    rows = connection.execute("SELECT body, answer FROM outgoing").fetchall()
    connection.close()
    return rows


@pytest.mark.parametrize(
    "shown, outcome",
    [
        (b'{"state": "open"}', Outcome.OPEN),
        (b'{"state": "paid", "payment_id": "%s"}' % str(ID).encode(), Outcome.DONE),
        (b'{"state": "paid", "payment_id": "%s"}' % str(UUID(int=9)).encode(), Outcome.REFUSED),
        (b'{"state": "expired", "ended_at": null}', Outcome.OPEN),
        (b'{"state": "expired", "ended_at": "2026-11-25T00:00:00Z"}', Outcome.REFUSED),
        (b'{"state": "closed", "ended_at": "2026-11-25T00:00:00Z"}', Outcome.REFUSED),
    ],
)
def test_what_became_of_a_charge_is_read_from_its_order(shown: bytes, outcome: Outcome) -> None:
    assert charge_outcome(shown, ID) is outcome


def test_what_is_pending_or_done_is_not_refused() -> None:
    assert own_outcome(b'{"status": "pending"}') is Outcome.DONE
    assert own_outcome(b'{"status": "refused"}') is Outcome.REFUSED
