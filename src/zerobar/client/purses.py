"""Hard wallets on the wire: linking, limits, loads, loss, and what a holder's device asks.

Bytes are written in hexadecimal: purse ids, requests, vouchers and certificates as the protocol has
them.

    purses = PursesClient(http)
    asked = purses.challenge()
    purses.link(uuid4(), wallet_id, asked.challenge_id, certificate, card.state(nonce))
    voucher, certificate = purses.load(load_id, wallet_id, request)
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID, uuid4

import msgspec

from zerobar.client.funding import AmountFen
from zerobar.client.http import BankHttp
from zerobar.purse.messages import (
    Certificate,
    Request,
    SignedRequest,
    State,
    Unblock,
    Voucher,
)
from zerobar.purse.money import MAX_AMOUNT, Fen


def _hex(length: int) -> msgspec.Meta:
    pattern = f"^[0-9a-f]{{{2 * length}}}$"
    return msgspec.Meta(
        min_length=2 * length,
        max_length=2 * length,
        pattern=pattern,
        description=f"{length} bytes in hexadecimal",
    )


PurseIdText: TypeAlias = Annotated[str, _hex(8)]
CertificateText: TypeAlias = Annotated[str, _hex(Certificate.LENGTH)]
RequestText: TypeAlias = Annotated[str, _hex(Request.LENGTH)]
SignedRequestText: TypeAlias = Annotated[str, _hex(SignedRequest.LENGTH)]
SignatureText: TypeAlias = Annotated[str, _hex(64)]
StateText: TypeAlias = Annotated[str, _hex(State.LENGTH)]
LimitFen: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=int(MAX_AMOUNT))]
CardPinText: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=4, max_length=8, pattern="^[0-9]{4,8}$")
]


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent to the bank."""


class PurseKind(StrEnum):
    """The class of a purse that somebody holds."""

    PERSON = "person"
    ANONYMOUS = "anonymous"
    MERCHANT = "merchant"


class PurseState(StrEnum):
    """What a purse may do."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    LOST = "lost"
    """Reported lost; it may be found again until the horizon."""
    CLOSED = "closed"


class PurseLimitsWanted(_Asked, frozen=True, kw_only=True):
    """What a purse may pay at once, pay without its PIN, and hold; at most its class's."""

    per_payment_fen: LimitFen
    without_pin_fen: LimitFen
    holding_fen: LimitFen


class ChallengeShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a purse is to answer with its signed state, within five minutes.

    Attributes:
        nonce: 8 bytes, in hexadecimal.
    """

    challenge_id: UUID
    nonce: str
    expires_at: datetime


class PurseProof(_Asked, frozen=True, kw_only=True):
    """A purse's answer to a challenge."""

    challenge_id: UUID
    certificate: CertificateText
    state: StateText


class NewLink(_Asked, frozen=True, kw_only=True):
    """A purse that is to be linked to a wallet, and the limits that its holder chooses."""

    proof: PurseProof
    limits: PurseLimitsWanted | None = None


class PurseShown(msgspec.Struct, frozen=True, kw_only=True):
    """A purse, as its holder sees it.

    Attributes:
        certificate: the newest, in hexadecimal.
        limits: in force from its next sync on.
        valid_until: the last day of its certificate, as a Unix time at its end.
        horizon_at: of a lost one: when its money is paid to the wallet.
    """

    purse_id: str
    kind: PurseKind
    wallet_id: UUID | None
    state: PurseState
    certificate: str
    limits: PurseLimitsWanted
    valid_until: datetime
    lost_at: datetime | None
    horizon_at: datetime | None


