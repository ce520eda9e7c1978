"""The rules of paying: from an order and what is known about it to a posting, or a refusal.

Knows no database. What must hold exactly however many pay at once is not decided here but sent
along as a condition of the posting: the balance, the limits of day and year, the payee's balance
limit, and whatever may happen only once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from zerobar.bank.chart import TransferCode
from zerobar.bank.errors import BankError, IdUsed
from zerobar.bank.paying.errors import (
    AmountDiffers,
    NotYourWallet,
    OwnWallet,
    PayeeNotOpen,
    PayeeUnknown,
    RequestUnknown,
)
from zerobar.bank.paying.facts import Facts, Party
from zerobar.bank.paying.model import (
    Authority,
    Evidence,
    Notice,
    NoticeKind,
    Payment,
    PaymentKind,
    PaymentOrder,
)
from zerobar.bank.paying.records import notice_row, payment_row
from zerobar.bank.paying.targets import Target
from zerobar.bank.people.errors import PinNeeded, WalletClosed, WalletFrozen
from zerobar.bank.people.limits import LimitTable, check_payment, counters_for
from zerobar.bank.people.model import KeyOwner
from zerobar.bank.signatures import check_claim
from zerobar.ledger import Counter, Posting, Row, Transfer
from zerobar.purse.money import Fen


@dataclass(frozen=True, slots=True)
class Approved:
    """A payment that may be posted.

    Attributes:
        payment: as it will be recorded.
        posting: what the ledger is asked.
        refusals: what each counter of the posting says when it is exceeded; None: a limit.
    """

    payment: Payment
    posting: Posting
    refusals: tuple[BankError | None, ...]


@dataclass(frozen=True, slots=True)
class Short:
    """A payment whose wallet has too little, and whose cards may be asked for the rest."""

    shortfall: Fen
    limits: tuple[Counter, ...]


Verdict = Approved | Short | Payment | BankError
"""A payment that was made already is its own answer."""


def judge(
    order: PaymentOrder,
    facts: Facts,
    limits: Mapping[UUID, LimitTable],
    now: datetime,
    new_id: Callable[[], UUID],
) -> Verdict:
    """Decide an order."""
    try:
        return _judge(order, facts, limits, now, new_id)
    except BankError as refusal:
        return refusal


def _judge(
    order: PaymentOrder,
    facts: Facts,
    limits: Mapping[UUID, LimitTable],
    now: datetime,
    new_id: Callable[[], UUID],
) -> Approved | Short | Payment:
    payer = _check_asker(order, facts, now)
    if facts.earlier is not None:
        return same_payment(facts.earlier, order)
    _check_payer(order, payer, facts)
    _check_target(order, facts.target)
    payee = _check_payee(payer, facts)
    own = limits[payer.operator_id][payer.category]
    check_payment(own, order.amount)
    spending = counters_for(payer.wallet_id, own, order.amount, now)
    missing = Fen(order.amount - facts.available)
    if facts.auto_top_up and missing > 0:
        return Short(missing, spending)
    payment = _payment(order, payer, payee, facts, now)
    ceiling = limits[payee.operator_id][payee.category].balance
    return _approved(payment, order, facts, ceiling, spending, new_id)


def _check_asker(order: PaymentOrder, facts: Facts, now: datetime) -> Party:
    """Check that who signed may pay from the wallet; return the wallet."""
    if order.authority is Authority.HOLDER:
        key = check_claim(order.claim, facts.key, now).key
        payer = facts.payer
        if payer is None or key.owner_kind is not KeyOwner.DEVICE:
            raise NotYourWallet
        if payer.person_id != key.owner_id:
            raise NotYourWallet
        return payer
    # A code has shown whose wallet it is, and the till's signature was checked with it.
    assert facts.payer is not None
    return facts.payer


def same_payment(earlier: Payment, order: PaymentOrder) -> Payment:
    """Return the payment that was made under this id before; raises IdUsed if it was another."""
    same = (
        earlier.payer_wallet_id == order.wallet_id
        and earlier.amount == order.amount
        and earlier.evidence.body == order.claim.body
    )
    if not same:
        raise IdUsed
    return earlier


def _check_payer(order: PaymentOrder, payer: Party, facts: Facts) -> None:
    if payer.closed:
        raise WalletClosed
    if payer.frozen:
        raise WalletFrozen
    if order.authority is Authority.HOLDER and not facts.granted:
        raise PinNeeded


def _check_target(order: PaymentOrder, target: Target) -> None:
    if target.only_from not in {None, order.wallet_id}:
        raise RequestUnknown
    if target.refusal is not None:
        _refuse(target.refusal)
    if target.amount is not None and target.amount != order.amount:
        raise AmountDiffers(target.amount)


def _refuse(refusal: BankError) -> NoReturn:
    raise refusal


def _check_payee(payer: Party, facts: Facts) -> Party:
    payee = facts.payee
    if payee is None:
        raise PayeeUnknown
    if payee.wallet_id == payer.wallet_id:
        raise OwnWallet
    if payee.closed or payee.frozen:
        raise PayeeNotOpen
    return payee


def _payment(
    order: PaymentOrder, payer: Party, payee: Party, facts: Facts, now: datetime
) -> Payment:
    target = facts.target
    return Payment(
        order.payment_id,
        payer.wallet_id,
        payee.wallet_id,
        order.amount,
        target.kind,
        order.authority,
        order.memo,
        target.subject_id,
        target.shop_id,
        facts.card_id,
        facts.card_amount,
        now,
        Evidence(order.claim.key_id, order.claim.signed_bytes, order.claim.signature),
    )


def _approved(
    payment: Payment,
    order: PaymentOrder,
    facts: Facts,
    ceiling: Fen | None,
    spending: tuple[Counter, ...],
    new_id: Callable[[], UUID],
) -> Approved:
    conditions = order.conditions
    if facts.target.condition is not None:
        conditions = (facts.target.condition, *conditions)
    counters = (*(condition.counter for condition in conditions), *spending)
    refusals = (*(condition.refusal for condition in conditions), *(None for _ in spending))
    rows = (
        payment_row(payment),
        *facts.target.rows(payment.id, payment.made_at),
        *order.rows,
        *_notices(payment, facts, new_id),
    )
    posting = Posting((_transfer(payment, ceiling),), counters, rows)
    return Approved(payment, posting, refusals)


def _transfer(payment: Payment, ceiling: Fen | None) -> Transfer:
    code = TransferCode.PAYMENT if payment.kind.to_merchant else TransferCode.TRANSFER
    return Transfer(
        payment.id,
        payment.payer_wallet_id,
        payment.payee_wallet_id,
        payment.amount,
        int(code),
        ceiling=None if ceiling is None else int(ceiling),
    )


def _notices(payment: Payment, facts: Facts, new_id: Callable[[], UUID]) -> tuple[Row, ...]:
    """Return what the payee is told; a merchant's server is told by the target's rows."""
    payee = facts.payee
    if payee is None or payee.person_id is None:
        return ()
    asked = payment.kind is PaymentKind.REQUEST
    kind = NoticeKind.REQUEST_PAID if asked else NoticeKind.RECEIVED
    told = Notice(
        payee.person_id,
        new_id(),
        payee.wallet_id,
        kind,
        payment.id,
        payment.amount,
        payment.memo,
        payment.made_at,
        None,
    )
    return (notice_row(told),)
