"""The express: orders of which all is remembered are handled on the event loop itself.

At the desk an order passes from thread to thread, and a group of few costs as many turns as one of
many. Most orders need none of that: what is remembered of them only has to be still so, which is
asked without waiting (`assurance`), and meanwhile their signatures are checked. Then they are
judged and posted. Whatever else there is about an order (something is not remembered, or is
otherwise, or would be a reason to refuse; the database does not answer) goes to the desk, which
looks up all about it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError
from zerobar.bank.paying.assurance import LIMITS, Assurance
from zerobar.bank.paying.desk import Caller, PaymentDesk, Posting, on_loop
from zerobar.bank.paying.engine import ids_now
from zerobar.bank.paying.facts import Facts
from zerobar.bank.paying.judging import Approved, Verdict, judge
from zerobar.bank.paying.memory import KnownLimits, Remembered
from zerobar.bank.paying.model import PayeeKind, PaymentKind, PaymentOrder
from zerobar.bank.paying.targets import Target
from zerobar.bank.signatures import is_signed
from zerobar.ledger import RemoteLedger
from zerobar.purse.money import Fen

MAX_GROUP: Final = 256
"""Orders that are asked about at once: their signatures take some milliseconds of the loop's."""
MAX_WAITING: Final = 8_192
"""Orders that wait at most; more go to the desk."""
MAX_POSTING: Final = 1
"""Groups that are posted at a time; who comes meanwhile is in the next one."""
GATHER_S: Final = 0.002
"""How long those who wait when a group was answered wait for as many as were in it, who may just be
asking again: a group costs as much for one as for ten."""
PATIENCE_S: Final = 2.0
"""How long the database may take to answer; then the desk takes over."""
PAUSE_S: Final = 1.0
"""How long after a connection was lost another one may be opened."""

_log = logging.getLogger(__name__)

_Waiting = tuple[PaymentOrder, Caller, Target, Remembered]


class _Asked(NamedTuple):
    """A group about which the database was asked, when, and on what limits."""

    group: Sequence[_Waiting]
    limits: KnownLimits
    now: datetime
    timer: asyncio.TimerHandle
    signed: Sequence[bool]


