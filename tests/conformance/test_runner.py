"""The runner: what it picks, what it reports, and that no card makes it stumble."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from zerobar.conformance import (
    Bench,
    CardUnderTest,
    Case,
    InProcessCards,
    OneCard,
    Outcome,
    Report,
    Verdict,
    cases,
    run,
)
from zerobar.conformance.case import CASE_MODULES
from zerobar.reader import CardLink, CardTorn


class ChangedLink(CardLink):
    """Passes everything on, and changes some answers."""

    def __init__(self, link: CardLink, change: Callable[[bytes, bytes], bytes]) -> None:
        self._link = link
        self._change = change

    def exchange(self, apdu: bytes) -> bytes:
        return self._change(apdu, self._link.exchange(apdu))

    def reset(self) -> None:
        self._link.reset()

    def close(self) -> None:
        self._link.close()


class ChangedCards:
    """Blank virtual cards whose answers are changed on the way."""

    unlimited = True

    def __init__(self, change: Callable[[bytes, bytes], bytes]) -> None:
        self._change = change

    def fresh(self) -> CardUnderTest:
        card = virtual_cards().fresh()
        return CardUnderTest(ChangedLink(card.link, self._change))


def virtual_cards() -> InProcessCards:
    return InProcessCards(64, random.Random(1).randbytes)


def named(name: str) -> Case:
    return next(case for case in cases() if case.name == name)


def test_every_case_has_a_name_of_its_own_and_a_sentence() -> None:
    assert len({case.name for case in cases()}) == len(cases())
    for case in cases():
        assert (
            case.sentence.endswith(".") and "{" not in case.sentence and "\n" not in case.sentence
        )
        assert case.sections


def test_every_module_of_cases_is_known() -> None:
    assert {case.module for case in cases()} == set(CASE_MODULES)


def test_patterns_choose_cases_and_progress_hears_of_each() -> None:
    told: list[Outcome] = []
    report = run(virtual_cards(), ["state.*", "arm.test_valid_[!a]*", "none.*"], told.append)
    assert report.outcomes == tuple(told)
    assert {outcome.case.module for outcome in told} == {"state"}


def test_a_variant_is_chosen_by_its_whole_name() -> None:
    name = "pay.test_valid_payment[by contact]"
    assert [outcome.case.name for outcome in run(virtual_cards(), [name]).outcomes] == [name]


def test_a_report_says_in_json_what_happened() -> None:
    report = run(ChangedCards(lambda apdu, answer: answer), ["get_certificate.*"])
    told = json.loads(json.dumps(report.as_json()))
    assert told["counts"] == {"passed": 1, "failed": 0, "not run": 5}
    assert told["conforms"] is True
    first = told["outcomes"][0]
    assert first["name"] == "get_certificate.test_valid_by_contact"
    assert first["verdict"] == "passed" and first["exchanges"] == []
    assert told["outcomes"][1]["reason"] == "the antenna of this card cannot be reached"


def test_nothing_run_is_no_conformity() -> None:
    assert not run(virtual_cards(), ["none.*"]).conforms
    assert not Report(()).conforms


def test_a_failure_shows_what_was_said_and_what_it_means() -> None:
    def lie(apdu: bytes, answer: bytes) -> bytes:
        return b"\x9e\x02" if apdu[:2] == b"\x80\x10" else answer

    outcome = Bench(ChangedCards(lie)).run(named("pay.test_valid_received_money"))
    assert outcome.verdict is Verdict.FAILED
    assert outcome.reason == ("PAY was answered 9E02 (over payment limit) instead of 9000 (ok)")
    said = outcome.exchanges
    assert said[0] == "-- power on, contact --"
    assert said[-1] == "< 9E02  over payment limit"
    assert said[-3].startswith("> PAY  80100000202101")
    assert "kind=<Kind.PAYMENT: 1>" in said[-2] and "amount=Fen(700)" in said[-2]


def test_an_answer_that_is_no_answer_is_a_failure() -> None:
    outcome = Bench(ChangedCards(lambda apdu, answer: b"")).run(
        named("state.test_valid_by_contact")
    )
    assert outcome.verdict is Verdict.FAILED
    assert outcome.reason == "an answer without a status word"


@pytest.mark.parametrize("length", [1, 32, 100, 253])
def test_an_answer_cut_short_is_a_failure(length: int) -> None:
    def cut(apdu: bytes, answer: bytes) -> bytes:
        return answer[: min(length, len(answer) - 3)] + answer[-2:] if answer[2:] else answer

    outcome = Bench(ChangedCards(cut)).run(named("state.test_valid_by_contact"))
    assert outcome.verdict is Verdict.FAILED


def test_data_beside_a_refusal_is_a_failure() -> None:
    def talk(apdu: bytes, answer: bytes) -> bytes:
        return answer if answer.endswith(b"\x90\x00") else b"because" + answer

    outcome = Bench(ChangedCards(talk)).run(named("pay.test_invalid_insufficient_balance"))
    assert outcome.reason == "data beside a refusal: 62656361757365 instead of nothing"


def test_a_card_that_leaves_is_a_failure_and_not_the_end() -> None:
    def leave(apdu: bytes, answer: bytes) -> bytes:
        if apdu[:2] == b"\x80\x20":
            raise CardTorn
        return answer

    report = run(ChangedCards(leave), ["pay.test_valid_received_money", "state.test_valid_flags"])
    assert [outcome.verdict for outcome in report.outcomes] == [Verdict.FAILED, Verdict.PASSED]
    assert report.of(Verdict.FAILED)[0].reason.startswith("CardTorn: The card left too early.")


@pytest.mark.parametrize("seed", range(3))
def test_no_card_makes_the_suite_stumble(seed: int) -> None:
    chance = random.Random(seed)

    def corrupt(apdu: bytes, answer: bytes) -> bytes:
        kinds = (
            lambda: answer[:-2] + b"\x90\x00",
            lambda: b"\x90\x00",
            lambda: bytes(len(answer) - 2) + b"\x90\x00",
            lambda: chance.randbytes(chance.randrange(260)),
            lambda: answer[: chance.randrange(len(answer))] + chance.randbytes(3),
        )
        return chance.choice(kinds)() if chance.random() < 0.1 else answer

    for case in chance.sample(cases(), 150):
        outcome = Bench(ChangedCards(corrupt)).run(case)
        assert isinstance(outcome.verdict, Verdict)


def test_every_refusal_taken_for_a_success_is_noticed() -> None:
    """A card that does everything it is told fails in every case that wants a refusal."""

    def agree(apdu: bytes, answer: bytes) -> bytes:
        return answer[:-2] + b"\x90\x00"

    invalid = [case for case in cases() if "test_invalid" in case.name and not case.antenna]
    for case in invalid:
        assert Bench(ChangedCards(agree)).run(case).verdict is Verdict.FAILED, case.name


def test_a_card_that_is_not_blank_is_left_alone() -> None:
    card = virtual_cards().fresh()
    case = named("state.test_valid_flags")
    assert Bench(OneCard(card)).run(case).verdict is Verdict.PASSED
    outcome = Bench(OneCard(card)).run(case)
    assert (outcome.verdict, outcome.reason) == (Verdict.NOT_RUN, "the card is not blank")
