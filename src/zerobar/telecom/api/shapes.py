"""The telecom's own interface on the wire. Money is in fen; numbers of lines are E.164."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

from zerobar.client.enrolment import PRINTABLE
from zerobar.telecom.apart import Unplaced
from zerobar.telecom.billing import next_suspension
from zerobar.telecom.context import Telecom
from zerobar.telecom.model import Entry, Line, Plan, TopUp
from zerobar.telecom.orders import TopUpOrder
from zerobar.telecom.refunding import BankRefund
from zerobar.telecom.vouchers import RECORD_LENGTH, BroughtVoucher
from zerobar.tracing.spans import voucher_name

NumberText: TypeAlias = Annotated[str, msgspec.Meta(min_length=8, max_length=24)]
AmountFen: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=0x7FFFFFFF, description="in fen")]
NameText: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=PRINTABLE)]
ReasonText: TypeAlias = Annotated[
    str, msgspec.Meta(max_length=100, pattern=PRINTABLE.replace("]+", "]*"))
]
NoteText: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=PRINTABLE)]
RecordText: TypeAlias = Annotated[
    str,
    msgspec.Meta(
        pattern=f"^[0-9a-f]{{{2 * RECORD_LENGTH}}}$",
        description="a voucher of 116 bytes and its payer's certificate of 137, in hexadecimal",
    ),
]


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent to the telecom."""


class NewPlan(_Asked, frozen=True, kw_only=True):
    """A plan, and what a line on it costs a month."""

    name: NameText
    monthly_fen: Annotated[int, msgspec.Meta(ge=0, le=0x7FFFFFFF)]


class PlanShown(msgspec.Struct, frozen=True, kw_only=True):
    """A plan."""

    name: str
    monthly_fen: int


class NewLine(_Asked, frozen=True, kw_only=True):
    """A line to be opened."""

    number: NumberText
    plan: NameText


class LineShown(msgspec.Struct, frozen=True, kw_only=True):
    """A line and its account.

    Attributes:
        status: active, suspended_one_way, suspended_two_way or closed.
        suspended_on: the day it is suspended or closed next, unless what is owed is paid.
    """

    number: str
    plan: str
    status: str
    balance_fen: int
    arrears_fen: int
    overdue_since: date | None
    suspended_on: date | None
    opened_at: datetime


