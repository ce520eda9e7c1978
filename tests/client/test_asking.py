"""What is asked of the bank is done once and known in the end, whatever the network loses."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.till import TIME_UNIX_S, Network, ProgramEnded, TillBank
from zerobar.client.errors import (
    BankSaysNo,
    Conflict,
    NotAllowed,
    NotSignedIn,
    NotUnderstood,
    Refused,
    TooMany,
    Unavailable,
    Unreachable,
)
from zerobar.client.http import PAUSES_S, BankHttp, RequestKey
from zerobar.client.outbox import OtherContent, Outbox
from zerobar.purse.suites import P256

KEY = RequestKey(UUID(int=7), P256.private_key(bytes(range(40))))
ID = UUID(int=1)
PATH = "/v1/payments"


class Order(msgspec.Struct, frozen=True):
    amount: int


class Made(msgspec.Struct, frozen=True):
    made: int


class Till:
    """A till's program: its outbox stays when the program ends and is started again."""

    def __init__(self, folder: Path) -> None:
        self.bank = TillBank(KEY.public_key)
        self.slept: list[float] = []
        self.time_unix_s = float(TIME_UNIX_S)
        self._path = folder / "outbox"

    def kept(self) -> list[UUID]:
        with Outbox(self._path, lambda: self.time_unix_s) as outbox:
            return [kept.id for kept in outbox.unknown()]

    @contextmanager
    def running(self, *words: str) -> Iterator[BankHttp]:
        with (
            Outbox(self._path, lambda: self.time_unix_s) as outbox,
            BankHttp(
                "http://bank",
                KEY,
                outbox=outbox,
                clock_unix_s=lambda: self.time_unix_s,
                sleep=self.slept.append,
                transport=Network(self.bank, words),
            ) as http,
        ):
            yield http


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


def test_an_answer_that_got_lost_is_asked_for_again(till: Till) -> None:
    with till.running("lost-answer", "lost-request") as http:
        assert http.make(ID, PATH, Order(5), Made) == Made(5)
    assert till.bank.made == {str(ID): 5} and till.bank.requests == 2
    assert till.slept == list(PAUSES_S[:2])


def test_after_the_last_attempt_it_is_unknown_until_it_is_resumed(till: Till) -> None:
    attempts = len(PAUSES_S) + 1
    with (
        till.running("lost-answer", *["lost-request"] * (attempts - 1)) as http,
        pytest.raises(Unreachable),
    ):
        http.make(ID, PATH, Order(5), Made)
    with till.running() as http:
        assert http.resume() == [ID]
        assert http.resume() == []
        assert http.make(ID, PATH, Order(5), Made) == Made(5)
    assert till.bank.made == {str(ID): 5} and till.bank.requests == 2


def test_what_was_done_is_answered_without_asking(till: Till) -> None:
    with till.running() as http:
        http.make(ID, PATH, Order(5), Made)
        assert http.make(ID, PATH, Order(5), Made) == Made(5)
    assert till.bank.requests == 1


def test_an_id_is_not_used_for_something_else(till: Till) -> None:
    with till.running() as http:
        http.make(ID, PATH, Order(5), Made)
        with pytest.raises(OtherContent):
            http.make(ID, PATH, Order(6), Made)
    assert till.bank.requests == 1


def test_what_was_refused_is_not_sent_by_itself_later(till: Till) -> None:
    till.bank.refusals = [(422, "insufficient-balance", {"shortfall_fen": 3})]
    with till.running() as http:
        with pytest.raises(Refused) as refused:
            http.make(ID, PATH, Order(5), Made)
        assert refused.value.problem == "insufficient-balance"
        assert refused.value.facts == {"shortfall_fen": 3}
        assert http.resume() == []
    assert till.bank.made == {}


def test_being_turned_away_after_a_lost_answer_leaves_it_in_doubt(till: Till) -> None:
    till.bank.refusals = [None, (401, "key-unknown", {})]
    with till.running("lost-answer") as http:
        with pytest.raises(NotSignedIn) as turned_away:
            http.make(ID, PATH, Order(5), Made)
        assert turned_away.value.in_doubt
        assert http.resume() == [ID]
    assert till.bank.made == {str(ID): 5} and till.bank.requests == 3


