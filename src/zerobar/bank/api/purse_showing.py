"""Purses between the rules and the wire: hexadecimal read into messages, and written again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from zerobar.bank.context import Bank
from zerobar.bank.errors import InvalidInput
from zerobar.bank.purses.errors import PurseUnknown, RequestRefused
from zerobar.bank.purses.limiting import PurseLimits, limits_in_force
from zerobar.bank.purses.model import Purse, PurseStatus, SignedVoucher
from zerobar.bank.purses.order_store import PurseOrder
from zerobar.bank.purses.payees import Asked
from zerobar.bank.purses.proving import Challenge, Proof
from zerobar.client.purses import (
    ChallengeShown,
    NewPursePayment,
    OrderState,
    PurseKind,
    PurseLimitsWanted,
    PurseOrderShown,
    PurseProof,
    PurseShown,
    PursesShown,
    PurseState,
    UnloadShown,
    VoucherShown,
)
from zerobar.database import Connection
from zerobar.purse.messages import (
    SECONDS_PER_DAY,
    Certificate,
    PurseClass,
    Request,
    SignedRequest,
    State,
)
from zerobar.purse.money import Fen
from zerobar.purse.wire import FormError

CLASSES: Final[Mapping[PurseKind, PurseClass]] = {kind: PurseClass[kind.name] for kind in PurseKind}
_PURSE_ID: Final = re.compile("[0-9a-f]{16}")

M = TypeVar("M")


class MessageMalformed(InvalidInput):
    """Bytes that are no message of the purse protocol."""

    problem = "message-malformed"

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"The {what} cannot be read: {why}.", "Send it as the purse gave it.")


def read_purse_id(text: str) -> bytes:
    """Read a purse id from a path; raises PurseUnknown, for what is none as well."""
    if _PURSE_ID.fullmatch(text) is None:
        raise PurseUnknown(b"")
    return bytes.fromhex(text)


def read_request(text: str) -> Request:
    """Read a request; raises MessageMalformed."""
    return _read("request", Request.parse, text)


def read_signed_request(text: str) -> SignedRequest:
    """Read a request with its purse's signature and certificate; raises MessageMalformed."""
    return _read("signed request", SignedRequest.parse, text)


def read_asked(data: NewPursePayment) -> Asked:
    """Read what a payee without network shows; raises MessageMalformed or RequestRefused."""
    request = read_request(data.request)
    certificate = _read("certificate", Certificate.parse, data.certificate)
    if certificate.id != request.payee_id:
        raise RequestRefused("its certificate is another purse's")
    if data.signature is None:
        return Asked(request, certificate)
    return Asked.of(SignedRequest(request, bytes.fromhex(data.signature), certificate))


def read_proof(data: PurseProof) -> Proof:
    """Read a purse's answer to a challenge; raises MessageMalformed."""
    return Proof(
        data.challenge_id,
        _read("certificate", Certificate.parse, data.certificate),
        _read("state", State.parse, data.state),
    )


def read_limits(data: PurseLimitsWanted) -> PurseLimits:
    """Read limits that a holder chooses."""
    return PurseLimits(Fen(data.per_payment_fen), Fen(data.without_pin_fen), Fen(data.holding_fen))


def show_challenge(challenge: Challenge) -> ChallengeShown:
    """Show what a purse is to answer."""
    return ChallengeShown(
        challenge_id=challenge.id, nonce=challenge.nonce.hex(), expires_at=challenge.expires_at
    )


def show_purse(bank: Bank, purse: Purse) -> PurseShown:
    """Show a purse to its holder."""
    with bank.connection() as connection:
        return _show(connection, purse)


def show_purses(bank: Bank, purses: Sequence[Purse]) -> PursesShown:
    """Show a wallet's purses."""
    with bank.connection() as connection:
        return PursesShown(items=[_show(connection, purse) for purse in purses])


def show_voucher(signed: SignedVoucher) -> VoucherShown:
    """Show a voucher of the operator's."""
    return VoucherShown(
        voucher=bytes(signed.voucher).hex(), certificate=bytes(signed.certificate).hex()
    )


def show_unload(signed: SignedRequest) -> UnloadShown:
    """Show the operator's signed request."""
    return UnloadShown(request=bytes(signed).hex())


def show_order(order: PurseOrder) -> PurseOrderShown:
    """Show an ordered purse."""
    return PurseOrderShown(
        order_id=order.id,
        kind=PurseKind[order.purse_class.name],
        wallet_id=order.wallet_id,
        replaces=None if order.replaces is None else order.replaces.hex(),
        state=_order_state(order),
        purse_id=None if order.purse_id is None else order.purse_id.hex(),
        ordered_at=order.ordered_at,
    )


def _show(connection: Connection, purse: Purse) -> PurseShown:
    limits = limits_in_force(connection, purse)
    end_unix_s = (purse.certificate.not_after_day + 1) * SECONDS_PER_DAY
    return PurseShown(
        purse_id=purse.id.hex(),
        kind=PurseKind[purse.purse_class.name],
        wallet_id=purse.wallet_id,
        state=_state(purse),
        certificate=bytes(purse.certificate).hex(),
        limits=PurseLimitsWanted(
            per_payment_fen=int(limits.per_payment),
            without_pin_fen=int(limits.without_pin),
            holding_fen=int(limits.holding),
        ),
        valid_until=datetime.fromtimestamp(end_unix_s, UTC),
        lost_at=purse.lost_at,
        horizon_at=purse.horizon_at,
    )


def _state(purse: Purse) -> PurseState:
    if purse.status is PurseStatus.BLOCKED and purse.lost_at is not None:
        return PurseState.LOST
    return PurseState[purse.status.name]


def _order_state(order: PurseOrder) -> OrderState:
    if order.purse_id is not None:
        return OrderState.CERTIFIED
    return OrderState.ORDERED if order.batch_id is None else OrderState.AT_BUREAU


def _read(what: str, parse: Callable[[bytes], M], text: str) -> M:
    try:
        return parse(bytes.fromhex(text))
    except FormError as error:
        raise MessageMalformed(what, str(error)) from None
