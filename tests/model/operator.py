"""The operator of the model: what it has been shown, and what it decides from that.

It decides as soon as it can: deciding later is the same as being told later, which the adversary
may arrange. A decision never changes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from tests.model.rules import Rules
from tests.model.scope import Scope
from tests.model.terms import (
    FORGED,
    NEVER_MINE,
    OPERATOR,
    SERVICE,
    TOO_OLD,
    VOIDED,
    Account,
    Ack,
    Entry,
    Request,
    Statement,
    Voucher,
    ends_of,
    log_of,
)
from zerobar.purse.messages import EntryKind, Kind

SETTLED: Final = "SETTLED"
UNDONE: Final = "UNDONE"
DECLINED: Final = "DECLINED"
REDIRECTED: Final = "REDIRECTED"
REFUNDED: Final = "REFUNDED"

_HOSTED: Final = (OPERATOR, SERVICE)


class Known(NamedTuple):
    """Everything the operator holds; tuples have one place for each purse.

    Attributes:
        logs: chains of the logs it has verified.
        bases: highest base in a STATE whose log it has verified.
        numbers: highest request number in such a STATE.
        loads: vouchers it has signed.
        seen: vouchers it was shown otherwise than in a log.
        statements: void statements it was shown.
        outcomes: what it has decided.
        suspects: purses with a broken proof in their log.
        time, key, barred: its clock, its sync key's date, and whom it has blocked.
    """

    logs: tuple[int, ...]
    bases: tuple[int, ...]
    numbers: tuple[int, ...]
    loads: tuple[Voucher, ...] = ()
    seen: frozenset[Voucher] = frozenset()
    statements: frozenset[Statement] = frozenset()
    outcomes: frozenset[tuple[Voucher, str]] = frozenset()
    suspects: frozenset[tuple[int, str]] = frozenset()
    time: int = 0
    key: int = 0
    barred: tuple[int, ...] = ()


def ignorant(purses: int) -> Known:
    """Return what an operator knows at the beginning."""
    nothing = (0,) * purses
    return Known(nothing, nothing, nothing)


@dataclass(frozen=True)
class Operator:
    """The rules of the operator's side in one scope."""

    scope: Scope
    rules: Rules

    # --- being told -----------------------------------------------------------------------

    def report(self, known: Known, account: Account) -> tuple[Known, Ack | None]:
        """Take a STATE with the log up to it; answer a SYNC ACK.

        The log is that of the chain; where entries are missing between what is known and the
        purse's base, nothing can be verified and nothing is taken.
        """
        p = account.purse
        log, old = log_of(account.chain), log_of(known.logs[p])
        if log[: len(old)] != old[: len(log)]:
            return self._flag(known, p, "T2"), None
        if account.base > len(old) or not _proven(log):
            return known, None
        if account.balance + account.held != _replayed(log):
            return self._flag(known, p, "T3"), None
        longer = account.chain if len(log) > len(old) else known.logs[p]
        ack = self._ack(known, account)
        told = known._replace(
            logs=_put(known.logs, p, longer),
            bases=_raise(known.bases, p, account.base),
            numbers=_raise(known.numbers, p, account.number),
        )
        return self.decide(self._suspect(told)), ack

    def _ack(self, known: Known, account: Account) -> Ack:
        return Ack(
            account.purse,
            known.key,
            account.entry,
            account.chain,
            known.time,
            account.purse in known.barred,
            account.nonce,
            account,
        )

    def tampered(self, known: Known, account: Account) -> Known:
        """Take a log in which a terminal has broken the proof of every undo above the base."""
        log = log_of(account.chain)[account.base :]
        undone = any(entry.kind == EntryKind.UNDO for entry in log)
        if not undone or self.rules.undo_in_chain:
            return known
        return self._flag(known, account.purse, "T5")

    def tell(self, known: Known, statement: Statement) -> Known:
        """Take a void statement."""
        told = known._replace(statements=known.statements | {statement})
        return self.decide(self._suspect(told))

    def show(self, known: Known, voucher: Voucher) -> Known:
        """Take a voucher that came by some other road than a log."""
        return self.decide(self._suspect(known._replace(seen=known.seen | {voucher})))

    def sign(self, known: Known, request: Request) -> tuple[Known, Voucher]:
        """Sign a load; the wallet pays for it here and now."""
        entry = len(known.loads) + 1
        voucher = Voucher(request.kind, OPERATOR, entry, *request[1:5], 0)
        return self.decide(known._replace(loads=(*known.loads, voucher))), voucher

    # --- deciding -------------------------------------------------------------------------

    def decide(self, known: Known) -> Known:
        """Give every voucher its outcome that can have one now."""
        decided = {voucher for voucher, _ in known.outcomes}
        for voucher in vouchers_of(known):
            if voucher not in decided:
                outcome = self._judge(known, voucher)
                if outcome:
                    known = known._replace(outcomes=known.outcomes | {(voucher, outcome)})
        return known

    def _judge(self, known: Known, voucher: Voucher) -> str | None:
        if voucher.payee in _HOSTED:
            return self._judge_hosted(known, voucher)
        if self._credited(known, voucher):
            return SETTLED
        if self._undone(known, voucher):
            return UNDONE
        if not self._final(known, voucher):
            return None
        if self._refundable(known, voucher):
            return REFUNDED
        return REDIRECTED if self._redirectable(known, voucher) else None

    def _judge_hosted(self, known: Known, voucher: Voucher) -> str | None:
        if voucher.kind in (Kind.UNLOAD, Kind.PUSH):
            return SETTLED
        if self._hosted_due(known, voucher):
            return SETTLED
        if voucher.kind is Kind.AUTHORISE:
            return DECLINED
        return REFUNDED if self._final(known, voucher) else None

    def _hosted_due(self, known: Known, voucher: Voucher) -> bool:
        asked = voucher.tag and (voucher.kind, *voucher[3:7]) in {r[:5] for r in self.scope.service}
        paid = any(
            outcome == SETTLED and (other.payee, other.number) == (voucher.payee, voucher.number)
            for other, outcome in known.outcomes
        )
        return asked and not paid

    def _credited(self, known: Known, voucher: Voucher) -> bool:
        known_payee = voucher.payee < len(known.logs)
        return known_payee and voucher in ends_of(known.logs[voucher.payee]).credited

    def _undone(self, known: Known, voucher: Voucher) -> bool:
        p = voucher.payer
        if p == OPERATOR:
            return False
        log = log_of(known.logs[p])
        looked_at = log if self.rules.final_by_whole_log else log[: known.bases[p]]
        return Entry(EntryKind.UNDO, voucher) in looked_at

    def _final(self, known: Known, voucher: Voucher) -> bool:
        if voucher.payer == OPERATOR:
            return True
        p = voucher.payer
        if not self.rules.refund_needs_base:
            return voucher in ends_of(known.logs[p]).paid
        acked = len(log_of(known.logs[p]))
        base = known.bases[p] if self.rules.final_by_state else acked
        return base >= voucher.entry

    def _refundable(self, known: Known, voucher: Voucher) -> bool:
        if voucher.payee >= len(known.logs):
            return True
        if Statement(NEVER_MINE, 0, voucher) in known.statements:
            return True
        ended = ends_of(known.logs[voucher.payee])
        voided = any(v.number == voucher.number for v in ended.voided)
        return voided or any(v.number == voucher.number for v in ended.credited)

    def _redirectable(self, known: Known, voucher: Voucher) -> bool:
        proven = Statement(TOO_OLD, 0, voucher) in known.statements
        if self.rules.signed_too_old and not proven:
            return False
        distance = known.numbers[voucher.payee] - voucher.number
        if not self.rules.redirect_needs_slide:
            return proven or distance >= 0
        return distance >= self.scope.window

    # --- suspecting -----------------------------------------------------------------------

    def _flag(self, known: Known, purse: int, test: str) -> Known:
        if not self.rules.fraud_tests:
            return known
        return known._replace(suspects=known.suspects | {(purse, test)})

    def _suspect(self, known: Known) -> Known:
        if not self.rules.fraud_tests:
            return known
        found = {(v.payer, "T1") for v in _forked(vouchers_of(known))}
        found |= {(v.payer, "T2") for v in vouchers_of(known) if _missing(known, v)}
        found |= {(s.voucher.payee, "T5") for s in known.statements if _both(known, s)}
        return known._replace(suspects=known.suspects | found)


