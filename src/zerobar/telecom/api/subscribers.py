"""What a subscriber's phone asks, known by the network it comes through.

A top-up may be for whichever line: a friend pays for one that is cut off.
"""

from __future__ import annotations

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from zerobar.purse.money import Fen
from zerobar.telecom import lines
from zerobar.telecom.api.access import Desk
from zerobar.telecom.api.shapes import (
    AssertionShown,
    CodeShown,
    LineShown,
    NewOrder,
    OrderShown,
    show_line,
    show_order,
)
from zerobar.telecom.assertions import assert_number
from zerobar.telecom.bank import Bank
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import NotJoined
from zerobar.telecom.numbers import read_number
from zerobar.telecom.orders import Asked, ask_order, code_of, look_at_order


@get("/v1/line", sync_to_thread=True, tags=["subscribers"])
def read_own_line(
    telecom: NamedDependency[Telecom], access_line: NamedDependency[str]
) -> LineShown:
    """Show the line that asks, and what it owes."""
    return show_line(telecom, lines.line(telecom, access_line))


@post("/v1/assertions", sync_to_thread=True, tags=["subscribers"])
def vouch(
    telecom: NamedDependency[Telecom],
    desk: NamedDependency[Desk],
    access_line: NamedDependency[str],
) -> AssertionShown:
    """Vouch for the number of the line that asks, to the bank: it opens a wallet by that."""
    if desk.operator_id is None:
        raise NotJoined
    audience = str(desk.operator_id)
    return AssertionShown(assertion=assert_number(telecom, desk.guarantor, access_line, audience))


@post("/v1/orders", sync_to_thread=True, tags=["subscribers"])
def order_top_up(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    access_line: NamedDependency[str],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[NewOrder],
) -> OrderShown:
    """Make an order for a top-up, to be paid at the bank by its code."""
    asked = Asked(read_number(data.number), Fen(data.amount_fen))
    return show_order(ask_order(telecom, bank, idempotency_key, asked))


@get("/v1/orders/{order_id:uuid}", sync_to_thread=True, tags=["subscribers"])
def read_order(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    access_line: NamedDependency[str],
    order_id: FromPath[UUID],
) -> OrderShown:
    """Show how an order stands; while that is not known the bank is asked."""
    return show_order(look_at_order(telecom, bank, order_id))


@get("/v1/orders/{order_id:uuid}/code", sync_to_thread=True, tags=["subscribers"])
def read_code(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    access_line: NamedDependency[str],
    order_id: FromPath[UUID],
) -> CodeShown:
    """Show the code of an open order."""
    return CodeShown(text=code_of(telecom, bank, order_id))


ROUTES: list[ControllerRouterHandler] = [read_own_line, vouch, order_top_up, read_order, read_code]
