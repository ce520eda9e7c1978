"""The suite notices when a purse is wrong: each check left out, and bugs of other kinds."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator

import pytest

from tests.conformance.bugs import BUGS
from tests.conformance.left_out import LeftOut, checks_left_out
from zerobar.conformance import Bench, Case, InProcessCards, Verdict, cases

# Where a mutant shows first; the rest of the suite comes after. The longest fitting name counts.
FIRST = {
    "accepting": ("accept", "cache"),
    "accepting._acceptable": ("prepare",),
    "accepting._certificate": ("cache",),
    "accepting._check_credit": ("accept_order",),
    "accepting._check_payer": ("accept_order",),
    "accepting._check_prepare": ("prepare",),
    "accepting._check_room": ("prepare",),
    "accepting._check_void": ("void",),
    "accepting.find_settled": ("ring", "accept"),
    "accepting.prepare": ("prepare",),
    "accepting.void": ("void",),
    "applet": ("transport", "select"),
    "factory": ("personalisation", "renewal"),
    "paying": ("pay_limits", "pay_order", "push"),
    "paying.Order": ("pay", "push"),
    "paying.Voided": ("undo",),
    "paying.Wanted": ("get_voucher",),
    "paying._check_signed_request": ("authorise",),
    "paying._check_undo": ("undo",),
    "paying._check_unload": ("unload",),
    "paying._undoable": ("undo",),
    "paying.get_certificate": ("get_certificate",),
    "paying.get_voucher": ("get_voucher",),
    "paying.pay": ("pay", "push"),
    "paying.undo": ("undo",),
    "pin": ("verify", "change_pin", "reset_pin", "arm"),
    "pin.arm": ("arm",),
    "pin.reset": ("reset_pin",),
    "purse": ("personalisation", "select"),
    "purse.Purse.check_certificate": ("accept_payers", "signed_requests"),
    "purse.Purse.check_signature": ("state",),
    "syncing": ("state", "read_log"),
    "syncing._check_newer": ("key_update",),
    "syncing._totals_at": ("sync_ack",),
    "syncing.put_key": ("personalisation",),
    "syncing.sync_ack": ("sync_ack",),
    "acknowledged_payments_forgotten": ("pay",),
    "acknowledgement_for_any_state": ("state",),
    "armed_for_ever": ("arm",),
    "authorise_takes_money": ("authorise",),
    "certificate_cached_for_ever": ("cache",),
    "credit_above_the_holding_limit": ("accept",),
    "grace_of_a_month_and_a_day": ("accept_payers",),
    "pin_serves_every_payment": ("pay",),
    "pin_tries_are_not_kept": ("verify",),
    "push_is_a_payment_of_its_own": ("push",),
    "receipt_for_a_voided_voucher": ("accept",),
    "requests_counted_from_every_field": ("prepare",),
    "tag_without_the_amount": ("accept",),
    "undo_gives_limits_back": ("undo",),
    "unload_from_the_balance_first": ("unload",),
    "window_of_sixty_five": ("accept",),
    "window_of_sixty_three": ("accept",),
}


TRIPS = (AssertionError, AttributeError, LookupError, TypeError, ValueError, struct.error)


def first_modules(mutant: str) -> tuple[str, ...]:
    fitting = [name for name in FIRST if mutant.startswith(name)]
    return FIRST[max(fitting, key=len)] if fitting else ()


def in_order(first: tuple[str, ...]) -> Iterator[Case]:
    everything = cases()
    yield from (case for case in everything if case.module.startswith(first))
    yield from (case for case in everything if not case.module.startswith(first))


def noticed_by(first: tuple[str, ...]) -> str | None:
    """Return the case that notices the mutant, or None."""
    bench = Bench(InProcessCards(64, random.Random(1).randbytes))
    for case in in_order(first):
        try:
            failed = bench.run(case).verdict is Verdict.FAILED
        except TRIPS:
            # Without its check the applet itself may trip; no card would answer then.
            return case.name
        if failed:
            return case.name
    return None


@pytest.mark.slow
@pytest.mark.parametrize("mutant", checks_left_out(), ids=lambda mutant: mutant.place)
def test_a_check_left_out_is_noticed(mutant: LeftOut, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant.seed(monkeypatch)
    assert noticed_by(first_modules(mutant.place)) is not None


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_bug_is_noticed(
    bug: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bug(monkeypatch)
    assert noticed_by(first_modules(bug.__name__)) is not None
