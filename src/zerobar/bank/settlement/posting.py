"""Moving the money of vouchers that are stored: whatever is due, from whichever run.

A voucher is due from the moment it is stored until it has an outcome, so one whose program ended in
between is found again by the next run. Its outcome is stored by the ledger with the money; an
outcome without money is stored here. The first decision stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.fraud.examining import highest_value_out
from zerobar.bank.paying.errors import OutcomeUnknown, TooBusy
from zerobar.bank.people.limits import limit_table
from zerobar.bank.purses.keys import trusted_keys
from zerobar.bank.settlement.debts import read_debts
from zerobar.bank.settlement.facts import (
    BEFORE_ALL,
    MOST_AT_ONCE,
    Due,
    VoucherKey,
    due_of,
    key_columns,
    read_due,
)
from zerobar.bank.settlement.forgotten import forgotten_of
from zerobar.bank.settlement.judging import judge, refused
from zerobar.bank.settlement.lacking import short_of
from zerobar.bank.settlement.model import Outcome, Outcomes, Waiting
from zerobar.bank.settlement.ordered import orders_of
from zerobar.bank.settlement.outcomes import refund_strays
from zerobar.bank.settlement.progress import commit_at_leisure
from zerobar.bank.settlement.verdicts import Circumstances, Moneyless, answers_request
from zerobar.database import Connection
from zerobar.database.arrays import Bigints
from zerobar.ledger import Answer, LedgerBusy, LedgerUnavailable, Posting, Result, RowRefused
from zerobar.purse.messages import Kind
from zerobar.purse.money import Fen
from zerobar.tracing.spans import is_followed, moment, voucher_name

_RECORD: Final = """
    WITH recorded AS (
        INSERT INTO bank.voucher_outcome
            (payer_id, entry, outcome, amount_fen, decided_at, declined)
        VALUES (%(payer_id)s, %(entry)s, %(outcome)s, %(amount_fen)s, %(now)s, %(declined)s)
        ON CONFLICT DO NOTHING RETURNING payer_id, entry, amount_fen
    )
    INSERT INTO bank.purse_owed (purse_id, payer_id, entry, amount_fen, noted_at)
    SELECT %(owed_to)s, payer_id, entry, amount_fen, %(now)s FROM recorded
    WHERE %(owed_to)s::bytea IS NOT NULL
    ON CONFLICT DO NOTHING
"""
_DECLINED: Final = """
    UPDATE bank.order_request SET is_declined = true
    WHERE payee_id = %s AND number = %s AND kind = %s
"""
# Locked in the order in which they are given, that of their keys, so that those who do it at once
# wait for each other.
_DONE: Final = """
    WITH done AS (
        SELECT d.payer_id, d.entry
        FROM unnest(%s::bytea[], %s::bigint[]) AS k (payer_id, entry)
        CROSS JOIN LATERAL (
            SELECT payer_id, entry FROM bank.voucher_due
            WHERE payer_id = k.payer_id AND entry = k.entry FOR UPDATE
        ) d
    )
    DELETE FROM bank.voucher_due d USING done
    WHERE d.payer_id = done.payer_id AND d.entry = done.entry