def _put(values: tuple[int, ...], place: int, value: int) -> tuple[int, ...]:
    return (*values[:place], value, *values[place + 1 :])


def _raise(values: tuple[int, ...], place: int, value: int) -> tuple[int, ...]:
    return _put(values, place, max(value, values[place]))


def _proven(log: tuple[Entry, ...]) -> bool:
    """Whether every voucher in a log is signed by its payer; else the log is not taken, for a
    terminal may have spoilt it."""
    return all(entry.voucher.chain != FORGED for entry in log)


def _replayed(log: tuple[Entry, ...]) -> int:
    """Return what a log leads to."""
    funds = 0
    for kind, voucher in log:
        if kind in (EntryKind.CREDIT, EntryKind.UNDO):
            funds += voucher.amount
        elif kind == EntryKind.PAY and voucher.kind is not Kind.AUTHORISE:
            funds -= voucher.amount
    return funds


@cache
def _named_in(logs: tuple[int, ...]) -> frozenset[Voucher]:
    return frozenset(entry.voucher for chain in logs for entry in log_of(chain))


def vouchers_of(known: Known) -> list[Voucher]:
    """Return every voucher that the operator has heard of, in one fixed order."""
    named = _named_in(known.logs) | known.seen | set(known.loads)
    return sorted(named | {s.voucher for s in known.statements})


