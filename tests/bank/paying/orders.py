"""Payment orders as a phone would send them.

paid = pay_now(bank, order(bank, anna, to(bea), 500))
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import msgspec

from tests.bank.holders import Holder
from zerobar.bank.context import Bank
from zerobar.bank.paying.model import Payee, PayeeKind, PaymentOrder
from zerobar.bank.signatures import Claim
from zerobar.client.signing import signed_bytes
from zerobar.purse.money import Fen


def to(holder: Holder) -> Payee:
    """Name somebody by the wallet's number."""
    return Payee(PayeeKind.NUMBER, holder.number)


def by_phone(holder: Holder) -> Payee:
    """Name somebody by phone number."""
    return Payee(PayeeKind.PHONE, holder.phone)


def order(
    bank: Bank,
    payer: Holder,
    payee: Payee,
    amount: int,
    *,
    payment_id: UUID | None = None,
    memo: str = "lunch",
    wallet: UUID | None = None,
    late_s: int = 0,
    **body: Any,
) -> PaymentOrder:
    """Write and sign an order.

    Args:
        payer: who signs.
        wallet: which wallet pays, if not the payer's own.
        late_s: how far the phone's clock is behind the bank's.
    """
    payment_id = payment_id or bank.new_id()
    wallet = wallet or payer.wallet
    text = {"wallet_id": str(wallet), "payee": payee.value, "amount_fen": amount, "memo": memo}
    claim = signed(bank, payer, "/v1/payments", payment_id, text | body, late_s=late_s)
    return PaymentOrder(payment_id, wallet, payee, Fen(amount), memo, claim)


def signed(
    bank: Bank,
    holder: Holder,
    path: str,
    request_id: UUID,
    body: dict[str, Any],
    *,
    late_s: int = 0,
) -> Claim:
    """Sign a request with a holder's device key."""
    time = int(bank.clock().timestamp()) - late_s
    raw = json.dumps(body).encode()
    covered = signed_bytes("POST", path, str(request_id), str(time), raw)
    signature = holder.key.sign(covered)
    return Claim(holder.key.id, time, str(request_id), raw, covered, signature)


def falsified(asked: PaymentOrder) -> PaymentOrder:
    """Return an order with a signature that is nobody's."""
    claim = msgspec.structs.replace(asked.claim, signature=bytes(64))
    return msgspec.structs.replace(asked, claim=claim)