class EntryShown(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an account's statement; `position` counts from 1."""

    position: int
    kind: str
    reference: str
    amount_fen: int
    balance_fen: int
    made_at: datetime


class TopUpShown(msgspec.Struct, frozen=True, kw_only=True):
    """Money that a line has got; `source` is order or voucher."""

    top_up_id: UUID
    number: str
    amount_fen: int
    source: str
    refunded_fen: int
    resumed: bool
    made_at: datetime


class NewOrder(_Asked, frozen=True, kw_only=True):
    """A top-up that somebody is to pay online, for whichever line."""

    number: NumberText
    amount_fen: AmountFen


class OrderShown(msgspec.Struct, frozen=True, kw_only=True):
    """A top-up's order.

    Attributes:
        state: asked, open, paid, over or refused.
        top_up_id: once it is paid.
    """

    order_id: UUID
    number: str
    amount_fen: int
    state: str
    top_up_id: UUID | None
    made_at: datetime
    ended_at: datetime | None


class CodeShown(msgspec.Struct, frozen=True, kw_only=True):
    """The text of an order's code, to be drawn for the payer (EMV merchant-presented mode)."""

    text: str


class NewRefund(_Asked, frozen=True, kw_only=True):
    """What is to be given back of a top-up."""

    top_up_id: UUID
    amount_fen: AmountFen
    reason: ReasonText = ""


class RefundShown(msgspec.Struct, frozen=True, kw_only=True):
    """A refund; `state` is asked, done or refused."""

    refund_id: UUID
    top_up_id: UUID
    amount_fen: int
    state: str
    reason: str
    made_at: datetime
    ended_at: datetime | None


class UnplacedShown(msgspec.Struct, frozen=True, kw_only=True):
    """Money that no line could take.

    Attributes:
        reason: why none could.
        state: kept, asked (the bank is asked to give it back), returned or placed.
        voucher: payer and entry of the voucher by which it came, as `PAYER/ENTRY`.
        give_back_at: when it goes back by itself.
        number: of the line that it was put on.
        note: why, as whoever put it there has said.
        refusal: why the bank has not given it back.
        given_to: wallet, or card: it comes with the card's next load.
    """

    top_up_id: UUID
    reference: str
    amount_fen: int
    reason: str
    came_at: datetime
    state: str
    voucher: str | None
    give_back_at: datetime | None
    number: str | None
    note: str
    refusal: str
    given_to: str
    ended_at: datetime | None


class NewPlace(_Asked, frozen=True, kw_only=True):
    """The line that money was for, and how somebody knows."""

    number: NumberText
    note: NoteText


class NewVoucher(_Asked, frozen=True, kw_only=True):
    """A voucher that pays this telecom, whoever brings it."""

    record: RecordText


class VoucherShown(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a voucher.

    Attributes:
        state: waiting, settled or refused.
        sentence: the same in words.
    """

    top_up_id: UUID
    amount_fen: int
    state: str
    sentence: str


class BillerShown(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a card pushes a voucher to, in hexadecimal; the reference names the line."""

    biller_id: str
    operator_id: UUID


class AssertionShown(msgspec.Struct, frozen=True, kw_only=True):
    """The telecom's word for the number of the line that asked: a JWT, good for a minute."""

    assertion: str


def show_plan(plan: Plan) -> PlanShown:
    """Show a plan."""
    return PlanShown(name=plan.name, monthly_fen=int(plan.monthly))


def show_line(telecom: Telecom, line: Line) -> LineShown:
    """Show a line."""
    return LineShown(
        number=line.number,
        plan=line.plan,
        status=line.status.name.lower(),
        balance_fen=line.balance_fen,
        arrears_fen=int(line.arrears),
        overdue_since=line.overdue_since,
        suspended_on=next_suspension(telecom.terms, line),
        opened_at=line.opened_at,
    )


def show_entry(entry: Entry) -> EntryShown:
    """Show an entry of an account."""
    return EntryShown(
        position=entry.position,
        kind=entry.kind.name.lower(),
        reference=entry.reference,
        amount_fen=entry.amount_fen,
        balance_fen=entry.balance_fen,
        made_at=entry.made_at,
    )


def show_top_up(top_up: TopUp) -> TopUpShown:
    """Show a top-up."""
    return TopUpShown(
        top_up_id=top_up.id,
        number=top_up.number,
        amount_fen=int(top_up.amount),
        source=top_up.source.name.lower(),
        refunded_fen=int(top_up.refunded),
        resumed=top_up.resumed,
        made_at=top_up.made_at,
    )


def show_order(order: TopUpOrder) -> OrderShown:
    """Show an order."""
    return OrderShown(
        order_id=order.id,
        number=order.number,
        amount_fen=int(order.amount),
        state=order.state.name.lower(),
        top_up_id=order.payment_id,
        made_at=order.made_at,
        ended_at=order.ended_at,
    )


def show_refund(refund: BankRefund) -> RefundShown:
    """Show a refund."""
    return RefundShown(
        refund_id=refund.id,
        top_up_id=refund.top_up_id,
        amount_fen=int(refund.amount),
        state=refund.state.name.lower(),
        reason=refund.reason,
        made_at=refund.made_at,
        ended_at=refund.ended_at,
    )


def show_unplaced(apart: Unplaced) -> UnplacedShown:
    """Show money that no line could take."""
    return UnplacedShown(
        top_up_id=apart.id,
        reference=apart.reference.hex(),
        amount_fen=int(apart.amount),
        reason=apart.reason,
        came_at=apart.came_at,
        state=apart.state.name.lower(),
        voucher=None if apart.voucher is None else voucher_name(*apart.voucher),
        give_back_at=apart.give_back_at,
        number=apart.number,
        note=apart.note,
        refusal=apart.refusal,
        given_to=apart.given_to,
        ended_at=apart.ended_at,
    )


def show_voucher(brought: BroughtVoucher) -> VoucherShown:
    """Show what became of a voucher."""
    return VoucherShown(
        top_up_id=brought.top_up_id,
        amount_fen=int(brought.voucher.amount),
        state=brought.state.name.lower(),
        sentence=brought.sentence,
    )
