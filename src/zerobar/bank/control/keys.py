"""Keys that cards hear of: what was announced, and the numbers that this bank signs with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from zerobar.bank.context import Bank
from zerobar.bank.purses.key_updates import DELETED
from zerobar.bank.staff.model import Role as StaffRole
from zerobar.bank.staff.model import StaffSession
from zerobar.client.console_control import AnnouncedKey, Keys, OwnKey
from zerobar.issuer import TestAuthority
from zerobar.purse.messages import SECONDS_PER_DAY, KeyUpdate, Role

_MOST: Final = 1000
_ANNOUNCED: Final = """
    SELECT message, announced_at, approval_id FROM bank.key_update
    ORDER BY announced_at DESC, number LIMIT %s
"""


def read_keys(bank: Bank, session: StaffSession) -> Keys:
    """Return what cards were told of keys, the newest first; raises RoleMissing."""
    session.require(StaffRole.AUTHORITY_ISSUER, StaffRole.AUTHORITY_APPROVER)
    with bank.connection() as connection:
        rows = connection.execute(_ANNOUNCED, (_MOST,)).fetchall()
    own = [] if bank.purse_keys is None else _own(bank.purse_keys)
    return Keys(own=own, announced=[_announced(row) for row in rows])


def _own(keys: TestAuthority) -> list[OwnKey]:
    authority, operator = keys.authority, keys.operator
    signers = {
        Role.ROOT: authority.root,
        Role.CA: authority.ca,
        Role.SYNC: operator.sync,
        Role.OPERATOR_PURSE: operator.purse,
    }
    return [
        OwnKey(number=signer.number, role=_word(role), public_key=signer.public_key.hex())
        for role, signer in signers.items()
    ]


def _announced(row: tuple[Any, ...]) -> AnnouncedKey:
    message, announced_at, approval_id = row
    update = KeyUpdate.parse(message)
    first = datetime.fromtimestamp(update.not_before_day * SECONDS_PER_DAY, UTC)
    return AnnouncedKey(
        number=update.new_number,
        role=_word(update.role),
        public_key=None if update.public_key == DELETED else update.public_key.hex(),
        first_day=first.date().isoformat(),
        announced_at=announced_at,
        approval_id=approval_id,
    )


def _word(role: Role) -> str:
    return role.name.lower().replace("_", "-")
