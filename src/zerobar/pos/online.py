"""Payment through the bank: the customer's code is charged, or the customer pays the till's code.

The customer's phone needs no network for its code. What was asked and not answered is asked again,
under the same id, until the bank says how it ended: an error is not a failure.
"""

from __future__ import annotations

from uuid import UUID

from zerobar.client.errors import BankSaysNo, ClientError, Unavailable
from zerobar.client.problems import CONFIRMATION_NEEDED
from zerobar.pos import orders, roads
from zerobar.pos.model import Means, Road, Sale, SaleState
from zerobar.pos.step import Step, step_of
from zerobar.pos.telling import words_of_bank
from zerobar.pos.till import Till


def show_order_code(till: Till, sale_id: UUID) -> str:
    """Return the text of the code that the customer scans (EMVCo, made for this order).

    Raises SaleEnded, MayBePaid, or ClientError: then nobody can pay it, and another road is free.
    """
    with till.lock:
        sale = roads.require(till, sale_id, Road.ONLINE)
        orders.make(till, sale)
        text = till.bank.code_of(sale_id)
        till.store.sales.attempt(sale_id, sale_id, Means.MERCHANT_CODE, own=False)
        till.store.sales.expose(sale_id, Road.ONLINE)
        till.store.sales.wait(sale_id)
        return text


def charge(till: Till, sale_id: UUID, digits: str) -> Step:
    """Charge the customer whose 19 digits were scanned; once, however often it is tried.

    Raises SaleEnded or MayBePaid. What the bank refused is in the words.
    """
    with till.lock:
        sale = till.store.sales.sale(sale_id)
        if sale.state is SaleState.PAID:
            return step_of(till, sale_id)
        sale = roads.require(till, sale_id, Road.ONLINE)
        try:
            orders.make(till, sale)
        except ClientError as error:
            # Without an order nobody can have paid: another road is free at once.
            return step_of(till, sale_id, words_of_bank(error), error)
        return _charged(till, sale, digits)


def _charged(till: Till, sale: Sale, digits: str) -> Step:
    charge_id = till.new_id()
    till.store.sales.attempt(sale.id, charge_id, Means.CUSTOMER_CODE, own=False)
    till.store.sales.expose(sale.id, Road.ONLINE)
    try:
        orders.learn(till, sale, till.bank.charge(charge_id, sale.id, digits))
    except ClientError as error:
        if _is_certain(error):
            _after_refusal(till, sale)
        return step_of(till, sale.id, words_of_bank(error), error)
    return step_of(till, sale.id)


def ask(till: Till, sale_id: UUID) -> Step:
    """Ask the bank what became of a sale's order, as often as one likes."""
    sale = till.store.sales.sale(sale_id)
    if sale.road is not Road.ONLINE or not sale.state.is_pending:
        return step_of(till, sale_id)
    try:
        till.resume()
        orders.look(till, sale)
    except ClientError as error:
        return step_of(till, sale_id, None if sale.exposed else words_of_bank(error), error)
    return step_of(till, sale_id)


def _is_certain(error: ClientError) -> bool:
    """Tell whether a refusal leaves no doubt that nothing was done, nor will be."""
    if not isinstance(error, BankSaysNo) or isinstance(error, Unavailable):
        return False
    return not error.in_doubt and error.problem != CONFIRMATION_NEEDED


def _after_refusal(till: Till, sale: Sale) -> None:
    """Free the sale if this refused code was all that could have paid it."""
    if orders.is_in_doubt(till, sale):
        till.store.sales.wait(sale.id)
        return
    till.store.sales.unexpose(sale.id)
    try:
        # The code may be refused because the order is paid: then by whom is what counts.
        orders.look(till, till.store.sales.sale(sale.id))
    except ClientError:
        return
