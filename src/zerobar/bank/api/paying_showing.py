"""Payments and what belongs to them as people see them over HTTP."""

from __future__ import annotations

import base64
from datetime import datetime
from uuid import UUID

from zerobar.bank.paying.codes import EnrolledCode
from zerobar.bank.paying.errors import NotYourWallet
from zerobar.bank.paying.model import (
    Authority,
    Confirmation,
    MoneyRequest,
    Notice,
    Payment,
    Refund,
)
from zerobar.bank.paying.payees import PayeeFound
from zerobar.bank.paying.reading import PaymentOutcome
from zerobar.bank.paying.statements import Line
from zerobar.bank.people.model import KeyOwner
from zerobar.bank.signatures import Signed
from zerobar.client.paying import (
    CodeSecretShown,
    ConfirmationShown,
    EndWords,
    LineShown,
    MoneyRequestShown,
    NoticeShown,
    PayeeShown,
    PaymentOutcomeShown,
    PaymentShown,
    PaymentState,
    PaymentWords,
    RefundShown,
)


def holder_of(signed: Signed) -> UUID:
    """Return the person whose device has signed; raises NotYourWallet for any other key."""
    if signed.key.owner_kind is not KeyOwner.DEVICE:
        raise NotYourWallet
    return signed.key.owner_id


def show_payment(payment: Payment, *, to_payer: bool = True) -> PaymentShown:
    """Show a payment; where the payer's money came from is no business of the payee."""
    return PaymentShown(
        payment_id=payment.id,
        payer_wallet_id=payment.payer_wallet_id,
        payee_wallet_id=payment.payee_wallet_id,
        amount_fen=int(payment.amount),
        kind=PaymentWords[payment.kind.name],
        by_code=payment.authority is Authority.CODE,
        memo=payment.memo,
        subject_id=payment.subject_id,
        from_card_fen=int(payment.card_amount) if to_payer else None,
        made_at=payment.made_at,
    )


def show_outcome(outcome: PaymentOutcome, *, to_payer: bool) -> PaymentOutcomeShown:
    """Show what became of a payment."""
    payment = outcome.payment
    return PaymentOutcomeShown(
        state=PaymentState.REFUSED if payment is None else PaymentState.PAID,
        payment=None if payment is None else show_payment(payment, to_payer=to_payer),
        refunds=[_refund(refund, to_payer) for refund in outcome.refunds],
        refusal=outcome.refusal,
    )


def _refund(refund: Refund, to_payer: bool) -> RefundShown:
    return RefundShown(
        refund_id=refund.id,
        amount_fen=int(refund.amount),
        to_card_fen=int(refund.card_amount) if to_payer else None,
        reason=refund.reason,
        made_at=refund.made_at,
    )


def show_payee(found: PayeeFound) -> PayeeShown:
    """Show who would be paid."""
    amount = None if found.amount is None else int(found.amount)
    return PayeeShown(name=found.name, number=found.number, amount_fen=amount)


def show_request(request: MoneyRequest, now: datetime) -> MoneyRequestShown:
    """Show a request for money as it is at a moment."""
    return MoneyRequestShown(
        request_id=request.id,
        payee_wallet_id=request.payee_wallet_id,
        payer_wallet_id=request.payer_wallet_id,
        amount_fen=int(request.amount),
        memo=request.memo,
        state=EndWords(str(request.state(now))),
        made_at=request.made_at,
        expires_at=request.expires_at,
    )


def show_code(code: EnrolledCode) -> CodeSecretShown:
    """Show a device what it has enrolled."""
    secret = base64.urlsafe_b64encode(code.secret).rstrip(b"=").decode()
    return CodeSecretShown(handle=code.handle, secret=secret)


def show_confirmation(waiting: Confirmation) -> ConfirmationShown:
    """Show what waits for a holder."""
    return ConfirmationShown(
        payment_id=waiting.id,
        order_id=waiting.order_id,
        payee_wallet_id=waiting.payee_wallet_id,
        amount_fen=int(waiting.amount),
        memo=waiting.memo,
        made_at=waiting.made_at,
        expires_at=waiting.expires_at,
    )


def show_line(line: Line) -> LineShown:
    """Show a movement."""
    return LineShown(
        transfer_id=line.transfer_id,
        amount_fen=int(line.amount),
        balance_fen=int(line.balance),
        kind=line.code.name.lower().replace("_", "-"),
        other=line.other,
        memo=line.memo,
        posted_at=line.posted_at,
    )


def show_notice(notice: Notice) -> NoticeShown:
    """Show what a person is told."""
    return NoticeShown(
        notice_id=notice.id,
        wallet_id=notice.wallet_id,
        kind=notice.kind.name.lower().replace("_", "-"),
        subject_id=notice.subject_id,
        amount_fen=int(notice.amount),
        text=notice.text,
        made_at=notice.made_at,
        read=notice.read_at is not None,
    )