class PursesShown(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet's purses, the oldest link first; those that are closed too."""

    items: list[PurseShown]


class NewLoad(_Asked, frozen=True, kw_only=True):
    """A load; its id is the Idempotency-Key.

    Attributes:
        request: of kind LOAD, as the purse prepared it.
    """

    wallet_id: UUID
    request: RequestText


class NewOwedLoad(_Asked, frozen=True, kw_only=True):
    """A request of kind LOAD, signed by a purse that something is owed to.

    Attributes:
        request: with signature and certificate, 233 bytes.
    """

    request: SignedRequestText


class NewPursePayment(_Asked, frozen=True, kw_only=True):
    """A wallet pays a purse without network; its id is the Idempotency-Key.

    Attributes:
        request: of kind PAYMENT or REFUND, as the payee's till shows it.
        signature: the payee's over the request, if it shows one.
    """

    wallet_id: UUID
    request: RequestText
    certificate: CertificateText
    signature: SignatureText | None = None


class VoucherShown(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher that the operator signed: to be handed to the purse that asked.

    Attributes:
        voucher: 116 bytes.
        certificate: the operator's, 137 bytes.
    """

    voucher: str
    certificate: str


class NewUnload(_Asked, frozen=True, kw_only=True):
    """An amount to be unloaded; its id is the Idempotency-Key."""

    amount_fen: AmountFen


class UnloadShown(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's signed request, 233 bytes: the purse pays it, and the voucher is handed in."""

    request: str


class NewPurseOrder(_Asked, frozen=True, kw_only=True):
    """A purse that is ordered; its id is the Idempotency-Key.

    Attributes:
        replaces: a lost or broken one.
    """

    wallet_id: UUID
    replaces: PurseIdText | None = None


class StockOrder(_Asked, frozen=True, kw_only=True):
    """A purse that staff order, for a drawer or for a merchant's till."""

    kind: PurseKind


class OrderState(StrEnum):
    """How far an ordered purse is."""

    ORDERED = "ordered"
    AT_BUREAU = "at-bureau"
    CERTIFIED = "certified"
    """Made and on its way; its holder links it."""


class PurseOrderShown(msgspec.Struct, frozen=True, kw_only=True):
    """A purse that was ordered."""

    order_id: UUID
    kind: PurseKind
    wallet_id: UUID | None
    replaces: str | None
    state: OrderState
    purse_id: str | None
    ordered_at: datetime


class PurseOrdersShown(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet's orders, the newest first."""

    items: list[PurseOrderShown]


class NewCardPin(_Asked, frozen=True, kw_only=True):
    """A new PIN for a purse; kept nowhere."""

    pin: CardPinText

    def __repr__(self) -> str:
        return "NewCardPin(...)"


class UnblockShown(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's word on a new PIN, 84 bytes, for the card; the PIN is in it: keep it not."""

    message: str

    def __repr__(self) -> str:
        return "UnblockShown(...)"


class PursesClient:
    """What a holder's device asks the bank about purses; all methods raise ClientError.

    Args:
        http: the way there, in a session and with the device's key.
    """

    def __init__(self, http: BankHttp) -> None:
        self._http = http

    def challenge(self) -> ChallengeShown:
        """Ask for something that a purse is to answer with its state."""
        return self._http.send("POST", "/v1/purse-challenges", None, ChallengeShown)

    def link(
        self, wallet_id: UUID, proof: PurseProof, limits: PurseLimitsWanted | None = None
    ) -> PurseShown:
        """Link a purse to a wallet."""
        asked = NewLink(proof=proof, limits=limits)
        path = f"/v1/wallets/{wallet_id}/purses"
        return self._http.make(uuid4(), path, asked, PurseShown, keep=False)

    def purses(self, wallet_id: UUID) -> list[PurseShown]:
        """Read which purses a wallet has."""
        return self._http.get(f"/v1/wallets/{wallet_id}/purses", PursesShown).items

    def purse(self, purse_id: bytes) -> PurseShown:
        """Read one purse."""
        return self._http.get(f"/v1/purses/{purse_id.hex()}", PurseShown)

    def change_limits(self, purse_id: bytes, limits: PurseLimitsWanted) -> PurseShown:
        """Choose other limits; after the PIN."""
        return self._http.send("PUT", f"/v1/purses/{purse_id.hex()}/limits", limits, PurseShown)

    def load(self, load_id: UUID, wallet_id: UUID, request: Request) -> tuple[Voucher, Certificate]:
        """Load a purse; with the same id never twice. After the PIN."""
        asked = NewLoad(wallet_id=wallet_id, request=bytes(request).hex())
        return _voucher(self._http.make(load_id, "/v1/loads", asked, VoucherShown))

    def pay_purse(
        self, payment_id: UUID, wallet_id: UUID, asked: SignedRequest
    ) -> tuple[Voucher, Certificate]:
        """Pay a till without network; with the same id never twice. After the PIN."""
        order = NewPursePayment(
            wallet_id=wallet_id,
            request=bytes(asked.request).hex(),
            certificate=bytes(asked.certificate).hex(),
            signature=asked.signature.hex(),
        )
        return _voucher(self._http.make(payment_id, "/v1/purse-payments", order, VoucherShown))

    def unload_request(self, request_id: UUID, purse_id: bytes, amount: Fen) -> SignedRequest:
        """Fetch the request that a purse pays to unload."""
        path = f"/v1/purses/{purse_id.hex()}/unload-requests"
        asked = NewUnload(amount_fen=int(amount))
        shown = self._http.make(request_id, path, asked, UnloadShown)
        return SignedRequest.parse(bytes.fromhex(shown.request))

    def load_owed(self, request: SignedRequest) -> tuple[Voucher, Certificate]:
        """Load a purse without a wallet with what is owed to it.

        The same request gives the same voucher; `owed-less` tells how much there is.
        """
        asked = NewOwedLoad(request=bytes(request).hex())
        return _voucher(self._http.send("POST", "/v1/owed-loads", asked, VoucherShown))

    def order(
        self, order_id: UUID, wallet_id: UUID, replaces: bytes | None = None
    ) -> PurseOrderShown:
        """Order a purse; after the PIN."""
        named = None if replaces is None else replaces.hex()
        asked = NewPurseOrder(wallet_id=wallet_id, replaces=named)
        return self._http.make(order_id, "/v1/purse-orders", asked, PurseOrderShown)

    def orders(self, wallet_id: UUID) -> list[PurseOrderShown]:
        """Read what was ordered for a wallet."""
        return self._http.get(f"/v1/wallets/{wallet_id}/purse-orders", PurseOrdersShown).items

    def report_lost(self, purse_id: bytes) -> PurseShown:
        """Report a purse lost, from whichever device; after the PIN."""
        return self._http.send("POST", f"/v1/purses/{purse_id.hex()}/loss", None, PurseShown)

    def report_found(self, purse_id: bytes) -> PurseShown:
        """Take a report back; after the PIN."""
        return self._http.send("POST", f"/v1/purses/{purse_id.hex()}/finding", None, PurseShown)

    def terminate(self, purse_id: bytes, proof: PurseProof) -> PurseShown:
        """End an empty purse that has just synced, for ever."""
        path = f"/v1/purses/{purse_id.hex()}/termination"
        return self._http.send("POST", path, proof, PurseShown)

    def new_pin(self, purse_id: bytes, pin: str) -> Unblock:
        """Choose a new PIN that two of the bank's staff have approved; after the wallet's PIN."""
        path = f"/v1/purses/{purse_id.hex()}/new-pin"
        shown = self._http.send("POST", path, NewCardPin(pin=pin), UnblockShown)
        return Unblock.parse(bytes.fromhex(shown.message))


def _voucher(shown: VoucherShown) -> tuple[Voucher, Certificate]:
    return (
        Voucher.parse(bytes.fromhex(shown.voucher)),
        Certificate.parse(bytes.fromhex(shown.certificate)),
    )
