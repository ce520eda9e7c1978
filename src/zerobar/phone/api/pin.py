"""The payment PIN over HTTP; it is kept nowhere on the phone."""

from __future__ import annotations

from types import NoneType
from typing import Any

from litestar import post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from zerobar.client.people import GrantOpened, PinChange, PinReset
from zerobar.phone.api.shapes import Pin
from zerobar.phone.program import Phone


@put("/pin", status_code=204, sync_to_thread=True)
def set_pin(phone: NamedDependency[Phone], data: JSONBody[Pin]) -> None:
    """Choose the payment PIN; it is kept nowhere on the phone."""
    phone.session.ask(lambda: phone.session.person.set_pin(data.pin))


@post("/pin/change", status_code=204, sync_to_thread=True)
def change_pin(phone: NamedDependency[Phone], data: JSONBody[PinChange]) -> None:
    """Replace the payment PIN by another."""
    http = phone.session.http
    phone.session.ask(lambda: http.send("POST", "/v1/people/me/pin/change", data, NoneType))


@post("/pin/codes", status_code=202, sync_to_thread=True)
def ask_for_pin_code(phone: NamedDependency[Phone]) -> None:
    """Have a code sent to the holder's own number, for a new PIN."""
    http = phone.session.http
    phone.session.ask(lambda: http.send("POST", "/v1/people/me/sms-codes", None, NoneType))


@post("/pin/reset", status_code=204, sync_to_thread=True)
def reset_pin(phone: NamedDependency[Phone], data: JSONBody[PinReset]) -> None:
    """Choose a payment PIN in place of a forgotten one."""
    http, path = phone.session.http, "/v1/people/me/pin/reset"
    phone.session.ask(lambda: http.send("POST", path, data, NoneType))


@post("/grant", status_code=200, sync_to_thread=True)
def enter_pin(phone: NamedDependency[Phone], data: JSONBody[Pin]) -> GrantOpened:
    """Enter the payment PIN: for five minutes the wallet pays, and what waited for it goes on."""
    person, wallet_id = phone.session.person, phone.session.wallet_id
    opened = phone.session.ask(lambda: person.enter_pin(wallet_id, data.pin))
    phone.synchroniser.wake()
    return opened


ROUTES: list[Any] = [set_pin, change_pin, ask_for_pin_code, reset_pin, enter_pin]
