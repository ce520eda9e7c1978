"""Lost purses whose horizon has passed: paid out, closed, and made up with what comes later.

    remainder = settled loads and payments to it + what it took back - all that it is known to have
                paid, but for unloads that moved no money

is paid to the linked wallet, and the id is closed for ever. With that everything that it left in
flight is final, and what is in flight to it goes to the wallet as well. From then on no unload of
it moves money, for its holder has been paid; `evening` makes up for whatever is learned later.
"""

from __future__ import annotations

from typing import Any, Final

from zerobar.bank.batches import do_each
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.halting import halt
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.purses import store as purses
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.settlement.asking import has_posted, is_posted
from zerobar.bank.settlement.debts import paying_debt, read_debts
from zerobar.bank.settlement.evening import even_out
from zerobar.bank.settlement.outcomes import decide
from zerobar.bank.settlement.posting import post_due
from zerobar.bank.settlement.remainder import remainder_of
from zerobar.bank.settlement.verdicts import not_paid_out
from zerobar.ledger import Posting, Transfer
from zerobar.purse.money import Fen

AT_ONCE: Final = 100

_PAST_HORIZON: Final = """
    SELECT purse_id FROM bank.purse
    WHERE horizon_at <= %s AND status <> %s AND wallet_id IS NOT NULL AND purse_id > %s
    ORDER BY purse_id LIMIT %s
"""
_UNPAID: Final = """
    SELECT purse_id, wallet_id, amount_fen, attempt FROM bank.purse_pay_out
    WHERE NOT is_paid AND purse_id > %s ORDER BY purse_id LIMIT %s
"""
_NOTED: Final = """
    UPDATE bank.purse_pay_out SET is_paid = %s, attempt = attempt + 1
    WHERE purse_id = %s AND attempt = %s AND NOT is_paid
"""


def pay_out_lost(bank: Bank) -> int:
    """Pay out and close what was lost long enough ago, and make up for what came in since.

    Returns how many purses were closed, paid or made up for. Interrupted, the next run goes on;
    what one purse's wallet or the ledger refuses holds up no other.
    """
    closed = _close_all(bank)
    post_due(bank)
    return closed + _pay_all(bank) + even_out(bank)


def _close_all(bank: Bank) -> int:
    closed, after = 0, b""
    while True:
        asked = (bank.clock(), PurseStatus.CLOSED, after, AT_ONCE)
        with bank.connection() as connection:
            ids = [each for (each,) in connection.execute(_PAST_HORIZON, asked)]
        if not ids:
            return closed
        closed += do_each("lost purses", ids, lambda each: _close(bank, each))
        after = ids[-1]


def _close(bank: Bank, purse_id: bytes) -> bool:
    """Decide what a purse's holder gets, and close the purse, at once."""
    # First of all: an unload that posted before is seen below, and none posts after this.
    halt(bank, not_paid_out(purse_id))
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
    paid, after = 0, b""
    while True:
        with bank.connection() as connection:
            rows = connection.execute(_UNPAID, (after, AT_ONCE)).fetchall()
        if not rows:
            return paid
        paid += do_each("pay-outs", rows, lambda row: _pay(bank, *row))
        after = rows[-1][0]


def _pay(bank: Bank, *pay_out: Any) -> bool:
    purse_id, wallet_id, amount, attempt = pay_out
    float_ = operator_account(bank.operator_id, AccountCode.FLOAT)
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    id_ = derived_id(Word.PURSE_PAID_OUT, purse_id.hex(), attempt)
    paid = bool(amount == 0)
    if not paid:
        code = int(TransferCode.PURSE_PAID_OUT)
        transfer = Transfer(id_, float_, wallet_id, Fen(amount), code, reference=purse_id)
        with bank.connection() as connection:
            debts = read_debts(connection, vault, [wallet_id])
        # Asked again after silence, it may come with another debt than it was posted with.
        paid = is_posted(bank, paying_debt(Posting((transfer,)), debts, bank.clock()))
        paid = paid or has_posted(bank, id_)
    with bank.connection() as connection:
        connection.execute(_NOTED, (paid, purse_id, attempt))
    return paid
