from __future__ import annotations

import re

import pytest

from zerobar.purse.status import Status, wrong_pin
from zerobar.reader import errors, refusals
from zerobar.reader.errors import CardError, LinkTimeout, NoReader
from zerobar.reader.refusals import (
    CardWornOut,
    SelectionLost,
    StatusError,
    UnknownStatus,
    WrongPin,
    has_refused,
    status_error,
)
from zerobar.reader.sentences import Sentence

REFUSALS = [status for status in Status if status is not Status.OK]


def all_kinds(kind: type[CardError]) -> set[type[CardError]]:
    return {kind}.union(*map(all_kinds, kind.__subclasses__()))


def names(kinds: set[type[CardError]]) -> set[str]:
    return {kind.__name__ for kind in kinds}


def test_the_tree_at_the_top_of_each_file_is_the_tree() -> None:
    drawn = re.findall(r"[A-Z]\w*[a-z](?=[,\s])", refusals.__doc__ or "")
    assert set(drawn) & names(all_kinds(CardError)) == names(all_kinds(StatusError))
    drawn = re.findall(r"^(?:[|+\- ]*)([A-Z]\w+)", errors.__doc__ or "", re.M)
    assert set(drawn) - {"What"} == names(all_kinds(CardError) - all_kinds(StatusError)) | {
        "StatusError"
    }


@pytest.mark.parametrize("status", REFUSALS)
def test_every_status_word_of_the_purse_has_a_type_of_its_own_meaning(status: Status) -> None:
    error = status_error(status)
    assert not isinstance(error, UnknownStatus)
    assert error.sw == status


def test_no_status_word_has_two_types() -> None:
    claimed = [status for kind in StatusError.__subclasses__() for status in kind.statuses]
    assert sorted(claimed) == sorted(REFUSALS)


@pytest.mark.parametrize("tries_left", [0, 1, 2, 15])
def test_a_wrong_pin_tells_the_tries_left(tries_left: int) -> None:
    error = status_error(wrong_pin(tries_left))
    assert isinstance(error, WrongPin)
    assert error.tries_left == tries_left
    assert f"tries left: {tries_left}." in str(error)
    assert f"{tries_left}" in error.what_happened.zh


def test_an_unknown_status_word_is_shown() -> None:
    error = status_error(0x6F42)
    assert isinstance(error, UnknownStatus)
    assert error.sw == 0x6F42
    assert "6F42" in str(error) and "6F42" in error.what_happened.zh


def test_every_error_speaks_both_languages_in_whole_sentences() -> None:
    for kind in all_kinds(CardError) - {CardError, errors.LinkError, StatusError}:
        for sentence in (kind.what, kind.advice):
            assert isinstance(sentence, Sentence)
            assert sentence[0].isupper() or sentence[0] == "{"
            assert re.search(r"[\u4e00-\u9fff]", sentence.zh)
            assert places(sentence.zh) <= places(sentence)


def places(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)", text))


def test_a_missing_reader_names_the_ones_there_are() -> None:
    assert str(NoReader("till", ("left", "right"))) == (
        "No single reader fits 'till'; found: left, right."
    )
    assert NoReader().what_happened.zh == "没有唯一匹配 '*' 的读卡器；现有：无。"


def test_a_timeout_says_how_long() -> None:
    assert str(LinkTimeout(250)) == "The card did not answer in 250 ms."


def test_a_filled_sentence_fills_both_languages() -> None:
    reason = Sentence("no card", zh="无卡")
    filled = Sentence("Failed: {reason}", zh="失败：{reason}").filled(reason=reason)
    assert filled == "Failed: no card"
    assert filled.zh == "失败：无卡"


def test_a_refusal_is_a_decision_but_for_a_worn_out_a_busy_or_a_puzzling_card() -> None:
    undecided = {CardWornOut(0x6581).sw, SelectionLost(0x6999).sw}
    assert {s for s in REFUSALS if not has_refused(status_error(s))} == undecided
    assert not has_refused(status_error(0x1234))
    assert not has_refused(LinkTimeout(1))
