"""Requests and vouchers made one at a time, with whatever is to be wrong about them.

raw = record(payer, asking(Kind.PAYMENT, shop.id, amount=500), entry=3)
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zerobar.bank.context import Bank
from zerobar.bank.settlement.drawing import DrawnPurse
from zerobar.purse.messages import Kind, Request, Voucher
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import P256


def record(payer: DrawnPurse, request: Request, entry: int = 1, **changes: Any) -> bytes:
    """A payer's voucher for a request, with its certificate."""
    voucher = Voucher(
        kind=request.kind,
        payer_id=payer.id,
        entry=entry,
        payee_id=request.payee_id,
        number=request.number,
        amount=request.amount,
        currency=request.currency,
        tag=request.tag,
        reference=request.reference,
        chain=bytes(8),
    )
    changed: Voucher = replace(voucher, **changes)
    signed = changed.signed(lambda body: P256.sign(payer.private_key, body))
    return bytes(signed) + bytes(payer.certificate)


def know_funds(bank: Bank, purse_id: bytes, amount_fen: int = 2_000_000_00) -> None:
    """Let a purse be known to have money, as if its log had shown that."""
    with bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.purse_head (purse_id, funds_fen) VALUES (%s, %s)",
            (purse_id, amount_fen),
        )


def asking(kind: Kind, payee_id: bytes, number: int = 1, amount: int = 1234) -> Request:
    return Request(
        kind=kind,
        payee_id=payee_id,
        number=number,
        amount=Fen(amount),
        currency=CNY,
        tag=b"tags",
        reference=b"orders!!",
    )
