"""From the rules' data to what the screen gets."""

from __future__ import annotations

from zerobar.client.errors import BankSaysNo, ClientError
from zerobar.pos import purse_road
from zerobar.pos.api.wire import (
    ClosingShown,
    DifferenceShown,
    FindingShown,
    ItemLine,
    QueueShown,
    ReconciledShown,
    RefundShown,
    SaleShown,
    SurplusShown,
    TotalShown,
    TotalsShown,
    WordsShown,
)
from zerobar.pos.background import LastRound
from zerobar.pos.closings import Closing, Total, Totals
from zerobar.pos.doctor import Finding
from zerobar.pos.line import Line
from zerobar.pos.model import Refund, Sale
from zerobar.pos.reconciling import Difference, Reconciled
from zerobar.pos.step import Step
from zerobar.pos.telling import Words
from zerobar.pos.till import Till
from zerobar.purse.messages import Voucher
from zerobar.reader import Sentence
from zerobar.serving.problems import name_of


def show_words(sentence: Sentence) -> WordsShown:
    """Show a sentence in both languages."""
    return WordsShown(en=str(sentence), zh=sentence.zh)


def show_sale(till: Till, step: Step) -> SaleShown:
    """Show a sale after a step."""
    sale, words = step.sale, step.words
    return SaleShown(
        sale_id=sale.id,
        number=sale.number,
        amount_fen=int(sale.amount),
        items=[
            ItemLine(name=item.name, quantity=item.quantity, amount_fen=int(item.amount))
            for item in sale.items
        ],
        cashier=sale.cashier,
        state=sale.state.value,
        road=None if sale.road is None else sale.road.value,
        means=None if sale.means is None else sale.means.value,
        finality=step.finality.value,
        cause=show_cause(step.error),
        tried=_tried(till, sale),
        can_void=purse_road.can_give_back(till, sale),
        is_late=sale.is_late,
        left_to_refund_fen=int(till.store.refunds.left_of(sale)) if sale.paid_by else 0,
        began_at_unix_s=sale.began_at_unix_s,
        paid_at_unix_s=sale.paid_at_unix_s,
        what_happened=show_words(words.what_happened),
        next_step=show_words(words.next_step),
        spoken=show_words(words.spoken),
    )


def show_refund(refund: Refund, words: Words, error: Exception | None = None) -> RefundShown:
    """Show a refund."""
    return RefundShown(
        refund_id=refund.id,
        sale_id=refund.sale_id,
        number=refund.number,
        amount_fen=int(refund.amount),
        reason=refund.reason,
        road=refund.road.value,
        state=refund.state.value,
        is_in_hand=refund.is_in_hand,
        cause=show_cause(error),
        what_happened=show_words(words.what_happened),
        next_step=show_words(words.next_step),
        spoken=show_words(words.spoken),
    )


def show_queue(till: Till, line: Line, last: LastRound) -> QueueShown:
    """Show what waits for the network."""
    waiting = till.device.store.outgoing.at_risk()
    return QueueShown(
        count=waiting.count,
        amount_fen=int(waiting.amount),
        most_count=till.device.ceiling.count,
        most_fen=int(till.device.ceiling.amount),
        since_unix_s=waiting.since_unix_s,
        pending_sales=len(till.store.sales.pending()),
        synced_at_unix_s=last.synced_at_unix_s,
        bank_answers=line.answers,
        bank_heard_at_unix_s=line.heard_at_unix_s,
        error=last.error,
    )


def show_totals(totals: Totals) -> TotalsShown:
    """Show what has come together."""
    return TotalsShown(
        sales=[_show_total(total) for total in totals.sales],
        refunds=[_show_total(total) for total in totals.refunds],
        taken_fen=int(totals.taken),
        given_back_fen=int(totals.given_back),
        pending_count=totals.pending_count,
        pending_fen=totals.pending_fen,
    )


def show_closing(closing: Closing) -> ClosingShown:
    """Show a closing."""
    return ClosingShown(
        closing_id=closing.id,
        number=closing.number,
        made_by=closing.made_by,
        made_at_unix_s=closing.made_at_unix_s,
        totals=show_totals(closing.totals),
    )


def show_reconciled(found: Reconciled, surpluses: list[tuple[Sale, Voucher]]) -> ReconciledShown:
    """Show how a day compares."""
    return ReconciledShown(
        day=found.day.isoformat(),
        matched=found.matched,
        differences=[_show_difference(difference) for difference in found.differences],
        surpluses=[
            SurplusShown(
                sale_id=sale.id,
                number=sale.number,
                payer=voucher.payer_id.hex(),
                amount_fen=int(voucher.amount),
            )
            for sale, voucher in surpluses
        ],
    )


def show_finding(finding: Finding) -> FindingShown:
    """Show how a part of the till is."""
    return FindingShown(
        part=finding.part.value,
        is_well=finding.is_well,
        what=show_words(finding.what),
        next_step=show_words(finding.next_step),
    )


def _tried(till: Till, sale: Sale) -> str | None:
    attempts = till.store.sales.attempts(sale.id) if sale.exposed else []
    return attempts[-1][1].value if attempts else None


def show_cause(error: Exception | None) -> str:
    """Show the stable name of why a step did not go well; empty when it did."""
    match error:
        case None:
            return ""
        case BankSaysNo():
            return error.problem
        case ClientError():
            return "bank-unreachable"
    return name_of(error)


def _show_total(total: Total) -> TotalShown:
    return TotalShown(
        kind=total.kind,
        cashier=total.cashier,
        is_late=total.is_late,
        count=total.count,
        amount_fen=total.amount_fen,
    )


def _show_difference(difference: Difference) -> DifferenceShown:
    till, bank = difference.till_amount, difference.bank_amount
    return DifferenceShown(
        number=difference.number,
        lacks=difference.lacks.value,
        till_fen=None if till is None else int(till),
        bank_fen=None if bank is None else int(bank),
    )
