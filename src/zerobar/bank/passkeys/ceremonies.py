"""The two ceremonies of WebAuthn (Level 3, 7.1 and 7.2): registering, and signing in.

Options and answers are the JSON forms that browsers read and write (`parseCreationOptionsFromJSON`,
`toJSON`). User verification is always required: a passkey that is found is not enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    base64url_to_bytes,
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from zerobar.bank.context import Bank
from zerobar.bank.passkeys import store
from zerobar.bank.passkeys.challenges import LIFETIME, new_challenge, use_challenge
from zerobar.bank.passkeys.errors import (
    PasskeyRefused,
    PasskeyTaken,
    PasskeyUnknown,
    RegistrationRefused,
    TooManyPasskeys,
)
from zerobar.bank.passkeys.model import Owner, OwnerKind, Passkey
from zerobar.database import Connection

Json = dict[str, Any]
Answer = Mapping[str, Any]

MOST_PASSKEYS: Final = 10
"""Of one owner."""
LONGEST_CREDENTIAL_ID: Final = 1023
_TIMEOUT_MS: Final = int(LIFETIME.total_seconds() * 1000)
# What the library lets through of an answer that is no answer at all: it reads JSON, base64, CBOR
# and points of curves that the other side made up.
_MALFORMED: Final = (
    WebAuthnException,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
)


def registration_options(bank: Bank, connection: Connection, owner: Owner, name: str) -> Json:
    """Return what `navigator.credentials.create` needs.

    Args:
        name: of the owner, as the authenticator is to show it.

    Raises TooManyPasskeys.
    """
    known = _room_for_one_more(connection, owner)
    options = generate_registration_options(
        rp_id=bank.relying_party.id,
        rp_name=bank.relying_party.name,
        user_name=name,
        user_id=owner.id.bytes,
        challenge=new_challenge(bank, _registering(owner)),
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(k.credential_id) for k in known],
    )
    return options_to_json_dict(options)


def register(
    bank: Bank, connection: Connection, owner: Owner, answer: Answer, label: str
) -> Passkey:
    """Keep a new passkey of an owner who is known already by other means.

    Raises RegistrationRefused, ChallengeStale, PasskeyTaken, TooManyPasskeys.
    """
    _room_for_one_more(connection, owner)
    passkey = _verified_registration(bank, connection, owner, answer, label)
    if not store.insert_passkey(connection, passkey):
        raise PasskeyTaken
    return passkey


def sign_in_options(bank: Bank, kind: OwnerKind) -> Json:
    """Return what `navigator.credentials.get` needs; the passkey itself says whose it is."""
    options = generate_authentication_options(
        rp_id=bank.relying_party.id,
        challenge=new_challenge(bank, _signing_in(kind)),
        timeout=_TIMEOUT_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def authenticate(bank: Bank, connection: Connection, kind: OwnerKind, answer: Answer) -> Passkey:
    """Return the passkey that has just signed in; in the caller's transaction.

    Raises PasskeyRefused, ChallengeStale.
    """
    try:
        credential = parse_authentication_credential_json(dict(answer))
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
    except _MALFORMED:
        raise PasskeyRefused from None
    use_challenge(bank, connection, challenge, _signing_in(kind))
    passkey = store.lock_passkey(connection, kind, credential.raw_id)
    if passkey is None or credential.response.user_handle not in (None, passkey.owner.id.bytes):
        raise PasskeyRefused
    verified = _verified_assertion(bank, passkey, credential, challenge)
    store.record_use(connection, passkey.credential_id, verified.new_sign_count, bank.clock())
    return passkey


def revoke(bank: Bank, connection: Connection, owner: Owner, credential_id: str) -> bytes:
    """End a passkey, given by its id in base64url; raises PasskeyUnknown."""
    try:
        raw_id = base64url_to_bytes(credential_id)
    except ValueError:
        raise PasskeyUnknown from None
    if not store.revoke(connection, owner, raw_id, bank.clock()):
        raise PasskeyUnknown
    return raw_id


def _room_for_one_more(connection: Connection, owner: Owner) -> list[Passkey]:
    known = store.passkeys_of(connection, owner)
    if len(known) >= MOST_PASSKEYS:
        raise TooManyPasskeys(MOST_PASSKEYS)
    return known


def _verified_registration(
    bank: Bank, connection: Connection, owner: Owner, answer: Answer, label: str
) -> Passkey:
    try:
        credential = parse_registration_credential_json(dict(answer))
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
    except _MALFORMED:
        raise RegistrationRefused from None
    use_challenge(bank, connection, challenge, _registering(owner))
    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=bank.relying_party.id,
            expected_origin=list(bank.relying_party.origins),
            require_user_verification=True,
        )
    except _MALFORMED:
        raise RegistrationRefused from None
    if len(found.credential_id) > LONGEST_CREDENTIAL_ID:
        raise RegistrationRefused
    return Passkey(
        found.credential_id,
        owner,
        found.credential_public_key,
        found.sign_count,
        label,
        bank.clock(),
        None,
        None,
    )


def _verified_assertion(
    bank: Bank, passkey: Passkey, credential: AuthenticationCredential, challenge: bytes
) -> VerifiedAuthentication:
    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=bank.relying_party.id,
            expected_origin=list(bank.relying_party.origins),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _MALFORMED:
        raise PasskeyRefused from None


def _registering(owner: Owner) -> str:
    return f"register-{owner.kind.name}-{owner.id}"


def _signing_in(kind: OwnerKind) -> str:
    return f"sign-in-{kind.name}"
