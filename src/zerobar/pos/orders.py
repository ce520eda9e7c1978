"""A sale's order at the bank: made, looked at, closed, and what it tells of the sale."""

from __future__ import annotations

from typing import Final

from zerobar.client.merchants import ItemLine, OrderShown, OrderStateName
from zerobar.pos.model import HOSTED_MEANS, Means, Road, Sale, SaleState
from zerobar.pos.till import Till

_MOST_KEPT: Final = 1000
"""Requests in the outbox that are looked through for a sale's charges."""


def make(till: Till, sale: Sale) -> OrderShown:
    """Have the bank know the order, once; raises ClientError. Nobody can pay it by that alone."""
    items = [
        ItemLine(name=item.name, quantity=item.quantity, amount_fen=int(item.amount))
        for item in sale.items
    ]
    return till.bank.order(sale.id, till.place.shop_id, sale.number, sale.amount, items=items)


def look(till: Till, sale: Sale) -> Sale:
    """Ask the bank what became of a sale's order; raises ClientError."""
    return learn(till, sale, till.bank.look(sale.id))


def close(till: Till, sale: Sale) -> Sale:
    """Close a sale's order; it may turn out to be paid. Raises ClientError."""
    return learn(till, sale, till.bank.close(sale.id))


def learn(till: Till, sale: Sale, order: OrderShown) -> Sale:
    """Note what an order tells of its sale."""
    sales = till.store.sales
    if order.state is OrderStateName.PAID:
        assert order.payment_id is not None and order.paid_at is not None
        otherwise = _tapped(till, sale) if order.is_tapped else Means.MERCHANT_CODE
        means = dict(sales.attempts(sale.id)).get(order.payment_id, otherwise)
        sales.pay(sale.id, means, order.payment_id, int(order.paid_at.timestamp()))
    elif order.ended_at is not None and sale.road is Road.ONLINE:
        _note_ended(till, sale)
    return sales.sale(sale.id)


def _tapped(till: Till, sale: Sale) -> Means:
    """Return what a card was asked for last, at the bank."""
    asked = [means for _, means in till.store.sales.attempts(sale.id) if means in HOSTED_MEANS]
    return asked[-1] if asked else Means.HOSTED_TAP


def _note_ended(till: Till, sale: Sale) -> None:
    """Note that nobody can pay the order any more, nor has."""
    if sale.state is SaleState.GIVEN_UP:
        till.store.sales.end(sale.id, SaleState.CANCELLED)
    else:
        till.store.sales.take_back(sale.id)


def is_in_doubt(till: Till, sale: Sale) -> bool:
    """Tell whether somebody may still pay the order: it was shown, or a charge is open."""
    attempts = till.store.sales.attempts(sale.id)
    kept = {request.id for request in till.outbox.unknown(_MOST_KEPT)}
    shown = (Means.MERCHANT_CODE, *HOSTED_MEANS)
    return any(means in shown or id_ in kept for id_, means in attempts)


def forget(till: Till, sale: Sale) -> None:
    """Ask no more for an order that nobody was shown; should it be there, it expires."""
    till.outbox.forget(sale.id)
