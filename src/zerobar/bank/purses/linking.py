"""Linking a purse to a wallet, for good, by who holds both, and who may do what with it after.

A purse that was ordered for a wallet is registered without it when it is certified, because a card
in the post is in nobody's hand yet. It is linked when its holder proves to have it.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.merchants.sellers import seller_of
from zerobar.bank.people import store as people
from zerobar.bank.people.model import KeyOwner, SigningKey
from zerobar.bank.people.pin import require_grant
from zerobar.bank.people.wallets import open_wallet_of, wallet_of
from zerobar.bank.purses import limiting, store
from zerobar.bank.purses.errors import (
    AnonymousHasNoWallet,
    CertificateRefused,
    PurseClosed,
    PurseTaken,
    PurseUnknown,
    TooManyPurses,
)
from zerobar.bank.purses.limiting import PurseLimits
from zerobar.bank.purses.model import EventKind, Holder, Purse, PurseStatus
from zerobar.bank.purses.proving import Proof, check_possession
from zerobar.bank.purses.registering import new_purse
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.database import Connection
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.messages import PurseClass

MOST_PURSES: Final = 10
"""Of one wallet, those that are closed aside."""


def link_purse(
    bank: Bank, holder: Holder, wallet_id: UUID, proof: Proof, limits: PurseLimits | None = None
) -> Purse:
    """Link a person's purse to a wallet, with the limits that its holder chooses.

    It needs the PIN: a linked purse can have the wallet pay. A purse that is linked to this wallet
    already stays so, and takes the limits.

    Raises WalletUnknown, WalletClosed, WalletFrozen, PinNeeded, CertificateRefused, StateRefused,
    ChallengeOver, AnonymousHasNoWallet, PurseTaken, PurseClosed, TooManyPurses or LimitTooHigh.
    """
    if proof.certificate.purse_class is PurseClass.ANONYMOUS:
        raise AnonymousHasNoWallet
    if proof.certificate.purse_class is not PurseClass.PERSON:
        raise CertificateRefused("a person's wallet takes a person's purse")
    with bank.transaction() as connection:
        open_wallet_of(connection, holder.person_id, wallet_id)
        require_grant(connection, wallet_id, holder.key_id, bank.clock())
        check_possession(bank, connection, holder.person_id, proof)
        new_purse(bank, connection, proof.certificate)
        linked = link(bank, connection, proof.certificate.id, wallet_id, holder.person_id)
        if limits is not None:
            _limit(bank, connection, linked, holder.person_id, limits)
        return linked


def change_limits(bank: Bank, holder: Holder, purse_id: bytes, limits: PurseLimits) -> None:
    """Choose other limits for one's purse, which its next sync brings; the PIN must be given.

    Raises PurseUnknown, PurseClosed, PinNeeded or LimitTooHigh.
    """
    with bank.transaction() as connection:
        found = granted_purse(bank, connection, holder, purse_id)
        if found.status is PurseStatus.CLOSED:
            raise PurseClosed(purse_id)
        _limit(bank, connection, found, holder.person_id, limits)


def purse_of(connection: Connection, person_id: UUID, purse_id: bytes) -> Purse:
    """Return a purse of a person's wallet; raises PurseUnknown, for others' as well."""
    found = store.purse(connection, purse_id)
    if found is None or found.wallet_id is None:
        raise PurseUnknown(purse_id)
    wallet = people.wallet(connection, found.wallet_id)
    if wallet is None or wallet.person_id != person_id:
        raise PurseUnknown(purse_id)
    return found


def check_unlinked(connection: Connection, purse_id: bytes) -> None:
    """Raise PurseUnknown for a purse that belongs to a wallet: whoever asks is not its holder."""
    found = store.purse(connection, purse_id)
    if found is not None and found.wallet_id is not None:
        raise PurseUnknown(purse_id)


def purse_of_key(connection: Connection, key: SigningKey, purse_id: bytes) -> Purse:
    """Return a purse of the wallet of whoever signs with a key: a person's, or a merchant's till's.

    Raises PurseUnknown, for others' as well, or NotASeller for a till that was revoked.
    """
    if key.owner_kind is KeyOwner.DEVICE:
        return purse_of(connection, key.owner_id, purse_id)
    seller = seller_of(connection, key)
    found = store.purse(connection, purse_id)
    if found is None or found.wallet_id != seller.merchant.wallet_id:
        raise PurseUnknown(purse_id)
    return found


def unloadable_by(bank: Bank, connection: Connection, key: SigningKey, purse_id: bytes) -> None:
    """Check that a key may have a purse unloaded: a till's own, or after its wallet's PIN.

    Raises PurseUnknown, PinNeeded, or NotASeller for a till that was revoked.
    """
    if key.owner_kind is KeyOwner.DEVICE:
        granted_purse(bank, connection, Holder(key.owner_id, key.id), purse_id)
    else:
        purse_of_key(connection, key, purse_id)


def granted_purse(bank: Bank, connection: Connection, holder: Holder, purse_id: bytes) -> Purse:
    """Return a person's purse, locked, if its wallet's PIN was given on this device just now.

    Raises PurseUnknown or PinNeeded.
    """
    found = purse_of(connection, holder.person_id, purse_id)
    assert found.wallet_id is not None
    require_grant(connection, found.wallet_id, holder.key_id, bank.clock())
    locked = store.locked_purse(connection, purse_id)
    assert locked is not None, "purses are never deleted"
    return locked


def purse_for_staff(bank: Bank, session: StaffSession, purse_id: bytes) -> Purse:
    """Return whichever purse, for operations and risk; raises RoleMissing or PurseUnknown."""
    session.require(Role.OPERATIONS, Role.RISK)
    with bank.connection() as connection:
        found = store.purse(connection, purse_id)
    if found is None or found.purse_class not in DEFAULT_LIMITS:
        raise PurseUnknown(purse_id)
    return found


def purses_of(bank: Bank, person_id: UUID, wallet_id: UUID) -> list[Purse]:
    """Return a wallet's purses, closed ones too, the oldest first; raises WalletUnknown."""
    with bank.connection() as connection:
        wallet_of(connection, person_id, wallet_id)
        return store.purses_of_wallet(connection, wallet_id)


