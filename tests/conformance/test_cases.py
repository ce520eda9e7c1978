"""The virtual purse conforms: every case on a card of its own, and on both sizes of log."""

from __future__ import annotations

import random

import pytest

from zerobar.conformance import Bench, Case, InProcessCards, Verdict, cases
from zerobar.purse.ring import MERCHANT_SLOTS, PERSON_SLOTS

TOO_LONG_FOR_A_SMALL_LOG = {"classes.test_valid_count_out[merchant]"}
FULL_LOG = (
    "accept_order.test_invalid_value_in_comes_before_log_full",
    "classes.test_valid_blocklist_age[merchant]",
    "classes.test_valid_count_out[merchant]",
    "pay_order.test_invalid_log_full_comes_before_certificate",
    "undo.test_valid_last_free_slots",
)
"""Cases that a large log makes a difference to, beside those of the ring."""


def run_alone(case: Case, slots: int) -> Verdict:
    outcome = Bench(InProcessCards(slots, random.Random(case.name).randbytes)).run(case)
    assert outcome.verdict is not Verdict.FAILED, "\n".join((outcome.reason, *outcome.exchanges))
    return outcome.verdict


def of_a_large_log() -> list[Case]:
    found = [case for case in cases() if case.module == "ring" or case.name in FULL_LOG]
    assert {case.name for case in found} >= set(FULL_LOG)
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_virtual_purse_conforms(case: Case) -> None:
    verdict = run_alone(case, PERSON_SLOTS)
    assert (verdict is Verdict.NOT_RUN) == (case.name in TOO_LONG_FOR_A_SMALL_LOG)


@pytest.mark.slow
@pytest.mark.parametrize("case", of_a_large_log(), ids=lambda case: case.name)
def test_the_virtual_purse_conforms_with_a_large_log(case: Case) -> None:
    assert run_alone(case, MERCHANT_SLOTS) is Verdict.PASSED


@pytest.mark.deep
@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_every_case_passes_with_a_large_log(case: Case) -> None:
    assert run_alone(case, MERCHANT_SLOTS) is Verdict.PASSED
