"""A person's passkey, which is on every device of theirs: it signs in where no message arrives."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec

from zerobar.client.enrolment import NewDevice, enrolment_bytes, write_64
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.passkeys import (
    AssertionCredential,
    NewPasskey,
    Passkey,
    PasskeyOptions,
    PasskeySignIn,
    RegistrationCredential,
)
from zerobar.client.people import SessionOpened
from zerobar.demo.authenticator import Authenticator
from zerobar.purse.suites import P256


def register(bank: BankHttp, passkeys: Authenticator) -> Passkey:
    """Make a passkey for whoever is signed in; after the PIN."""
    options = bank.send("POST", "/v1/passkeys/options", None, PasskeyOptions)
    made: Any = passkeys.create(options.public_key)
    credential = msgspec.convert(made, RegistrationCredential)
    asked = NewPasskey(credential=credential, label="demo passkey")
    return bank.send("POST", "/v1/passkeys", asked, Passkey)


def sign_in(bank: BankHttp, private_key: bytes, passkeys: Authenticator) -> SessionOpened:
    """Sign in on a new device with the newest passkey; the bank enrols the device's key."""
    path = "/v1/sessions/by-passkey"
    options = bank.send("POST", f"{path}/options", None, PasskeyOptions)
    used: Any = passkeys.get(options.public_key)
    session_id, key = uuid4(), RequestKey(uuid4(), private_key)
    message = enrolment_bytes(session_id, key.id, key.public_key)
    device = NewDevice(
        key_id=key.id,
        public_key=write_64(key.public_key),
        label="Second phone",
        proof=write_64(P256.sign(private_key, message)),
    )
    asked = PasskeySignIn(credential=msgspec.convert(used, AssertionCredential), device=device)
    opened = bank.make(session_id, path, asked, SessionOpened, keep=False)
    bank.use_session(opened.token, key)
    return opened
