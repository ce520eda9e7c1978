"""Payment into the till's own purse, for which nobody needs a network.

A tap, when the customer has a purse; or, when the customer's phone has a network and the till has
none, this purse's request as a code, paid by the customer's bank with a voucher that comes back as
a code. One sale has one request, so it is credited once, however often it is tapped or scanned.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid5

from zerobar.device import TapUnknown, TooMuchAtRisk, go_on, receive, take
from zerobar.device import give_back as give_voucher_back
from zerobar.pos import roads
from zerobar.pos.errors import MayBePaid, SaleEnded, WrongVoucher
from zerobar.pos.model import Means, Road, Sale, SaleState
from zerobar.pos.step import Step, step_of
from zerobar.pos.telling import Words, state_word
from zerobar.pos.till import Till
from zerobar.purse.messages import Certificate, Kind, Request, SignedRequest, Voucher, terms_of
from zerobar.purse.money import CNY
from zerobar.reader import OpenPayer, Payment, TapOutcome, TapStatus, Terms

_NOT_ASKED_BY_IT: Final = {
    Means.TAP: (TapStatus.NOT_TAPPED, TapStatus.REFUSED_BY_PAYER),
    # A voucher that the purse refuses for good, forged perhaps, keeps nobody from paying otherwise.
    Means.VOUCHER: (TapStatus.REFUSED_BY_PAYEE,),
}
"""After which of its outcomes an attempt can have no payment left that this till would credit."""


def tap(till: Till, sale_id: UUID, payer: OpenPayer, *, pin: str | None = None) -> Step:
    """Let a customer's card pay; after a torn tap, tap again: it is charged once.

    Args:
        payer: brings the card into the field.
        pin: of the customer, typed at the till.

    Raises SaleEnded, MayBePaid, or TooMuchAtRisk before anything has moved.
    """
    with till.lock:
        sale = till.store.sales.sale(sale_id)
        if sale.state is SaleState.PAID:
            return step_of(till, sale_id)
        sale = roads.require(till, sale_id, Road.PURSE)
        attempt_id = sale.attempt_id or till.new_id()
        till.store.sales.attempt(sale_id, attempt_id, Means.TAP, own=True)
        till.store.sales.expose(sale_id, Road.PURSE)
        try:
            outcome = _tapped(till, sale, attempt_id, payer, pin)
        except TooMuchAtRisk:
            till.store.sales.take_back(sale_id)
            raise
        return _noted(till, sale, attempt_id, Means.TAP, outcome)


def _tapped(
    till: Till, sale: Sale, attempt_id: UUID, payer: OpenPayer, pin: str | None
) -> TapOutcome:
    try:
        return go_on(till.device, attempt_id, payer, pin=pin)
    except TapUnknown:
        # No request was made for it: it is the first time, or the till died before there was one.
        terms = Terms(sale.amount, reference_of(sale))
        return take(till.device, attempt_id, payer, terms, pin=pin)


def show_request(till: Till, sale_id: UUID) -> SignedRequest:
    """Have the till's purse ask, for a customer whose phone has a network; the same again, always.

    Raises SaleEnded, MayBePaid, TooMuchAtRisk, or a CardError of the till's own purse.
    """
    with till.lock:
        sale = roads.require(till, sale_id, Road.PURSE)
        shown = _order(till, sale.attempt_id)
        if isinstance(shown, SignedRequest):
            till.store.sales.expose(sale_id, Road.PURSE)
            till.store.sales.wait(sale_id)
            return shown
        if sale.exposed:
            # A card may have paid the request that it was shown, and another would be paid as well.
            raise MayBePaid(amount=sale.amount)
        return _shown(till, sale)


def _shown(till: Till, sale: Sale) -> SignedRequest:
    till.device.check_risk(sale.amount)
    with till.device.purse() as own:
        asked = own.prepare_signed(Kind.PAYMENT, sale.amount, CNY, reference_of(sale))
    attempt_id = till.new_id()
    till.device.store.taps.keep(attempt_id, TapOutcome(TapStatus.TORN_BEFORE_PAY, asked))
    till.store.sales.attempt(sale.id, attempt_id, Means.VOUCHER, own=True)
    till.store.sales.expose(sale.id, Road.PURSE)
    till.store.sales.wait(sale.id)
    return asked


def take_voucher(till: Till, voucher: Voucher, certificate: Certificate) -> Step:
    """Have the till's purse credit a voucher that came as a code; a second scan changes nothing.

    Raises WrongVoucher when it pays no sale of this till.
    """
    with till.lock:
        sale = sale_of(till, voucher)
        if sale.state is SaleState.PAID:
            return step_of(till, sale.id)
        attempt_id = voucher_attempt(sale, voucher)
        till.store.sales.attempt(sale.id, attempt_id, Means.VOUCHER, own=False)
        till.store.sales.expose(sale.id, Road.PURSE)
        outcome = receive(till.device, attempt_id, Payment(voucher, certificate))
        return _noted(till, sale, attempt_id, Means.VOUCHER, outcome)


def give_back(till: Till, sale_id: UUID, payer: OpenPayer) -> Step:
    """Void what the till's purse refused to credit, and bring the customer's card its money.

    Raises SaleEnded when there is nothing to void, or LinkError of the till's own purse.
    """
    with till.lock:
        sale = till.store.sales.sale(sale_id)
        payment = _refused(till, sale)
        if payment is None:
            raise SaleEnded(state=state_word(sale.state))
        outcome = give_voucher_back(till.device, payer, payment)
        if outcome.statement is not None:
            till.store.sales.end(sale_id, SaleState.CANCELLED)
        return step_of(
            till, sale_id, Words(outcome.what_happened, outcome.next_step), outcome.error
        )


def can_give_back(till: Till, sale: Sale) -> bool:
    """Whether the till's purse refused a voucher for a sale, so that it can be voided."""
    is_open = sale.exposed and sale.state is not SaleState.CANCELLED
    return is_open and _refused(till, sale) is not None


