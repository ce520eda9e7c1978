"""A sale's begin and end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from zerobar.pos import roads
from zerobar.pos.errors import MayBePaid, SaleConflict, SaleEnded, SaleUnknown
from zerobar.pos.model import Item, Road, Sale, SaleState
from zerobar.pos.telling import state_word
from zerobar.pos.till import Till
from zerobar.purse.money import MAX_AMOUNT, Fen


@dataclass(frozen=True, slots=True)
class NewSale:
    """What is sold, and by whom.

    Attributes:
        number: the merchant's own order number; None: the till makes one.
        items: none, or all that the amount is made of.
    """

    id: UUID
    amount: Fen
    cashier: str
    shift_id: UUID
    number: str | None = None
    items: Sequence[Item] = ()


def begin(till: Till, new: NewSale) -> Sale:
    """Begin a sale; the same id again gives it as it stands. Raises SaleConflict."""
    assert 1 <= new.amount <= MAX_AMOUNT
    assert not new.items or sum(item.amount for item in new.items) == new.amount
    with till.lock:
        if till.store.refunds.has(new.id):
            # The bank does one thing for one id.
            raise SaleConflict
        sale = Sale(
            id=new.id,
            number=new.number or _number(till, new.id),
            amount=new.amount,
            items=tuple(new.items),
            cashier=new.cashier,
            shift_id=new.shift_id,
            began_at_unix_s=int(till.clock_unix_s()),
        )
        return till.store.sales.begin(sale)


def cancel(till: Till, sale_id: UUID) -> Sale:
    """Cancel a sale that certainly nobody has paid or will pay.

    Raises MayBePaid while that is not certain, SaleEnded when it is paid.
    """
    with till.lock:
        sale = till.store.sales.sale(sale_id)
        if sale.state is SaleState.CANCELLED:
            return sale
        if sale.exposed and sale.road is Road.PURSE and not sale.state.is_over:
            raise MayBePaid(amount=sale.amount)
        roads.require(till, sale_id, Road.PURSE)
        till.store.sales.end(sale_id, SaleState.CANCELLED)
        return till.store.sales.sale(sale_id)


def give_up(till: Till, sale_id: UUID) -> Sale:
    """Wait no longer for a sale that may be paid: should it be, it is shown to be given back.

    Raises SaleEnded when it is over already.
    """
    with till.lock:
        sale = till.store.sales.sale(sale_id)
        if sale.state is SaleState.GIVEN_UP:
            return sale
        if sale.state.is_over:
            raise SaleEnded(state=state_word(sale.state))
        ended = SaleState.GIVEN_UP if sale.exposed else SaleState.CANCELLED
        till.store.sales.end(sale_id, ended)
        return till.store.sales.sale(sale_id)


def _number(till: Till, sale_id: UUID) -> str:
    """Return the number that a sale has already, or a new one."""
    try:
        return till.store.sales.sale(sale_id).number
    except SaleUnknown:
        day = till.today().strftime("%y%m%d")
        return f"{till.place.number_head}-{day}-{till.store.sales.next_number():06d}"
