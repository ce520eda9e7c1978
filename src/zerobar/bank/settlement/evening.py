"""Purses that ended, made up with what is learned of them later.

    paid out + paid since - charged - made good as a cheat's = remainder

holds for each in the end. What a purse is found to have spent is charged to its wallet, as far as
that has money, else to the operator's vault, and then its owner owes it. What turns out to have
been in it besides is paid to the wallet. It does not matter which of the two is learned first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from zerobar.bank.batches import do_each
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.halting import halt
from zerobar.bank.ids import Word
from zerobar.bank.settlement.asking import is_posted, untried_id
from zerobar.bank.settlement.debts import collect_debt, paying_debt, read_debts
from zerobar.bank.settlement.records import growth_row, recharge_row
from zerobar.bank.settlement.remainder import remainder_of
from zerobar.bank.settlement.sharing import Shares, into_float
from zerobar.bank.settlement.verdicts import not_paid_out
from zerobar.database import Connection
from zerobar.ledger import Posting, Transfer
from zerobar.ledger import balance as balance_of
from zerobar.purse.money import Fen

AT_ONCE: Final = 100

_ENDED: Final = """
    SELECT p.purse_id, p.wallet_id, p.amount_fen,
        coalesce((SELECT sum(g.amount_fen) FROM bank.pay_out_growth g
                  WHERE g.purse_id = p.purse_id), 0)::bigint,
        coalesce((SELECT sum(from_wallet_fen + from_loss_fen) FROM bank.purse_recharge r
                  WHERE r.purse_id = p.purse_id), 0)::bigint,
        (coalesce((SELECT sum(c.amount_fen) FROM bank.loss_cover c
                   WHERE c.purse_id = p.purse_id), 0)
         - coalesce((SELECT sum(t.amount_fen) FROM bank.cover_return t
                     WHERE t.purse_id = p.purse_id), 0))::bigint,
        coalesce((SELECT u.flagged_at IS NOT NULL FROM bank.purse u
                  WHERE u.purse_id = p.purse_id), false),
        p.is_paid
    FROM bank.purse_pay_out p WHERE p.purse_id > %s ORDER BY p.purse_id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class _Ended:
    """What was paid for a purse that ended, and charged for it.

    Attributes:
        amount_fen: when it ended.
        grown_fen: paid since.
        charged_fen: for later spending, so far.
        covered_fen: made good for it as for a cheat.
        is_paid: what it was paid when it ended has reached the wallet.
    """

    purse_id: bytes
    wallet_id: UUID
    amount_fen: int
    grown_fen: int
    charged_fen: int
    covered_fen: int
    is_cheat: bool
    is_paid: bool

    @property
    def balance_fen(self) -> int:
        """What its remainder should be."""
        return self.amount_fen + self.grown_fen - self.charged_fen - self.covered_fen


def even_out(bank: Bank) -> int:
    """Charge or pay what was learned of ended purses, and collect debts; return how many.

    What is refused for one of them holds up no other.
    """
    evened, after = 0, b""
    while True:
        with bank.connection() as connection:
            rows = connection.execute(_ENDED, (after, AT_ONCE)).fetchall()
        if not rows:
            return evened + _collect_all(bank)
        ended = [_Ended(*row) for row in rows]
        evened += do_each("ended purses", ended, lambda each: _even(bank, each))
        after = rows[-1][0]


def _even(bank: Bank, ended: _Ended) -> bool:
    with bank.connection() as connection:
        missing = ended.balance_fen - remainder_of(connection, ended.purse_id)
    if missing > 0:
        return _charge(bank, ended, missing)
    # What a cheat says of itself is paid to nobody.
    grows = missing < 0 and ended.is_paid and not ended.is_cheat
    return grows and _grow(bank, ended)


def _charge(bank: Bank, ended: _Ended, missing: int) -> bool:
    """Charge what a purse has spent beyond what was left in it."""
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    with bank.connection() as connection:
        available = max(balance_of(connection, ended.wallet_id).available, 0)
        from_wallet = min(available, missing)
        from_vault = missing - from_wallet
        if balance_of(connection, vault).available < from_vault:
            return False
        posting = _charging(bank, connection, ended, (from_wallet, from_vault))
    return is_posted(bank, posting)


def _charging(bank: Bank, connection: Connection, ended: _Ended, parts: tuple[int, int]) -> Posting:
    shares = Shares(
        (Word.CHARGED_AFTER_LOSS, Word.LOSS_AFTER_CHARGE),
        ended.wallet_id,
        TransferCode.CHARGED_AFTER_LOSS,
        parts,
    )
    key = (ended.purse_id.hex(), ended.charged_fen)
    transfers = into_float(bank, connection, shares, ended.purse_id, key)
    row = recharge_row(ended.purse_id, ended.charged_fen, parts, bank.clock())
    return Posting(transfers, (), (row,))


def _grow(bank: Bank, ended: _Ended) -> bool:
    """Pay what turned out to have been in a purse besides; what its owner owes comes off."""
    halt(bank, not_paid_out(ended.purse_id))
    float_ = operator_account(bank.operator_id, AccountCode.FLOAT)
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    with bank.connection() as connection:
        amount = remainder_of(connection, ended.purse_id) - ended.balance_fen
        if amount <= 0:
            return False
        key = (ended.purse_id.hex(), ended.grown_fen, amount)
        id_ = untried_id(connection, Word.PAY_OUT_GROWTH, *key)
        debts = read_debts(connection, vault, [ended.wallet_id])
    code, now = int(TransferCode.PURSE_PAID_OUT), bank.clock()
    transfer = Transfer(id_, float_, ended.wallet_id, Fen(amount), code, reference=ended.purse_id)
    row = growth_row(ended.purse_id, ended.grown_fen, amount, now)
    return is_posted(bank, paying_debt(Posting((transfer,), (), (row,)), debts, now))


def _collect_all(bank: Bank) -> int:
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    with bank.connection() as connection:
        debts = read_debts(connection, vault).by_wallet
    return do_each("debts", debts.items(), lambda owed: collect_debt(bank, *owed))
