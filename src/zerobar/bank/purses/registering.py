"""Taking purses into the registry, and what becomes of them there.

A purse is known by its key, so a renewed certificate belongs to the purse that there is.
"""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import WalletUnknown
from zerobar.bank.people.wallets import check_open
from zerobar.bank.purses import store
from zerobar.bank.purses.errors import (
    AnonymousHasNoWallet,
    CertificateRefused,
    PurseClosed,
    PurseFlagged,
    PurseUnknown,
)
from zerobar.bank.purses.keys import trusted_keys
from zerobar.bank.purses.model import Purse, PurseStatus
from zerobar.database import Connection
from zerobar.purse.messages import Certificate, PurseClass
from zerobar.purse.suites import P256, SignatureRefused


def register_purse(bank: Bank, certificate: Certificate, wallet_id: UUID | None) -> Purse:
    """Register a purse and link it to its holder's wallet; the same again changes nothing.

    A later certificate of the same purse replaces the one that is there.

    Raises CertificateRefused, AnonymousHasNoWallet, PurseClosed, WalletUnknown, WalletClosed,
    WalletFrozen, or IdUsed when it is linked to another wallet.
    """
    if certificate.purse_class in (PurseClass.SERVICE, PurseClass.OPERATOR):
        raise CertificateRefused("a service or an operator is no purse that somebody holds")
    if certificate.purse_class is PurseClass.ANONYMOUS and wallet_id is not None:
        raise AnonymousHasNoWallet
    return enter(bank, certificate, wallet_id)


def new_purse(bank: Bank, connection: Connection, certificate: Certificate) -> Purse:
    """Register a purse without a wallet, unless it is known; its certificate is checked before.

    A later certificate of a known purse replaces the one that is there. Raises PurseClosed.
    """
    new = Purse(certificate.id, certificate, None, PurseStatus.ACTIVE, None, bank.clock())
    if store.insert_purse(connection, new):
        store.flag_if_proved(connection, new.id)
        return store.purse(connection, new.id) or new
    return note_certificate(connection, certificate)


def note_certificate(connection: Connection, certificate: Certificate) -> Purse:
    """Take a later certificate of a known purse, checked before, for the one that is there.

    Raises PurseClosed, or IdUsed when its class is another.
    """
    there = store.locked_purse(connection, certificate.id)
    assert there is not None, "purses are never deleted"
    if there.status is PurseStatus.CLOSED:
        raise PurseClosed(certificate.id)
    if there.purse_class is not certificate.purse_class:
        raise IdUsed
    if certificate.not_before_day > there.certificate.not_before_day:
        store.set_certificate(connection, certificate)
    return store.purse(connection, certificate.id) or there


def enter(bank: Bank, certificate: Certificate, wallet_id: UUID | None) -> Purse:
    """Store a purse of whatever class, with all checks that classes have in common."""
    with bank.transaction() as connection:
        check_certified(connection, certificate)
        _check_wallet(connection, wallet_id)
        new = Purse(certificate.id, certificate, wallet_id, PurseStatus.ACTIVE, None, bank.clock())
        if not store.insert_purse(connection, new):
            return _renewed(connection, new)
        store.flag_if_proved(connection, new.id)
        return store.purse(connection, new.id) or new


def block_purse(bank: Bank, purse_id: bytes) -> None:
    """Let a purse authorise nothing more from its wallet; what it paid still counts.

    Raises PurseUnknown or PurseClosed.
    """
    _change_status(bank, purse_id, PurseStatus.BLOCKED)


def unblock_purse(bank: Bank, purse_id: bytes) -> None:
    """Let a purse be used again; raises PurseUnknown, PurseClosed or PurseFlagged."""
    _change_status(bank, purse_id, PurseStatus.ACTIVE)


def purse(bank: Bank, purse_id: bytes) -> Purse:
    """Return a purse; raises PurseUnknown."""
    with bank.connection() as connection:
        found = store.purse(connection, purse_id)
    if found is None:
        raise PurseUnknown(purse_id)
    return found


def _change_status(bank: Bank, purse_id: bytes, status: PurseStatus) -> None:
    with bank.transaction() as connection:
        found = store.locked_purse(connection, purse_id)
        if found is None:
            raise PurseUnknown(purse_id)
        if found.status is PurseStatus.CLOSED:
            raise PurseClosed(purse_id)
        if found.flagged_at is not None and status is PurseStatus.ACTIVE:
            raise PurseFlagged(purse_id)
        store.set_status(connection, purse_id, status)


def check_certified(connection: Connection, certificate: Certificate) -> None:
    """Raise CertificateRefused unless an authority key that is trusted has signed it.

    A purse of a suite that settlement does not compute with could be loaded and never be unloaded.
    """
    if certificate.suite.number != P256.number:
        raise CertificateRefused("its key is of a suite that this bank does not settle")
    key = trusted_keys(connection).authorities.get(certificate.key_number)
    if key is None:
        raise CertificateRefused(f"no authority key {certificate.key_number} is trusted")
    try:
        certificate.verify(key)
    except SignatureRefused as error:
        raise CertificateRefused(str(error)) from None
    if store.exists_nowhere(connection, certificate.id):
        raise CertificateRefused("its id was declared to exist nowhere")


def _check_wallet(connection: Connection, wallet_id: UUID | None) -> None:
    if wallet_id is None:
        return
    wallet = people.wallet(connection, wallet_id)
    if wallet is None:
        raise WalletUnknown
    check_open(wallet)


def _renewed(connection: Connection, new: Purse) -> Purse:
    there = note_certificate(connection, new.certificate)
    if there.wallet_id != new.wallet_id:
        raise IdUsed
    return there
