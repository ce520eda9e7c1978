"""The desk: payment orders that come at once are looked up, judged and posted together.

One clerk takes all that wait; those that come while these are looked up and stored are the next
group. So groups grow with the load, and a few clients share a look-up and a commit as many do: each
costs as much for one as for ten. What needs more than that goes to a few
other threads and holds up nobody: explaining a refusal to those of the back room, asking a card for
a shortfall to those of the card room. There are two rooms because a card's bank may be slow, and
then whoever only needs to be told what the ledger said must not wait behind it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Final, Self

import msgspec

from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError
from zerobar.bank.paying.engine import conclude, examine, is_doubted, is_plain, pay_now
from zerobar.bank.paying.errors import OutcomeUnknown, TooBusy
from zerobar.bank.paying.judging import Approved, Short
from zerobar.bank.paying.memory import Memory
from zerobar.bank.paying.model import Payment, PaymentKind, PaymentOrder
from zerobar.bank.paying.reading_room import ReadingRoom
from zerobar.ledger import Answer, LedgerBusy, LedgerError
from zerobar.tracing.spans import CURRENT, FIELDS, Span, entered, is_followed, moment

MAX_GROUP: Final = 512
"""Orders that are looked up in one statement."""
MAX_WAITING: Final = 8_192
"""Orders that wait at most; more are turned away at once rather than kept waiting."""
LONGEST_GATHERING_S: Final = 0.05
"""How long those who came meanwhile wait for the last group to be answered."""
BACK_ROOM: Final = 4
"""Threads that look up what to tell."""
CARD_ROOM: Final = 8
"""Threads that wait for cards' banks."""
MAX_TOPPING: Final = 512
"""Orders that may wait for their card's bank."""

_SUBJECTS: Final = {PaymentKind.ORDER: "order_id", PaymentKind.REQUEST: "money_request_id"}
"""What a payment's subject is called in logs and traces, where it has one."""
_log = logging.getLogger(__name__)

Outcome = Payment | Exception


class Caller(msgspec.Struct, frozen=True):
    """Who waits on an event loop, and is called there; only the first call counts.

    Attributes:
        span: of which the payment is a part.
    """

    loop: asyncio.AbstractEventLoop
    hear: Callable[[Outcome], None]
    span: Span | None = None


Waiter = Future[Payment] | Caller
Told = tuple[Waiter, Outcome]
_Waiting = tuple[PaymentOrder, Waiter]
Posting = tuple[PaymentOrder, Waiter, Approved]
"""What was approved, and who waits for it."""