class Express:
    """Takes orders on one event loop, for a desk that is open; all its methods are called there.

    Args:
        bank: whose rules and tables.
        desk: takes what is not for the express, and posts.
        loop: that runs.
    """

    def __init__(self, bank: Bank, desk: PaymentDesk, loop: asyncio.AbstractEventLoop) -> None:
        self._bank = bank
        self._desk = desk
        self._loop = loop
        if isinstance(bank.ledger, RemoteLedger):
            bank.ledger.read_on(loop)
        self._assurance: Assurance | None = None
        self._is_closed = False
        self._may_open = True
        self._waiting: deque[_Waiting] = deque()
        self._expected = 1
        self._is_called = False
        self._gathering: asyncio.TimerHandle | None = None
        self._asked: _Asked | None = None
        self._posting = 0

    def take(self, order: PaymentOrder, caller: Caller) -> None:
        """Pay; the caller hears what `engine.pay_now` returns or raises. Raises TooBusy at once."""
        waiting = self._recalled(order, caller)
        if waiting is None or len(self._waiting) >= MAX_WAITING:
            self._desk.take(order, caller)
            return
        self._waiting.append(waiting)
        self._call_begin()

    def close(self) -> None:
        """Leave to the desk what waits, and the loop to itself."""
        self._is_closed = True
        if isinstance(self._bank.ledger, RemoteLedger):
            self._bank.ledger.read_apart()
        self._leave_all()

    def _recalled(self, order: PaymentOrder, caller: Caller) -> _Waiting | None:
        """Return an order with what is remembered of it; None when it is not for the express."""
        if order.payee.kind is not PayeeKind.NUMBER or order.conditions or order.rows:
            return None
        target = Target(PaymentKind.TRANSFER, number=order.payee.value)
        known = self._desk.memory.recall(order, target)
        if known is None or self._desk.memory.limits is None:
            return None
        if self._assurance is None:
            self._open()
            return None
        return order, caller, target, known

    # --- groups ---------------------------------------------------------------------------

    def _call_begin(self) -> None:
        """Begin a group when as many have come as may be expected, or after a moment."""
        if self._asked is not None or self._posting >= MAX_POSTING:
            return
        if len(self._waiting) < self._expected:
            self._gathering = self._gathering or self._loop.call_later(GATHER_S, self._begin)
        elif not self._is_called:
            # Once all was read that has come by now.
            self._is_called = True
            self._loop.call_soon(self._begin)

    def _begin(self) -> None:
        self._is_called = False
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        limits = self._desk.memory.limits
        if self._assurance is None or limits is None or not self._waiting or self._asked:
            return
        many = min(len(self._waiting), MAX_GROUP)
        group = [self._waiting.popleft() for _ in range(many)]
        try:
            self._ask(self._assurance, group, limits)
        except Exception as error:  # noqa: BLE001 - the loop's edge: the desk looks up all of it
            self._hand_over(group)
            self._give_up(error)

    def _ask(self, assurance: Assurance, group: Sequence[_Waiting], limits: KnownLimits) -> None:
        now = self._bank.clock()
        assurance.ask([known for *_, known in group], limits, now)
        signed = is_signed([(order.claim, known.key) for order, _, _, known in group])
        timer = self._loop.call_later(PATIENCE_S, self._give_up, TimeoutError())
        self._asked = _Asked(group, limits, now, timer, signed)

    def _answered(self) -> None:
        """Go on when something has come from the database."""
        try:
            self._go_on()
        except Exception as error:  # noqa: BLE001 - the loop's edge: the desk looks up all of it
            self._give_up(error)

    def _go_on(self) -> None:
        assert self._assurance is not None
        otherwise, asked = self._assurance.otherwise(), self._asked
        if otherwise is None or asked is None:
            return
        verdicts = self._judged(asked)
        self._asked = None
        asked.timer.cancel()
        self._conclude(asked.group, verdicts, frozenset(otherwise))
        if self._waiting:
            self._call_begin()

    def _conclude(
        self, group: Sequence[_Waiting], verdicts: Sequence[Verdict], otherwise: frozenset[int]
    ) -> None:
        """Post what may be paid; nobody is refused here."""
        approved: list[Posting] = []
        rest: list[_Waiting] = []
        for place, (waiting, verdict) in enumerate(zip(group, verdicts, strict=True), start=1):
            if isinstance(verdict, Approved) and otherwise.isdisjoint((LIMITS, place)):
                approved.append((*waiting[:2], verdict))
            else:
                rest.append(waiting)
        if approved:
            self._posting += 1
            ended = partial(self._end, len(approved))
            self._desk.post(approved, partial(on_loop, self._loop, ended))
        self._hand_over(rest)

    def _judged(self, asked: _Asked) -> list[Verdict]:
        ids = ids_now(self._bank, asked.now, len(asked.group))
        limits = {asked.limits.operator_id: asked.limits.table}
        return [
            judge(order, _facts(target, known), signed, limits, asked.now, ids)
            for (order, _, target, known), signed in zip(asked.group, asked.signed, strict=True)
        ]

    def _end(self, answered: int) -> None:
        self._posting -= 1
        self._expected = min(answered + len(self._waiting), MAX_GROUP)
        if self._waiting:
            self._call_begin()

    # --- what the desk does instead -------------------------------------------------------

    def _hand_over(self, group: Iterable[_Waiting]) -> None:
        for order, caller, *_ in group:
            try:
                self._desk.take(order, caller)
            except BankError as refusal:
                caller.hear(refusal)

    def _give_up(self, error: Exception) -> None:
        """Use another connection from now on; the desk looks up what was asked on this one."""
        _log.warning("payments are looked up at the desk: %s", type(error).__name__)
        self._leave_all()

    def _leave_all(self) -> None:
        if self._asked is not None:
            self._asked.timer.cancel()
            self._hand_over(self._asked.group)
            self._asked = None
        waiting, self._waiting = self._waiting, deque()
        self._hand_over(waiting)
        # Last, for whatever may go wrong here, nobody waits for it.
        lost, self._assurance = self._assurance, None
        if lost is not None:
            try:
                self._loop.remove_reader(lost.socket)
            finally:
                lost.close()

    # --- connecting -----------------------------------------------------------------------

    def _open(self) -> None:
        """Open a connection, in another thread, for those who come later."""
        if not self._may_open or self._is_closed:
            return
        self._may_open = False
        opening = self._loop.run_in_executor(None, Assurance.opened, self._bank.pool)
        opening.add_done_callback(self._opened)

    def _opened(self, opening: asyncio.Future[Assurance]) -> None:
        self._loop.call_later(PAUSE_S, self._let_open)
        error = None if opening.cancelled() else opening.exception()
        if opening.cancelled() or error is not None:
            _log.warning("payments are looked up at the desk: %s", type(error).__name__)
        elif self._is_closed:
            opening.result().close()
        else:
            self._assurance = opening.result()
            self._loop.add_reader(self._assurance.socket, self._answered)

    def _let_open(self) -> None:
        self._may_open = True


def _facts(target: Target, known: Remembered) -> Facts:
    """Return what is known of an order when all is as it is remembered."""
    return Facts(
        known.key,
        known.payer,
        known.payee,
        target,
        auto_top_up=False,
        available=0,
        granted=True,
        misses=0,
        card_id=None,
        card_amount=Fen(0),
        earlier=None,
        remembered=True,
    )
