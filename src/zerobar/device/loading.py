"""Load (圈存) and unload (圈提): the holder's wallet and the purse in the device.

A load's id and request are kept before the bank is asked, and the voucher before the purse is given
it: cut anywhere, `finish_loads` ends it, and the wallet is debited once.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.device.collecting import carry
from zerobar.device.device import Device
from zerobar.device.errors import OperatorRefused
from zerobar.device.incoming import Load
from zerobar.device.operator import HolderOperator, Told
from zerobar.purse.messages import Kind, Receipt, SignedRequest
from zerobar.purse.money import Fen
from zerobar.reader import Payment, PurseCard

_NO_REFERENCE: Final = bytes(8)


def load(device: Device, holder: HolderOperator, load_id: UUID, amount: Fen) -> Receipt:
    """Put money from the holder's wallet on the device's purse.

    Raises CardError, OperatorUnreachable (go on with `finish_loads`), or OperatorRefused: nothing
    has moved.
    """
    with device.purse() as card:
        currency = card.get_certificate().currency
        request = card.prepare(Kind.LOAD, amount, currency, _NO_REFERENCE)
        device.store.incoming.keep_load(load_id, request)
        return _finish(device, holder, card, Load(load_id, request, None, done=False))


def finish_loads(device: Device, holder: HolderOperator) -> list[Receipt]:
    """End every load that was begun here and cut; raises as `load`."""
    open_loads = device.store.incoming.open_loads()
    if not open_loads:
        return []
    with device.purse() as card:
        return [_finish(device, holder, card, begun) for begun in open_loads]


def unload(device: Device, holder: HolderOperator, unload_id: UUID, amount: Fen) -> Told | None:
    """Give money of the purse back to its wallet; what was held goes first.

    Returns what the operator said, or None while it has not been reached: the voucher is kept.
    Raises CardError, OperatorUnreachable, or OperatorRefused before anything has moved.
    """
    order = holder.unload_request(unload_id, amount)
    with device.purse() as card:
        payment = card.pay(order)
    return carry(device, payment)


def pay_till(
    device: Device, holder: HolderOperator, payment_id: UUID, order: SignedRequest
) -> Payment:
    """Pay a till that has no network from the wallet: its purse takes the voucher offline.

    The voucher is kept here, and shown to the till as a code or over the tap, as often as it takes.
    Raises OperatorUnreachable or OperatorRefused.
    """
    payment = holder.pay_purse(payment_id, order)
    device.store.outgoing.keep(payment)
    return payment


def _finish(device: Device, holder: HolderOperator, card: PurseCard, begun: Load) -> Receipt:
    payment = begun.payment or _asked(device, holder, begun)
    receipt = card.accept(*payment)
    device.store.incoming.end_load(begun.id)
    return receipt


def _asked(device: Device, holder: HolderOperator, begun: Load) -> Payment:
    try:
        payment = holder.load(begun.id, begun.request)
    except OperatorRefused:
        device.store.incoming.end_load(begun.id)
        raise
    device.store.incoming.keep_load_payment(begun.id, payment)
    return payment
