"""The one rule that keeps a sale from being paid twice: a customer is asked on one road at a time.

Another road is free when nobody who could pay has kept what was asked on the first, or when the
first is certainly closed: the bank says so of an order. What a card may have paid nobody can close;
it is waited for, or given up.
"""

from __future__ import annotations

from uuid import UUID

from zerobar.client.errors import ClientError
from zerobar.pos import orders
from zerobar.pos.errors import MayBePaid, SaleEnded
from zerobar.pos.model import Road, Sale
from zerobar.pos.telling import state_word
from zerobar.pos.till import Till


def require(till: Till, sale_id: UUID, road: Road) -> Sale:
    """Return a sale whose customer may be asked on a road now.

    Raises SaleUnknown, SaleEnded, or MayBePaid while another road is open.
    """
    sale = till.store.sales.sale(sale_id)
    if not sale.state.is_over and sale.exposed and sale.road is not road:
        sale = _closed(till, sale)
    if sale.state.is_over:
        raise SaleEnded(state=state_word(sale.state))
    if sale.road not in (None, road):
        till.store.sales.take_back(sale_id)
    if road is Road.PURSE:
        orders.forget(till, sale)
    return till.store.sales.sale(sale_id)


def _closed(till: Till, sale: Sale) -> Sale:
    """Close the road that a sale is on; raises MayBePaid."""
    if sale.road is Road.PURSE:
        raise MayBePaid(amount=sale.amount)
    try:
        closed = orders.close(till, sale)
    except ClientError:
        raise MayBePaid(amount=sale.amount) from None
    if closed.exposed and not closed.state.is_over:
        raise MayBePaid(amount=sale.amount)
    return closed
