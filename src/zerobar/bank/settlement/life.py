"""What is known of a voucher, in words for whoever asks about a payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.errors import NotFound
from zerobar.bank.settlement.model import Decline, Outcome, Waiting
from zerobar.database import Connection
from zerobar.purse.messages import Kind, Voucher

_KNOWN: Final = """
    SELECT v.body || v.signature, v.stored_at, o.outcome, o.decided_at, o.transfer_id IS NOT NULL,
           o.declined, d.payer_id IS NOT NULL, d.waits_for, f.found_at
    FROM bank.voucher v
    LEFT JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
    LEFT JOIN bank.voucher_due d ON d.payer_id = v.payer_id AND d.entry = v.entry
    LEFT JOIN bank.fraud_case f ON f.purse_id = v.payer_id AND f.entry = v.entry AND f.test = 1
    WHERE v.payer_id = %s AND v.entry = %s
"""
_SENTENCES: Final = {
    Waiting.PAYER_UNKNOWN: "It waits: the payer's purse is not registered here.",
    Waiting.PAYEE_NOT_HOSTED: "It waits: the payee is not hosted here.",
    Waiting.NO_SUCH_REQUEST: "It waits to be refunded: the payee issued no request like it.",
    Waiting.REQUEST_SETTLED: "It waits to be refunded: its request, or order, was paid or ended.",
    Waiting.LEDGER_REFUSED: "It waits: the books do not take it, see the wallet and the float.",
    Waiting.UNPROVED: "It waits for its purse's next sync: more than is known to have been in it.",
    Waiting.PAYER_FLAGGED: "It waits for the risk officers: its purse was proved to cheat.",
    Waiting.TAINTED: "It waits: its purse took a proved cheat's money, and has to sync twice.",
    Waiting.PURSE_ENDING: "It waits: its purse, which was lost, is being paid out.",
    Waiting.BUSY: "It is about to be decided.",
    Waiting.TOP_UP: "It waits for a bank card, which is asked for what the wallet lacks.",
    Waiting.WALLET_UNKNOWN: "It waits: nothing says which wallet it goes back to.",
}
_NAMES: Final = {
    Kind.PAYMENT: "a payment",
    Kind.REFUND: "a refund",
    Kind.LOAD: "a load",
    Kind.UNLOAD: "an unload",
    Kind.PUSH: "a push",
    Kind.AUTHORISE: "an authorisation",
}


class VoucherUnknown(NotFound):
    """No such voucher has come in."""

    problem = "voucher-unknown"

    def __init__(self, payer_id: bytes, entry: int) -> None:
        super().__init__(
            f"No voucher {entry} of purse {payer_id.hex()} has come in.",
            "Have the payer or the payee sync, then ask again.",
        )


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of a voucher.

    Attributes:
        outcome: None while there is none.
        waits_for: why there is none, if it moves money of the ledger and was looked at.
        declined: why it was declined, if it was.
        forked: its payer signed another body with the same entry.
        sentences: all of it in words, oldest first.
    """

    voucher: Voucher
    outcome: Outcome | None
    waits_for: Waiting | None
    declined: Decline | None
    forked: bool
    sentences: tuple[str, ...]


def life_of(bank: Bank, payer_id: bytes, entry: int) -> Life:
    """Return what is known of a voucher; raises VoucherUnknown."""
    with bank.connection() as connection:
        return _life(connection, payer_id, entry)


def _life(connection: Connection, payer_id: bytes, entry: int) -> Life:
    row = connection.execute(_KNOWN, (payer_id, entry)).fetchone()
    if row is None:
        raise VoucherUnknown(payer_id, entry)
    raw, stored_at, outcome, decided_at, moved, declined, due, waits_for, forked_at = row
    voucher = Voucher.parse(raw)
    ended = None if outcome is None else Outcome(outcome)
    waiting = None if waits_for is None else Waiting(waits_for)
    sentences = [
        f"Purse {payer_id.hex()} made {_NAMES[voucher.kind]} of {voucher.amount} to"
        f" {voucher.payee_id.hex()} as its entry {entry}.",
        f"It came in {_at(stored_at)}.",
    ]
    if forked_at is not None:
        sentences.append(f"Another voucher with the same entry came in {_at(forked_at)}: a clone.")
    if ended is not None:
        sentences.append(_ended(ended, decided_at, moved))
    elif due:
        sentences.append(_SENTENCES[waiting] if waiting else "It is about to be decided.")
    else:
        sentences.append("It moves no money of the books; the payee's next sync shows its credit.")
    open_waiting = waiting if ended is None else None
    why = None if declined is None else Decline(declined)
    return Life(voucher, ended, open_waiting, why, forked_at is not None, tuple(sentences))


def _ended(outcome: Outcome, decided_at: datetime, moved: bool) -> str:
    how = "with its money" if moved else "and moved no money"
    if not moved and outcome in (Outcome.REDIRECTED, Outcome.REFUNDED):
        how = "and comes to a purse that has no wallet as a load"
    return f"It was {outcome.name.lower()} {_at(decided_at)}, {how}."


def _at(moment: datetime) -> str:
    return f"at {moment.isoformat(timespec='seconds')}"