def link(bank: Bank, connection: Connection, purse_id: bytes, wallet_id: UUID, by: UUID) -> Purse:
    """Link a purse to a wallet, in a transaction; who may has been checked before.

    Raises PurseUnknown, PurseClosed, PurseTaken or TooManyPurses.
    """
    found = store.locked_purse(connection, purse_id)
    if found is None:
        raise PurseUnknown(purse_id)
    if found.status is PurseStatus.CLOSED:
        raise PurseClosed(purse_id)
    if found.wallet_id == wallet_id:
        return found
    ordered_for = store.wallet_ordered_for(connection, purse_id)
    if found.wallet_id is not None or ordered_for not in {None, wallet_id}:
        raise PurseTaken
    _check_room(connection, wallet_id)
    store.set_wallet(connection, purse_id, wallet_id, bank.clock())
    event = bank.new_id(), EventKind.LINKED, by
    store.insert_event(connection, purse_id, event, bank.clock())
    return store.purse(connection, purse_id) or found


def _check_room(connection: Connection, wallet_id: UUID) -> None:
    # Locked, so that two who link at once do not both find the last place free.
    people.lock_wallet(connection, wallet_id)
    linked = store.purses_of_wallet(connection, wallet_id)
    if sum(purse.status is not PurseStatus.CLOSED for purse in linked) >= MOST_PURSES:
        raise TooManyPurses(MOST_PURSES)


def _limit(
    bank: Bank, connection: Connection, purse: Purse, person_id: UUID, limits: PurseLimits
) -> None:
    limiting.check_limits(purse.purse_class, limits)
    now = bank.clock()
    limiting.store_limits(connection, purse.id, limits, now)
    store.insert_event(connection, purse.id, (bank.new_id(), EventKind.LIMITED, person_id), now)
