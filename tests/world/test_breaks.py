"""Worlds notice: production rules are broken on purpose, one at a time, and a world goes wrong.

The same worlds hold with the rules as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import NewDatabase
from zerobar.bank.running import MIGRATIONS
from zerobar.bank.settlement import outcomes
from zerobar.bank.syncing import answering
from zerobar.device import taking
from zerobar.reader import TapOutcome, TapStatus, Terms, tap
from zerobar.world import Size, run_world

pytestmark = pytest.mark.slow

Patch = pytest.MonkeyPatch
SIZE = Size(phones=6, tills=3, cards=0, steps=250, losses=False, crimes=False)
SEEDS = (1, 2, 3)
FINAL = """
        WHEN NOT (
            o.payer_id = ANY(%(operators)s)
            OR coalesce(payer.status = %(closed)s, false)
            OR coalesce(told.base >= o.entry, false)) THEN NULL"""


def operator_delivers_nothing(patch: Patch) -> None:
    patch.setattr(answering, "_deliveries", lambda *_: ())


def operator_refunds_before_a_voucher_is_final(patch: Patch) -> None:
    assert FINAL in outcomes._DECIDE
    patch.setattr(outcomes, "_DECIDE", outcomes._DECIDE.replace(FINAL, ""))


def till_asks_anew_after_a_tear(patch: Patch) -> None:
    def ask_anew(payer: Any, own: Any, kept: TapOutcome, keep: Any, **pin: Any) -> TapOutcome:
        if kept.is_final or kept.request is None or kept.status is TapStatus.TORN_AFTER_PAY:
            return kept
        asked = kept.request
        return tap(payer, own, Terms(asked.amount, asked.reference, asked.kind), keep, **pin)

    patch.setattr(taking, "resume", ask_anew)


BREAKS: tuple[Callable[[Patch], None], ...] = (
    operator_delivers_nothing,
    operator_refunds_before_a_voucher_is_final,
    till_asks_anew_after_a_tear,
)


def goes_wrong(new_database: NewDatabase, folder: Path) -> str:
    """Return what went wrong in the first of the worlds that did; empty: they all hold."""
    for seed in SEEDS:
        own = folder / str(seed)
        own.mkdir()
        try:
            run_world(new_database(*MIGRATIONS), seed, SIZE, own)
        except Exception as error:  # noqa: BLE001 - a broken rule may go wrong in any way
            return str(error)
    return ""


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_a_world_notices(
    new_database: NewDatabase, tmp_path: Path, broken: Callable[[Patch], None]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        broken(patch)
        assert goes_wrong(new_database, tmp_path)


@pytest.mark.deep
def test_the_same_worlds_hold_unbroken(new_database: NewDatabase, tmp_path: Path) -> None:
    assert goes_wrong(new_database, tmp_path) == ""
