"""A partner's word for a phone number: a telecom knows whose number its app runs on.

It is a JWT (RFC 7519) signed with ES256, whose header names the key (`kid`):

| claim | what |
|---|---|
| `iss` | the partner, as its key was registered |
| `aud` | the operator's id |
| `phone_number` | E.164 (OpenID Connect Core 1.0, 5.1) |
| `jti` | of this assertion alone: it opens one wallet |
| `iat`, `exp` | at most five minutes apart |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.people.errors import AssertionRefused, BadDeviceKey, BadPhoneNumber
from zerobar.bank.people.phones import read_phone
from zerobar.database import Connection

LONGEST_LIFE: Final = timedelta(minutes=5)
LONGEST_DRIFT: Final = timedelta(seconds=60)
"""How far a partner's clock may be ahead of ours."""
LONGEST_TEXT: Final = 2_048

_USE: Final = """
    INSERT INTO bank.used_assertion (partner, assertion_id, used_for, used_at)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT (partner, assertion_id) DO UPDATE SET partner = EXCLUDED.partner
    RETURNING used_for
"""


class _Claims(msgspec.Struct, frozen=True):
    iss: str
    aud: str
    phone_number: str
    jti: Annotated[str, msgspec.Meta(min_length=8, max_length=64)]
    iat: Annotated[int, msgspec.Meta(ge=0, le=2**40)]
    exp: Annotated[int, msgspec.Meta(ge=0, le=2**40)]


@dataclass(frozen=True, slots=True)
class KnownPhone:
    """What a partner said, checked but not used yet."""

    partner: str
    id: str
    phone: str


@dataclass(frozen=True, slots=True)
class PartnerKey:
    """A partner's key, as it was registered."""

    partner: str
    name: str
    registered_at: datetime
    revoked_at: datetime | None


def register_partner(bank: Bank, partner: str, key_name: str, public_key: bytes) -> None:
    """Trust a partner's key; the same again does nothing.

    Args:
        partner: as its assertions name it in `iss`.
        key_name: as they name the key in `kid`; of no other partner.
        public_key: P-256, X||Y, 64 bytes.

    Raises BadDeviceKey or IdUsed.
    """
    _key(public_key)
    with bank.transaction() as connection:
        connection.execute(
            "INSERT INTO bank.partner_key (key_name, partner, public_key, registered_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (key_name, partner, public_key, bank.clock()),
        )
        if _stored(connection, key_name) != (partner, public_key):
            raise IdUsed


def revoke_partner_key(bank: Bank, key_name: str) -> bool:
    """Trust a partner's key no more, again does nothing; return whether there is such a key."""
    with bank.transaction() as connection:
        revoked = connection.execute(
            "UPDATE bank.partner_key SET revoked_at = coalesce(revoked_at, %s) WHERE key_name = %s",
            (bank.clock(), key_name),
        )
    return revoked.rowcount > 0


def partner_keys(bank: Bank) -> list[PartnerKey]:
    """Return all partners' keys, revoked ones too, by partner and time."""
    with bank.connection() as connection:
        rows = connection.execute(
            "SELECT partner, key_name, registered_at, revoked_at FROM bank.partner_key"
            " ORDER BY partner, registered_at"
        ).fetchall()
    return [PartnerKey(*row) for row in rows]


def read_assertion(bank: Bank, text: str) -> KnownPhone:
    """Check an assertion; raises AssertionRefused with a reason for the partner's engineers."""
    if len(text) > LONGEST_TEXT:
        raise AssertionRefused("too-long")
    partner, claims = _verified(bank, text)
    _check(claims, partner, bank.operator_id, bank.clock())
    try:
        return KnownPhone(partner, claims.jti, read_phone(claims.phone_number))
    except BadPhoneNumber:
        raise AssertionRefused("phone-number") from None


def use_assertion(bank: Bank, known: KnownPhone, used_for: UUID) -> None:
    """Tie an assertion to what it is used for; for anything else it is used up.

    Raises AssertionRefused.
    """
    with bank.transaction() as connection:
        row = connection.execute(_USE, (known.partner, known.id, used_for, bank.clock())).fetchone()
        if row != (used_for,):
            raise AssertionRefused("used")


def _verified(bank: Bank, text: str) -> tuple[str, _Claims]:
    partners: list[str] = []

    def find_key(signature: Any) -> ECKey:
        partner, key = _trusted(bank, signature.headers().get("kid"))
        partners.append(partner)
        return key

    try:
        token = jwt.decode(text, find_key, algorithms=["ES256"])
        return partners[0], msgspec.convert(token.claims, _Claims)
    except (JoseError, ValueError, msgspec.ValidationError):
        raise AssertionRefused("not-a-signed-assertion") from None


def _trusted(bank: Bank, key_name: object) -> tuple[str, ECKey]:
    with bank.connection() as connection:
        stored = _stored(connection, key_name) if isinstance(key_name, str) else None
    if stored is None:
        raise AssertionRefused("key-unknown")
    partner, public_key = stored
    return partner, ECKey.import_key(_key(public_key))


def _check(claims: _Claims, partner: str, operator_id: UUID, now: datetime) -> None:
    moment = now.timestamp()
    if claims.iss != partner:
        raise AssertionRefused("issuer")
    if claims.aud != str(operator_id):
        raise AssertionRefused("audience")
    if claims.exp - claims.iat > LONGEST_LIFE.total_seconds():
        raise AssertionRefused("lives-too-long")
    if not claims.iat - LONGEST_DRIFT.total_seconds() <= moment < claims.exp:
        raise AssertionRefused("time")


def _stored(connection: Connection, key_name: str) -> tuple[str, bytes] | None:
    row = connection.execute(
        "SELECT partner, public_key FROM bank.partner_key"
        " WHERE key_name = %s AND revoked_at IS NULL",
        (key_name,),
    ).fetchone()
    return (row[0], row[1]) if row else None


def _key(public_key: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public_key)
    except ValueError:
        raise BadDeviceKey from None
