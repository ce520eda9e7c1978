"""Charging a customer's code: paid at once up to the wallet's limit, above it confirmed first.

A code is used by the posting that pays, or by the one that stores what waits for the holder; so
it is used once in all, however many tills have read it. What the holder confirms is paid under an
id that follows from the charge's: one that nobody else can have used.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError, IdUsed
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.merchants.model import OrderState
from zerobar.bank.merchants.payable import Payable, payables
from zerobar.bank.paying import code_store, records, store
from zerobar.bank.paying.codes import ShownCode, limit_of, read_code
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.errors import (
    AlreadyRefused,
    CodeUsed,
    ConfirmationEnded,
    ConfirmationNeeded,
    ConfirmationUnknown,
    NotPayable,
    NotTrading,
    PayeeUnknown,
)
from zerobar.bank.paying.marking import mark
from zerobar.bank.paying.model import (
    Authority,
    Charge,
    Condition,
    Confirmation,
    Evidence,
    Notice,
    NoticeKind,
    Payee,
    PayeeKind,
    Payment,
    PaymentOrder,
    RequestState,
    confirmed_id,
)
from zerobar.bank.paying.reading import refusals, refused_before
from zerobar.bank.people import store as people
from zerobar.bank.people.model import Wallet
from zerobar.bank.people.wallets import check_open, wallet_of
from zerobar.bank.signatures import Claim, Signed
from zerobar.database import Connection
from zerobar.ledger import Counter, Result, Row
from zerobar.purse.money import Fen

WAITS_FOR: Final = timedelta(minutes=3)
"""How long the holder has to confirm, while the customer stands at the till."""
MOST_SHOWN: Final = 20


def pay_by_code(bank: Bank, charge: Charge) -> Payment:
    """Let a customer's code pay a merchant's order; asked again, the answer is the first one's.

    Raises ConfirmationNeeded until the holder has confirmed, ConfirmationEnded when it will not
    happen, AlreadyRefused, CodeWrong, CodeUsed, CodesBlocked, PayeeUnknown, NotPayable, NotTrading,
    IdUsed, and what `pay_now` raises about the wallet.
    """
    earlier = _earlier(bank, charge)
    if earlier is not None:
        return earlier
    shown = read_code(bank, charge.code, charge.signed.key.id)
    with bank.connection() as connection:
        order = _order(bank, connection, charge.order_id)
        limit = limit_of(connection, shown.wallet_id)
    if order.amount <= limit:
        return pay_now(bank, _payment_order(charge, order.amount, shown))
    raise _ask_holder(bank, charge, order, shown)


def _earlier(bank: Bank, charge: Charge) -> Payment | None:
    """Return what became of this charge before, None if nothing yet; raises why it was refused."""
    with bank.connection() as connection:
        waiting = code_store.confirmation(connection, charge.payment_id)
        payment_id = confirmed_id(charge.payment_id) if waiting else charge.payment_id
        paid = store.payment(connection, payment_id)
        refused = refused_before(connection, payment_id)
    if waiting is not None:
        _check_same(charge, waiting.evidence, waiting.order_id)
    elif paid is not None:
        _check_same(charge, paid.evidence, paid.subject_id)
    if paid is not None:
        return paid
    if refused is not None:
        raise AlreadyRefused(refused[1])
    if waiting is not None:
        raise _still_waiting(waiting, waiting.state(bank.clock()))
    return None


def _check_same(charge: Charge, evidence: Evidence, order_id: UUID | None) -> None:
    if evidence.body != charge.signed.body or order_id != charge.order_id:
        raise IdUsed


def _still_waiting(waiting: Confirmation, state: RequestState) -> BankError:
    if state is RequestState.OPEN:
        return ConfirmationNeeded(waiting.id, waiting.expires_at)
    return ConfirmationEnded(str(state))


def _order(bank: Bank, connection: Connection, order_id: UUID) -> Payable:
    order = payables(connection, [order_id], bank.clock()).get(order_id)
    if order is None:
        raise PayeeUnknown
    if order.state is not OrderState.OPEN:
        raise NotPayable(str(order.state))
    if not order.trading:
        raise NotTrading
    return order


def _payment_order(charge: Charge, amount: Fen, shown: ShownCode) -> PaymentOrder:
    return PaymentOrder(
        charge.payment_id,
        shown.wallet_id,
        Payee(PayeeKind.ORDER, str(charge.order_id)),
        amount,
        charge.memo,
        _claim(charge.signed),
        Authority.CODE,
        shown.conditions,
    )


def _claim(signed: Signed) -> Claim:
    return Claim(
        signed.key.id,
        int(signed.time.timestamp()),
        signed.idempotency_key,
        signed.body,
        signed.signed_bytes,
        signed.signature,
    )


# --- what waits for the holder ------------------------------------------------------------


def _ask_holder(bank: Bank, charge: Charge, order: Payable, shown: ShownCode) -> BankError:
    """Use the code up and store what waits, in one posting; return what the till is told."""
    with bank.connection() as connection:
        wallet = people.wallet(connection, shown.wallet_id)
    assert wallet is not None
    check_open(wallet)
    now = bank.clock()
    waiting = Confirmation(
        wallet.id,
        charge.payment_id,
        order.order_id,
        order.payee_wallet_id,
        order.amount,
        charge.memo,
        now,
        now + WAITS_FOR,
        None,
        Evidence(charge.signed.key.id, charge.signed.signed_bytes, charge.signed.signature),
    )
    posted = mark(
        bank,
        derived_id(Word.CONFIRMATION, charge.payment_id),
        (wallet.id, order.payee_wallet_id),
        [condition.counter for condition in shown.conditions],
        (*records.confirmation_rows(waiting), _notice(bank, wallet, waiting, order.payee_name)),
    )
    if posted is Result.COUNTER_EXCEEDED:
        return CodeUsed()
    if posted is Result.OTHER_CONTENT:
        return IdUsed()
    return ConfirmationNeeded(waiting.id, waiting.expires_at)


def _notice(bank: Bank, wallet: Wallet, waiting: Confirmation, payee_name: str) -> Row:
    assert wallet.person_id is not None, "only people enrol codes"
    return records.notice_row(
        Notice(
            wallet.person_id,
            bank.new_id(),
            wallet.id,
            NoticeKind.CONFIRMATION,
            waiting.id,
            waiting.amount,
            payee_name,
            waiting.made_at,
            None,
        )
    )


def decided_once(payment_id: UUID) -> Counter:
    """Return the condition that a confirmation was neither given nor declined before."""
    return Counter(derived_id(Word.CONFIRMATION_DECIDED, payment_id), 0, 1, 1)


def waiting_for(bank: Bank, person_id: UUID, wallet_id: UUID) -> list[Confirmation]:
    """Return what waits for a wallet's holder, the newest first; raises WalletUnknown.

    What the holder has confirmed and the books have refused waits no more.
    """
    with bank.connection() as connection:
        wallet_of(connection, person_id, wallet_id)
        found = code_store.open_confirmations(connection, wallet_id, bank.clock(), MOST_SHOWN)
        refused = refusals(connection, [confirmed_id(waiting.id) for waiting in found])
    return [waiting for waiting in found if confirmed_id(waiting.id) not in refused]


def confirmation_order(bank: Bank, payment_id: UUID, claim: Claim) -> PaymentOrder:
    """Return the payment that a holder's signature confirms, for the desk.

    Args:
        payment_id: the charge's; the payment is made under `confirmed_id`.

    Whether the signature is the holder's and the PIN was given is checked as for any payment.
    Raises ConfirmationUnknown, or ConfirmationEnded.
    """
    with bank.connection() as connection:
        waiting = code_store.confirmation(connection, payment_id)
        paid = store.payment(connection, confirmed_id(payment_id))
    if waiting is None:
        raise ConfirmationUnknown
    state = waiting.state(bank.clock())
    if state is not RequestState.OPEN and paid is None:
        raise ConfirmationEnded(str(state))
    once = Condition(decided_once(payment_id), partial(ConfirmationEnded, "paid or declined"))
    ended = records.confirmation_end_row(payment_id, RequestState.PAID, bank.clock())
    return PaymentOrder(
        confirmed_id(payment_id),
        waiting.wallet_id,
        Payee(PayeeKind.ORDER, str(waiting.order_id)),
        waiting.amount,
        waiting.memo,
        claim,
        Authority.HOLDER,
        (once,),
        (ended,),
    )


def decline_charge(bank: Bank, person_id: UUID, payment_id: UUID) -> None:
    """Tell a till that the holder does not pay; again, nothing changes.

    Raises ConfirmationUnknown, or ConfirmationEnded when it was paid or has expired.
    """
    with bank.connection() as connection:
        waiting = code_store.confirmation(connection, payment_id)
        wallet = people.wallet(connection, waiting.wallet_id) if waiting else None
    if waiting is None or wallet is None or wallet.person_id != person_id:
        raise ConfirmationUnknown
    state = waiting.state(bank.clock())
    if state is RequestState.DECLINED:
        return
    if state is not RequestState.OPEN:
        raise ConfirmationEnded(str(state))
    posted = mark(
        bank,
        derived_id(Word.CONFIRMATION_DECLINED, payment_id),
        (waiting.wallet_id, waiting.payee_wallet_id),
        (decided_once(payment_id),),
        (records.confirmation_end_row(payment_id, RequestState.DECLINED, bank.clock()),),
    )
    if posted is not Result.POSTED:
        raise ConfirmationEnded(str(RequestState.PAID))
