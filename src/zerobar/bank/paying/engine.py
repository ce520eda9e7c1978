"""From signed orders to payments: look up, judge, post, and say what came of it.

    known = examine(bank, orders)        one statement for all of them, signatures checked
    bank.ledger.submit_many(...)         what was approved
    outcome(bank, approved, answer)      a payment, or why not

`pay_now` does it for one order; `desk.PaymentDesk` for all that wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from io import BytesIO
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError, IdUsed
from zerobar.bank.ids import RANDOM_BYTES, new_id
from zerobar.bank.paying.errors import (
    InsufficientBalance,
    OutcomeUnknown,
    PayeeFull,
    PayeeNotOpen,
    PayeeUnknown,
    TooBusy,
)
from zerobar.bank.paying.facts import Facts, Known, read_facts
from zerobar.bank.paying.guessing import count_misses
from zerobar.bank.paying.judging import Approved, Short, Verdict, judge, same_payment
from zerobar.bank.paying.model import Authority, Payment, PaymentOrder
from zerobar.bank.paying.reading_room import ReadingRoom
from zerobar.bank.paying.store import payment
from zerobar.bank.paying.topping import cover
from zerobar.bank.people.errors import WalletClosed
from zerobar.bank.people.limits import exceeded
from zerobar.bank.signatures import is_signed
from zerobar.database import Connection
from zerobar.ledger import (
    Answer,
    Counter,
    LedgerBusy,
    LedgerUnavailable,
    Posted,
    Result,
    RowRefused,
    balance,
    read_counter,
)
from zerobar.purse.money import Fen


def examine(
    bank: Bank, orders: Sequence[PaymentOrder], room: ReadingRoom | None = None
) -> list[Verdict]:
    """Look up and judge orders, in their order.

    Args:
        bank: whose rules and tables.
        orders: all that wait.
        room: where to read, for who reads often.
    """
    now = bank.clock()
    known = _known(bank, orders, now, room)
    verdicts = _judged(bank, orders, known, now)
    facts = known.facts
    doubted = [i for i, about in enumerate(facts) if _is_doubted(about, verdicts[i])]
    if doubted and room is not None:
        asked = [orders[i] for i in doubted]
        known = room.read(bank.operator_id, asked, now, anew=True)
        for i, about, verdict in zip(
            doubted, known.facts, _judged(bank, asked, known, now), strict=True
        ):
            facts[i], verdicts[i] = about, verdict
    if missed := _missed(facts, verdicts):
        with bank.connection() as connection:
            count_misses(connection, missed, now)
    return verdicts


def _judged(
    bank: Bank, orders: Sequence[PaymentOrder], known: Known, now: datetime
) -> list[Verdict]:
    id_now = ids_now(bank, now, len(orders))
    return [
        judge(order, facts, signed, known.limits, now, id_now)
        for order, facts, signed in zip(
            orders, known.facts, _signed(orders, known.facts), strict=True
        )
    ]


def ids_now(bank: Bank, now: datetime, many: int) -> Callable[[], UUID]:
    """Return what makes up to so many ids: what is random of them is drawn once for all."""
    drawn = BytesIO(bank.random(RANDOM_BYTES * many))
    return partial(new_id, now, drawn.read)


def _is_doubted(facts: Facts, verdict: Verdict) -> bool:
    """Return whether an order is to be judged again, for nobody is refused from memory."""
    return facts.remembered and not isinstance(verdict, Approved)


def _known(
    bank: Bank, orders: Sequence[PaymentOrder], now: datetime, room: ReadingRoom | None
) -> Known:
    if room is not None:
        return room.read(bank.operator_id, orders, now)
    with bank.connection() as connection:
        return read_facts(connection, bank.operator_id, orders, now)


def _signed(orders: Sequence[PaymentOrder], facts: Sequence[Facts]) -> list[bool]:
    """Return of each order whether its holder's key signed it, asked for all of them at once.

    Of orders that a till's key has signed nothing is asked: that was checked with the code.
    """
    keys = [
        about.key if order.authority is Authority.HOLDER else None
        for order, about in zip(orders, facts, strict=True)
    ]
    claims = [(order.claim, key) for order, key in zip(orders, keys, strict=True) if key]
    answers = iter(is_signed(claims))
    return [key is not None and next(answers) for key in keys]


def _missed(facts: Sequence[Facts], verdicts: Sequence[Verdict]) -> list[UUID]:
    """Return who tried to pay a number that nobody has."""
    return [
        known.payer.person_id
        for known, verdict in zip(facts, verdicts, strict=True)
        if isinstance(verdict, PayeeUnknown) and known.target.is_guessable
        if known.payer is not None and known.payer.person_id is not None
    ]


def pay_now(bank: Bank, order: PaymentOrder) -> Payment:
    """Make one payment and wait for it; the same again returns the same payment.

    Raises the errors of `zerobar.bank.paying.errors`, those of signatures, PinNeeded, WalletFrozen,
    WalletClosed, OverLimit, TooMany, and with auto top-up those of `zerobar.bank.funding`.
    """
    (verdict,) = examine(bank, [order])
    if isinstance(verdict, Short):
        cover(bank, order, verdict)
        (verdict,) = examine(bank, [order])
    if isinstance(verdict, BankError):
        raise verdict
    if isinstance(verdict, Payment):
        return verdict
    if isinstance(verdict, Short):
        # Something else was paid from the wallet while the card was asked.
        raise InsufficientBalance(verdict.shortfall)
    return conclude(bank, order, verdict, _post(bank, verdict))


def _post(bank: Bank, approved: Approved) -> list[Posted]:
    posting = approved.posting
    try:
        return bank.ledger.post(*posting.transfers, counters=posting.counters, rows=posting.rows)
    except LedgerBusy:
        raise TooBusy from None
    except LedgerUnavailable:
        raise OutcomeUnknown from None


def is_plain(answer: Answer) -> bool:
    """Return whether a payment was made just now, so that nothing has to be looked up."""
    return isinstance(answer, list) and answer[0].ok and not answer[0].repeated


def is_doubted(approved: Approved, answer: Answer) -> bool:
    """Return whether a refusal left nothing behind, and is to be judged anew with all looked up."""
    return approved.posting.provisional and isinstance(answer, list) and not answer[0].ok


def conclude(bank: Bank, order: PaymentOrder, approved: Approved, answer: Answer) -> Payment:
    """Return the payment that the ledger has posted, now or before; raises why it has not."""
    if isinstance(answer, RowRefused):
        raise answer
    if is_plain(answer):
        return approved.payment
    posted = answer[0]
    if posted.ok:
        with bank.connection() as connection:
            earlier = payment(connection, order.payment_id)
        assert earlier is not None, "a payment's record is stored with its money"
        return same_payment(earlier, order)
    raise _refusal(bank, approved, posted)


def _refusal(bank: Bank, approved: Approved, posted: Posted) -> BankError:
    payer_id = approved.payment.payer_wallet_id
    match posted.result:
        case Result.BELOW_FLOOR:
            with bank.connection() as connection:
                missing = shortfall(connection, payer_id, approved.payment.amount)
            return InsufficientBalance(missing)
        case Result.ABOVE_CEILING:
            return PayeeFull()
        case Result.COUNTER_EXCEEDED:
            return _exceeded(bank, approved, posted)
        case Result.CREDIT_CLOSED:
            return PayeeNotOpen()
        case Result.DEBIT_CLOSED:
            return WalletClosed()
        case Result.OTHER_CONTENT:
            return IdUsed()
    raise AssertionError(f"a payment cannot end as {posted.result.name}")


def _exceeded(bank: Bank, approved: Approved, posted: Posted) -> BankError:
    index = posted.counter
    # A repeat with fewer conditions than at first is another question under the same id.
    if index is None or index >= len(approved.refusals):
        return IdUsed()
    refusal = approved.refusals[index]
    if refusal is not None:
        return refusal()
    return _over_limit(bank, approved.posting.counters[index])


def _over_limit(bank: Bank, counter: Counter) -> BankError:
    with bank.connection() as connection:
        return exceeded(counter, read_counter(connection, counter.key, counter.period))


def shortfall(connection: Connection, wallet_id: UUID, amount: Fen) -> Fen:
    """Return what a wallet lacks for an amount, at least 1 fen."""
    return Fen(max(1, amount - balance(connection, wallet_id).available))
