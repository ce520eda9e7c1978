"""Numbers of the database as the words that staff read, and vouchers as they are written."""

from __future__ import annotations

from typing import Final

from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.settlement.life import waiting_name
from zerobar.bank.settlement.model import Outcome, Waiting
from zerobar.client.syncing import WaitsFor
from zerobar.purse.messages import Kind, PurseClass

AMOUNT_OF_CONTENT: Final = (
    "CASE WHEN l.kind = 4 THEN"
    " ('x' || encode(substring(l.content from 31 for 4), 'hex'))::bit(32)::bigint"
    " ELSE ('x' || encode(substring(l.content from 27 for 4), 'hex'))::bit(32)::bigint END"
)
"""SQL for the amount in a log entry `l`: of an undo's statement, else of a voucher's body."""


def class_name(number: int) -> str:
    """Return a class of purses as a word."""
    return PurseClass(number).name.lower()


def status_name(number: int) -> str:
    """Return what a purse may do as a word."""
    return PurseStatus(number).name.lower()


def kind_name(number: int) -> str:
    """Return what a voucher is as a word."""
    return Kind(number).name.lower()


def outcome_name(number: int | None) -> str | None:
    """Return how a voucher ended as a word; None while it has not."""
    return None if number is None else Outcome(number).name.lower()


def waits_for_name(number: int | None) -> WaitsFor | None:
    """Return what a voucher waits for by its stable name."""
    return None if number is None else waiting_name(Waiting(number))


def voucher_text(payer_id: bytes, entry: int) -> str:
    """Return a voucher as staff write it."""
    return f"{payer_id.hex()}/{entry}"
