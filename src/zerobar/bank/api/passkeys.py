"""People's passkeys over HTTP."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from webauthn.helpers import bytes_to_base64url

from zerobar.bank.api.access import Session
from zerobar.bank.api.showing import device_of, show_session
from zerobar.bank.context import Bank
from zerobar.bank.passkeys import ceremonies, model, people
from zerobar.client.passkeys import (
    NewPasskey,
    Passkey,
    PasskeyOptions,
    Passkeys,
    PasskeySignIn,
)
from zerobar.client.people import SessionOpened


@post("/v1/passkeys/options", status_code=200, sync_to_thread=True)
def begin_passkey(bank: NamedDependency[Bank], session: NamedDependency[Session]) -> PasskeyOptions:
    """Say what the browser needs to make a passkey."""
    return PasskeyOptions(public_key=people.begin_registration(bank, session))


@post("/v1/passkeys", sync_to_thread=True)
def register_passkey(
    bank: NamedDependency[Bank], session: NamedDependency[Session], data: JSONBody[NewPasskey]
) -> Passkey:
    """Keep the passkey that the browser made."""
    answer = msgspec.to_builtins(data.credential)
    return show_passkey(people.register(bank, session, answer, data.label))


@get("/v1/passkeys", sync_to_thread=True)
def list_passkeys(bank: NamedDependency[Bank], session: NamedDependency[Session]) -> Passkeys:
    """List one's passkeys, oldest first."""
    found = people.passkeys_of(bank, session.person_id)
    return Passkeys(items=[show_passkey(passkey) for passkey in found])


@delete("/v1/passkeys/{passkey_id:str}", sync_to_thread=True)
def remove_passkey(
    bank: NamedDependency[Bank], session: NamedDependency[Session], passkey_id: FromPath[str]
) -> None:
    """End one of one's passkeys; devices that it enrolled stay."""
    people.remove(bank, session, passkey_id)


@post("/v1/sessions/by-passkey/options", status_code=200, sync_to_thread=True)
def begin_sign_in(bank: NamedDependency[Bank]) -> PasskeyOptions:
    """Say what the browser needs to use a passkey; the passkey says whose it is."""
    return PasskeyOptions(public_key=ceremonies.sign_in_options(bank, model.OwnerKind.PERSON))


@post("/v1/sessions/by-passkey", sync_to_thread=True)
def sign_in(
    bank: NamedDependency[Bank],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[PasskeySignIn],
) -> SessionOpened:
    """Sign in with a passkey on a device, which enrols its key."""
    answer, device = msgspec.to_builtins(data.credential), device_of(data.device)
    return show_session(people.sign_in(bank, idempotency_key, answer, device))


def show_passkey(passkey: model.Passkey) -> Passkey:
    """Show a passkey to its owner."""
    return Passkey(
        passkey_id=bytes_to_base64url(passkey.credential_id),
        label=passkey.label,
        registered_at=passkey.registered_at,
        last_used_at=passkey.last_used_at,
    )


ROUTES: list[object] = [
    begin_passkey,
    register_passkey,
    list_passkeys,
    remove_passkey,
    begin_sign_in,
    sign_in,
]