def _forked(vouchers: list[Voucher]) -> list[Voucher]:
    """T1: two bodies with the same payer and entry."""
    places = [(v.payer, v.entry) for v in vouchers]
    return [v for v in vouchers if places.count((v.payer, v.entry)) > 1]


def _missing(known: Known, voucher: Voucher) -> bool:
    """T2: a voucher that its payer's log does not have, or with another chain before it."""
    if voucher.payer == OPERATOR:
        return voucher not in known.loads
    chain = known.logs[voucher.payer]
    log = log_of(chain)
    if voucher.entry > len(log):
        return voucher.entry == len(log) + 1 and voucher.chain != chain
    entry = log[voucher.entry - 1]
    return entry.kind != EntryKind.PAY or entry.voucher != voucher


def overdrawn(known: Known) -> set[int]:
    """T3, once everybody honest is heard: purses that paid out more than can have come in."""
    gone = {v for v, outcome in known.outcomes if outcome in (UNDONE, REFUNDED, REDIRECTED)}
    funds: Counter[int] = Counter()
    for voucher in vouchers_of(known):
        if voucher.kind is not Kind.AUTHORISE:
            funds[voucher.payer] -= voucher.amount
            funds[voucher.payee] += 0 if voucher in gone else voucher.amount
    for purse, chain in enumerate(known.logs):
        funds[purse] += sum(voucher.amount for voucher in ends_of(chain).undone)
    return {purse for purse in range(len(known.logs)) if funds[purse] < 0}


def _both(known: Known, statement: Statement) -> bool:
    """T5: a void statement and a credit of one voucher."""
    payee = statement.voucher.payee
    wrong = statement.flags in (VOIDED, NEVER_MINE)
    return wrong and statement.voucher in ends_of(known.logs[payee]).credited
