"""A person's payment PIN over HTTP: chosen, changed, and set anew when it was forgotten."""

from __future__ import annotations

from uuid import UUID

from litestar import post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from zerobar.bank.api.access import Session
from zerobar.bank.context import Bank
from zerobar.bank.people.pin import change_pin, set_first_pin
from zerobar.bank.people.reading import read_person
from zerobar.bank.people.resetting import NewPin, reset_pin
from zerobar.bank.people.sms_codes import Purpose, send_code
from zerobar.client.people import FirstPin, PinChange, PinReset


@put("/v1/people/me/pin", status_code=204, sync_to_thread=True, tags=["people"])
def set_pin(
    bank: NamedDependency[Bank], session: NamedDependency[Session], data: JSONBody[FirstPin]
) -> None:
    """Choose the PIN, which is one for all wallets; once."""
    set_first_pin(bank, session, data.pin)


@post("/v1/people/me/pin/change", status_code=204, sync_to_thread=True, tags=["people"])
def replace_pin(
    bank: NamedDependency[Bank], session: NamedDependency[Session], data: JSONBody[PinChange]
) -> None:
    """Replace the PIN by another."""
    change_pin(bank, session, data.old_pin, data.new_pin)


@post("/v1/people/me/sms-codes", status_code=202, sync_to_thread=True, tags=["people"])
def ask_for_pin_code(bank: NamedDependency[Bank], session: NamedDependency[Session]) -> None:
    """Send a code to one's own phone number, to set a new PIN in place of a forgotten one."""
    person, _ = read_person(bank, session.person_id)
    send_code(bank, person.phone, Purpose.NEW_PIN)


@post("/v1/people/me/pin/reset", status_code=204, sync_to_thread=True, tags=["people"])
def replace_forgotten_pin(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[PinReset],
) -> None:
    """Set a PIN in place of one that was forgotten."""
    reset_pin(bank, session, idempotency_key, NewPin(data.new_pin, data.code, data.resident_id))


PIN_ROUTES: list[object] = [set_pin, replace_pin, ask_for_pin_code, replace_forgotten_pin]
