"""Passkeys on the wire: the JSON forms that browsers give and take (WebAuthn Level 3, 5.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from zerobar.client.enrolment import LabelText, NewDevice

Base64Url = Annotated[str, msgspec.Meta(max_length=8192, pattern="^[A-Za-z0-9_-]+={0,2}$")]
CredentialId = Annotated[str, msgspec.Meta(max_length=1364, pattern="^[A-Za-z0-9_-]+={0,2}$")]
"""1 to 1023 bytes."""


class AttestationResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator says of a new passkey; browsers add more, which is not needed."""

    client_data_json: Base64Url = msgspec.field(name="clientDataJSON")
    attestation_object: Base64Url = msgspec.field(name="attestationObject")


class RegistrationCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A new passkey, as `PublicKeyCredential.toJSON()` gives it."""

    id: CredentialId
    raw_id: CredentialId = msgspec.field(name="rawId")
    type: Annotated[str, msgspec.Meta(pattern="^public-key$")]
    response: AttestationResponse


class AssertionResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator signs."""

    client_data_json: Base64Url = msgspec.field(name="clientDataJSON")
    authenticator_data: Base64Url = msgspec.field(name="authenticatorData")
    signature: Base64Url
    user_handle: Base64Url | None = msgspec.field(name="userHandle", default=None)


class AssertionCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey in use, as `PublicKeyCredential.toJSON()` gives it."""

    id: CredentialId
    raw_id: CredentialId = msgspec.field(name="rawId")
    type: Annotated[str, msgspec.Meta(pattern="^public-key$")]
    response: AssertionResponse


class PasskeyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser needs; good for five minutes and one use.

    Attributes:
        public_key: for `PublicKeyCredential.parseCreationOptionsFromJSON` when registering, for
            `parseRequestOptionsFromJSON` when signing in.
    """

    public_key: dict[str, Any] = msgspec.field(name="publicKey")


class NewPasskey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A passkey to be registered."""

    credential: RegistrationCredential
    label: LabelText


class PasskeySignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A passkey in use, on a device whose key is enrolled with it."""

    credential: AssertionCredential
    device: NewDevice


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey of one's own; `passkey_id` is the credential's id in base64url."""

    passkey_id: str
    label: str
    registered_at: datetime
    last_used_at: datetime | None


class Passkeys(msgspec.Struct, frozen=True, kw_only=True):
    """All of one's passkeys: ten at most."""

    items: list[Passkey]
