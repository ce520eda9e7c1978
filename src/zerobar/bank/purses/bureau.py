"""What the bank and a card bureau exchange: three files, and no secret in any of them.

1. The bank writes a batch: keys that cards are to trust, and an order for each card.
2. The bureau lets each card make its key pair (GENERATE KEY), puts the trusted keys on it (PUT
   KEY), and writes back the public keys.
3. The bank certifies them and writes the certificates; the bureau puts each on its card (PUT
   CERTIFICATE, PUT LIMITS) and ends personalisation (FINISH) with a PIN.

Private keys are made on the cards and never leave them. PINs are drawn by the bureau's own machine,
printed into sealed letters and kept nowhere: the bank never learns one, so none can be in its logs.
The files are JSON; whoever carries them compares the SHA-256 that both sides show, for a changed
key would make cards that trust a stranger.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeVar
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from zerobar.bank.context import Bank
from zerobar.bank.purses import order_store, store
from zerobar.bank.purses.errors import BadBureauFile, OrderCertified, OrderUnknown
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.model import EventKind
from zerobar.bank.purses.order_store import PurseOrder
from zerobar.bank.purses.registering import new_purse
from zerobar.bank.purses.renewing import YEARS
from zerobar.database import Connection
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import trusted_keys
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.messages import Certificate
from zerobar.purse.suites import P256

MOST_CARDS: Final = 10_000
"""Of one file."""

_Hex64 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{128}$")]
_Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Hex137 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{274}$")]
_VERSION: Final = 1


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all three files begin with."""

    version: Annotated[int, msgspec.Meta(ge=_VERSION, le=_VERSION)] = _VERSION
    batch_id: UUID


class TrustedKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key for PUT KEY; X||Y in hexadecimal."""

    number: int
    role: int
    public_key: _Hex64


class CardOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card to be made.

    Attributes:
        purse_class: 1 person, 2 anonymous, 3 merchant.
        limits: for PUT LIMITS, 32 bytes.
    """

    order_id: UUID
    purse_class: int
    limits: _Hex32


class CardBatch(_File, frozen=True, kw_only=True, tag_field="file", tag="purse-batch"):
    """The bank's file: what is to be made.

    Attributes:
        suite: of the keys that the cards make.
    """

    suite: int = P256.number
    keys: list[TrustedKey]
    cards: list[CardOrder]


class CardKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card's public key, X||Y in hexadecimal."""

    order_id: UUID
    public_key: _Hex64


class CardKeys(_File, frozen=True, kw_only=True, tag_field="file", tag="purse-keys"):
    """The bureau's file: what the cards have made."""

    cards: Annotated[list[CardKey], msgspec.Meta(min_length=1, max_length=MOST_CARDS)]


class CardCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card's certificate, 137 bytes in hexadecimal."""

    order_id: UUID
    certificate: _Hex137


class CardCertificates(
    _File, frozen=True, kw_only=True, tag_field="file", tag="purse-certificates"
):
    """The bank's second file."""

    cards: list[CardCertificate]


F = TypeVar("F", bound=_File)


def make_batch(bank: Bank, batch_id: UUID, most: int = MOST_CARDS) -> CardBatch:
    """Put the orders that no bureau knows of into a batch; the same id gives the same batch.

    Raises PursesNotOffered.
    """
    keys = issuing_keys(bank)
    with bank.transaction() as connection:
        orders = order_store.orders_of_batch(connection, batch_id)
        if not orders:
            order_store.take_into_batch(connection, batch_id, min(most, MOST_CARDS))
            orders = order_store.orders_of_batch(connection, batch_id)
    trusted = [
        TrustedKey(number=number, role=int(role), public_key=key.hex())
        for number, role, key in trusted_keys(keys.authority, keys.operator)
    ]
    return CardBatch(batch_id=batch_id, keys=trusted, cards=[_card(order) for order in orders])


def certify_batch(bank: Bank, made: CardKeys) -> CardCertificates:
    """Certify the keys of a batch's cards and register the purses, which nobody is linked to yet.

    The same file gives the same certificates. All or none: raises BadBureauFile, OrderUnknown, or
    OrderCertified when another key was certified for an order.
    """
    if len({card.order_id for card in made.cards}) != len(made.cards):
        raise BadBureauFile("it names an order twice")
    with bank.transaction() as connection:
        certified = [
            (card, _certified(bank, connection, made.batch_id, card))
            for card in sorted(made.cards, key=lambda card: card.order_id)
        ]
    return CardCertificates(
        batch_id=made.batch_id,
        cards=[
            CardCertificate(order_id=card.order_id, certificate=bytes(certificate).hex())
            for card, certificate in certified
        ],
    )


def read_file(raw: bytes, kind: type[F]) -> F:
    """Read one of the files; raises BadBureauFile."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError as error:
        raise BadBureauFile(str(error)) from None


def write_file(file: _File) -> bytes:
    """Return a file's bytes."""
    return msgspec.json.format(msgspec.json.encode(file)) + b"\n"


def _card(order: PurseOrder) -> CardOrder:
    limits = bytes(DEFAULT_LIMITS[order.purse_class]).hex()
    return CardOrder(order_id=order.id, purse_class=int(order.purse_class), limits=limits)


def _certified(bank: Bank, connection: Connection, batch_id: UUID, card: CardKey) -> Certificate:
    order = order_store.locked_order(connection, card.order_id)
    if order is None or order.batch_id != batch_id:
        raise OrderUnknown
    return _certify(bank, connection, order, bytes.fromhex(card.public_key))


def _certify(
    bank: Bank, connection: Connection, order: PurseOrder, public_key: bytes
) -> Certificate:
    _check_point(public_key)
    now = bank.clock()
    validity = Validity.years_from(int(now.timestamp()), YEARS)
    new = issuing_keys(bank).authority.certify(public_key, order.purse_class, validity)
    if order.purse_id is not None:
        return _certified_before(connection, order, new.id)
    if store.purse(connection, new.id) is not None:
        raise BadBureauFile(f"the key for order {order.id} is another card's")
    new_purse(bank, connection, new)
    order_store.set_certified(connection, order.id, new.id, now)
    event = bank.new_id(), EventKind.CERTIFIED, order.ordered_by
    store.insert_event(connection, new.id, event, now)
    return new


def _certified_before(connection: Connection, order: PurseOrder, purse_id: bytes) -> Certificate:
    if order.purse_id != purse_id:
        raise OrderCertified(order.id)
    found = store.purse(connection, purse_id)
    assert found is not None, "what was certified is registered"
    return found.certificate


def _check_point(public_key: bytes) -> None:
    """Raise BadBureauFile for what is no public key: a certificate for it would bind nobody."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public_key)
    except ValueError:
        raise BadBureauFile("a public key in it is not a point on the curve") from None
