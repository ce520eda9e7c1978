"""Bank cards over HTTP: binding them, 换数币, 存银行, and what a payment lacks."""

from __future__ import annotations

from types import NoneType
from typing import Any, Final
from uuid import UUID

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.client.funding import (
    AutoTopUp,
    CardOrderShown,
    CardOrderStatus,
    CardShown,
    CardsShown,
)
from zerobar.phone.api.shapes import BankCard, CardAmount, MoneyAnswer
from zerobar.phone.api.showing import say, show_done
from zerobar.phone.finality import Finality
from zerobar.phone.program import Phone
from zerobar.purse.money import Fen
from zerobar.reader import Sentence

_PENDING: Final = Sentence(
    "The card's bank has not answered yet; ask again.", zh="发卡银行尚未答复，请稍后查询。"
)
_NOT_DONE: Final = Sentence(
    "The card's bank refused; the wallet is as before.", zh="发卡银行拒绝，钱包未变动。"
)


@get("/cards", sync_to_thread=True)
def list_cards(phone: NamedDependency[Phone]) -> CardsShown:
    """List the bound bank cards."""
    return phone.session.ask(lambda: phone.session.http.get("/v1/cards", CardsShown))


@post("/cards", sync_to_thread=True)
def bind_card(phone: NamedDependency[Phone], data: JSONBody[BankCard]) -> CardShown:
    """Bind a bank card."""
    person = phone.session.person
    return phone.session.ask(lambda: person.bind_card(data.id, data.number, data.phone))


@delete("/cards/{card_id:uuid}", sync_to_thread=True)
def unbind_card(phone: NamedDependency[Phone], card_id: FromPath[UUID]) -> None:
    """Unbind a bank card; what it paid can still be given back to it."""
    path, http = f"/v1/cards/{card_id}", phone.session.http
    phone.session.ask(lambda: http.send("DELETE", path, None, NoneType))


@put("/auto-top-up", sync_to_thread=True)
def switch_auto_top_up(phone: NamedDependency[Phone], data: JSONBody[AutoTopUp]) -> AutoTopUp:
    """Let cards pay what a payment lacks (随用随充), which needs the PIN; or let them not."""
    person, wallet_id = phone.session.person, phone.session.wallet_id
    phone.session.ask(lambda: person.switch_auto_top_up(wallet_id, on=data.on))
    return data


@post("/exchanges", sync_to_thread=True)
def exchange(phone: NamedDependency[Phone], data: JSONBody[CardAmount]) -> MoneyAnswer:
    """Exchange money of a card for digital cash (换数币)."""
    person, place = phone.session.person, (data.id, phone.session.wallet_id, data.card_id)
    return _show_order(phone.session.ask(lambda: person.exchange(*place, Fen(data.amount_fen))))


@post("/saves", sync_to_thread=True)
def save_to_bank(phone: NamedDependency[Phone], data: JSONBody[CardAmount]) -> MoneyAnswer:
    """Save digital cash to a card (存银行)."""
    person, place = phone.session.person, (data.id, phone.session.wallet_id, data.card_id)
    return _show_order(phone.session.ask(lambda: person.save_to_bank(*place, Fen(data.amount_fen))))


@get("/card-orders/{order_id:uuid}", sync_to_thread=True)
def read_card_order(phone: NamedDependency[Phone], order_id: FromPath[UUID]) -> MoneyAnswer:
    """Say what became of money between wallet and card."""
    return _show_order(phone.session.ask(lambda: phone.session.person.card_order(order_id)))


def _show_order(order: CardOrderShown) -> MoneyAnswer:
    if order.status is CardOrderStatus.DONE:
        return show_done(order.order_id, order)
    refused = order.status is CardOrderStatus.REFUSED
    return MoneyAnswer(
        id=order.order_id,
        finality=Finality.NOTHING_MOVED if refused else Finality.UNKNOWN,
        happened=say(_NOT_DONE if refused else _PENDING),
        details=order,
    )


ROUTES: list[Any] = [
    list_cards,
    bind_card,
    unbind_card,
    switch_auto_top_up,
    exchange,
    save_to_bank,
    read_card_order,
]
