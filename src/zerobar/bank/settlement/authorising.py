"""The rules for AUTHORISE: a card's word that the wallet behind it pays; the card stays as it is.

It is paid at first sight or declined for ever, and why is kept with the outcome: whoever tapped
stands at a till and is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from zerobar.bank.calendar import day_of
from zerobar.bank.halting import wallet_halts
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.people.errors import OverLimit
from zerobar.bank.people.limits import Limits, check_payment, counters_for
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.settlement.facts import Due, Holding
from zerobar.bank.settlement.model import Decline, Outcome, Waiting
from zerobar.bank.settlement.ordered import TappedOrder
from zerobar.bank.settlement.verdicts import (
    Circumstances,
    Moneyless,
    Verdict,
    answers_request,
    settling,
)
from zerobar.ledger import Counter, Posted, Posting, Result
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.messages import PurseClass

_REASONS: Final = {
    Result.BELOW_FLOOR: Decline.INSUFFICIENT_BALANCE,
    Result.ABOVE_CEILING: Decline.PAYEE_NOT_OPEN,
    Result.CREDIT_CLOSED: Decline.PAYEE_NOT_OPEN,
    Result.DEBIT_CLOSED: Decline.WALLET_NOT_USABLE,
}


def authorise(due: Due, around: Circumstances) -> Verdict:
    """Decide an authorisation that has no outcome yet."""
    reason = refusal(due, around.orders.get(due.key))
    if reason is not None:
        return declined(reason)
    holder, payee = due.holder, due.payee
    assert holder is not None and payee is not None
    return _from_wallet(due, holder, payee, around)


def declined(reason: Decline) -> Moneyless:
    """Return that it is not paid, for ever."""
    return Moneyless(Outcome.DECLINED, declined=reason)


def reason_of(posting: Posting, posted: Posted) -> Decline:
    """Return why the ledger has refused an authorisation."""
    if posted.result is not Result.COUNTER_EXCEEDED:
        return _REASONS.get(posted.result, Decline.BOOKS_REFUSED)
    if posted.counter is None or posted.counter >= len(posting.counters):
        # Refused before this program was interrupted, under conditions that were others then.
        return Decline.BOOKS_REFUSED
    exceeded, transfer = posting.counters[posted.counter], posting.transfers[0]
    if exceeded.period:
        return Decline.OVER_LIMIT
    if exceeded.key == transfer.debit:
        return Decline.WALLET_NOT_USABLE
    if exceeded.key == transfer.credit:
        return Decline.PAYEE_NOT_OPEN
    # The first is that the request is settled once, the second that the order is.
    return Decline.ORDER_NOT_OPEN if posted.counter else Decline.NO_SUCH_REQUEST


def refusal(due: Due, order: TappedOrder | None) -> Decline | None:
    """Return why it is not paid whatever is in the wallet behind it; `order`: which it is for."""
    # Whoever finds a lost card cannot reach into the wallet; no value lies on the card.
    if due.status is not PurseStatus.ACTIVE:
        return Decline.CARD_NOT_USABLE
    if due.holder is None:
        return Decline.NO_WALLET
    if due.payee is None or not answers_request(due):
        return Decline.NO_SUCH_REQUEST
    if order is not None and not order.takes(due.voucher):
        return Decline.ORDER_NOT_OPEN
    if due.holder.frozen or due.holder.closed:
        return Decline.WALLET_NOT_USABLE
    if due.payee.frozen:
        return Decline.PAYEE_NOT_OPEN
    # An element that was opened keeps no limit of its own.
    limits = DEFAULT_LIMITS.get(due.backing.purse_class or PurseClass.PERSON)
    is_large = limits is None or due.voucher.amount > limits.per_payment
    return Decline.OVER_LIMIT if is_large else None


def spending(
    due: Due, limits: Limits, value_out: Mapping[int, int], now: datetime
) -> tuple[Counter, ...]:
    """Return the conditions that neither a wallet nor the purse before it spends too much.

    Args:
        due: the authorisation.
        limits: of the wallet behind it.
        value_out: the most that a purse of each class may pay between syncs: here, in a day.
        now: of which day.
    """
    assert due.holder is not None
    of_wallet = counters_for(due.holder.spender_id, limits, due.voucher.amount, now)
    most = value_out.get(due.backing.purse_class or PurseClass.PERSON)
    if most is None:
        return of_wallet
    key = derived_id(Word.PURSE_AUTHORISED, due.voucher.payer_id.hex())
    return *of_wallet, Counter(key, day_of(now), int(due.voucher.amount), most)


def _from_wallet(due: Due, holder: Holding, payee: Holding, around: Circumstances) -> Verdict:
    amount = due.voucher.amount
    own = around.limits[holder.operator_id][holder.category]
    ceiling = around.limits[payee.operator_id][payee.category].balance
    try:
        check_payment(own, amount)
    except OverLimit:
        return declined(Decline.OVER_LIMIT)
    if due.key in around.short:
        return Waiting.TOP_UP
    halts = tuple(wallet_halts(each.wallet_id, each.halts) for each in (holder, payee))
    conditions = (*halts, *spending(due, own, around.value_out, around.now))
    wallets = holder.wallet_id, payee.wallet_id
    return settling(due, wallets, around, conditions, None if ceiling is None else int(ceiling))
