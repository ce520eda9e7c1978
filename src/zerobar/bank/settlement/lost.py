"""Lost purses whose horizon has passed: paid out, closed, and made up with what comes later.

    remainder = settled loads and payments to it + what it took back - all that it is known to have
                paid

is paid to the linked wallet, and the id is closed for ever. With that everything that it left in
flight is final, and what is in flight to it goes to the wallet as well. Later vouchers of it are
charged to the wallet, as far as that has money, else to the operator's loss; what it unloads later
stays with the operator, for its holder has been paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.purses import store as purses
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.settlement.asking import is_posted
from zerobar.bank.settlement.model import Outcome
from zerobar.bank.settlement.outcomes import decide
from zerobar.bank.settlement.posting import post_due
from zerobar.bank.settlement.records import recharge_row
from zerobar.database import Connection
from zerobar.ledger import Posting, Transfer
from zerobar.ledger import balance as balance_of
from zerobar.purse.messages import Kind
from zerobar.purse.money import Fen

AT_ONCE: Final = 100

_PAST_HORIZON: Final = """
    SELECT purse_id FROM bank.purse
    WHERE horizon_at <= %s AND status <> %s AND wallet_id IS NOT NULL
    ORDER BY horizon_at LIMIT %s
"""
# What was unloaded after the purse was paid out moved no money, and is of no concern to its holder.
_REMAINDER: Final = """
    SELECT
        (SELECT coalesce(sum(v.amount_fen), 0) FROM bank.voucher v
         JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
         WHERE v.payee_id = %(id)s AND v.kind <> %(authorise)s AND o.outcome = %(settled)s)
      + (SELECT coalesce(sum(o.amount_fen), 0) FROM bank.voucher_outcome o
         WHERE o.payer_id = %(id)s AND o.outcome = %(undone)s)
      - (SELECT coalesce(sum(v.amount_fen), 0) FROM bank.voucher v
         LEFT JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
         WHERE v.payer_id = %(id)s AND v.kind <> %(authorise)s
           AND NOT (v.kind = %(unload)s AND o.outcome IS NOT NULL AND o.transfer_id IS NULL))
"""
_UNPAID: Final = """
    SELECT purse_id, wallet_id, amount_fen, attempt FROM bank.purse_pay_out
    WHERE NOT is_paid ORDER BY purse_id LIMIT %s
"""
_PAID_OUT: Final = """
    SELECT p.purse_id, p.wallet_id, p.amount_fen, coalesce(
        (SELECT sum(from_wallet_fen + from_loss_fen) FROM bank.purse_recharge r
         WHERE r.purse_id = p.purse_id), 0)::bigint
    FROM bank.purse_pay_out p WHERE p.purse_id > %s ORDER BY p.purse_id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class _PayOut:
    """What was paid for a lost purse.

    Attributes:
        charged_fen: of later spending, so far.
    """

    purse_id: bytes
    wallet_id: UUID
    amount_fen: int
    charged_fen: int


def pay_out_lost(bank: Bank) -> int:
    """Pay out and close what was lost long enough ago, and charge what came in since.

    Returns how many purses were closed, paid or charged. Interrupted, the next run goes on.

    Raises TooBusy or OutcomeUnknown when the ledger does not answer.
    """
    closed = sum(_close(bank, purse_id) for purse_id in _past_horizon(bank))
    post_due(bank)
    return closed + _pay_all(bank) + _charge_all(bank)


def remainder_of(connection: Connection, purse_id: bytes) -> int:
    """Return what is known to be in a purse, in fen; less than none if its income is not known."""
    row = connection.execute(
        _REMAINDER,
        {
            "id": purse_id,
            "authorise": int(Kind.AUTHORISE),
            "unload": int(Kind.UNLOAD),
            "settled": int(Outcome.SETTLED),
            "undone": int(Outcome.UNDONE),
        },
    ).fetchone()
    assert row is not None
    return int(row[0])


def _past_horizon(bank: Bank) -> list[bytes]:
    with bank.connection() as connection:
        rows = connection.execute(_PAST_HORIZON, (bank.clock(), PurseStatus.CLOSED, AT_ONCE))
        return [purse_id for (purse_id,) in rows]


