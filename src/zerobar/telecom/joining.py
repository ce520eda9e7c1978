"""Joining a bank: what the telecom sets up there itself once the bank's staff have taken it on."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

import msgspec

from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import MerchantClient
from zerobar.telecom.installation import Installation, Joined, change

NOTICES_PATH: Final = "/v1/notices"
SHOP_NAME: Final = "话费充值"
_LATIN_SHOP_NAME: Final = "Top-ups"


@dataclass(frozen=True, slots=True)
class TakenOn:
    """What the bank's staff tell a merchant that they have taken on.

    Attributes:
        operator_id: the bank's.
        server_key_id: under which the bank knows the telecom's key.
        biller_id: of the hosted payee, 8 bytes.
    """

    operator_id: UUID
    server_key_id: UUID
    biller_id: bytes


def join(installation: Installation, taken_on: TakenOn, public_url: str | None) -> Joined:
    """Open the shop for top-ups, have notices sent here, and keep all of it in telecom.json.

    It may be done again, and then uses the shop that is there. Raises ClientError.

    Args:
        public_url: where the bank reaches this telecom; None: no notices, only asking.
    """
    key = RequestKey(taken_on.server_key_id, installation.server_key)
    with BankHttp(installation.settings.bank_url, key) as http:
        merchant = MerchantClient(http)
        shop_id = _shop(merchant)
        shown = merchant.set_webhook(None if public_url is None else public_url + NOTICES_PATH)
    joined = Joined(
        operator_id=taken_on.operator_id,
        server_key_id=taken_on.server_key_id,
        shop_id=shop_id,
        biller_id=taken_on.biller_id.hex(),
        webhook_key=base64.urlsafe_b64decode(shown.webhook_key + "==").hex(),
        hears_notices=public_url is not None,
    )
    change(installation.folder, msgspec.structs.replace(installation.settings, joined=joined))
    return joined


def _shop(merchant: MerchantClient) -> UUID:
    for shop in merchant.shops():
        if shop.name == SHOP_NAME and shop.closed_at is None:
            return shop.shop_id
    return merchant.open_shop(uuid4(), SHOP_NAME, _LATIN_SHOP_NAME).shop_id
