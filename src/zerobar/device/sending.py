"""Bringing the operator what it must see, as often as it takes: it counts everything once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from zerobar.device.device import Device
from zerobar.device.operator import Told
from zerobar.reader import Payment
from zerobar.tracing.spans import moment, voucher_name

MOST_AT_ONCE: Final = 200
"""Vouchers in one call: 51 kB."""


def send_all(device: Device) -> list[tuple[Payment, Told]]:
    """Bring all that waits; return what the operator said of each voucher.

    Raises OperatorUnreachable, or OperatorRefused when it takes nothing from this device: what it
    has not answered for is kept, and brought the next time.
    """
    _send_statements(device)
    told: list[tuple[Payment, Told]] = []
    while waiting := device.store.outgoing.unanswered(MOST_AT_ONCE):
        told += zip(waiting, _send(device, waiting), strict=True)
    return told


def send_one(device: Device, payment: Payment) -> Told:
    """Bring one voucher ahead of the queue, for somebody who waits for it; raises as `send_all`."""
    (told,) = _send(device, [payment])
    return told


def _send(device: Device, payments: Sequence[Payment]) -> Sequence[Told]:
    answers = device.operator.take_vouchers(payments)
    for payment, told in zip(payments, answers, strict=True):
        device.store.outgoing.answer(payment, taken=told.taken, sentence=told.sentence)
        brought = voucher_name(payment.voucher.payer_id, payment.voucher.entry)
        moment("voucher brought", {"taken": str(told.taken).lower()}, voucher=brought)
    return answers


def _send_statements(device: Device) -> None:
    waiting = device.store.outgoing.unsent_statements()
    if waiting:
        device.operator.take_statements(waiting)
    for undo in waiting:
        device.store.outgoing.note_sent(undo)
