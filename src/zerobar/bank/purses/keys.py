"""The keys that an operator trusts: who certifies purses, and which purses are operators'."""

from __future__ import annotations

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.purses.errors import PursesNotOffered
from zerobar.bank.purses.model import KeySet
from zerobar.database import Connection
from zerobar.issuer import TestAuthority
from zerobar.purse.messages import Role
from zerobar.purse.suites import P256, PUBLIC_KEY_LENGTH, purse_id

TRUSTED_ROLES = (Role.CA, Role.OPERATOR_PURSE)
"""What the operator checks with keys of its registry; root and sync keys are the cards' affair."""


def issuing_keys(bank: Bank) -> TestAuthority:
    """Return what this operator certifies and signs with; raises PursesNotOffered."""
    if bank.purse_keys is None:
        raise PursesNotOffered
    return bank.purse_keys


def trust_key(bank: Bank, number: int, role: Role, public_key: bytes) -> None:
    """Trust a key of 64 bytes under its number; the same again changes nothing.

    Raises IdUsed when another key has that number and role: revoke it first.
    """
    assert role in TRUSTED_ROLES and len(public_key) == PUBLIC_KEY_LENGTH and 0 <= number < 256
    with bank.transaction() as connection:
        connection.execute(
            "INSERT INTO bank.purse_key (number, role, public_key, trusted_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (number, role) DO NOTHING",
            (number, role, public_key, bank.clock()),
        )
        stored = connection.execute(
            "SELECT public_key FROM bank.purse_key WHERE number = %s AND role = %s", (number, role)
        ).fetchone()
    if stored is None or stored[0] != public_key:
        raise IdUsed


def trust_authority(bank: Bank, trusted: TestAuthority) -> None:
    """Trust an authority's CA key and its operator's purse; raises IdUsed as `trust_key`."""
    ca, purse = trusted.authority.ca, trusted.operator.purse
    trust_key(bank, ca.number, Role.CA, ca.public_key)
    trust_key(bank, purse.number, Role.OPERATOR_PURSE, purse.public_key)


def revoke_key(bank: Bank, number: int, role: Role) -> bool:
    """Trust a key no more; return whether it was trusted."""
    with bank.connection() as connection:
        done = connection.execute(
            "DELETE FROM bank.purse_key WHERE number = %s AND role = %s", (number, role)
        )
    return done.rowcount == 1


def trusted_keys(connection: Connection) -> KeySet:
    """Return all keys that are trusted now."""
    rows = connection.execute("SELECT number, role, public_key FROM bank.purse_key").fetchall()
    return KeySet(
        {number: key for number, role, key in rows if role == Role.CA},
        frozenset(purse_id(P256, key) for _, role, key in rows if role == Role.OPERATOR_PURSE),
    )