def _close(bank: Bank, purse_id: bytes) -> bool:
    """Decide what a purse's holder gets, and close the purse, at once."""
    with bank.transaction() as connection:
        found = purses.locked_purse(connection, purse_id)
        if found is None or found.status is PurseStatus.CLOSED or found.wallet_id is None:
            return False
        is_cheat = found.flagged_at is not None
        amount = 0 if is_cheat else max(0, remainder_of(connection, purse_id))
        connection.execute(
            "INSERT INTO bank.purse_pay_out (purse_id, wallet_id, amount_fen, decided_at)"
            " VALUES (%s, %s, %s, %s)",
            (purse_id, found.wallet_id, amount, bank.clock()),
        )
        purses.set_status(connection, purse_id, PurseStatus.CLOSED)
        decide(connection, [purse_id], bank.clock())
    return True


def _pay_all(bank: Bank) -> int:
    with bank.connection() as connection:
        rows = connection.execute(_UNPAID, (AT_ONCE,)).fetchall()
    return sum(_pay(bank, *row) for row in rows)


def _pay(bank: Bank, *pay_out: Any) -> bool:
    purse_id, wallet_id, amount, attempt = pay_out
    float_ = operator_account(bank.operator_id, AccountCode.FLOAT)
    id_ = derived_id(Word.PURSE_PAID_OUT, purse_id.hex(), attempt)
    code = int(TransferCode.PURSE_PAID_OUT)
    transfer = Transfer(id_, float_, wallet_id, Fen(amount), code, reference=purse_id)
    paid = amount == 0 or is_posted(bank, Posting((transfer,)))
    with bank.connection() as connection:
        connection.execute(
            "UPDATE bank.purse_pay_out SET is_paid = %s, attempt = attempt + 1"
            " WHERE purse_id = %s AND attempt = %s AND NOT is_paid",
            (paid, purse_id, attempt),
        )
    return paid


def _charge_all(bank: Bank) -> int:
    charged, after = 0, b""
    while True:
        with bank.connection() as connection:
            rows = connection.execute(_PAID_OUT, (after, AT_ONCE)).fetchall()
        if not rows:
            return charged
        charged += sum(_charge(bank, _PayOut(*row)) for row in rows)
        after = rows[-1][0]


def _charge(bank: Bank, pay_out: _PayOut) -> bool:
    """Charge what a purse has spent beyond what was left in it when it was paid out."""
    with bank.connection() as connection:
        remainder = remainder_of(connection, pay_out.purse_id)
        missing = pay_out.amount_fen - remainder - pay_out.charged_fen
        if missing <= 0:
            return False
        available = balance_of(connection, pay_out.wallet_id).available
    from_wallet = min(max(available, 0), missing)
    return is_posted(bank, _charging(bank, pay_out, (from_wallet, missing - from_wallet)))


def _charging(bank: Bank, pay_out: _PayOut, parts: tuple[int, int]) -> Posting:
    float_ = operator_account(bank.operator_id, AccountCode.FLOAT)
    loss = operator_account(bank.operator_id, AccountCode.LOSS)
    # A wallet that was emptied meanwhile refuses: the next run asks for what is there by then.
    key = (pay_out.purse_id.hex(), pay_out.charged_fen, *parts)
    sides = (
        (Word.CHARGED_AFTER_LOSS, pay_out.wallet_id, TransferCode.CHARGED_AFTER_LOSS, parts[0]),
        (Word.LOSS_AFTER_CHARGE, loss, TransferCode.LOSS_COVERED, parts[1]),
    )
    transfers = tuple(
        Transfer(
            derived_id(word, *key),
            source,
            float_,
            Fen(amount),
            int(code),
            reference=pay_out.purse_id,
        )
        for word, source, code, amount in sides
        if amount > 0
    )
    row = recharge_row(pay_out.purse_id, pay_out.charged_fen, parts, bank.clock())
    return Posting(transfers, (), (row,))
