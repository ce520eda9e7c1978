"""The rules of paying: from an order and what is known about it to a posting, or a refusal.

Knows no database. What must hold exactly however many pay at once is not decided here but sent
along as a condition of the posting: the balance, the limits of day and year, the payee's balance
limit, whatever may happen only once, and that nothing is frozen or revoked meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NoReturn
from uuid import UUID

import msgspec

from zerobar.bank.chart import TransferCode
from zerobar.bank.errors import BankError, IdUsed
from zerobar.bank.halting import key_revocation, wallet_halts
from zerobar.bank.paying.errors import (
    AmountDiffers,
    NotTrading,
    NotYourWallet,
    OwnWallet,
    PayeeNotOpen,
    PayeeUnknown,
    RequestUnknown,
)
from zerobar.bank.paying.facts import Facts, Party
from zerobar.bank.paying.guessing import check_guesses
from zerobar.bank.paying.model import (
    Authority,
    Evidence,
    Notice,
    NoticeKind,
    Payment,
    PaymentKind,
    PaymentOrder,
    Refusal,
)
from zerobar.bank.paying.records import notice_row, payment_row
from zerobar.bank.paying.targets import Target
from zerobar.bank.people.errors import PinNeeded, WalletClosed, WalletFrozen
from zerobar.bank.people.limits import LimitTable, check_payment, counters_for
from zerobar.bank.people.model import KeyOwner
from zerobar.bank.signatures import KeyUnknown, check_signer
from zerobar.ledger import Counter, Posting, Row, Transfer
from zerobar.purse.money import Fen


class Conditions(msgspec.Struct, frozen=True):
    """All that a payment's posting needs to hold.

    Attributes:
        counters: first the halts of payer, payee and key, then what may happen only once, and
            the limits last.
        refusals: what each counter says when it is exceeded; None: a limit.
    """

    counters: tuple[Counter, ...]
    refusals: tuple[Refusal | None, ...]


class Approved(msgspec.Struct, frozen=True):
    """A payment that may be posted.

    Attributes:
        payment: as it will be recorded.
        posting: what the ledger is asked.
        refusals: what each counter of the posting says when it is exceeded; None: a limit.
    """

    payment: Payment
    posting: Posting
    refusals: tuple[Refusal | None, ...]


class Short(msgspec.Struct, frozen=True):
    """A payment whose wallet has too little, and whose cards may be asked for the rest.

    Attributes:
        conditions: what the payment will need, to be looked at before a card is asked.
    """

    shortfall: Fen
    conditions: Conditions


_HALTED: Final[tuple[Refusal, ...]] = (WalletFrozen, PayeeNotOpen, KeyUnknown)
_HALTED_MERCHANT: Final[tuple[Refusal, ...]] = (WalletFrozen, NotTrading, KeyUnknown)

Verdict = Approved | Short | Payment | BankError
"""A payment that was made already is its own answer."""


def judge(
    order: PaymentOrder,
    facts: Facts,
    signed: bool,
    limits: Mapping[UUID, LimitTable],
    now: datetime,
    new_id: Callable[[], UUID],
) -> Verdict:
    """Decide an order.

    Args:
        order: what is asked.
        facts: what is known about it.
        signed: whether the key of the facts signed it.
        limits: of the operators of both wallets.
        now: by the bank's clock.
        new_id: makes ids of notices.
    """
    try:
        payer = _check_asker(order, facts, signed, now)
        return _judge(order, payer, facts, limits, now, new_id)
    except BankError as refusal:
        return refusal


def _judge(
    order: PaymentOrder,
    payer: Party,
    facts: Facts,
    limits: Mapping[UUID, LimitTable],
    now: datetime,
    new_id: Callable[[], UUID],
) -> Approved | Short | Payment:
    if facts.earlier is not None:
        return same_payment(facts.earlier, order)
    _check_payer(order, payer, facts)
    _check_target(order, facts.target)
    own = limits[payer.operator_id][payer.category]
    # Before the payee is looked at: an amount that cannot be paid must not tell who has a wallet.
    check_payment(own, order.amount)
    payee = _check_payee(payer, facts, now)
    spending = counters_for(payer.spender_id, own, order.amount, now)
    conditions = _conditions(order, payer, payee, facts, spending)
    missing = Fen(order.amount - facts.available)
    if facts.auto_top_up and missing > 0:
        return Short(missing, conditions)
    payment = _payment(order, payer, payee, facts, now)
    ceiling = limits[payee.operator_id][payee.category].balance
    return _approved(payment, order, facts, ceiling, conditions, new_id)


def _check_asker(order: PaymentOrder, facts: Facts, signed: bool, now: datetime) -> Party:
    """Check that who signed may pay from the wallet; return the wallet."""
    if order.authority is Authority.HOLDER:
        key = check_signer(order.claim, facts.key, now, signed)
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


def _check_payee(payer: Party, facts: Facts, now: datetime) -> Party:
    payee = facts.payee
    if facts.target.is_guessable:
        check_guesses(facts.misses, now)
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


def _conditions(
    order: PaymentOrder,
    payer: Party,
    payee: Party,
    facts: Facts,
    spending: tuple[Counter, ...],
) -> Conditions:
    counters, refusals = _halts(order, payer, payee, facts.target)
    once = () if facts.target.condition is None else (facts.target.condition,)
    for condition in (*once, *order.conditions):
        counters += (condition.counter,)
        refusals += (condition.refusal,)
    return Conditions(counters + spending, refusals + (None,) * len(spending))


def _halts(
    order: PaymentOrder, payer: Party, payee: Party, target: Target
) -> tuple[tuple[Counter, ...], tuple[Refusal | None, ...]]:
    """Return that nothing was frozen, suspended or revoked since the facts were read."""
    payee_halts = payee.halts if target.halts is None else target.halts
    counters = (
        wallet_halts(payer.wallet_id, payer.halts),
        wallet_halts(payee.wallet_id, payee_halts),
        key_revocation(order.claim.key_id),
    )
    return counters, _HALTED_MERCHANT if target.kind.to_merchant else _HALTED


def _approved(
    payment: Payment,
    order: PaymentOrder,
    facts: Facts,
    ceiling: Fen | None,
    conditions: Conditions,
    new_id: Callable[[], UUID],
) -> Approved:
    rows = (
        payment_row(payment),
        *facts.target.rows(payment.id, payment.made_at),
        *order.rows,
        *_notices(payment, facts, new_id),
    )
    posting = Posting(
        (_transfer(payment, ceiling),), conditions.counters, rows, provisional=facts.remembered
    )
    return Approved(payment, posting, conditions.refusals)


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
