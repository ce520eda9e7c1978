"""Making a purse of a blank card at hand: a virtual SIM, or a card in the bank's own reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.purses import order_store, store
from zerobar.bank.purses.errors import OrderCertified, OrderUnknown
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.model import EventKind
from zerobar.bank.purses.order_store import PurseOrder
from zerobar.bank.purses.registering import new_purse
from zerobar.bank.purses.renewing import YEARS
from zerobar.bank.staff import audit
from zerobar.issuer import personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.messages import Certificate, PurseClass


@dataclass(frozen=True, slots=True)
class NewCard:
    """What a blank card is to become.

    Attributes:
        pin: 4 to 8 digits; told to its holder and to nobody else.
        order_id: that it is made for; None: for stock.
    """

    purse_class: PurseClass
    pin: str = field(repr=False)
    order_id: UUID | None = None


def ordered_class(bank: Bank, order_id: UUID) -> PurseClass:
    """Return what was ordered and is not made yet; raises OrderUnknown or OrderCertified."""
    with bank.connection() as connection:
        return _open(order_store.order(connection, order_id)).purse_class


def personalise_card(bank: Bank, exchange: Callable[[bytes], bytes], new: NewCard) -> Certificate:
    """Make a blank card a purse, and register it; it is linked when its holder has it.

    If this is cut off after the card is finished, the purse is registered when it is linked.

    Raises PursesNotOffered, OrderUnknown, OrderCertified, or PersonalisationFailed.
    """
    keys = issuing_keys(bank)
    if new.order_id is not None:
        ordered_class(bank, new.order_id)
    validity = Validity.years_from(int(bank.clock().timestamp()), YEARS)
    plan = Plan(new.purse_class, validity, new.pin)
    certificate = personalise(exchange, keys.authority, keys.operator, plan)
    _register(bank, certificate, new.order_id)
    return certificate


def _register(bank: Bank, certificate: Certificate, order_id: UUID | None) -> None:
    with bank.transaction() as connection:
        new_purse(bank, connection, certificate)
        if order_id is not None:
            _open(order_store.locked_order(connection, order_id))
            order_store.set_certified(connection, order_id, certificate.id, bank.clock())
        event = bank.new_id(), EventKind.CERTIFIED, audit.INSTALLER
        store.insert_event(connection, certificate.id, event, bank.clock())


def _open(order: PurseOrder | None) -> PurseOrder:
    if order is None:
        raise OrderUnknown
    if order.purse_id is not None:
        raise OrderCertified(order.id)
    return order
