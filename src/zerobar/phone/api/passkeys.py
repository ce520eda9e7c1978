"""The holder's passkeys over HTTP: passed on between the screen and the bank.

A browser makes and uses a passkey only on pages of the domain that the bank has named, so the
bank must name the address of this phone's screen (`zerobar bank init --origin`).
"""

from __future__ import annotations

from types import NoneType
from typing import Any

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.client.passkeys import NewPasskey, Passkey, PasskeyOptions, Passkeys
from zerobar.client.people import WalletShown
from zerobar.phone.api.shapes import PasskeyUsed
from zerobar.phone.program import Phone


@post("/passkeys/options", status_code=200, sync_to_thread=True)
def begin_passkey(phone: NamedDependency[Phone]) -> PasskeyOptions:
    """Say what the browser needs to make a passkey; after the PIN."""
    path, http = "/v1/passkeys/options", phone.session.http
    return phone.session.ask(lambda: http.send("POST", path, None, PasskeyOptions))


@post("/passkeys", sync_to_thread=True)
def register_passkey(phone: NamedDependency[Phone], data: JSONBody[NewPasskey]) -> Passkey:
    """Keep the passkey that the browser made."""
    http = phone.session.http
    return phone.session.ask(lambda: http.send("POST", "/v1/passkeys", data, Passkey))


@get("/passkeys", sync_to_thread=True)
def list_passkeys(phone: NamedDependency[Phone]) -> Passkeys:
    """List the holder's passkeys, oldest first."""
    return phone.session.ask(lambda: phone.session.http.get("/v1/passkeys", Passkeys))


@delete("/passkeys/{passkey_id:str}", sync_to_thread=True)
def remove_passkey(phone: NamedDependency[Phone], passkey_id: FromPath[str]) -> None:
    """End a passkey; after the PIN."""
    path, http = f"/v1/passkeys/{passkey_id}", phone.session.http
    phone.session.ask(lambda: http.send("DELETE", path, None, NoneType))


@post("/session/passkey/options", status_code=200, sync_to_thread=True)
def begin_sign_in(phone: NamedDependency[Phone]) -> PasskeyOptions:
    """Say what the browser needs to use a passkey."""
    return phone.session.person.passkey_options()


@post("/session/passkey", sync_to_thread=True)
def sign_in(phone: NamedDependency[Phone], data: JSONBody[PasskeyUsed]) -> WalletShown:
    """Sign in by a passkey to a wallet that was opened before."""
    wallet = phone.session.sign_in_by_passkey(data.credential)
    phone.synchroniser.wake()
    return wallet


ROUTES: list[Any] = [
    begin_passkey,
    register_passkey,
    list_passkeys,
    remove_passkey,
    begin_sign_in,
    sign_in,
]
