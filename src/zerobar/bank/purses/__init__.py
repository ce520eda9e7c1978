"""The registry of purses: whose they are, what they may do, and whose keys are trusted.

trust_authority(bank, keys)                      which signatures count
register_purse(bank, certificate, wallet_id)     a person's, a merchant's
host_payee(bank, certificate, wallet_id)         a biller or shop without a secure element
issue_request(bank, request)                     what a hosted payee asks for
"""

from zerobar.bank.purses.errors import (
    AnonymousHasNoWallet,
    CertificateRefused,
    PayeeNotHosted,
    PurseClosed,
    PurseFlagged,
    PurseUnknown,
)
from zerobar.bank.purses.hosting import host_payee, issue_request
from zerobar.bank.purses.keys import revoke_key, trust_authority, trust_key, trusted_keys
from zerobar.bank.purses.model import KeySet, Purse, PurseStatus
from zerobar.bank.purses.registering import (
    block_purse,
    purse,
    register_purse,
    unblock_purse,
)

__all__ = [
    "AnonymousHasNoWallet",
    "CertificateRefused",
    "KeySet",
    "PayeeNotHosted",
    "Purse",
    "PurseClosed",
    "PurseFlagged",
    "PurseStatus",
    "PurseUnknown",
    "block_purse",
    "host_payee",
    "issue_request",
    "purse",
    "register_purse",
    "revoke_key",
    "trust_authority",
    "trust_key",
    "trusted_keys",
    "unblock_purse",
]
