"""Money back, in full or in part, each refund once and under a number of its own.

What the bank was paid goes back through the bank. What the till's purse was paid goes back by a
tap: the customer's purse asks, the till's purse pays, the customer's purse credits. From the moment
the till's purse has paid, the money is on its way, and comes at the customer's next sync at the
latest.
"""

from __future__ import annotations

from uuid import UUID

from zerobar.client.errors import BankSaysNo, ClientError, Unavailable
from zerobar.client.merchants import RefundShown, RefundStateName
from zerobar.pos.errors import NotRefundable, RefundConflict, WrongCard
from zerobar.pos.finality import outcome_of
from zerobar.pos.model import ONLINE_MEANS, Refund, RefundState, Road, Sale, SaleState
from zerobar.pos.refunds import NewRefund
from zerobar.pos.telling import Words, words_of_refund
from zerobar.pos.till import Till
from zerobar.purse.messages import Certificate, Kind, PurseClass, Request
from zerobar.purse.money import CNY, Fen
from zerobar.reader import CardError, OpenPayer, Payment, PurseCard, StatusError
from zerobar.reader.refusals import has_refused
from zerobar.reader.tap import Terms


def refund(till: Till, sale_id: UUID, new: NewRefund) -> tuple[Refund, Words]:
    """Give a sale back, or a part of it; the same id again gives it once.

    Raises SaleUnknown, NotRefundable, RefundConflict.
    """
    with till.lock:
        sale = till.store.sales.sale(sale_id)
        if sale.state is not SaleState.PAID:
            raise NotRefundable(left=Fen(0))
        if till.store.sales.has(new.id):
            # The bank does one thing for one id.
            raise RefundConflict
        road = Road.ONLINE if sale.means in ONLINE_MEANS else Road.PURSE
        made = till.store.refunds.begin(sale, new, road, f"{till.place.number_head}-")
        if road is Road.ONLINE:
            ask_bank(till, made)
        return _told(till, made.id)


def ask_bank(till: Till, made: Refund) -> None:
    """Ask the bank for a refund, again and again until it is known."""
    if made.state in (RefundState.DONE, RefundState.REFUSED):
        return
    till.store.refunds.doubt(made.id)
    try:
        shown = till.bank.refund(made.id, made.sale_id, made.number, made.amount, made.reason)
        # The answer is kept as it came first; what became of it since, only the bank knows.
        is_open = shown.state is RefundStateName.PENDING
        _learn(till, till.bank.look_at_refund(made.id) if is_open else shown)
    except ClientError as error:
        if isinstance(error, BankSaysNo) and not isinstance(error, Unavailable):
            _note_refused(till, made, error)


def _learn(till: Till, shown: RefundShown) -> None:
    if shown.state is RefundStateName.DONE:
        assert shown.done_at is not None
        at = int(shown.done_at.timestamp())
        till.store.refunds.finish(shown.refund_id, in_hand=True, at_unix_s=at)
    elif shown.state is RefundStateName.REFUSED:
        till.store.refunds.refuse(shown.refund_id, shown.refused)


def _note_refused(till: Till, made: Refund, error: BankSaysNo) -> None:
    if not error.in_doubt:
        till.store.refunds.refuse(made.id, error.what_happened)


def tap_refund(till: Till, refund_id: UUID, customer: OpenPayer) -> tuple[Refund, Words]:
    """Bring a refund to the customer's card; after a torn tap, tap again: it is given once.

    Raises RefundUnknown, WrongCard.
    """
    with till.lock:
        made = till.store.refunds.refund(refund_id)
        is_over = made.state is RefundState.REFUSED or made.is_in_hand
        if made.road is Road.ONLINE or is_over:
            return _told(till, refund_id)
        try:
            _bring(till, made, customer)
        except CardError as error:
            return _torn(till, refund_id, error)
        return _told(till, refund_id)


def _bring(till: Till, made: Refund, customer: OpenPayer) -> None:
    with customer() as link:
        card = PurseCard(link)
        asked, payment = till.store.refunds.asked(made.id)
        if asked is None:
            asked = _ask_card(till, made, card)
        if payment is None:
            payment = _pay(till, made, asked)
        card.accept(*payment)
    till.store.refunds.finish(made.id, in_hand=True)


def _ask_card(till: Till, made: Refund, card: PurseCard) -> Request:
    """Have the customer's card ask for the refund, and keep that before anything is paid."""
    sale = till.store.sales.sale(made.sale_id)
    terms = Terms(made.amount, made.id.bytes[8:], Kind.REFUND)
    card.select()
    asked = card.prepare(terms.kind, terms.amount, CNY, terms.reference)
    _check_card(till, sale, asked)
    till.store.refunds.keep_asked(made.id, asked)
    return asked


def _check_card(till: Till, sale: Sale, asked: Request) -> None:
    """Raise WrongCard unless the card paid; what a wallet paid may go to any card."""
    outcome = outcome_of(till, sale)
    if outcome is None or outcome.certificate is None:
        return
    payer: Certificate = outcome.certificate
    if payer.purse_class is not PurseClass.OPERATOR and payer.id != asked.payee_id:
        raise WrongCard


def _pay(till: Till, made: Refund, asked: Request) -> Payment:
    """Have the till's purse pay; the same request again gives the same voucher."""
    with till.device.purse() as own:
        try:
            payment = own.pay(asked)
        except StatusError as error:
            if has_refused(error):
                till.store.refunds.forget_asked(made.id)
            raise
    # The operator brings it to the customer, should the card not come back.
    till.device.store.outgoing.keep(payment)
    till.store.refunds.keep_payment(made.id, payment)
    return payment


def _torn(till: Till, refund_id: UUID, error: CardError) -> tuple[Refund, Words]:
    made = till.store.refunds.refund(refund_id)
    if made.state is RefundState.DONE:
        return made, words_of_refund(made)
    return made, Words(error.what_happened, error.next_step)


def _told(till: Till, refund_id: UUID) -> tuple[Refund, Words]:
    made = till.store.refunds.refund(refund_id)
    return made, words_of_refund(made)
