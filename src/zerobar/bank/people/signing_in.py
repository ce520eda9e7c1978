"""Signing in on a device, by a code on the phone number; its key is enrolled."""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.people import store
from zerobar.bank.people.devices import Device, check_proof, enrol_device
from zerobar.bank.people.errors import PersonUnknown
from zerobar.bank.people.phones import read_phone
from zerobar.bank.people.sessions import OpenedSession, open_session
from zerobar.bank.people.sms_codes import Purpose, use_code


def sign_in(bank: Bank, session_id: UUID, phone: str, code: str, device: Device) -> OpenedSession:
    """Begin a session for whoever got the code on the phone.

    Args:
        session_id: of whoever asks; asked again with the same, the answer is a new token, and
            the one before is void.

    Raises BadPhoneNumber, BadDeviceKey, WrongCode, CodeOver, PersonUnknown or IdUsed.
    """
    phone = read_phone(phone)
    check_proof(device, session_id)
    use_code(bank, phone, Purpose.SIGN_IN, code, session_id)
    with bank.transaction() as connection:
        person = store.person_by_phone(connection, phone)
        if person is None:
            raise PersonUnknown
        enrol_device(bank, connection, person.id, device)
        return open_session(bank, connection, session_id, person.id, device.key_id)
