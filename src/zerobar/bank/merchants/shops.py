"""Shops, and the tills in them: a till is added with a one-time code and enrols its own key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
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
from zerobar.bank.merchants.sellers import (
    Seller,
    require_merchant,
    require_open_shop,
    require_shop,
)
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

Note = Callable[[Connection], None]
"""Writes down what is done, in the transaction that does it."""


@dataclass(frozen=True, slots=True)
class AddedTerminal:
    """A till that waits to be enrolled, and the code for it."""

    terminal: Terminal
    code: str = field(repr=False)


def open_shop(bank: Bank, seller: Seller, shop_id: UUID, name: str, latin_name: str) -> Shop:
    """Open a shop; the same again gives the first answer. Raises ServerOnly or IdUsed."""
    seller.require_server()
    return open_shop_of(bank, seller.merchant.id, shop_id, (name, latin_name))


def open_shop_of(
    bank: Bank, merchant_id: UUID, shop_id: UUID, names: tuple[str, str], note: Note | None = None
) -> Shop:
    """Open a merchant's shop, whoever asks for it; the same again gives the first answer.

    Args:
        names: in any script, and in ASCII.
        note: is told once, of a new shop.

    Raises MerchantUnknown or IdUsed.
    """
    code = _in_letters(derived_id(Word.SHOP_CODE, merchant_id, shop_id).bytes, _SHOP_CODE_LENGTH)
    new = Shop(merchant_id, shop_id, code, *names, bank.clock(), None)
    with bank.transaction() as connection:
        require_merchant(connection, merchant_id)
        is_new = store.insert_shop(connection, new)
        kept = require_shop(connection, merchant_id, shop_id)
        if not store.claim_shop_code(connection, kept) or (kept.name, kept.latin_name) != names:
            raise IdUsed
        if is_new and note is not None:
            note(connection)
    return kept


def list_shops(bank: Bank, seller: Seller, after: UUID | None, limit: int) -> list[Shop]:
    """Return the merchant's shops by id, those after one."""
    return shops_of(bank, seller.merchant.id, after, limit)


def shops_of(bank: Bank, merchant_id: UUID, after: UUID | None, limit: int) -> list[Shop]:
    """Return a merchant's shops by id, those after one; raises MerchantUnknown."""
    with bank.connection() as connection:
        require_merchant(connection, merchant_id)
        return store.shops(connection, merchant_id, after, limit)


def list_terminals(bank: Bank, seller: Seller, after: UUID | None, limit: int) -> list[Terminal]:
    """Return the merchant's tills by id, those after one; raises ServerOnly."""
    seller.require_server()
    return terminals_of(bank, seller.merchant.id, after, limit)


