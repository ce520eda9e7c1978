"""What the operator asks its bank to pay to merchants; `pain` writes it as ISO 20022 has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from zerobar.purse.money import Fen


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """Money for one merchant; see `Merchant` for what the fields mean."""

    id: UUID
    amount: Fen
    bank_code: str
    account_holder: str
    account_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """What the operator asks its bank to pay.

    Attributes:
        name: at most 35 characters; the same name is the same file.
        debtor: the operator's name, at most 140 characters.
        debtor_account: at most 34 characters.
        day: on which it is to be paid.
    """

    name: str
    debtor: str
    debtor_account: str
    day: date
    made_at: datetime
    transfers: tuple[CreditTransfer, ...]

    @property
    def total(self) -> Fen:
        """The sum of all transfers."""
        return Fen(sum(transfer.amount for transfer in self.transfers))
