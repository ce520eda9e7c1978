"""Cards over HTTP: binding, exchanging, saving to the bank, auto top-up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import Session, Signed
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.context import Bank
from zerobar.bank.errors import NotAllowed
from zerobar.bank.funding import store
from zerobar.bank.funding.cards import (
    allow_auto_top_up,
    bind_card,
    prefer_cards,
    stop_auto_top_up,
    unbind_card,
)
from zerobar.bank.funding.exchanging import exchange, order_of_person, save_to_bank
from zerobar.bank.funding.model import Asked, Card, CardOrder
from zerobar.bank.people.model import KeyOwner
from zerobar.bank.people.wallets import wallet_of
from zerobar.client.funding import (
    AutoTopUp,
    CardMoney,
    CardOrderKind,
    CardOrderShown,
    CardOrderStatus,
    CardPreference,
    CardShown,
    CardsShown,
    NewCard,
)
from zerobar.client.paging import Page
from zerobar.purse.money import Fen


class KeyNotOfDevice(NotAllowed):
    """A till or a merchant's server has no cards."""

    problem = "key-not-of-device"

    def __init__(self) -> None:
        super().__init__(
            "Only a person's device may ask for this.", "Sign with the key of the holder's device."
        )


@post("/v1/cards", sync_to_thread=True, tags=["cards"])
def bind_new_card(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[NewCard],
) -> CardShown:
    """Bind a card of one's own."""
    return show_card(bind_card(bank, session, idempotency_key, data.number, data.phone))


@get("/v1/cards", sync_to_thread=True, tags=["cards"])
def list_cards(bank: NamedDependency[Bank], session: NamedDependency[Session]) -> CardsShown:
    """List bound cards, the preferred one first."""
    with bank.connection() as connection:
        cards = store.cards_of_person(connection, session.person_id)
    return CardsShown(items=[show_card(card) for card in cards])


@put("/v1/cards/preference", sync_to_thread=True, tags=["cards"])
def prefer_some_cards(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    data: JSONBody[CardPreference],
) -> CardsShown:
    """Say which cards are asked first."""
    cards = prefer_cards(bank, session.person_id, data.card_ids)
    return CardsShown(items=[show_card(card) for card in cards])


@delete("/v1/cards/{card_id:uuid}", sync_to_thread=True, tags=["cards"])
def unbind_one_card(
    bank: NamedDependency[Bank], session: NamedDependency[Session], card_id: FromPath[UUID]
) -> None:
    """Unbind a card; what it paid can still be given back to it."""
    unbind_card(bank, session.person_id, card_id)


@post("/v1/exchanges", sync_to_thread=True, tags=["cards"])
def begin_exchange(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[CardMoney]
) -> CardOrderShown:
    """Take an amount from a card into a wallet; the PIN must be given first."""
    asked = Asked(signed.id, data.card_id, Fen(data.amount_fen))
    return show_order(exchange(bank, holder_of(signed), data.wallet_id, signed.key.id, asked))


@post("/v1/saves", sync_to_thread=True, tags=["cards"])
def begin_saving(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[CardMoney]
) -> CardOrderShown:
    """Give an amount from a wallet to a card; the PIN must be given first."""
    asked = Asked(signed.id, data.card_id, Fen(data.amount_fen))
    return show_order(save_to_bank(bank, holder_of(signed), data.wallet_id, signed.key.id, asked))


@get("/v1/card-orders/{order_id:uuid}", sync_to_thread=True, tags=["cards"])
def read_card_order(
    bank: NamedDependency[Bank], session: NamedDependency[Session], order_id: FromPath[UUID]
) -> CardOrderShown:
    """Say what became of an exchange, a saving, or any other order to a card."""
    with bank.connection() as connection:
        return show_order(order_of_person(connection, session.person_id, order_id))


@get("/v1/wallets/{wallet_id:uuid}/card-orders", sync_to_thread=True, tags=["cards"])
def list_card_orders(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    wallet_id: FromPath[UUID],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[CardOrderShown]:
    """List what went between a wallet and cards, by id, the highest first."""
    before = read_cursor(cursor)
    with bank.connection() as connection:
        wallet_of(connection, session.person_id, wallet_id)
        orders = store.orders_of_wallet(connection, wallet_id, before, limit + 1)
    return page_of(orders, limit, lambda order: order.id, show_order)


@put("/v1/wallets/{wallet_id:uuid}/auto-top-up", sync_to_thread=True, tags=["cards"])
def switch_auto_top_up(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    wallet_id: FromPath[UUID],
    data: JSONBody[AutoTopUp],
) -> AutoTopUp:
    """Let cards pay what a payment lacks, which needs the PIN; or let them not."""
    if data.on:
        allow_auto_top_up(bank, session.person_id, wallet_id, session.key_id)
    else:
        stop_auto_top_up(bank, session.person_id, wallet_id)
    return data


def holder_of(signed: Signed) -> UUID:
    """Return the person whose device signed; raises KeyNotOfDevice."""
    if signed.key.owner_kind is not KeyOwner.DEVICE:
        raise KeyNotOfDevice
    return signed.key.owner_id


def show_card(card: Card) -> CardShown:
    """Show a card to its holder."""
    return CardShown(card_id=card.id, number=card.number_masked, bound_at=card.bound_at)


def show_order(order: CardOrder) -> CardOrderShown:
    """Show an order to the wallet's holder."""
    return CardOrderShown(
        order_id=order.id,
        kind=CardOrderKind[order.kind.name],
        wallet_id=order.wallet_id,
        card_id=order.card_id,
        amount_fen=int(order.amount),
        cause_id=order.cause_id,
        status=CardOrderStatus[order.status.name],
        reason=order.reason,
        asked_at=order.asked_at,
        ended_at=order.ended_at,
    )


ROUTES: list[Any] = [
    bind_new_card,
    list_cards,
    prefer_some_cards,
    unbind_one_card,
    begin_exchange,
    begin_saving,
    read_card_order,
    list_card_orders,
    switch_auto_top_up,
]