def terminals_of(bank: Bank, merchant_id: UUID, after: UUID | None, limit: int) -> list[Terminal]:
    """Return a merchant's tills by id, those after one; raises MerchantUnknown."""
    with bank.connection() as connection:
        require_merchant(connection, merchant_id)
        return store.terminals(connection, merchant_id, after, limit)


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

    Not while the merchant is suspended: a till outlives the key of the server that added it.

    Raises ServerOnly, MerchantSuspended, ShopUnknown, ShopClosed or IdUsed.
    """
    seller.require_server()
    seller.require_trading()
    return add_terminal_to(bank, seller.merchant.id, terminal_id, (shop_id, label))


def add_terminal_to(
    bank: Bank,
    merchant_id: UUID,
    terminal_id: UUID,
    place: tuple[UUID, str],
    note: Note | None = None,
) -> AddedTerminal:
    """Add a till to a merchant's shop, whoever asks for it; the same again gives the same code.

    Args:
        place: the shop, and what the till is called there.
        note: is told once, of a new till.

    Raises ShopUnknown, ShopClosed or IdUsed.
    """
    (shop_id, label), now = place, bank.clock()
    new = Terminal(
        terminal_id, merchant_id, shop_id, label, now + CODE_LIFETIME, 0, None, now, None, None
    )
    with bank.transaction() as connection:
        kept = store.terminal(connection, terminal_id)
        if kept is None:
            require_open_shop(connection, merchant_id, shop_id)
            if store.insert_terminal(connection, new) and note is not None:
                note(connection)
            kept = store.terminal(connection, terminal_id)
        assert kept is not None
        if (kept.merchant_id, kept.shop_id, kept.label) != (merchant_id, shop_id, label):
            raise IdUsed
    return AddedTerminal(kept, enrolment_code(bank, kept))


def renew_enrolment_code(bank: Bank, seller: Seller, terminal_id: UUID) -> AddedTerminal:
    """Give a till that is not enrolled yet another code; the one before is void.

    Raises ServerOnly, MerchantSuspended, TerminalUnknown or TerminalEnrolled.
    """
    seller.require_server()
    seller.require_trading()
    merchant_id = seller.merchant.id
    with bank.transaction() as connection:
        terminal = _terminal_of(connection, merchant_id, terminal_id)
        if terminal.key_id is not None or terminal.revoked_at is not None:
            raise TerminalEnrolled
        store.renew_code(connection, terminal_id, bank.clock() + CODE_LIFETIME)
        renewed = _terminal_of(connection, merchant_id, terminal_id)
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
    return revoke_terminal_of(bank, seller.merchant.id, terminal_id)


def revoke_terminal_of(
    bank: Bank, merchant_id: UUID, terminal_id: UUID, note: Note | None = None
) -> Terminal:
    """End a merchant's till, whoever asks for it; again changes nothing. Raises TerminalUnknown."""
    with bank.transaction() as connection:
        was_revoked = _terminal_of(connection, merchant_id, terminal_id).revoked_at is not None
        store.revoke_terminal(connection, terminal_id, bank.clock())
        revoked = _terminal_of(connection, merchant_id, terminal_id)
        if not was_revoked and note is not None:
            note(connection)
    if revoked.key_id is not None:
        halt(bank, key_revocation(revoked.key_id))
    return revoked


def enrolment_code(bank: Bank, terminal: Terminal) -> str:
    """Return the code that enrols a till: kept nowhere, for it follows from the bank's secret."""
    secret = bank.sealer.secret("enrolment-code")
    content = f"{terminal.id}\x1f{terminal.code_expires_at.timestamp()}".encode()
    return _in_letters(hmac.digest(secret, content, hashlib.sha256), _ENROLMENT_CODE_LENGTH)


def is_waiting(bank: Bank, terminal: Terminal) -> bool:
    """Tell whether a till has no key yet, and its code still enrols one."""
    return terminal.key_id is None and _is_open(bank, terminal)


def _enrol(bank: Bank, connection: Connection, terminal_id: UUID, public_key: bytes) -> SigningKey:
    terminal = store.terminal(connection, terminal_id, lock=True)
    assert terminal is not None
    # It may have been ended since its code was read.
    if terminal.revoked_at is not None:
        raise EnrolmentCodeWrong
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
    return right and _is_open(bank, terminal)


def _is_open(bank: Bank, terminal: Terminal) -> bool:
    in_time = bank.clock() < terminal.code_expires_at and terminal.revoked_at is None
    return in_time and terminal.code_tries < MOST_TRIES


def _proves(terminal_id: UUID, code: str, public_key: bytes, proof: bytes) -> bool:
    try:
        P256.verify(public_key, terminal_bytes(terminal_id, code), proof)
    except SignatureRefused:
        return False
    return True


def _terminal_of(connection: Connection, merchant_id: UUID, terminal_id: UUID) -> Terminal:
    terminal = store.terminal(connection, terminal_id, lock=True)
    if terminal is None or terminal.merchant_id != merchant_id:
        raise TerminalUnknown
    return terminal


def _in_letters(data: bytes, length: int) -> str:
    number = int.from_bytes(data)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(length))
