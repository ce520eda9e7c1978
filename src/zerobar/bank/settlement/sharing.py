"""What the float lacks, shared between a wallet and the operator's vault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word
from zerobar.bank.settlement.asking import untried_id
from zerobar.database import Connection
from zerobar.ledger import Transfer
from zerobar.purse.money import Fen

_LOSS: Final = TransferCode.LOSS_COVERED


class Shares(NamedTuple):
    """Who pays how much: nothing of it is no transfer.

    Attributes:
        words: of the wallet's transfer and of the vault's, for their ids.
        wallet_id: None if nobody but the vault pays.
        code: of the wallet's transfer.
        amounts: of the wallet and of the vault, in fen.
    """

    words: tuple[Word, Word]
    wallet_id: UUID | None
    code: TransferCode
    amounts: tuple[int, int]


def into_float(
    bank: Bank, connection: Connection, shares: Shares, purse_id: bytes, key: Sequence[str | int]
) -> tuple[Transfer, ...]:
    """Return the transfers, under ids that nothing was refused under.

    Args:
        bank: whose.
        connection: to its tables.
        shares: who pays.
        purse_id: for which, 8 bytes; the transfers' reference.
        key: what makes this one different from all others of the same words.

    Raises TooBusy.
    """
    float_ = operator_account(bank.operator_id, AccountCode.FLOAT)
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    sources, codes = (shares.wallet_id, vault), (shares.code, _LOSS)
    return tuple(
        Transfer(
            untried_id(connection, word, *key, *shares.amounts),
            source,
            float_,
            Fen(amount),
            int(code),
            reference=purse_id,
        )
        for word, source, code, amount in zip(
            shares.words, sources, codes, shares.amounts, strict=True
        )
        if source is not None and amount > 0
    )
