"""Who sells: the merchant, and the till if it is one, behind a key that signs requests."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from zerobar.bank.merchants import store
from zerobar.bank.merchants.errors import (
    KeyWrong,
    MerchantSuspended,
    MerchantUnknown,
    NotASeller,
    OtherShop,
    ServerOnly,
    ShopClosed,
    ShopUnknown,
)
from zerobar.bank.merchants.model import Merchant, Shop, Terminal
from zerobar.bank.people.model import KeyOwner, SigningKey
from zerobar.database import Connection


@dataclass(frozen=True, slots=True)
class Seller:
    """A merchant that asks by one of its keys.

    Attributes:
        key_id: which key signed.
        terminal: the till that asks; None: the merchant's server.
    """

    merchant: Merchant
    key_id: UUID
    terminal: Terminal | None

    def require_server(self) -> None:
        """Let only the merchant's server through; raises ServerOnly."""
        if self.terminal is not None:
            raise ServerOnly

    def require_trading(self) -> None:
        """Let through who may take payments and give them back; raises MerchantSuspended."""
        if self.merchant.suspended_at is not None:
            raise MerchantSuspended

    def require_shop(self, shop_id: UUID) -> None:
        """Let through a till of that shop, and the merchant's server; raises OtherShop."""
        if self.terminal is not None and self.terminal.shop_id != shop_id:
            raise OtherShop


def seller_of(connection: Connection, key: SigningKey) -> Seller:
    """Return who sells with a key; raises NotASeller."""
    match key.owner_kind:
        case KeyOwner.MERCHANT_SERVER:
            return Seller(_known(connection, key.owner_id), key.id, None)
        case KeyOwner.TERMINAL:
            terminal = store.terminal(connection, key.owner_id)
            if terminal is None or terminal.revoked_at is not None:
                raise NotASeller
            return Seller(_known(connection, terminal.merchant_id), key.id, terminal)
        case _:
            raise NotASeller


def _known(connection: Connection, merchant_id: UUID) -> Merchant:
    merchant = store.merchant(connection, merchant_id)
    if merchant is None:
        raise NotASeller
    return merchant


def require_merchant(connection: Connection, merchant_id: UUID) -> Merchant:
    """Return a merchant; raises MerchantUnknown."""
    merchant = store.merchant(connection, merchant_id)
    if merchant is None:
        raise MerchantUnknown
    return merchant


def require_shop(connection: Connection, merchant_id: UUID, shop_id: UUID) -> Shop:
    """Return a merchant's shop, an open or a closed one; raises ShopUnknown."""
    shop = store.shop(connection, merchant_id, shop_id)
    if shop is None:
        raise ShopUnknown
    return shop


def require_open_shop(connection: Connection, merchant_id: UUID, shop_id: UUID) -> Shop:
    """Return a merchant's shop; raises ShopUnknown or ShopClosed."""
    shop = require_shop(connection, merchant_id, shop_id)
    if shop.closed_at is not None:
        raise ShopClosed
    return shop


def check_public_key(public_key: bytes) -> None:
    """Check that X||Y, 64 bytes, is a point on P-256; raises KeyWrong."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public_key)
    except ValueError:
        raise KeyWrong from None
