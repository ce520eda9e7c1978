"""Whatever the bank refuses is told in Chinese too, so that every screen can show it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import zerobar.bank
from tests.bank.staff.asking import asked
from zerobar.bank.api.chinese import told, words
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError
from zerobar.client.errors import BankSaysNo, error_from
from zerobar.reader import Sentence
from zerobar.serving.problems import http_problem

UNHEARD = (400, 401, 403, 404, 405, 413, 415, 429)
"""How a request ends that reaches no rule."""
OUR_MISTAKE = "internal-error"
CHINESE = re.compile("[\u4e00-\u9fff]")


def kinds_of(kind: type[BankError]) -> Iterator[type[BankError]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds_of(each)


def names() -> set[str]:
    """Return all names of problems, of every module that the bank has."""
    for module in pkgutil.walk_packages(zerobar.bank.__path__, "zerobar.bank."):
        if ".migrations." not in module.name:
            importlib.import_module(module.name)
    unheard = {http_problem(status, "").name for status in UNHEARD}
    of_the_bank = {k.problem for k in kinds_of(BankError) if k.__module__.startswith("zerobar.")}
    return of_the_bank | unheard | {OUR_MISTAKE}


def test_every_problem_that_the_bank_knows_has_chinese_words_and_no_other_has() -> None:
    known = names()
    assert len(known) > 150
    assert known - words().keys() == set(), "say them in bank/api/chinese.toml"
    assert words().keys() - known == set(), "nothing raises them any more"


def test_both_sentences_of_each_are_whole_and_chinese() -> None:
    said = [sentence for both in words().values() for sentence in both]
    assert all(CHINESE.search(each) and each.endswith("。") for each in said)


def test_a_problem_that_nobody_knows_stays_as_it_is() -> None:
    happened, advice = told("made-up", "It broke.", "Mend it.")
    assert (happened, advice) == ("It broke.", "Mend it.")
    assert not isinstance(happened, Sentence)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/v1/staff/me", "/v1/me", "/v1/nowhere", "/v1/staff/sessions"])
def test_a_refusal_over_http_has_both_languages_and_a_client_keeps_them(
    bank: Bank, path: str
) -> None:
    with asked(bank) as client:
        answer = client.get(path)
    document = answer.json()
    name = document["type"].rpartition(":")[2]
    assert (document["detail_zh"], document["next_step_zh"]) == words()[name]
    error = error_from("http://bank", answer.status_code, answer.content)
    assert isinstance(error, BankSaysNo) and "detail_zh" not in error.facts
    assert isinstance(error.what_happened, Sentence) and isinstance(error.next_step, Sentence)
    assert error.what_happened == document["detail"]
    assert error.what_happened.zh == document["detail_zh"]
