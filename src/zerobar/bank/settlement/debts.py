"""What owners of lost purses owe: the operator paid for what those had spent, and they had not.

So do owners of purses that were loaded, when the bank had forgotten that and their wallets have
spent the money meanwhile.

Whatever comes back to such an owner's wallet pays the operator first, in the same posting, so that
nobody can take it away in between; and what the wallet gets otherwise is taken at the next look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.settlement.asking import is_posted, untried_id
from zerobar.bank.settlement.records import debt_row
from zerobar.database import Connection
from zerobar.ledger import Posting, Transfer, balance
from zerobar.purse.money import Fen

_DEBTS: Final = """
    SELECT r.wallet_id, coalesce(paid.amount_fen, 0), sum(r.from_loss_fen)
    FROM (
        SELECT p.wallet_id, l.from_loss_fen FROM bank.purse_pay_out p
        JOIN bank.purse_recharge l ON l.purse_id = p.purse_id
        UNION ALL
        SELECT wallet_id, from_loss_fen FROM bank.load_recovery WHERE from_loss_fen > 0
    ) r
    CROSS JOIN LATERAL (
        SELECT sum(d.amount_fen) AS amount_fen FROM bank.debt_payment d
        WHERE d.wallet_id = r.wallet_id
    ) paid
    WHERE r.wallet_id IS NOT NULL
      AND (%(wallets)s::uuid[] IS NULL OR r.wallet_id = ANY(%(wallets)s))
    GROUP BY r.wallet_id, paid.amount_fen
    HAVING sum(r.from_loss_fen) > coalesce(paid.amount_fen, 0)
    ORDER BY r.wallet_id
"""


@dataclass(frozen=True, slots=True)
class Debt:
    """What a wallet's holder owes its operator.

    Attributes:
        paid_fen: of it so far.
    """

    amount: Fen
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Debts:
    """Debts by wallet, and the operator's vault that they are paid into."""

    vault_id: UUID
    by_wallet: dict[UUID, Debt]


def read_debts(
    connection: Connection, vault_id: UUID, wallet_ids: Iterable[UUID] | None = None
) -> Debts:
    """Return what is owed by wallets.

    Args:
        wallet_ids: None: all that owe something.
    """
    wallets = None if wallet_ids is None else list(wallet_ids)
    rows = connection.execute(_DEBTS, {"wallets": wallets}).fetchall()
    found = {wallet: Debt(Fen(int(total - paid)), int(paid)) for wallet, paid, total in rows}
    return Debts(vault_id, found)


def paying_debt(posting: Posting, debts: Debts, now: datetime) -> Posting:
    """Return a posting that also takes from what it pays to a wallet what that owes.

    A debt is taken once: the next posting of the same look leaves it alone.
    """
    (transfer,) = posting.transfers
    debt = debts.by_wallet.pop(transfer.credit, None)
    if debt is None:
        return posting
    amount = Fen(min(debt.amount, transfer.amount))
    id_ = derived_id(Word.DEBT_PAID, transfer.id)
    paid = _payment(id_, transfer.credit, debts.vault_id, amount)
    row = debt_row(transfer.credit, debt.paid_fen, amount, now)
    return Posting((transfer, paid), posting.counters, (*posting.rows, row))


def collect_debt(bank: Bank, wallet_id: UUID, debt: Debt) -> bool:
    """Take what a wallet owes, as far as it has it; return whether it paid any of it now.

    Raises TooBusy or OutcomeUnknown when the ledger does not answer.
    """
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    with bank.connection() as connection:
        amount = min(debt.amount, balance(connection, wallet_id).available)
        if amount <= 0:
            return False
        key = (str(wallet_id), debt.paid_fen, int(amount))
        id_ = untried_id(connection, Word.DEBT_PAID, *key)
    row = debt_row(wallet_id, debt.paid_fen, Fen(amount), bank.clock())
    return is_posted(bank, Posting((_payment(id_, wallet_id, vault, Fen(amount)),), (), (row,)))


def _payment(id_: UUID, wallet_id: UUID, vault_id: UUID, amount: Fen) -> Transfer:
    return Transfer(id_, wallet_id, vault_id, amount, int(TransferCode.DEBT_PAID))
