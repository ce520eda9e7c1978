"""Giving a payment back that its payee's purse will not credit: VOID, then UNDO."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from zerobar.purse.messages import Certificate, VoidStatement
from zerobar.reader.card import Payment, PurseCard
from zerobar.reader.errors import CardError
from zerobar.reader.refusals import has_refused
from zerobar.reader.sentences import Sentence
from zerobar.reader.tap import OpenPayer


class VoidStatus(Enum):
    """Where the money is after a payment was to be given back."""

    GIVEN_BACK = "given back"
    """The payer has it again."""
    VOIDED = "voided"
    """The payee will never credit it; the payer has not taken it back yet."""
    NOT_VOIDED = "not voided"
    """The payee's purse refused, or did not answer: void again, or refund."""
    REFUSED_BY_PAYER = "refused by payer"
    """The payee will never credit it, and this card does not take it back."""


_SENTENCES: Final[dict[VoidStatus, tuple[Sentence, Sentence]]] = {
    VoidStatus.GIVEN_BACK: (
        Sentence("{amount} is back in the customer's purse.", zh="{amount}已退回顾客硬钱包。"),
        Sentence("Nothing more is to do.", zh="无需其他操作。"),
    ),
    VoidStatus.VOIDED: (
        Sentence(
            "The payment of {amount} is void, but not yet back: {reason}",
            zh="{amount}的付款已撤销，尚未退回：{reason}",
        ),
        Sentence("Tap the same card again.", zh="请用同一张卡再碰一碰。"),
    ),
    VoidStatus.NOT_VOIDED: (
        Sentence(
            "The payment of {amount} was not voided: {reason}",
            zh="{amount}的付款未能撤销：{reason}",
        ),
        Sentence("{advice}", zh="{advice}"),
    ),
    VoidStatus.REFUSED_BY_PAYER: (
        Sentence(
            "The payment of {amount} is void, but this card does not take it back: {reason}",
            zh="{amount}的付款已撤销，但此卡无法退回：{reason}",
        ),
        Sentence(
            "Tap the card that paid; if it was that one, its operator gives the money back.",
            zh="请使用付款的那张卡；若确为该卡，将由运营机构退回。",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class VoidOutcome:
    """How giving a payment back ended.

    Attributes:
        status: where the money is.
        payment: what was to be given back.
        statement: the payee's promise never to credit it, once it is made; with it and
            `payee_certificate` anyone may bring the payer its money.
        payee_certificate: by which the payer checks the statement.
        error: what went wrong, if anything did.
    """

    status: VoidStatus
    payment: Payment
    statement: VoidStatement | None = None
    payee_certificate: Certificate | None = None
    error: CardError | None = None

    @property
    def what_happened(self) -> Sentence:
        """A sentence for the person at the till; `.zh` is the Chinese one."""
        return self._filled(_SENTENCES[self.status][0])

    @property
    def next_step(self) -> Sentence:
        """What to do now; `.zh` is the Chinese one."""
        return self._filled(_SENTENCES[self.status][1])

    def _filled(self, sentence: Sentence) -> Sentence:
        return sentence.filled(
            amount=self.payment.voucher.amount,
            reason=self.error.what_happened if self.error else "",
            advice=self.error.next_step if self.error else "",
        )


def void_and_undo(payer: OpenPayer, payee: PurseCard, payment: Payment) -> VoidOutcome:
    """Have the payee void a payment it has not credited, and the payer take it back.

    Either step may be done again after a tear: the same statement comes back, and the payer
    is credited once. Never raises CardError.

    Args:
        payer: brings the card that paid into the field.
        payee: on contact, or with a verified PIN.
        payment: as `TapOutcome` holds it; one that was credited is refunded instead.
    """
    try:
        statement = payee.void(*payment)
        certificate = payee.get_certificate()
    except CardError as error:
        return VoidOutcome(VoidStatus.NOT_VOIDED, payment, error=error)
    return undo(payer, VoidOutcome(VoidStatus.VOIDED, payment, statement, certificate))


def undo(payer: OpenPayer, outcome: VoidOutcome) -> VoidOutcome:
    """Bring the payer the statement in an outcome, again if need be; never raises CardError."""
    assert outcome.statement is not None and outcome.payee_certificate is not None
    try:
        with payer() as link:
            PurseCard(link).undo(outcome.statement, outcome.payee_certificate)
    except CardError as error:
        refused = has_refused(error)
        status = VoidStatus.REFUSED_BY_PAYER if refused else VoidStatus.VOIDED
        return replace(outcome, status=status, error=error)
    return replace(outcome, status=VoidStatus.GIVEN_BACK, error=None)
