"""Shops, and the tills in them: a till is added with a one-time code and enrols its own key."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.halting import halt, key_revocation, shop_closing
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.merchants import store
from zerobar.bank.merchants.errors import EnrolmentCodeWrong, TerminalEnrolled, TerminalUnknown
from zerobar.bank.merchants.model import Shop, Terminal
from zerobar.bank.merchants.sellers import Seller, require_open_shop, require_shop
from zerobar.bank.people.model import KeyOwner, SigningKey
from zerobar.bank.people.store import insert_signing_key, signing_key
from zerobar.client.merchants import terminal_bytes
from zerobar.database import Connection
from zerobar.purse.suites import P256, SignatureRefused

CODE_LIFETIME: Final = timedelta(hours=24)
MOST_TRIES: Final = 5
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is taken for another or for a digit."""
_SHOP_CODE_LENGTH: Final = 12
_ENROLMENT_CODE_LENGTH: Final = 10


@dataclass(frozen=True, slots=True)
class AddedTerminal:
    """A till that waits to be enrolled, and the code for it."""

    terminal: Terminal
    code: str = field(repr=False)


def open_shop(bank: Bank, seller: Seller, shop_id: UUID, name: str, latin_name: str) -> Shop:
    """Open a shop; the same again gives the first answer. Raises ServerOnly or IdUsed."""
    seller.require_server()
    merchant_id = seller.merchant.id
    code = _in_letters(derived_id(Word.SHOP_CODE, merchant_id, shop_id).bytes, _SHOP_CODE_LENGTH)
    new = Shop(merchant_id, shop_id, code, name, latin_name, bank.clock(), None)
    with bank.transaction() as connection:
        store.insert_shop(connection, new)
        kept = require_shop(connection, merchant_id, shop_id)
        if not store.claim_shop_code(connection, kept):
            raise IdUsed
    if (kept.name, kept.latin_name) != (name, latin_name):
        raise IdUsed
    return kept


def list_shops(bank: Bank, seller: Seller, after: UUID | None, limit: int) -> list[Shop]:
    """Return the merchant's shops by id, those after one."""
    with bank.connection() as connection:
        return store.shops(connection, seller.merchant.id, after, limit)


def list_terminals(bank: Bank, seller: Seller, after: UUID | None, limit: int) -> list[Terminal]:
    """Return the merchant's tills by id, those after one; raises ServerOnly."""
    seller.require_server()
    with bank.connection() as connection:
        return store.terminals(connection, seller.merchant.id, after, limit)


def close_shop(bank: Bank, seller: Seller, shop_id: UUID) -> Shop:
    """Close a shop for good, and what its code is paid by; raises ServerOnly or ShopUnknown."""
    seller.require_server()
    with bank.transaction() as connection:
        require_shop(connection, seller.merchant.id, shop_id)
        store.close_shop(connection, seller.merchant.id, shop_id, bank.clock())
        closed = require_shop(connection, seller.merchant.id, shop_id)
    halt(bank, shop_closing(seller.merchant.id, shop_id))
    return closed


def add_terminal(
    bank: Bank, seller: Seller, terminal_id: UUID, shop_id: UUID, label: str
) -> AddedTerminal:
    """Add a till to a shop; the same again gives the first answer, with the same code.

    Raises ServerOnly, ShopUnknown, ShopClosed or IdUsed.
    """
    seller.require_server()
    merchant_id, now = seller.merchant.id, bank.clock()
    new = Terminal(
        terminal_id, merchant_id, shop_id, label, now + CODE_LIFETIME, 0, None, now, None, None
    )
    with bank.transaction() as connection:
        require_open_shop(connection, merchant_id, shop_id)
        store.insert_terminal(connection, new)
        kept = store.terminal(connection, terminal_id)
    assert kept is not None
    if (kept.merchant_id, kept.shop_id, kept.label) != (merchant_id, shop_id, label):
        raise IdUsed
    return AddedTerminal(kept, enrolment_code(bank, kept))


