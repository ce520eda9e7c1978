"""Load (圈存) and unload (圈提) at an operator's desk."""

from __future__ import annotations

from typing import Final

from zerobar.issuer import OperatorDesk
from zerobar.purse.messages import Kind, Receipt, Voucher
from zerobar.purse.money import Fen
from zerobar.reader import PurseCard

_NO_REFERENCE: Final = bytes(8)


def load(card: PurseCard, desk: OperatorDesk, amount: Fen) -> Receipt:
    """Put money on a card that this desk's authority has certified.

    The voucher is kept by the desk before the card sees it, so a load that is cut short is
    delivered by the next sync. Raises CardError or SyncRefused.
    """
    desk.register(card.get_certificate())
    currency = desk.keys.operator.certificate.currency
    request = card.prepare(Kind.LOAD, amount, currency, _NO_REFERENCE)
    voucher, certificate = desk.load(request)
    return card.accept(voucher, certificate)


def unload(card: PurseCard, desk: OperatorDesk, amount: Fen) -> Voucher:
    """Take money off a card; what was held goes first.

    The voucher stays in the card's log, so an unload that is cut short is taken in by the next
    sync. Raises CardError or SyncRefused.
    """
    desk.register(card.get_certificate())
    payment = card.pay(desk.unload_request(amount))
    desk.take_unload(payment.voucher, payment.certificate)
    return payment.voucher