class PaymentDesk:
    """Takes payment orders from many threads or tasks; a context manager that finishes them.

    Attributes:
        memory: what its clerk remembers of what was looked up.
    """

    def __init__(self, bank: Bank) -> None:
        self.memory = Memory()
        self._bank = bank
        self._changed = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._closing = False
        self._clerks_groups = 0
        self._unanswered = 0
        self._topping = threading.BoundedSemaphore(MAX_TOPPING)
        self._back_room = ThreadPoolExecutor(BACK_ROOM, thread_name_prefix="payment-back-room")
        self._card_room = ThreadPoolExecutor(CARD_ROOM, thread_name_prefix="payment-card-room")
        self._clerk = threading.Thread(target=self._work, name="payment-clerk", daemon=True)
        self._clerk.start()

    def submit(self, order: PaymentOrder) -> Future[Payment]:
        """Pay; the future raises what `engine.pay_now` raises. Raises TooBusy at once."""
        waiter: Future[Payment] = Future()
        self.take(order, waiter)
        return waiter

    async def pay(self, order: PaymentOrder) -> Payment:
        """Pay from a task; raises what `engine.pay_now` raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Payment] = loop.create_future()
        self.take(order, Caller(loop, partial(_settle, answer), CURRENT.get()))
        return await answer

    def take(self, order: PaymentOrder, waiter: Waiter) -> None:
        """Pay; the waiter hears what `engine.pay_now` returns or raises. Raises TooBusy at once."""
        with self._changed:
            if self._closing or len(self._waiting) >= MAX_WAITING:
                raise TooBusy
            self._waiting.append((order, waiter))
            # The clerk sleeps only when nothing waits, so the first to come wakes it for all.
            if len(self._waiting) == 1:
                self._changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Look at all that waits, then stop."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._clerk.join()
        with self._changed:
            self._changed.wait_for(lambda: not self._unanswered)
        self._card_room.shutdown()
        self._back_room.shutdown()

    # --- the clerk ------------------------------------------------------------------------

    def _work(self) -> None:
        with ReadingRoom(self._bank.pool, self.memory) as room:
            while group := self._next_group():
                self._try(group, room)

    def _try(self, group: Sequence[_Waiting], room: ReadingRoom | None = None) -> None:
        try:
            self._handle(group, room)
        except Exception as error:  # noqa: BLE001 - the thread's edge: the desk stays open
            ids = [str(order.payment_id) for order, _ in group]
            _log.warning(
                "payments could not be handled: %s",
                type(error).__name__,
                extra={FIELDS: {"payment_ids": ids}},
            )
            tell([(waiter, error) for _, waiter in group])

    def _next_group(self) -> list[_Waiting]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            self._changed.wait_for(self._is_time, LONGEST_GATHERING_S)
            many = min(len(self._waiting), MAX_GROUP)
            return [self._waiting.popleft() for _ in range(many)]

    def _is_time(self) -> bool:
        """Tell whether to begin a group, rather than gather it until the last one is answered."""
        return not self._clerks_groups or len(self._waiting) >= MAX_GROUP or self._closing

    def _handle(self, group: Sequence[_Waiting], room: ReadingRoom | None = None) -> None:
        verdicts = examine(self._bank, [order for order, _ in group], room)
        told: list[Told] = []
        approved: list[Posting] = []
        for (order, waiter), verdict in zip(group, verdicts, strict=True):
            if isinstance(verdict, Approved):
                approved.append((order, waiter, verdict))
            elif isinstance(verdict, Short):
                self._top_up(order, waiter)
            else:
                told.append((waiter, verdict))
        if approved:
            with self._changed:
                self._clerks_groups += 1
            self.post(approved, self._let_clerk_begin)
        tell(told)

    def _top_up(self, order: PaymentOrder, waiter: Waiter) -> None:
        if self._topping.acquire(blocking=False):
            self._card_room.submit(self._answer, waiter, partial(self._pay_slowly, order))
        else:
            tell([(waiter, TooBusy())])

    def _pay_slowly(self, order: PaymentOrder) -> Payment:
        try:
            return pay_now(self._bank, order)
        finally:
            self._topping.release()

    def post(self, approved: Sequence[Posting], ended: Callable[[], None]) -> None:
        """Post what was approved and tell those who wait what came of it.

        Args:
            approved: on this desk, or beside it.
            ended: called once when the ledger has answered, from any thread.
        """
        try:
            answers = self._bank.ledger.submit_many([a.posting for _, _, a in approved])
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            _log.warning("payments could not be posted: %s", type(error).__name__)
            outcome = TooBusy() if isinstance(error, LedgerBusy) else error
            tell([(waiter, outcome) for _, waiter, _ in approved])
            ended()
            return
        self._begin()
        answers.add_done_callback(partial(self._posted, approved, ended))

    # --- what the ledger says, on its thread ------------------------------------------------

    def _posted(
        self,
        approved: Sequence[Posting],
        ended: Callable[[], None],
        answers: Future[list[Answer]],
    ) -> None:
        try:
            self._tell_posted(approved, answers)
        finally:
            ended()
            self._end()

    def _let_clerk_begin(self) -> None:
        with self._changed:
            self._clerks_groups -= 1
            self._changed.notify_all()

    def _begin(self) -> None:
        with self._changed:
            self._unanswered += 1

    def _end(self) -> None:
        with self._changed:
            self._unanswered -= 1
            self._changed.notify_all()

    def _try_again(self, order: PaymentOrder, waiter: Waiter) -> None:
        """Look up all about an order, which the ledger has refused on what was remembered."""
        try:
            self._try([(order, waiter)])
        finally:
            self._end()

    def _tell_posted(self, approved: Sequence[Posting], answers: Future[list[Answer]]) -> None:
        failed = answers.exception()
        if failed is not None:
            assert isinstance(failed, LedgerError)
            tell([(waiter, OutcomeUnknown()) for _, waiter, _ in approved])
            return
        told: list[Told] = []
        for (order, waiter, verdict), answer in zip(approved, answers.result(), strict=True):
            if is_plain(answer):
                told.append((waiter, verdict.payment))
            elif is_doubted(verdict, answer):
                self._begin()
                self._back_room.submit(self._try_again, order, waiter)
            else:
                concluding = partial(conclude, self._bank, order, verdict, answer)
                self._back_room.submit(self._answer, waiter, concluding)
        tell(told)
        _note_made(told)

    def _answer(self, waiter: Waiter, work: Callable[[], Payment]) -> None:
        try:
            with entered(_span_of(waiter)):
                outcome: Outcome = work()
        except BankError as refusal:
            outcome = refusal
        except Exception as error:  # noqa: BLE001 - the thread's edge: whoever waits is told
            _log.warning("a payment could not be concluded: %s", type(error).__name__)
            outcome = error
        told = [(waiter, outcome)]
        tell(told)
        _note_made(told)


def _note_made(told: Sequence[Told]) -> None:
    """Say which payments are made, and of what orders or requests; after those who wait know."""
    if not is_followed():
        return
    for waiter, payment in told:
        if isinstance(payment, Payment):
            ids = {"payment_id": payment.id}
            if payment.subject_id is not None:
                ids[_SUBJECTS[payment.kind]] = payment.subject_id
            with entered(_span_of(waiter)):
                moment("payment made", **ids)


def _span_of(waiter: Waiter) -> Span | None:
    return waiter.span if isinstance(waiter, Caller) else None


def tell(told: Sequence[Told]) -> None:
    """Tell all who wait; each event loop is woken only once, however many wait there."""
    on_loops: dict[asyncio.AbstractEventLoop, list[tuple[Caller, Outcome]]] = {}
    for waiter, outcome in told:
        if isinstance(waiter, Caller):
            on_loops.setdefault(waiter.loop, []).append((waiter, outcome))
        elif not waiter.done() and waiter.set_running_or_notify_cancel():
            _settle(waiter, outcome)
    for loop, callers in on_loops.items():
        on_loop(loop, partial(_call, callers))


def on_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """Call on a loop: now, if it is this thread's. One that ended has nobody left to be called."""
    try:
        is_here = asyncio.get_running_loop() is loop
    except RuntimeError:
        is_here = False
    if is_here:
        call()
    elif not loop.is_closed():
        loop.call_soon_threadsafe(call)


def _call(told: Sequence[tuple[Caller, Outcome]]) -> None:
    for caller, outcome in told:
        caller.hear(outcome)


def _settle(waiter: Future[Payment] | asyncio.Future[Payment], outcome: Outcome) -> None:
    if waiter.done():
        return
    if isinstance(outcome, Exception):
        waiter.set_exception(outcome)
    else:
        waiter.set_result(outcome)
