"""What becomes of a voucher for no line: the bank gives it back, or a line gets it after all.

It goes back by itself after some days (telecom.json says how many), or when somebody of the telecom
says so. Until the bank is asked they may put it on the line that it was for instead. One of the two
happens, once: the bank knows a voucher that was given back by its name, so it is asked until it is
known, whatever became of an earlier answer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from zerobar.client.errors import ClientError, Conflict, NotFound, Refused
from zerobar.client.http import LATE_AFTER_S
from zerobar.telecom import apart as store
from zerobar.telecom.apart import (
    COLUMNS,
    ApartState,
    Unplaced,
    VoucherName,
    find_unplaced,
    read_unplaced,
    require_unplaced,
)
from zerobar.telecom.bank import Bank, money_of, octets_of
from zerobar.telecom.batches import LEASE, MOST_AT_ONCE, do_each
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import (
    AskedJustNow,
    BankAway,
    BankNotUnderstood,
    NoWayBack,
    UnplacedDecided,
)
from zerobar.telecom.model import Source, TopUp
from zerobar.telecom.topping import credit_line, lock_money, voucher_top_up_id
from zerobar.telecom.vouchers import tell_bringers
from zerobar.tracing.spans import moment, own_work, voucher_name

_DUE: Final = f"""
    UPDATE telecom.unplaced SET next_try_at = %(until)s
    WHERE top_up_id IN (
        SELECT top_up_id FROM telecom.unplaced WHERE next_try_at <= %(now)s
        ORDER BY next_try_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
    RETURNING {COLUMNS}
"""  # noqa: S608 - names in the code, no input
_PASSING: Final = frozenset(
    {"insufficient-balance", "merchant-suspended", "payer-unproved", "wallet-frozen"}
)
"""Why the bank may not give something back now, and may later: it is asked again."""
_AGAIN_AFTER: Final = timedelta(hours=1)
_LATE_AFTER: Final = timedelta(seconds=LATE_AFTER_S)


def give_back_unplaced(telecom: Telecom, bank: Bank, top_up_id: UUID) -> Unplaced:
    """Give a voucher for no line back to whoever paid it; the same again changes nothing.

    It is asked for until the bank has answered, whatever becomes of this call. What is given back
    already is asked again, for a bank that was restored from a backup may have forgotten it. Raises
    UnplacedUnknown, UnplacedDecided if a line has it, NoWayBack for what came by no voucher, or
    BankAway while the bank cannot say which voucher it was.
    """
    apart = find_unplaced(telecom, top_up_id)
    if apart.state is ApartState.PLACED:
        raise UnplacedDecided(apart.state.name.lower())
    if apart.state is ApartState.KEPT:
        voucher = _name_of(bank, apart)
        with telecom.transaction() as connection:
            lock_money(connection, apart.id)
            store.begin_return(connection, apart, voucher, telecom.clock())
    return look_at_return(telecom, bank, top_up_id)


def look_at_return(telecom: Telecom, bank: Bank, top_up_id: UUID) -> Unplaced:
    """Return what became of it, asking the bank while that is not known; raises UnplacedUnknown."""
    apart = find_unplaced(telecom, top_up_id)
    try:
        return _ask(telecom, bank, apart)
    except ClientError:
        return find_unplaced(telecom, top_up_id)


def place_unplaced(telecom: Telecom, top_up_id: UUID, number: str, note: str) -> Unplaced:
    """Put money that was kept apart on the line that it was for; the same again does nothing.

    Args:
        telecom: whose.
        top_up_id: of the money.
        number: of the line, E.164.
        note: how somebody knows, for whoever looks at it later.

    Raises UnplacedUnknown, UnplacedDecided if it is given back or on another line, AskedJustNow,
    LineUnknown or LineClosed.
    """
    now = telecom.clock()
    with telecom.transaction() as connection:
        lock_money(connection, top_up_id)
        apart = require_unplaced(connection, top_up_id)
        if (apart.state, apart.number) == (ApartState.PLACED, number):
            return apart
        _check_free(telecom, apart)
        placed = TopUp(top_up_id, number, apart.amount, apart.source, now)
        credit_line(telecom, connection, placed)
        if not store.end_placed(connection, apart, (number, note), now):
            raise UnplacedDecided(ApartState.ASKED.name.lower())
        apart = require_unplaced(connection, top_up_id)
        tell_bringers(connection, apart)
    moment("line topped up", top_up_id=top_up_id)
    return apart


def finish_returns(telecom: Telecom, bank: Bank) -> int:
    """Give back what is due, and ask for what is not known; return how many are known."""
    now = telecom.clock()
    with telecom.connection() as connection:
        store.begin_overdue(connection, now)
        due = connection.execute(
            _DUE, {"now": now, "until": now + LEASE, "most": MOST_AT_ONCE}
        ).fetchall()
    return do_each(
        "returns", [read_unplaced(*row) for row in due], lambda each: _go_on(telecom, bank, each)
    )


def _check_free(telecom: Telecom, apart: Unplaced) -> None:
    """Let through what nothing else is decided of, nor will be by a request that got lost."""
    if apart.state is not ApartState.KEPT:
        raise UnplacedDecided(apart.state.name.lower())
    if apart.asked_at is not None and telecom.clock() - apart.asked_at < _LATE_AFTER:
        raise AskedJustNow(LATE_AFTER_S // 60)


def _name_of(bank: Bank, apart: Unplaced) -> VoucherName:
    """Return by which voucher money came; what an earlier version kept is looked for."""
    if apart.voucher is not None:
        return apart.voucher
    found = _listed(bank, apart.id) if apart.source is Source.VOUCHER else None
    if found is None:
        raise NoWayBack
    return found


def _listed(bank: Bank, top_up_id: UUID) -> VoucherName | None:
    """Return the voucher of the bank's list that money came by; raises BankAway."""
    try:
        for page in bank.vouchers.settled():
            for each in page:
                name = VoucherName(octets_of(each.payer_id), each.entry)
                if voucher_top_up_id(*name) == top_up_id:
                    return name
    except ClientError:
        raise BankAway from None
    return None


def _go_on(telecom: Telecom, bank: Bank, apart: Unplaced) -> bool:
    # It was read when this round began, which may be long ago.
    with telecom.connection() as connection:
        if not store.take_up(connection, apart, telecom.clock()):
            return False
    assert apart.voucher is not None, "what is given back by an order is never due here"
    with own_work("give back", voucher=voucher_name(*apart.voucher), top_up_id=apart.id):
        return _ask(telecom, bank, apart).state is not ApartState.ASKED


def _ask(telecom: Telecom, bank: Bank, apart: Unplaced) -> Unplaced:
    """Ask the bank to give a voucher back, as often as it takes: under its name it is once."""
    if apart.state not in (ApartState.ASKED, ApartState.RETURNED) or apart.voucher is None:
        return apart
    with telecom.connection() as connection:
        if not store.note_asked(connection, apart, telecom.clock()):
            return require_unplaced(connection, apart.id)
    try:
        given = bank.vouchers.give_back(*apart.voucher)
    except (NotFound, Conflict, Refused) as error:
        if error.in_doubt:
            raise
        return _refused(telecom, apart, error.problem)
    if money_of(given.amount_fen) != apart.amount:
        raise BankNotUnderstood("an amount")
    return _returned(telecom, apart, str(given.to))


def _refused(telecom: Telecom, apart: Unplaced, problem: str) -> Unplaced:
    again_at = telecom.clock() + _AGAIN_AFTER if problem in _PASSING else None
    with telecom.transaction() as connection:
        store.keep_again(connection, apart.id, problem, again_at)
        return require_unplaced(connection, apart.id)


def _returned(telecom: Telecom, apart: Unplaced, given_to: str) -> Unplaced:
    with telecom.transaction() as connection:
        store.end_return(connection, apart.id, given_to, telecom.clock())
        ended = require_unplaced(connection, apart.id)
        tell_bringers(connection, ended)
    moment("money given back", top_up_id=apart.id)
    return ended
