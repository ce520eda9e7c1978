"""Who asks: the telecom's own programs, by token; a subscriber's line, by the network's word.

A line's number is in the header `Zerobar-Access-Line`, which the gateway of the access network
sets, for it knows whose connection it is. **The operator's gateway must set this header itself and
strip whatever a phone sends under that name**; the number is believed from the gateways' addresses
only, which are in telecom.json. In development this machine is the gateway.

| name | what | fails with |
|---|---|---|
| `telecom` | the Telecom | - |
| `bank` | the Bank that it has joined | NotJoined |
| `desk` | all that the application was made of | - |
| `own_program` | proof that one of the telecom's own programs asks | NotSignedIn |
| `access_line` | the number of the line that asks, E.164 | NotThroughTheNetwork |
| `idempotency_key` | the id of what is to be made | IdMissing |
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency, Provide

from zerobar.client.signing import IDEMPOTENCY_HEADER
from zerobar.telecom.assertions import Guarantor
from zerobar.telecom.bank import Bank
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import (
    BadNumber,
    InvalidInput,
    NotJoined,
    NotSignedIn,
    NotThroughTheNetwork,
)
from zerobar.telecom.numbers import read_number

ACCESS_HEADER: Final = "zerobar-access-line"
_BEARER: Final = "Bearer "
_DERIVED_VERSION: Final = 5

AnyRequest = Request[Any, Any, Any]


class IdMissing(InvalidInput):
    """No id of what is to be made."""

    problem = "id-missing"

    def __init__(self) -> None:
        super().__init__(
            "The request carries no Idempotency-Key that is a UUID of your own.",
            "Make a random UUID for each new thing, and send it again when you ask again.",
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """What the application is made of.

    Attributes:
        bank: None until the telecom has joined one.
        operator_id: whom assertions are for; None likewise.
        gateways: addresses whose word for a line is taken.
    """

    telecom: Telecom
    bank: Bank | None
    operator_id: UUID | None
    guarantor: Guarantor
    api_token: str = field(repr=False)
    gateways: Collection[str]


@dataclass(frozen=True, slots=True)
class OwnProgram:
    """Proof that one of the telecom's own programs asks."""


def give_bank(desk: NamedDependency[Desk]) -> Bank:
    """Return the bank; raises NotJoined."""
    if desk.bank is None:
        raise NotJoined
    return desk.bank


def give_own_program(request: AnyRequest, desk: NamedDependency[Desk]) -> OwnProgram:
    """Check the bearer token; raises NotSignedIn."""
    given = request.headers.get("authorization", "")
    if not secrets.compare_digest(given.encode(), (_BEARER + desk.api_token).encode()):
        raise NotSignedIn
    return OwnProgram()


def give_access_line(request: AnyRequest, desk: NamedDependency[Desk]) -> str:
    """Return the line that the network says is asking; raises NotThroughTheNetwork."""
    numbers = request.headers.getall(ACCESS_HEADER, [])
    is_gateway = request.client is not None and request.client.host in desk.gateways
    # Twice means that a gateway has added its own to one that a phone had sent.
    if not is_gateway or len(numbers) != 1:
        raise NotThroughTheNetwork
    try:
        return read_number(numbers[0])
    except BadNumber:
        raise NotThroughTheNetwork from None


def give_idempotency_key(request: AnyRequest) -> UUID:
    """Return the request's id; raises IdMissing."""
    try:
        id_ = UUID(request.headers.get(IDEMPOTENCY_HEADER, ""))
    except ValueError:
        raise IdMissing from None
    # Those that follow from others are made here only, never by clients.
    if id_.version == _DERIVED_VERSION:
        raise IdMissing
    return id_


DEPENDENCIES: Final = {
    "bank": Provide(give_bank, sync_to_thread=False),
    "own_program": Provide(give_own_program, sync_to_thread=False),
    "access_line": Provide(give_access_line, sync_to_thread=False),
    "idempotency_key": Provide(give_idempotency_key, sync_to_thread=False),
}


def dependencies_of(desk: Desk | None) -> dict[str, Provide]:
    """Return what is handed to handlers by name; without a desk, for the description only."""
    telecom = None if desk is None else desk.telecom
    return DEPENDENCIES | {
        "desk": Provide(lambda: desk, sync_to_thread=False),
        "telecom": Provide(lambda: telecom, sync_to_thread=False),
    }
