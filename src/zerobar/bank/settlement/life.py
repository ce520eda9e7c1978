"""What is known of a voucher, step by step, for whoever asks about a payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.errors import NotFound
from zerobar.bank.settlement import wording
from zerobar.bank.settlement.model import Decline, Outcome, Waiting
from zerobar.client.syncing import StepKind, WaitsFor
from zerobar.database import Connection
from zerobar.purse.messages import Voucher
from zerobar.reader.sentences import Sentence

_KNOWN: Final = """
    SELECT v.body || v.signature, v.stored_at, o.outcome, o.decided_at, o.transfer_id IS NOT NULL,
           o.declined, d.payer_id IS NOT NULL, d.waits_for, f.found_at, r.made_at,
           r.wallet_id IS NOT NULL
    FROM bank.voucher v
    LEFT JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
    LEFT JOIN bank.voucher_due d ON d.payer_id = v.payer_id AND d.entry = v.entry
    LEFT JOIN bank.voucher_return r ON r.payer_id = v.payer_id AND r.entry = v.entry
    LEFT JOIN bank.fraud_case f ON f.purse_id = v.payer_id AND f.entry = v.entry AND f.test = 1
    WHERE v.payer_id = %s AND v.entry = %s
"""


class VoucherUnknown(NotFound):
    """No such voucher has come in."""

    problem = "voucher-unknown"

    def __init__(self, payer_id: bytes, entry: int) -> None:
        super().__init__(
            f"No voucher {entry} of purse {payer_id.hex()} has come in.",
            "Have the payer or the payee sync, then ask again.",
        )


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a voucher, or has to.

    Attributes:
        at: when; None: nobody knows, or it has not happened yet.
    """

    kind: StepKind
    at: datetime | None
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of a voucher.

    Attributes:
        outcome: None while there is none.
        waits_for: why there is none, if it moves money of the ledger; None: only its payee's word
            is missing.
        declined: why it was declined, if it was.
        forked: its payer signed another body with the same entry.
        steps: all of it, oldest first.
    """

    voucher: Voucher
    outcome: Outcome | None
    waits_for: Waiting | None
    declined: Decline | None
    forked: bool
    steps: tuple[Step, ...]


def life_of(bank: Bank, payer_id: bytes, entry: int) -> Life:
    """Return what is known of a voucher; raises VoucherUnknown."""
    with bank.connection() as connection:
        return _life(connection, payer_id, entry)


def waiting_name(waiting: Waiting) -> WaitsFor:
    """Return what a voucher waits for by its stable name."""
    return WaitsFor(waiting.name.lower().replace("_", "-"))


def next_of(life: Life) -> WaitsFor | None:
    """Return what has to happen to a voucher next; None once it has an outcome."""
    if life.outcome is not None:
        return None
    return WaitsFor.PAYEE_SYNC if life.waits_for is None else waiting_name(life.waits_for)


def _life(connection: Connection, payer_id: bytes, entry: int) -> Life:
    row = connection.execute(_KNOWN, (payer_id, entry)).fetchone()
    if row is None:
        raise VoucherUnknown(payer_id, entry)
    raw, stored_at, outcome, decided_at, moved, declined, is_due, number, *more = row
    forked_at, given_back_at, by_wallet = more
    voucher = Voucher.parse(raw)
    ended = None if outcome is None else Outcome(outcome)
    waiting = _waiting(is_due, number) if ended is None else None
    why = None if declined is None else Decline(declined)
    steps = [
        Step(StepKind.SIGNED, None, wording.signed(voucher)),
        Step(StepKind.CAME_IN, stored_at, wording.CAME_IN),
    ]
    if forked_at is not None:
        steps.append(Step(StepKind.FORKED, forked_at, wording.FORKED))
    if ended is not None:
        steps.append(Step(StepKind.ENDED, decided_at, wording.ended(ended, moved)))
    else:
        said = wording.FOR_PAYEE if waiting is None else wording.WAITING[waiting]
        steps.append(Step(StepKind.WAITS, None, said))
    if given_back_at is not None:
        steps.append(Step(StepKind.GIVEN_BACK, given_back_at, wording.given_back(by_wallet)))
    return Life(voucher, ended, waiting, why, forked_at is not None, tuple(steps))


def _waiting(is_due: bool, number: int | None) -> Waiting | None:
    """Return why a voucher without an outcome waits; None: only for its payee."""
    if not is_due:
        return None
    return Waiting.BUSY if number is None else Waiting(number)
