"""The bank's statement of a day against the orders."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from tests.bank.conftest import Clock
from tests.bank.funding.cards import Funded
from tests.bank.holders import fill
from zerobar.bank.funding.reconciling import Difference, DifferenceKind, reconcile_day
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.partners.statements import LineKind, StatementLine
from zerobar.purse.money import Fen

DAY, NEXT = date(2026, 11, 25), date(2026, 11, 26)


def line(order_id: UUID, amount: int, kind: LineKind = LineKind.CARD_DEBIT) -> StatementLine:
    return StatementLine(kind, str(order_id), Fen(amount))


def test_a_day_without_faults_has_no_differences(funded: Funded) -> None:
    fill(funded.bank, funded.holder.wallet, Fen(100_00))
    paid, saved = funded.exchange(funded.ask(30_00)), funded.save(funded.ask(20_00))
    funded.exchange(funded.ask(5_000_00))
    lines = [
        line(paid.id, 30_00),
        line(saved.id, 20_00, LineKind.CARD_CREDIT),
        StatementLine(LineKind.TRANSFER, "settlement-1", Fen(5)),
    ]
    day = reconcile_day(funded.bank, DAY, lines)
    assert (day.matched, day.paid_in, day.paid_out) == (2, 30_00, 20_00)
    assert day.differences == ()
    assert reconcile_day(funded.bank, DAY, lines) == day


def test_every_contradiction_is_listed(funded: Funded) -> None:
    done, other = funded.exchange(funded.ask(30_00)), funded.exchange(funded.ask(40_00))
    refused, missing = funded.exchange(funded.ask(5_000_00)), funded.exchange(funded.ask(50_00))
    twice = funded.exchange(funded.ask(60_00))
    funded.partners.bank.lose_answers = 1
    pending, stranger = funded.exchange(funded.ask(70_00)), uuid4()
    day = reconcile_day(
        funded.bank,
        DAY,
        [
            line(done.id, 30_00),
            line(other.id, 40_01),
            line(refused.id, 5_000_00),
            line(twice.id, 60_00),
            line(twice.id, 60_00),
            line(pending.id, 70_00),
            line(stranger, 1),
        ],
    )
    found = {(d.kind, d.reference) for d in day.differences}
    assert found == {
        (DifferenceKind.OTHER_TERMS, str(other.id)),
        (DifferenceKind.REFUSED_HERE, str(refused.id)),
        (DifferenceKind.BOOKED_TWICE, str(twice.id)),
        (DifferenceKind.PENDING_HERE, str(pending.id)),
        (DifferenceKind.UNKNOWN_HERE, str(stranger)),
        (DifferenceKind.MISSING_THERE, str(missing.id)),
    }
    assert (day.matched, day.paid_in) == (1, 30_00)


def test_an_order_resolved_the_next_day_is_found_in_the_day_before(
    funded: Funded, clock: Clock
) -> None:
    funded.partners.bank.lose_answers = 1
    order = funded.exchange(funded.ask(30_00))
    clock.advance(hours=13)
    resolve_orders(funded.bank)
    assert reconcile_day(funded.bank, DAY, [line(order.id, 30_00)]).differences == ()
    assert reconcile_day(funded.bank, NEXT, []).differences == ()
    again = reconcile_day(funded.bank, NEXT, [line(order.id, 30_00)])
    assert again.differences == (
        Difference(DifferenceKind.BOOKED_TWICE, str(order.id), Fen(30_00), Fen(30_00)),
    )
