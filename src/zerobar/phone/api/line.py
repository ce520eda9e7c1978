"""The phone's line over HTTP: what it owes, top-ups that the wallet pays, a wallet in one tap."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.client.people import ByAssertion, WalletShown
from zerobar.phone.api.shapes import NewByTelecom, NewTopUp, TopUpShown
from zerobar.phone.line import LineShown, TopUpOrder
from zerobar.phone.program import Phone
from zerobar.phone.scanning import payee_of
from zerobar.purse.money import Fen


@post("/wallet/by-telecom", sync_to_thread=True)
def open_by_telecom(phone: NamedDependency[Phone], data: JSONBody[NewByTelecom]) -> WalletShown:
    """Open a wallet by the telecom's word for this phone's number; no code, no typing."""
    evidence = ByAssertion(assertion=phone.line.assertion())
    opened = phone.session.open_wallet(evidence, data.label)
    phone.synchroniser.wake()
    return opened


@get("/line", sync_to_thread=True)
def read_line(phone: NamedDependency[Phone]) -> LineShown:
    """Read what this phone's line is, and owes."""
    return phone.line.read()


@post("/top-ups", sync_to_thread=True)
def order_top_up(phone: NamedDependency[Phone], data: JSONBody[NewTopUp]) -> TopUpShown:
    """Have the telecom make an order, which POST /payments then pays. With the same id once."""
    order = phone.line.order(data.id, data.number, Fen(data.amount_fen))
    return _shown(phone, order)


@get("/top-ups/{top_up_id:uuid}", sync_to_thread=True)
def read_top_up(phone: NamedDependency[Phone], top_up_id: FromPath[UUID]) -> TopUpShown:
    """Say how a top-up stands."""
    return _shown(phone, phone.line.look(top_up_id))


def _shown(phone: Phone, order: TopUpOrder) -> TopUpShown:
    is_open = order.state == "open"
    return TopUpShown(
        id=order.order_id,
        number=order.number,
        amount_fen=order.amount_fen,
        state=order.state,
        payee=payee_of(phone.line.code(order.order_id)) if is_open else None,
    )


ROUTES: list[Any] = [open_by_telecom, read_line, order_top_up, read_top_up]
