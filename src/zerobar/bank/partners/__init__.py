"""Who the bank asks: the bank of the cards, who verifies names, who sends messages.

Protocols here, and what speaks them over HTTP. Nothing of the sandbox is known here: it stands
at the other end like anyone else.
"""

from zerobar.bank.partners.model import (
    BankLink,
    BankOrder,
    BankOutcome,
    BankStatus,
    CardHolder,
    IdentityVerifier,
    Partners,
    PartnerUnavailable,
    SmsSender,
)

__all__ = [
    "BankLink",
    "BankOrder",
    "BankOutcome",
    "BankStatus",
    "CardHolder",
    "IdentityVerifier",
    "PartnerUnavailable",
    "Partners",
    "SmsSender",
]
