"""What others may see of a person: enough to notice a mistake, too little to know somebody."""

from __future__ import annotations

from zerobar.bank.people.model import Person
from zerobar.bank.sealing import Sealer

NAME_PURPOSE = "person.name"
RESIDENT_ID_PURPOSE = "person.resident-id"


def masked_name(name: str) -> str:
    """Return a name's last character behind a star, as 李小明 -> *明."""
    return f"*{name[-1:]}"


def masked_phone(phone: str) -> str:
    """Return a phone number (E.164, +86) without its middle, as 138****0001."""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}"


def shown_name(sealer: Sealer, person: Person) -> str:
    """Return what a payer sees of a payee: the masked name, or phone number if not verified."""
    if person.name_sealed is None:
        return masked_phone(person.phone)
    return masked_name(sealer.open(person.name_sealed, NAME_PURPOSE))