@pytest.mark.parametrize("off_s", [-86_400, 86_400])
def test_a_wrong_clock_is_corrected_by_the_banks(till: Till, off_s: int) -> None:
    till.time_unix_s += off_s
    with till.running() as http:
        assert http.make(ID, PATH, Order(5), Made) == Made(5)
        assert http.clock_offset_s == -off_s
        assert http.get(PATH, Made, limit=3, cursor=None) == Made(5)
    assert till.bank.requests == 3


def test_being_asked_to_wait_a_little_is_waited(till: Till) -> None:
    till.bank.refusals = [(429, "too-many", {"retry_after_s": 3})]
    with till.running() as http:
        assert http.make(ID, PATH, Order(5), Made) == Made(5)
    assert till.slept == [3]


def test_being_asked_to_wait_long_is_told(till: Till) -> None:
    till.bank.refusals = [(429, "too-many", {"retry_after_s": 3600})]
    with till.running() as http, pytest.raises(TooMany) as often:
        http.make(ID, PATH, Order(5), Made)
    assert often.value.retry_after_s == 3600 and till.slept == []


def test_a_bank_that_cannot_say_is_asked_again(till: Till) -> None:
    till.bank.refusals = [(503, "unavailable", {})] * 2
    with till.running() as http:
        assert http.make(ID, PATH, Order(5), Made) == Made(5)


@pytest.mark.parametrize("status", [500, 503])
def test_a_bank_that_never_can_say_leaves_it_unknown(till: Till, status: int) -> None:
    """After a mistake, too: it may have been made when the money had moved."""
    till.bank.refusals = [(status, "unavailable", {})] * (len(PAUSES_S) + 1)
    with till.running() as http:
        with pytest.raises(Unavailable):
            http.make(ID, PATH, Order(5), Made)
        assert http.resume() == [ID]


@pytest.mark.parametrize("status, kind", [(403, NotAllowed), (409, Conflict), (500, Unavailable)])
def test_each_branch_of_the_banks_errors_is_one_of_ours(
    till: Till, status: int, kind: type[BankSaysNo]
) -> None:
    till.bank.refusals = [(status, "some-problem", {"fact": 1})]
    with till.running() as http, pytest.raises(kind) as told:
        http.send("POST", PATH, Order(1), Made)
    assert (told.value.status, told.value.facts) == (status, {"fact": 1})
    assert told.value.next_step


def test_whatever_else_answers_is_not_taken_for_the_bank() -> None:
    proxy = httpx.MockTransport(lambda _: httpx.Response(502, text="<html>"))
    with BankHttp("http://bank", KEY, transport=proxy) as http, pytest.raises(NotUnderstood):
        http.get(PATH, Made)


def test_the_outbox_is_for_its_owner_only(till: Till, tmp_path: Path) -> None:
    with till.running():
        assert (tmp_path / "outbox").stat().st_mode & 0o777 == 0o600


WORDS = st.lists(st.sampled_from(["ok", "lost-request", "lost-answer", "crash"]), max_size=40)


@given(words=WORDS, orders=st.integers(1, 4))
def test_whatever_is_lost_everything_is_done_once_and_known_in_the_end(
    words: list[str], orders: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        till = Till(Path(folder))
        ids = [UUID(int=number) for number in range(1, orders + 1)]
        remaining = iter(words)
        for id_ in ids:
            with (
                suppress(ProgramEnded, Unreachable),
                till.running(*itertools.islice(remaining, 9)) as http,
            ):
                http.make(id_, PATH, Order(id_.int), Made)
        with till.running() as http:
            http.resume()
            assert all(http.make(id_, PATH, Order(id_.int), Made).made == id_.int for id_ in ids)
            assert http.resume() == []
    assert till.bank.made == {str(id_): id_.int for id_ in ids}
