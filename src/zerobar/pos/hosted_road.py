"""A tap while the till is online: the card pays the shop's payee at the bank, final at once.

Either the wallet behind the card pays (shared balance), or the card pays its own value. Both pay
the sale's order at the bank, which is paid once by whichever road; so the road is ONLINE, and what
is not known is asked of the bank. The till keeps the voucher before the bank has it: a network that
fails after the tap loses nothing.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.client.errors import BankSaysNo, ClientError
from zerobar.client.taps import TapPays
from zerobar.device import Collected, OperatorRefused, TooMuchAtRisk, collect_for
from zerobar.pos import orders, roads
from zerobar.pos.errors import MayBePaid
from zerobar.pos.model import HOSTED_MEANS, Means, Road, Sale, SaleState
from zerobar.pos.step import Step, step_of
from zerobar.pos.telling import Words, words_of_bank
from zerobar.pos.till import Till
from zerobar.purse.messages import SignedRequest
from zerobar.reader import OpenPayer, Payment, Sentence, TapStatus

TAP_DECLINED: Final = "tap-declined"
"""The bank's word that a voucher never pays: the sale is free again."""
_MEANS: Final = {
    TapPays.SHARED_BALANCE: Means.HOSTED_TAP,
    TapPays.PURSE: Means.HOSTED_PURSE,
}
_NOT_PAID_BY_IT: Final = (TapStatus.NOT_TAPPED, TapStatus.REFUSED_BY_PAYER)
_DECLINED: Final = {
    "not-usable": "该卡或其绑定的钱包不能付款。",
    "no-wallet": "该卡未绑定钱包，请改用卡内余额。",
    "no-such-request": "收款请求已失效，请重新碰一碰。",
    "order-not-open": "该订单已不能付款。",
    "payee-not-open": "商户钱包暂不能收款。",
    "over-limit": "超过卡片绑定钱包的限额。",
    "insufficient-balance": "卡片绑定的钱包余额不足。",
    "books-refused": "银行未受理该笔付款。",
}


def tap(
    till: Till, sale_id: UUID, payer: OpenPayer, pays: TapPays, *, pin: str | None = None
) -> Step:
    """Let a customer's card pay a sale's order at the bank; the same card again is charged once.

    Args:
        till: with a network; without one the answer says so, and nothing was asked of the card.
        sale_id: which sale.
        payer: brings the card into the field.
        pays: the wallet behind the card, or the card.
        pin: of the customer, typed at the till.

    Raises SaleEnded, TooMuchAtRisk, or MayBePaid, also while the other of the two may have paid;
    then nothing has moved by it.
    """
    with till.lock:
        sale = till.store.sales.sale(sale_id)
        if sale.state is SaleState.PAID:
            return step_of(till, sale_id)
        sale = roads.require(till, sale_id, Road.ONLINE)
        _check_undoubted(till, sale, _MEANS[pays])
        try:
            orders.make(till, sale)
            asked = till.bank.tap_request(sale_id, pays)
        except ClientError as error:
            # The card was not asked: another road is as free as it was.
            return step_of(till, sale_id, words_of_bank(error), error)
        till.store.sales.attempt(sale.id, till.new_id(), _MEANS[pays], own=False)
        return _tapped(till, sale, asked, payer, pin)


def _check_undoubted(till: Till, sale: Sale, wanted: Means) -> None:
    """Refuse to ask a card for its value while the wallet behind it may have paid, or otherwise."""
    if sale.state is not SaleState.UNKNOWN:
        return
    attempts = till.store.sales.attempts(sale.id)
    newest = attempts[-1][1] if attempts else wanted
    if newest in HOSTED_MEANS and newest is not wanted:
        raise MayBePaid(amount=sale.amount)


def _tapped(
    till: Till, sale: Sale, asked: SignedRequest, payer: OpenPayer, pin: str | None
) -> Step:
    """Show the card the request; `sale` is the sale before that."""
    till.store.sales.expose(sale.id, Road.ONLINE)
    try:
        collected = collect_for(till.device, asked, payer, pin=pin)
    except TooMuchAtRisk:
        _as_before(till, sale)
        raise
    except OperatorRefused as refused:
        # The card has paid, and its voucher is kept: the bank is asked again.
        words = Words(
            Sentence(refused.what_happened, zh="银行暂未受理该付款凭证，本机已保存。"),
            Sentence(refused.next_step, zh="请勿交付商品，本机会再次提交。"),
        )
        return step_of(till, sale.id, words)
    if collected.payment is None:
        return _not_paid(till, sale, collected)
    return _brought(till, sale, collected.payment)


def _not_paid(till: Till, before: Sale, collected: Collected) -> Step:
    outcome = collected.outcome
    assert outcome is not None, "a request was shown"
    if outcome.status in _NOT_PAID_BY_IT:
        _as_before(till, before)
    return step_of(
        till, before.id, Words(outcome.what_happened, outcome.next_step), collected.error
    )


def _brought(till: Till, before: Sale, payment: Payment) -> Step:
    """Have the bank decide the card's voucher, and say why if it does not pay."""
    try:
        orders.learn(till, before, till.bank.pay_by_tap(before.id, bytes(payment)))
    except ClientError as error:
        if isinstance(error, BankSaysNo) and error.problem == TAP_DECLINED:
            _as_before(till, before)
            return step_of(till, before.id, _words_of_declined(error), error)
        return step_of(till, before.id, words_of_bank(error), error)
    return step_of(till, before.id)


def _as_before(till: Till, before: Sale) -> None:
    """Note that nobody can pay by this tap; what was shown before it stands as it did."""
    if before.exposed:
        till.store.sales.wait(before.id)
    else:
        till.store.sales.unexpose(before.id)


def _words_of_declined(error: BankSaysNo) -> Words:
    chinese = _DECLINED.get(str(error.facts.get("reason")), "银行未受理该笔付款。")
    return Words(
        Sentence(error.what_happened, zh=chinese),
        Sentence(error.next_step, zh="请顾客换一种方式付款，或充值后重新碰一碰。"),
    )
