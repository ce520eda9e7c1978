"""Who is in the town, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zerobar.reader import Sentence

PIN: Final = "417293"
"""Everybody's payment PIN."""
CARD_PIN: Final = "135790"
"""Every card's."""
CASHIER: Final = "小美"
CASHIERS_PIN: Final = "246810"
MONTHLY_FEN: Final = 39_00
"""What a line costs a month."""


@dataclass(frozen=True, slots=True)
class BankCard:
    """A card at the sandbox's bank, and who it belongs to there."""

    number: str
    phone: str
    holder: str
    resident_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a phone.

    Attributes:
        number: of the line, E.164.
        card: that may be bound to the wallet.
        owes: the line is suspended, for its last bill is not paid.
    """

    id: str
    name: Sentence
    number: str
    card: BankCard | None = None
    owes: bool = False


ALICES_CARD: Final = BankCard("6299900000000016", "+8613800000001", "林安娜", "110101199003071233")
PEOPLE: Final = (
    Person("alice", Sentence("Alice", zh="小艾"), "+8613900000001", ALICES_CARD),
    Person("bo", Sentence("Bo", zh="小博"), "+8613900000002", owes=True),
    Person("mo", Sentence("Mo", zh="小莫"), "+8613900000003"),
)
TILLS: Final = {
    "till": Sentence("the till", zh="收银机"),
    "other-till": Sentence("the other till", zh="另一台收银机"),
}
