"""Who asks and what they may: the values that Litestar hands to every handler by name.

    from litestar import post
    from litestar.di import NamedDependency
    from litestar.params import FromPath, JSONBody
    from zerobar.bank.api.access import Session, Signed

    @post("/v1/wallets/{wallet_id:uuid}/things", sync_to_thread=True)
    def make_thing(
        bank: NamedDependency[Bank],
        signed: NamedDependency[Signed],
        wallet_id: FromPath[UUID],
        data: JSONBody[NewThing],
    ) -> Thing: ...

| name | what | fails with |
|---|---|---|
| `bank` | the Bank | - |
| `desk` | the PaymentDesk, open for as long as the application | - |
| `session` | Session: the person behind the bearer token | NotSignedIn |
| `signed` | Signed: a verified signature over this request | NotSignedIn, IdMissing |
| `idempotency_key` | the id of what is to be made | IdMissing |
| `staff` | StaffSession; `staff.require(Role.X)` | NotSignedIn, NotAllowed |

Handlers and their wire shapes are imported at run time, not under TYPE_CHECKING.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any, Final
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import RawBody

from zerobar.bank.asking import Session, SessionUnknown
from zerobar.bank.context import Bank
from zerobar.bank.people import sessions as people_sessions
from zerobar.bank.people import store
from zerobar.bank.signatures import Claim, SignatureMissing, Signed, check_claim, read_id
from zerobar.bank.staff import sessions as staff_sessions
from zerobar.bank.staff.model import StaffSession
from zerobar.client.signing import (
    IDEMPOTENCY_HEADER,
    KEY_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    decode_signature,
    signed_bytes,
)

LONGEST_TOKEN: Final = 100
LONGEST_TIME: Final = 11

AnyRequest = Request[Any, Any, Any]

__all__ = [
    "DEPENDENCIES",
    "Session",
    "Signed",
    "StaffSession",
    "claim_of",
    "network_of",
    "read_claim",
]


def read_claim(request: AnyRequest, body: bytes) -> Claim:
    """Read the headers of a signed request; nothing is checked yet. Raises SignatureMissing."""
    get = request.headers.get
    try:
        key_id = UUID(get(KEY_HEADER, ""))
    except ValueError:
        raise SignatureMissing from None
    sent = get(TIME_HEADER, ""), get(IDEMPOTENCY_HEADER, ""), get(SIGNATURE_HEADER, "")
    return claim_of((request.method, target_of(request)), key_id, *sent, body)


def claim_of(
    place: tuple[str, str],
    key_id: UUID,
    time: str,
    idempotency_key: str,
    signature_text: str,
    body: bytes,
) -> Claim:
    """Return what the parts of a signed request claim. Raises SignatureMissing.

    Args:
        place: method, and path with query as sent.
        key_id: whose key is said to have signed.
        time: as sent, and so all that follows.
        idempotency_key: empty if there is none.
        signature_text: as sent.
        body: its bytes.
    """
    signature = decode_signature(signature_text)
    if signature is None or not _is_time(time):
        raise SignatureMissing
    covered = signed_bytes(*place, idempotency_key, time, body)
    return Claim(key_id, int(time), idempotency_key, body, covered, signature)


def _is_time(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_TIME


def target_of(request: AnyRequest) -> str:
    """Return path and query exactly as they were sent."""
    # Some servers leave the query in it.
    path = request.scope["raw_path"].partition(b"?")[0]
    query: bytes = request.scope["query_string"]
    # As latin-1, every byte is one character: nothing that was sent can fail here.
    return (path + b"?" + query if query else path).decode("latin-1")


def network_of(request: AnyRequest) -> str | None:
    """Return the network that a request comes from, as far as can be told.

    An IPv4 address, or the 64 bits that a subscriber of IPv6 gets. Behind a proxy it is the one
    that the proxy tells, if the server was told to believe it.
    """
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return None
    return str(ip_network((address, 64 if address.version == 6 else 32), strict=False))


def provide_signed(request: AnyRequest, bank: NamedDependency[Bank], body: RawBody) -> Signed:
    """Check the request's signature; raises what `read_claim` and `check_claim` raise."""
    claim = read_claim(request, body)
    with bank.connection() as connection:
        key = store.signing_key(connection, claim.key_id)
    return check_claim(claim, key, bank.clock())


def provide_idempotency_key(request: AnyRequest) -> UUID:
    """Read the id of what is to be made; raises IdMissing."""
    return read_id(request.headers.get(IDEMPOTENCY_HEADER, ""))


def bearer_token(request: AnyRequest) -> str:
    """Return the token that the request carries; raises SessionUnknown."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
        raise SessionUnknown
    return token


def provide_session(request: AnyRequest, bank: NamedDependency[Bank]) -> Session:
    """Find the person behind the token; raises SessionUnknown."""
    return people_sessions.session_of(bank, bearer_token(request))


def provide_staff(request: AnyRequest, bank: NamedDependency[Bank]) -> StaffSession:
    """Find the member of the staff behind the token; raises StaffNotSignedIn."""
    return staff_sessions.session_of(bank, bearer_token(request))


DEPENDENCIES: Final = {
    "session": Provide(provide_session, sync_to_thread=True),
    "staff": Provide(provide_staff, sync_to_thread=True),
    "signed": Provide(provide_signed, sync_to_thread=True),
    "idempotency_key": Provide(provide_idempotency_key, sync_to_thread=False),
}
"""All but `bank` and `desk`, which the application knows."""
