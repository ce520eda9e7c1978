"""Keys that cards are to know: signed by the authority's root, and carried by every sync.

Two of the authority's staff decide it: one proposes, another approves. A number keeps its role for
ever, on cards and here; its first day rises with each change, so no old key comes back. A number
that this bank signs with itself is not changed so: it would go on to sign with the old key.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import Refused
from zerobar.bank.merchants.sellers import check_public_key
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.model import Role as StaffRole
from zerobar.client.authority import AnnounceKey, KeyRole
from zerobar.database import Connection
from zerobar.issuer import TestAuthority
from zerobar.purse.messages import SECONDS_PER_DAY, KeyUpdate, Role
from zerobar.purse.suites import PUBLIC_KEY_LENGTH

DELETED: Final = bytes(PUBLIC_KEY_LENGTH)
"""The key of a number that serves nothing any more."""
_ROLES: Final = {KeyRole.CA: Role.CA, KeyRole.OPERATOR_PURSE: Role.OPERATOR_PURSE}
_NEWEST: Final = """
    SELECT DISTINCT ON (number) message FROM bank.key_update
    ORDER BY number, not_before_day DESC
"""
_LAST: Final = """
    SELECT message FROM bank.key_update WHERE number = %s ORDER BY not_before_day DESC LIMIT 1
"""
_INSERT: Final = """
    INSERT INTO bank.key_update (number, not_before_day, message, approval_id, announced_at)
    VALUES (%s, %s, %s, %s, %s)
"""
_TRUST: Final = """
    INSERT INTO bank.purse_key (number, role, public_key, trusted_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (number, role) DO UPDATE SET public_key = excluded.public_key,
        trusted_at = excluded.trusted_at
"""


class KeyInUse(Refused):
    """A key that this bank signs with."""

    problem = "key-in-use"

    def __init__(self, number: int) -> None:
        super().__init__(
            f"This bank signs with key {number} itself.",
            "Announce another number, and let the bank sign with that one first.",
        )


class KeyRoleFixed(Refused):
    """A number that was announced in another role."""

    problem = "key-role-fixed"

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Key {number} was announced in another role, which cards keep for ever.",
            "Announce the key under another number.",
        )


def key_updates(connection: Connection) -> tuple[KeyUpdate, ...]:
    """Return what every card is to hear: the newest word on each number."""
    return tuple(KeyUpdate.parse(raw) for (raw,) in connection.execute(_NEWEST))


def _check(bank: Bank, proposal: AnnounceKey) -> None:
    if proposal.public_key is not None:
        check_public_key(bytes.fromhex(proposal.public_key))
    with bank.connection() as connection:
        _allowed(bank, connection, proposal)


def _announce(bank: Bank, approval_id: UUID, proposal: AnnounceKey) -> None:
    with bank.transaction() as connection:
        connection.execute("LOCK TABLE bank.key_update IN SHARE ROW EXCLUSIVE MODE")
        known = connection.execute(
            "SELECT FROM bank.key_update WHERE approval_id = %s", (approval_id,)
        ).fetchone()
        if known is not None:
            return
        last = _allowed(bank, connection, proposal)
        _keep(bank, connection, approval_id, _signed(bank, proposal, last))


def _allowed(bank: Bank, connection: Connection, proposal: AnnounceKey) -> KeyUpdate | None:
    """Return what was announced last of a number; raises KeyInUse or KeyRoleFixed."""
    if proposal.number in _own_numbers(issuing_keys(bank)):
        raise KeyInUse(proposal.number)
    row = connection.execute(_LAST, (proposal.number,)).fetchone()
    last = None if row is None else KeyUpdate.parse(row[0])
    if last is not None and last.role is not _role(proposal):
        raise KeyRoleFixed(proposal.number)
    return last


def _own_numbers(keys: TestAuthority) -> set[int]:
    authority, operator = keys.authority, keys.operator
    signers = (authority.root, authority.ca, operator.sync, operator.purse)
    return {signer.number for signer in signers}


def _role(proposal: AnnounceKey) -> Role:
    return _ROLES[proposal.role]


def _signed(bank: Bank, proposal: AnnounceKey, last: KeyUpdate | None) -> KeyUpdate:
    today = int(bank.clock().timestamp()) // SECONDS_PER_DAY
    # A card takes only a later first day.
    day = today if last is None else max(today, last.not_before_day + 1)
    public_key = DELETED if proposal.public_key is None else bytes.fromhex(proposal.public_key)
    authority = issuing_keys(bank).authority
    return authority.key_update(proposal.number, _role(proposal), day, public_key)


def _keep(bank: Bank, connection: Connection, approval_id: UUID, update: KeyUpdate) -> None:
    """Store what cards are to hear, and trust the key here, or trust it no more."""
    number, day, now = update.new_number, update.not_before_day, bank.clock()
    connection.execute(_INSERT, (number, day, bytes(update), approval_id, now))
    if update.public_key == DELETED:
        connection.execute(
            "DELETE FROM bank.purse_key WHERE number = %s AND role = %s", (number, update.role)
        )
    else:
        connection.execute(_TRUST, (number, update.role, update.public_key, now))


ANNOUNCE_KEY: Final[Approvable[AnnounceKey]] = Approvable(
    frozenset({StaffRole.AUTHORITY_ISSUER}),
    frozenset({StaffRole.AUTHORITY_APPROVER}),
    check=_check,
    carry_out=_announce,
)