def renew_enrolment_code(bank: Bank, seller: Seller, terminal_id: UUID) -> AddedTerminal:
    """Give a till that is not enrolled yet another code; the one before is void.

    Raises ServerOnly, TerminalUnknown or TerminalEnrolled.
    """
    seller.require_server()
    with bank.transaction() as connection:
        terminal = _terminal_of(connection, seller, terminal_id)
        if terminal.key_id is not None or terminal.revoked_at is not None:
            raise TerminalEnrolled
        store.renew_code(connection, terminal_id, bank.clock() + CODE_LIFETIME)
        renewed = _terminal_of(connection, seller, terminal_id)
    return AddedTerminal(renewed, enrolment_code(bank, renewed))


def enrol_terminal(
    bank: Bank, terminal_id: UUID, code: str, public_key: bytes, proof: bytes
) -> SigningKey:
    """Enrol a till's key by its one-time code; the same key again gives the first answer.

    Args:
        public_key: P-256, X||Y.
        proof: the key's signature over `terminal_bytes` of id and code.

    Raises EnrolmentCodeWrong or TerminalEnrolled.
    """
    with bank.transaction() as connection:
        terminal = store.terminal(connection, terminal_id, lock=True)
        right = terminal is not None and _is_right(bank, terminal, code)
        if terminal is not None and not right:
            store.count_wrong_code(connection, terminal_id)
    # Outside the transaction, so that the wrong try stays counted.
    if terminal is None or not right or not _proves(terminal_id, code, public_key, proof):
        raise EnrolmentCodeWrong
    with bank.transaction() as connection:
        return _enrol(bank, connection, terminal_id, public_key)


def revoke_terminal(bank: Bank, seller: Seller, terminal_id: UUID) -> Terminal:
    """End a till: nothing signed by its key is taken any more.

    Raises ServerOnly or TerminalUnknown.
    """
    seller.require_server()
    with bank.transaction() as connection:
        _terminal_of(connection, seller, terminal_id)
        store.revoke_terminal(connection, terminal_id, bank.clock())
        revoked = _terminal_of(connection, seller, terminal_id)
    if revoked.key_id is not None:
        halt(bank, key_revocation(revoked.key_id))
    return revoked


def enrolment_code(bank: Bank, terminal: Terminal) -> str:
    """Return the code that enrols a till: kept nowhere, for it follows from the bank's secret."""
    secret = bank.sealer.secret("enrolment-code")
    content = f"{terminal.id}\x1f{terminal.code_expires_at.timestamp()}".encode()
    return _in_letters(hmac.digest(secret, content, hashlib.sha256), _ENROLMENT_CODE_LENGTH)


def _enrol(bank: Bank, connection: Connection, terminal_id: UUID, public_key: bytes) -> SigningKey:
    terminal = store.terminal(connection, terminal_id, lock=True)
    assert terminal is not None
    key_id = derived_id(Word.TERMINAL_KEY, terminal_id, public_key.hex())
    if terminal.key_id not in {None, key_id}:
        raise TerminalEnrolled
    if terminal.key_id is None:
        owner, now = KeyOwner.TERMINAL, bank.clock()
        key = SigningKey(key_id, owner, terminal_id, public_key, terminal.label, now, None)
        insert_signing_key(connection, key)
        store.set_enrolled(connection, terminal_id, key_id, now)
    enrolled = signing_key(connection, key_id)
    assert enrolled is not None
    return enrolled


def _is_right(bank: Bank, terminal: Terminal, code: str) -> bool:
    right = hmac.compare_digest(enrolment_code(bank, terminal).encode(), code.encode())
    in_time = bank.clock() < terminal.code_expires_at and terminal.revoked_at is None
    return right and in_time and terminal.code_tries < MOST_TRIES


def _proves(terminal_id: UUID, code: str, public_key: bytes, proof: bytes) -> bool:
    try:
        P256.verify(public_key, terminal_bytes(terminal_id, code), proof)
    except SignatureRefused:
        return False
    return True


def _terminal_of(connection: Connection, seller: Seller, terminal_id: UUID) -> Terminal:
    terminal = store.terminal(connection, terminal_id, lock=True)
    if terminal is None or terminal.merchant_id != seller.merchant.id:
        raise TerminalUnknown
    return terminal


def _in_letters(data: bytes, length: int) -> str:
    number = int.from_bytes(data)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(length))
