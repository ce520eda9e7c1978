"""What a phone keeps of its purse's payments, and what of an older program's it can still read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.codes.test_scanned import CERTIFICATE, VOUCHER
from zerobar.client.syncing import LifeStep, StepKind, VoucherLife, WaitsFor
from zerobar.device.file import DeviceFile
from zerobar.phone.api.showing import show_paid
from zerobar.phone.paid import TABLES, Paid, PaidStore
from zerobar.reader import Payment

PAYMENT = Payment(VOUCHER, CERTIFICATE)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[DeviceFile]:
    with DeviceFile(tmp_path / "phone.sqlite", lambda: 1_700_000_000.0, TABLES) as opened:
        yield opened


@pytest.fixture
def store(file: DeviceFile) -> PaidStore:
    made = PaidStore(file)
    made.note([PAYMENT])
    return made


def life(outcome: str | None, waits_for: WaitsFor | None, *steps: LifeStep) -> VoucherLife:
    return VoucherLife(
        payer_id=VOUCHER.payer_id.hex(),
        entry=VOUCHER.entry,
        payee_id=VOUCHER.payee_id.hex(),
        amount_fen=int(VOUCHER.amount),
        reference=VOUCHER.reference.hex(),
        outcome=outcome,
        waits_for=waits_for,
        steps=list(steps),
    )


def step(kind: StepKind, at: datetime | None = None) -> LifeStep:
    return LifeStep(kind=kind, at=at, sentence=f"It {kind}.", sentence_zh=f"它{kind}。")


def test_what_the_bank_said_of_a_payment_is_kept_step_by_step_until_its_end(
    store: PaidStore,
) -> None:
    assert store.open(10) == [Paid(PAYMENT, None)]
    came = step(StepKind.CAME_IN, datetime(2026, 11, 26, 9, tzinfo=UTC))
    store.tell(PAYMENT, life(None, WaitsFor.PAYEE_SYNC, came, step(StepKind.WAITS)))
    (open_,) = store.open(10)
    assert (open_.waits_for, open_.steps[0]) == (WaitsFor.PAYEE_SYNC, came)
    store.tell(PAYMENT, life("settled", None, came, step(StepKind.ENDED)))
    assert store.open(10) == []
    shown = show_paid(store.newest(10)[0])
    assert (shown.outcome, shown.waits_for) == ("settled", None)
    assert [each.kind for each in shown.steps] == [StepKind.CAME_IN, StepKind.ENDED]
    assert shown.told is not None and (shown.told.en, shown.told.zh) == ("It ended.", "它ended。")


def test_a_payment_that_an_older_program_kept_is_shown_by_its_outcome(
    file: DeviceFile, store: PaidStore
) -> None:
    file.execute(
        "UPDATE paid SET outcome = 'settled', sentences = ?", (b'["It was settled at noon."]',)
    )
    assert store.newest(10) == [Paid(PAYMENT, "settled")]
    assert show_paid(store.newest(10)[0]).told is None
