"""The supply: whether all digital cash that was issued is where somebody holds it, to the fen.

    issued = wallets + merchants + float + vaults        and        issued = pledged reserves

Everything is read from one snapshot, so money that moves meanwhile is never counted twice or left
out. It reads the newest entry of every account that holds digital cash.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.authority import store
from zerobar.bank.authority.store import Operator
from zerobar.bank.chart import (
    AccountCode,
    TransferCode,
    authority_account,
    operator_account,
)
from zerobar.bank.context import Bank
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.database import Connection
from zerobar.ledger import Result, balance
from zerobar.purse.money import Fen

_HOLDING: Final = (
    AccountCode.WALLET,
    AccountCode.MERCHANT,
    AccountCode.FLOAT,
    AccountCode.VAULT,
)
# Accounts of an operator are told by their ids, wallets by the bank's own table.
_HELD: Final = """
    SELECT coalesce(w.operator_id, o.operator_id), a.code, sum(e.balance_fen)::bigint
    FROM ledger.account a
    CROSS JOIN LATERAL (
        SELECT balance_fen FROM ledger.entry
        WHERE account_id = a.account_id ORDER BY number DESC LIMIT 1
    ) e
    LEFT JOIN bank.wallet w ON w.wallet_id = a.account_id
    LEFT JOIN unnest(%s::uuid[], %s::uuid[]) o (account_id, operator_id)
           ON o.account_id = a.account_id
    WHERE a.code = ANY(%s)
      AND coalesce(w.operator_id, o.operator_id) IS NOT NULL
    GROUP BY 1, 2
"""
_ISSUED: Final = """
    SELECT CASE t.code WHEN %(issue)s THEN t.credit_id ELSE t.debit_id END,
           -sum(e.amount_fen)::bigint
    FROM ledger.entry e JOIN ledger.transfer t USING (transfer_id)
    WHERE e.account_id = %(issued)s AND t.result = %(posted)s
    GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Where an operator's digital cash is.

    Attributes:
        float: what backs its purses.
        issued: what was issued to it less what it gave back; wallets of different operators pay
            each other, so this is not the sum of the others.
        reserves: what it may still be issued against.
    """

    operator: Operator
    wallets: Fen
    merchants: Fen
    float: Fen
    vault: Fen
    issued: Fen
    reserves: Fen

    @property
    def held(self) -> Fen:
        """All of it."""
        return self.wallets + self.merchants + self.float + self.vault


@dataclass(frozen=True, slots=True)
class Supply:
    """All digital cash at one moment."""

    at: datetime
    issued: Fen
    pledged: Fen
    operators: tuple[Holdings, ...]

    @property
    def difference(self) -> Fen:
        """Issued less what the operators' accounts and wallets hold: 0, always."""
        return self.issued - sum(holdings.held for holdings in self.operators)

    @property
    def uncovered(self) -> Fen:
        """Issued less pledged: 0, always."""
        return self.issued - self.pledged

    @property
    def balanced(self) -> bool:
        """Whether it all adds up."""
        return not (self.difference or self.uncovered)


def read_supply(bank: Bank, session: StaffSession) -> Supply:
    """Return the supply to any member of staff; raises RoleMissing."""
    session.require(*Role)
    return supply(bank)


def supply(bank: Bank) -> Supply:
    """Return the supply, from one snapshot of the database."""
    with bank.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        operators = store.operators(connection)
        held = _held(connection, operators)
        issued_to = _issued(connection)
        return Supply(
            bank.clock(),
            -_balance(connection, authority_account(AccountCode.ISSUED)),
            _balance(connection, authority_account(AccountCode.RESERVES_PLEDGED)),
            tuple(_holdings(connection, o, held[o.id], issued_to) for o in operators),
        )


def _held(
    connection: Connection, operators: list[Operator]
) -> Mapping[UUID, Mapping[AccountCode, Fen]]:
    own = [
        (operator_account(operator.id, code), operator.id)
        for operator in operators
        for code in (AccountCode.FLOAT, AccountCode.VAULT)
    ]
    parameters = ([o[0] for o in own], [o[1] for o in own], [int(code) for code in _HOLDING])
    held: defaultdict[UUID, dict[AccountCode, Fen]] = defaultdict(dict)
    for operator_id, code, total in connection.execute(_HELD, parameters):
        held[operator_id][AccountCode(code)] = Fen(total)
    return held


def _issued(connection: Connection) -> dict[UUID, Fen]:
    rows = connection.execute(
        _ISSUED,
        {
            "issue": int(TransferCode.ISSUE),
            "issued": authority_account(AccountCode.ISSUED),
            "posted": int(Result.POSTED),
        },
    )
    return {vault: Fen(total) for vault, total in rows}


def _holdings(
    connection: Connection,
    operator: Operator,
    held: Mapping[AccountCode, Fen],
    issued_to: Mapping[UUID, Fen],
) -> Holdings:
    nothing = Fen(0)
    return Holdings(
        operator,
        held.get(AccountCode.WALLET, nothing),
        held.get(AccountCode.MERCHANT, nothing),
        held.get(AccountCode.FLOAT, nothing),
        held.get(AccountCode.VAULT, nothing),
        issued_to.get(operator_account(operator.id, AccountCode.VAULT), nothing),
        _balance(connection, operator_account(operator.id, AccountCode.RESERVES)),
    )


def _balance(connection: Connection, account_id: UUID) -> Fen:
    return Fen(balance(connection, account_id).balance)
