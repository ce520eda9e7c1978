"""The key with which a merchant's own program asks: given by staff, or replaced by itself.

A key's id is the id of what brought it, an approval or a signed request: so whoever asked knows it
beforehand, and asking twice gives one key. A merchant has one such key in force, or none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.halting import halt, key_revocation
from zerobar.bank.merchants import event_store, store
from zerobar.bank.merchants.errors import MerchantSuspended, ProofWrong, ServerKeyChanged
from zerobar.bank.merchants.model import EventKind
from zerobar.bank.merchants.sellers import Seller, check_public_key, require_merchant
from zerobar.bank.people.model import KeyOwner, SigningKey
from zerobar.bank.people.store import insert_signing_key, signing_key, signing_keys_of
from zerobar.bank.signatures import KeyUnknown
from zerobar.client.merchants import server_key_bytes
from zerobar.database import Connection
from zerobar.ledger import read_counters
from zerobar.purse.suites import P256, SignatureRefused

MOST_SHOWN: Final = 100
"""Keys of a merchant: a program may replace its own every day."""
_LABEL: Final = "server"


@dataclass(frozen=True, slots=True)
class NewServerKey:
    """A key that a merchant's program is to sign with.

    Attributes:
        id: under which it signs.
        public_key: P-256, X||Y, 64 bytes.
    """

    id: UUID
    public_key: bytes


def give_server_key(
    bank: Bank, merchant_id: UUID, new: NewServerKey, decided_since: datetime | None = None
) -> SigningKey:
    """Let a merchant's program sign with a key, and with no other; the same again changes nothing.

    Args:
        decided_since: when it was proposed; a key that came since then stays.

    Raises MerchantUnknown, KeyWrong, IdUsed or ServerKeyChanged.
    """
    check_public_key(new.public_key)
    with bank.transaction() as connection:
        store.lock_merchant(connection, merchant_id)
        require_merchant(connection, merchant_id)
        # What is there was given before this was interrupted, whatever came later.
        if decided_since is not None and signing_key(connection, new.id) is None:
            _check_unchanged(connection, merchant_id, decided_since)
        given = _give(bank, connection, merchant_id, new)
    _halt_revoked(bank, merchant_id)
    return given


def replace_own_key(bank: Bank, seller: Seller, new: NewServerKey, proof: bytes) -> SigningKey:
    """Let a merchant's program take another key by itself; the old one signs nothing any more.

    Not while the merchant is suspended: so staff can keep out whoever has stolen a key.

    Args:
        proof: the new key's signature over `server_key_bytes`: nobody is shut out by a slip.

    Raises ServerOnly, MerchantSuspended, KeyWrong, ProofWrong, KeyUnknown or IdUsed.
    """
    seller.require_server()
    check_public_key(new.public_key)
    merchant_id = seller.merchant.id
    _check_proof(merchant_id, new, proof)
    with bank.transaction() as connection:
        store.lock_merchant(connection, merchant_id)
        # What was read when the signature was checked may be over by now.
        if require_merchant(connection, merchant_id).suspended_at is not None:
            raise MerchantSuspended
        signer = signing_key(connection, seller.key_id)
        if signer is None or signer.revoked_at is not None:
            raise KeyUnknown
        given = _give(bank, connection, merchant_id, new)
    _halt_revoked(bank, merchant_id)
    return given


def server_keys_of(bank: Bank, merchant_id: UUID) -> list[SigningKey]:
    """Return a merchant program's keys, the newest first, at most MOST_SHOWN, old ones too.

    Raises MerchantUnknown.
    """
    with bank.connection() as connection:
        require_merchant(connection, merchant_id)
        return _keys(connection, merchant_id)[: -MOST_SHOWN - 1 : -1]


def _check_unchanged(connection: Connection, merchant_id: UUID, since: datetime) -> None:
    if any(key.enrolled_at > since for key in _keys(connection, merchant_id)):
        raise ServerKeyChanged


def _check_proof(merchant_id: UUID, new: NewServerKey, proof: bytes) -> None:
    try:
        P256.verify(new.public_key, server_key_bytes(merchant_id, new.id), proof)
    except SignatureRefused:
        raise ProofWrong from None


def _give(bank: Bank, connection: Connection, merchant_id: UUID, new: NewServerKey) -> SigningKey:
    owner, now = KeyOwner.MERCHANT_SERVER, bank.clock()
    key = SigningKey(new.id, owner, merchant_id, new.public_key, _LABEL, now, None)
    if not insert_signing_key(connection, key):
        return _first_answer(connection, key)
    known = _keys(connection, merchant_id)
    is_other = any(each.id != key.id and each.revoked_at is None for each in known)
    store.revoke_keys(connection, merchant_id, now, keep=key.id)
    if is_other:
        kind = EventKind.SERVER_KEY_REPLACED
        event_store.insert_event(connection, merchant_id, kind, key.id, now)
    return key


def _keys(connection: Connection, merchant_id: UUID) -> list[SigningKey]:
    owned = signing_keys_of(connection, merchant_id)
    return [key for key in owned if key.owner_kind is KeyOwner.MERCHANT_SERVER]


def _first_answer(connection: Connection, new: SigningKey) -> SigningKey:
    known = signing_key(connection, new.id)
    assert known is not None, "a key is never deleted"
    if replace(known, enrolled_at=new.enrolled_at, revoked_at=None) != new:
        raise IdUsed
    return known


def _halt_revoked(bank: Bank, merchant_id: UUID) -> None:
    """Halt what is revoked and not halted yet, whoever was interrupted in between."""
    with bank.connection() as connection:
        revoked = [each.id for each in _keys(connection, merchant_id) if each.revoked_at]
        conditions = [key_revocation(key_id) for key_id in revoked]
        halts = read_counters(connection, [(each.key, each.period) for each in conditions])
    halt(bank, *(each for each in conditions if not halts[each.key, each.period]))
