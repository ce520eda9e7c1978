"""Unload (圈提): the operator's signed request, which a purse pays from its balance.

The numbers are the purse's own, so that purses unload without waiting for each other; a purse tells
requests apart by payee and number only within its own log. The voucher comes in with any batch or
sync, and settlement credits the linked wallet at its first sight.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.purses import store
from zerobar.bank.purses.errors import AnonymousHasNoWallet, PurseClosed, PurseUnknown
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.model import Purse, PurseStatus
from zerobar.database import Connection
from zerobar.purse.messages import SignedRequest
from zerobar.purse.money import Fen

_TAG_LENGTH: Final = 4
_REFERENCE_LENGTH: Final = 8
# A purse that has paid a number refuses another request under it. What a bank that was put back to
# a backup has asked before that is below the second in which it was: none is asked more often.
_NEXT_NUMBER: Final = """
    SELECT greatest(
        (SELECT max(number) FROM bank.unload_request WHERE purse_id = %s),
        (SELECT extract(epoch FROM max(restored_at))::bigint FROM bank.restoration), 0) + 1
"""


def unload_request(bank: Bank, purse_id: bytes, request_id: UUID, amount: Fen) -> SignedRequest:
    """Ask a purse to give value back to its wallet; the same id gives the same request.

    A blocked, lost or expired purse may be unloaded: that is how its money comes home.

    Raises PursesNotOffered, PurseUnknown, PurseClosed, AnonymousHasNoWallet or IdUsed.
    """
    issuing_keys(bank)
    with bank.transaction() as connection:
        _check(purse_id, store.locked_purse(connection, purse_id))
        known = _known(connection, purse_id, request_id)
        if known is None:
            return _new(bank, connection, purse_id, (request_id, amount))
    if known.request.amount != amount:
        raise IdUsed
    return known


def _check(purse_id: bytes, found: Purse | None) -> None:
    if found is None:
        raise PurseUnknown(purse_id)
    if found.status is PurseStatus.CLOSED:
        raise PurseClosed(purse_id)
    if found.wallet_id is None:
        raise AnonymousHasNoWallet


def _known(connection: Connection, purse_id: bytes, request_id: UUID) -> SignedRequest | None:
    row = connection.execute(
        "SELECT signed_request FROM bank.unload_request WHERE purse_id = %s AND request_id = %s",
        (purse_id, request_id),
    ).fetchone()
    return None if row is None else SignedRequest.parse(row[0])


def _new(
    bank: Bank, connection: Connection, purse_id: bytes, asked: tuple[UUID, Fen]
) -> SignedRequest:
    """Sign a request under the purse's next number; its row is locked."""
    request_id, amount = asked
    row = connection.execute(_NEXT_NUMBER, (purse_id,)).fetchone()
    assert row is not None
    signed = issuing_keys(bank).operator.unload_request(
        row[0], amount, bank.random(_TAG_LENGTH), request_id.bytes[-_REFERENCE_LENGTH:]
    )
    connection.execute(
        "INSERT INTO bank.unload_request (purse_id, number, request_id, signed_request, made_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        (purse_id, row[0], request_id, bytes(signed), bank.clock()),
    )
    return signed