"""
# Whoever counted this attempt first has counted it for all.
_WAIT: Final = """
    WITH waiting AS (
        SELECT k.*
        FROM unnest(%s::bytea[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
             AS k (payer_id, entry, before, reason, attempt)
        CROSS JOIN LATERAL (
            SELECT FROM bank.voucher_due
            WHERE payer_id = k.payer_id AND entry = k.entry FOR UPDATE
        ) d
    )
    UPDATE bank.voucher_due d SET waits_for = w.reason, attempt = w.attempt FROM waiting w
    WHERE d.payer_id = w.payer_id AND d.entry = w.entry AND d.attempt = w.before
"""
_WAKE: Final = """
    UPDATE bank.voucher_due SET waits_for = NULL
    WHERE waits_for = ANY(%(reasons)s) AND (%(ids)s::bytea[] IS NULL OR payer_id = ANY(%(ids)s))
"""
_LOOK_AGAIN: Final = "UPDATE bank.voucher_due SET waits_for = NULL WHERE waits_for IS NOT NULL"

_PASSING: Final = (Waiting.PURSE_ENDING, Waiting.BUSY)
"""What ends by itself, and soon."""

Ending = tuple[Due, Outcome | Moneyless | Waiting, int]
"""A voucher, how a pass ended for it, and how many times the ledger has refused it by now."""


def post_due(
    bank: Bank,
    purse_ids: Sequence[bytes] | None = None,
    keys: Sequence[VoucherKey] | None = None,
    fresh: Sequence[VoucherKey] = (),
) -> Outcomes:
    """Post vouchers that are due, and return what came of them.

    Args:
        bank: whose.
        purse_ids: only those of these payers or payees; None: of all.
        keys: only these; None: all.
        fresh: and these, which are known to be due.

    Raises TooBusy or OutcomeUnknown: settle again, nothing is lost and nothing is done twice.
    """
    pages = _pages(bank, purse_ids) if keys is None else _pages_of(bank, keys, fresh)
    return sum((_post_page(bank, page) for page in pages if page), Outcomes())


def _pages(bank: Bank, purse_ids: Sequence[bytes] | None) -> Iterator[list[Due]]:
    """Yield what is due; each page is read when the one before was posted."""
    after: VoucherKey | None = BEFORE_ALL
    while after is not None:
        with bank.connection() as connection:
            page = read_due(connection, after, purse_ids)
        yield page
        after = page[-1].key if page else None


def _pages_of(
    bank: Bank, keys: Sequence[VoucherKey], fresh: Sequence[VoucherKey]
) -> Iterator[list[Due]]:
    """Yield what is due of some vouchers, whatever else is."""
    with bank.connection() as connection:
        due = sorted({*due_of(connection, keys), *fresh} if keys else fresh)
    for start in range(0, len(due), MOST_AT_ONCE):
        with bank.connection() as connection:
            page = read_due(connection, BEFORE_ALL, keys=due[start : start + MOST_AT_ONCE])
        # Posted while no connection is held.
        yield page


def settle_due(bank: Bank) -> int:
    """Post what is due by now, or was left by a program that was interrupted.

    Returns how many vouchers got an outcome.
    """
    with bank.transaction() as connection:
        wake(connection, _PASSING)
        refund_strays(connection, bank.clock())
    ended = post_due(bank)
    return ended.settled + ended.declined + ended.redirected + ended.refunded


def wake(
    connection: Connection, reasons: Sequence[Waiting], purse_ids: Sequence[bytes] | None = None
) -> int:
    """Make due again what waits for one of these reasons; return how many vouchers.

    Args:
        purse_ids: of payers; None: of all.
    """
    ids = None if purse_ids is None else list(purse_ids)
    found = {"reasons": [int(reason) for reason in reasons], "ids": ids}
    return connection.execute(_WAKE, found).rowcount


def look_again(bank: Bank) -> int:
    """Make due again what was left waiting, for a request or a wallet may be there by now.

    Returns how many vouchers; `post_due` decides them.
    """
    with bank.connection() as connection:
        return connection.execute(_LOOK_AGAIN).rowcount


def _post_page(bank: Bank, page: Sequence[Due]) -> Outcomes:
    around = _circumstances(bank, page)
    ended: list[Ending] = []
    asked: list[tuple[Due, Posting]] = []
    for due in page:
        verdict = None if due.decided else judge(due, around)
        if isinstance(verdict, Posting):
            asked.append((due, verdict))
        else:
            ended.append((due, verdict or Outcome.SETTLED, due.attempt))
    ended += [_ending(*each) for each in _answers(bank, asked)]
    with bank.transaction() as connection:
        _note(connection, ended, around)
    _tell(ended)
    return _summed([ending for ending in ended if not ending[0].decided])


def _circumstances(bank: Bank, page: Sequence[Due]) -> Circumstances:
    holdings = [side for due in page for side in (due.holder, due.payee) if side is not None]
    now, own = bank.clock(), partial(operator_account, bank.operator_id)
    with bank.connection() as connection:
        limits = {
            operator: limit_table(connection, operator, now)
            for operator in {holding.operator_id for holding in holdings}
        }
        operators = trusted_keys(connection).operators
        value_out = highest_value_out(connection)
        debts = read_debts(connection, own(AccountCode.VAULT), _wallets_back(page))
        orders = orders_of(connection, page, now)
        short, forgotten = short_of(connection, page), forgotten_of(connection, page)
    float_id = own(AccountCode.FLOAT)
    return Circumstances(
        float_id, operators, limits, now, value_out, debts, orders, short, forgotten
    )


def _wallets_back(page: Sequence[Due]) -> set[UUID]:
    """Return the wallets that vouchers which are redirected or refunded may go to."""
    ending = [due for due in page if due.ending is not None]
    sides = [side.wallet_id for due in ending for side in (due.holder, due.owner) if side]
    return {*sides, *(due.charged_wallet_id for due in ending if due.charged_wallet_id)}


def _answers(bank: Bank, asked: Sequence[tuple[Due, Posting]]) -> list[tuple[Due, Posting, Answer]]:
    if not asked:
        return []
    try:
        answers = bank.ledger.submit_many([posting for _, posting in asked]).result()
    except LedgerBusy:
        raise TooBusy from None
    except LedgerUnavailable:
        raise OutcomeUnknown from None
    return [(*each, answer) for each, answer in zip(asked, answers, strict=True)]


def _ending(due: Due, posting: Posting, answer: Answer) -> Ending:
    if isinstance(answer, RowRefused):
        # Somebody else has decided meanwhile: the next look finds the outcome.
        return due, Waiting.BUSY, due.attempt
    if answer[0].result is Result.POSTED:
        return due, due.ending or Outcome.SETTLED, due.attempt
    return due, refused(due, posting, answer[0]), due.attempt + 1


def _note(connection: Connection, ended: Sequence[Ending], around: Circumstances) -> None:
    """Note outcomes without money, take what is decided off the list, and leave the rest there."""
    in_order = sorted(ended, key=lambda ending: ending[0].key)
    moneyless = [(due, how) for due, how, _ in in_order if isinstance(how, Moneyless)]
    done = [due.key for due, how, _ in in_order if not isinstance(how, Waiting)]
    waiting = [
        (due.key, (due.attempt, how, attempt))
        for due, how, attempt in in_order
        if isinstance(how, Waiting)
    ]
    if not moneyless:
        # Whoever finds these on the list again finds them decided, or looks once more.
        commit_at_leisure(connection)
    with connection.cursor() as cursor:
        cursor.executemany(_RECORD, [_recorded(*each, around) for each in moneyless])
        cursor.executemany(_DECLINED, _declined(moneyless, around))
        if done:
            cursor.execute(_DONE, key_columns(done))
        if waiting:
            keys, states = zip(*waiting, strict=True)
            cursor.execute(_WAIT, (*key_columns(keys), *map(Bigints, zip(*states, strict=True))))


def _tell(ended: Sequence[Ending]) -> None:
    if not is_followed():
        return
    for due, how, _ in ended:
        name = voucher_name(due.voucher.payer_id, due.voucher.entry)
        if isinstance(how, Waiting):
            moment("voucher waits", {"reason": how.name.lower()}, voucher=name)
        else:
            outcome = how.outcome if isinstance(how, Moneyless) else how
            moment("voucher decided", {"outcome": outcome.name.lower()}, voucher=name)


def _declined(
    moneyless: Sequence[tuple[Due, Moneyless]], around: Circumstances
) -> list[tuple[bytes, int, int]]:
    """Return the requests for orders that never pay any more, so that there are others.

    Only what answers a request for certain says that of it: anybody can sign its number.
    """
    return [
        (due.voucher.payee_id, due.voucher.number, int(Kind.AUTHORISE))
        for due, how in moneyless
        if how.declined is not None and due.key in around.orders and answers_request(due)
    ]


def _recorded(due: Due, how: Moneyless, around: Circumstances) -> dict[str, object]:
    return {
        "payer_id": due.voucher.payer_id,
        "entry": due.voucher.entry,
        "outcome": int(how.outcome),
        "amount_fen": int(due.voucher.amount),
        "owed_to": how.owed_to,
        "declined": None if how.declined is None else int(how.declined),
        "now": around.now,
    }


def _summed(ended: Sequence[Ending]) -> Outcomes:
    moved = [(due, how) for due, how, _ in ended if isinstance(how, Outcome)]
    moneyless = [how for _, how, _ in ended if isinstance(how, Moneyless)]
    waiting = Counter(how for _, how, _ in ended if isinstance(how, Waiting))
    ends = Counter(how for _, how in moved) + Counter(how.outcome for how in moneyless)
    return Outcomes(
        ends[Outcome.SETTLED],
        ends[Outcome.DECLINED],
        {why: waiting[why] for why in sorted(waiting)},
        Fen(sum(due.voucher.amount for due, _ in moved)),
        ends[Outcome.REDIRECTED],
        ends[Outcome.REFUNDED],
        sum(how.owed_to is not None for how in moneyless),
    )
