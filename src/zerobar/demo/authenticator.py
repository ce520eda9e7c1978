"""An authenticator in software: makes passkeys and signs with them, as a phone or a security key.

    authenticator = Authenticator("https://bank.example", Random(7).randbytes)
    answer = authenticator.create(options)   # for navigator.credentials.create
    answer = authenticator.get(options)      # for navigator.credentials.get

Options and answers are the JSON forms of WebAuthn Level 3. Nothing of the library under test is
used, so that both sides can only agree by the standard.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

Json = dict[str, Any]
PRESENT = 0x01
VERIFIED = 0x04
ATTESTED = 0x40


@dataclass
class Credential:
    """A passkey with its private half."""

    id: bytes
    private_key: ec.EllipticCurvePrivateKey
    user_handle: bytes
    sign_count: int = 0


@dataclass
class Authenticator:
    """What asks its owner for a fingerprint, and then signs.

    Attributes:
        origin: the page that the browser says it is on.
        random: as os.urandom.
        flags: what it says of the owner: present and verified.
        counts: whether it counts its signatures; synchronised passkeys do not.
    """

    origin: str
    random: Callable[[int], bytes]
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    credentials: dict[bytes, Credential] = field(default_factory=dict)

    def create(self, options: Json) -> Json:
        """Make a passkey, with attestation `none`."""
        assert {"type": "public-key", "alg": -7} in options["pubKeyCredParams"]
        # Any number is a private key, if it is neither 0 nor beyond the curve's order.
        secret = int.from_bytes(self.random(31)) + 1
        key = ec.derive_private_key(secret, ec.SECP256R1())
        credential = Credential(self.random(16), key, _decode(options["user"]["id"]))
        self.credentials[credential.id] = credential
        data = self._data(options["rp"]["id"], self.flags | ATTESTED, credential)
        data += bytes(16) + struct.pack(">H", len(credential.id)) + credential.id + _cose(key)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", options["challenge"])
        response = {
            "clientDataJSON": _encode(client_data),
            "attestationObject": _encode(attestation),
        }
        return _answer(credential, response)

    def get(self, options: Json, credential: Credential | None = None) -> Json:
        """Sign in with a passkey; the newest if none is named."""
        used = credential or list(self.credentials.values())[-1]
        used.sign_count += self.counts
        data = self._data(options["rpId"], self.flags, used)
        client_data = self._client_data("webauthn.get", options["challenge"])
        signed = data + hashlib.sha256(client_data).digest()
        response = {
            "clientDataJSON": _encode(client_data),
            "authenticatorData": _encode(data),
            "signature": _encode(used.private_key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": _encode(used.user_handle),
        }
        return _answer(used, response)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, rp_id: str, flags: int, credential: Credential) -> bytes:
        head = hashlib.sha256(rp_id.encode()).digest()
        return head + struct.pack(">BI", flags, credential.sign_count)


def _cose(key: ec.EllipticCurvePrivateKey) -> bytes:
    numbers = key.public_key().public_numbers()
    x, y = numbers.x.to_bytes(32), numbers.y.to_bytes(32)
    return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})


def _answer(credential: Credential, response: Json) -> Json:
    credential_id = _encode(credential.id)
    return {"id": credential_id, "rawId": credential_id, "type": "public-key", "response": response}


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