def sale_of(till: Till, voucher: Voucher) -> Sale:
    """Return the sale whose request a voucher answers; raises WrongVoucher."""
    for sale in _asking(till):
        if terms_of(voucher) in map(terms_of, requests_of(till, sale)):
            return sale
    raise WrongVoucher


def requests_of(till: Till, sale: Sale) -> list[Request]:
    """Return what the till's purse has asked for a sale, given up roads too."""
    orders = [_order(till, attempt_id) for attempt_id, _ in till.store.sales.attempts(sale.id)]
    return [
        order.request if isinstance(order, SignedRequest) else order
        for order in orders
        if order is not None
    ]


def voucher_attempt(sale: Sale, voucher: Voucher) -> UUID:
    """Return the id under which a voucher is credited to a sale, the same for each of its roads."""
    return uuid5(sale.id, voucher.body.hex())


def reference_of(sale: Sale) -> bytes:
    """Return the 8 bytes by which a request names its sale."""
    return sale.id.bytes[8:]


def _asking(till: Till) -> Iterable[Sale]:
    """Return sales that a voucher may be for: the newest, then others that were asked for."""
    newest = till.store.sales.newest(50)
    seen = {sale.id for sale in newest}
    return [*newest, *(sale for sale in till.store.sales.tried() if sale.id not in seen)]


def _order(till: Till, attempt_id: UUID | None) -> Request | SignedRequest | None:
    if attempt_id is None:
        return None
    try:
        return till.device.store.taps.outcome(attempt_id).order
    except TapUnknown:
        return None


def _refused(till: Till, sale: Sale) -> Payment | None:
    """Return the voucher that the till's purse refused for a sale, if that is how it stands."""
    if sale.state is SaleState.PAID:
        return None
    for attempt_id, _ in till.store.sales.attempts(sale.id):
        try:
            outcome = till.device.store.taps.outcome(attempt_id)
        except TapUnknown:
            continue
        if outcome.status is TapStatus.REFUSED_BY_PAYEE:
            assert outcome.voucher is not None and outcome.certificate is not None
            return Payment(outcome.voucher, outcome.certificate)
    return None


def _noted(till: Till, before: Sale, attempt_id: UUID, means: Means, outcome: TapOutcome) -> Step:
    """Note what an attempt came to; `before` is the sale before it."""
    sales = till.store.sales
    if outcome.is_final:
        sales.pay(before.id, means, attempt_id)
    elif not before.exposed and outcome.status is TapStatus.NOT_PREPARED:
        sales.take_back(before.id)
    elif not before.exposed and outcome.status in _NOT_ASKED_BY_IT[means]:
        sales.unexpose(before.id)
    words = Words(outcome.what_happened, outcome.next_step)
    return step_of(till, before.id, words, outcome.error)
