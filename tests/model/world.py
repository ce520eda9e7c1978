"""The transition system: purses, an operator, and an adversary that is the wire between them.

Whatever was ever said stays on the wire and may be said again to anyone, in any order, or never.
A state is a row of small numbers; each stands for a purse, for what the operator knows, or for
what is on the wire, so that equal parts of different states are stored and worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from tests.model import accepting, paying, syncing
from tests.model.cheating import CHEATS
from tests.model.operator import Known, Operator, ignorant
from tests.model.plan import Card, Plan
from tests.model.purse import NO_LIMIT, Purse
from tests.model.rules import Rules
from tests.model.scope import Scope
from tests.model.tearing import Outcome, answered_first, outcomes, selected
from tests.model.terms import (
    OPERATOR,
    SERVICE,
    Account,
    Delta,
    KeyUpdate,
    Message,
    Request,
    Statement,
    Voucher,
    ends_of,
)
from tests.model.wire import Numbered, Wire
from zerobar.purse.messages import EntryKind, Kind
from zerobar.purse.status import Refusal

RESET: Final = "RESET"

COMMANDS: Final[dict[str, Callable[..., Plan]]] = {
    "PREPARE": accepting.prepare,
    "PAY": paying.pay,
    "GET VOUCHER": paying.get_voucher,
    "ACCEPT": accepting.accept,
    "VOID": accepting.void,
    "UNDO": paying.undo,
    "STATE": syncing.state,
    "SYNC ACK": syncing.sync_ack,
    "BLOCKLIST": syncing.blocklist,
    "KEY UPDATE": syncing.key_update,
    "VERIFY": syncing.verify,
}

State = tuple[int, ...]
"""One number for each purse, then the operator's, then the wire's."""


class Step(NamedTuple):
    """Something that happens: who does what with what, and where the power went away."""

    actor: int
    name: str
    argument: object = None
    tear: str = ""


class Local(NamedTuple):
    """One end of a command in one purse, and the invariants it broke there."""

    step: Step
    purse: int
    answer: Message | None
    status: int
    faults: tuple[int, ...]


class Told(NamedTuple):
    """A step of the operator's: what it knows after it, and what it answers."""

    step: Step
    known: int
    answer: Message | None


Judge = Callable[[Card, Purse, Step, Plan, Outcome], tuple[int, ...]]


class World:
    """All worlds of one scope under one set of rules.

    Args:
        scope: how large.
        rules: which.
        judge: names the invariants that one end of a command breaks in its purse.
    """

    def __init__(self, scope: Scope, rules: Rules, judge: Judge) -> None:
        self.scope, self.rules = scope, rules
        self.card, self.operator = Card(scope, rules), Operator(scope, rules)
        self._judge = judge
        self.purses: Numbered[Purse] = Numbered()
        self.known: Numbered[Known] = Numbered()
        self.wires: Numbered[Wire] = Numbered()
        self._locals: dict[tuple[int, Step], tuple[Local, ...]] = {}
        self._said: dict[tuple[int, Message], int] = {}
        self._steps: dict[tuple[int, int, int], tuple[Local, ...]] = {}
        self._told: dict[tuple[int, int], tuple[Told, ...]] = {}
        self._tellings: dict[tuple[int, Step], Told] = {}

    # --- beginning ------------------------------------------------------------------------

    def blank(self) -> State:
        """Return the world before anything happened."""
        count = len(self.scope.loaded)
        empty = (None,) * self.scope.ring
        purses = [self.purses.of(Purse(me, empty)) for me in range(count)]
        return (*purses, self.known.of(ignorant(count)), self.wires.of(Wire()))

    def begin(self) -> tuple[State, list[Step]]:
        """Return the world in which purses were loaded and synchronised once, and how."""
        state, steps = self.blank(), list[Step]()
        for me, amount in enumerate(self.scope.loaded):
            if amount:
                state = self._load(state, me, amount, steps)
        return state, steps

    def _load(self, state: State, me: int, amount: int, steps: list[Step]) -> State:
        terms = Kind.LOAD, amount
        state, request = self.perform(state, Step(me, "PREPARE", terms), steps)
        state, voucher = self.perform(state, Step(OPERATOR, "SIGN", request), steps)
        state, _ = self.perform(state, Step(me, "ACCEPT", voucher), steps)
        state, account = self.perform(state, Step(me, "STATE", 1), steps)
        state, ack = self.perform(state, Step(OPERATOR, "REPORT", account), steps)
        return self.perform(state, Step(me, "SYNC ACK", ack), steps)[0]

    def perform(
        self, state: State, step: Step, steps: list[Step] | None = None
    ) -> tuple[State, Message | None]:
        """Return the world after one given step, and what was answered; note the step."""
        if steps is not None:
            steps.append(step)
        *purses, known, wire = state
        if step.actor == OPERATOR:
            told = self.told(known, step)
            return (*purses, told.known, self.say(wire, told.answer)), told.answer
        local = self.run(state, step)
        purses[step.actor] = local.purse
        return (*purses, known, self.say(wire, local.answer)), local.answer

    # --- what may happen ------------------------------------------------------------------

    def successors(self, state: State) -> Iterator[tuple[Step, State, tuple[int, ...]]]:
        """Return every step from here, where it leads, and the invariants it breaks on the way."""
        *purses, known, wire = state
        for me, purse in enumerate(purses):
            for local in self._purse_steps(me, purse, wire):
                said = self.say(wire, local.answer)
                after = (*purses[:me], local.purse, *purses[me + 1 :], known, said)
                yield local.step, after, local.faults
        for told in self._operator_steps(known, wire):
            yield told.step, (*purses, told.known, self.say(wire, told.answer)), ()

    def say(self, wire: int, message: Message | None) -> int:
        """Return the wire after a message has been on it."""
        if message is None:
            return wire
        key = (wire, message)
        if key not in self._said:
            self._said[key] = self.wires.of(self.wires[wire].with_message(message))
        return self._said[key]

    def run(self, state: State, step: Step) -> Local:
        """Return the first end of a command that has this step's tear."""
        return next(e for e in self.ends(state[step.actor], step) if e.step.tear == step.tear)

    def ends(self, purse: int, step: Step) -> tuple[Local, ...]:
        """Return every end of a command in a purse; the step's tear does not matter."""
        key = (purse, step._replace(tear=""))
        if key not in self._locals:
            self._locals[key] = tuple(self._work_out(self.purses[purse], key[1]))
        return self._locals[key]

    def _work_out(self, purse: Purse, step: Step) -> Iterator[Local]:
        plan = self.plan(purse, step)
        for outcome in self._outcomes(purse, step, plan):
            torn = step._replace(tear=outcome.tear)
            faults = self._judge(self.card, purse, torn, plan, outcome)
            number = self.purses.of(outcome.purse)
            yield Local(torn, number, outcome.answer, plan.status, faults)

    def _outcomes(self, purse: Purse, step: Step, plan: Plan) -> Iterator[Outcome]:
        if step.name == RESET:
            yield from selected(self.card, purse)
            return
        if step.name in CHEATS:
            yield Outcome("", CHEATS[step.name](purse))
            return
        yield from outcomes(self.card, purse, plan)
        if step.name == "PAY" and plan.write and not self.rules.commit_before_answer:
            yield from answered_first(self.card, purse, plan)

    def plan(self, purse: Purse, step: Step) -> Plan:
        """Return what a command would do; a refusal does nothing."""
        if step.name == RESET or step.name in CHEATS:
            return Plan()
        try:
            return COMMANDS[step.name](self.card, purse, step.argument)
        except Refusal as refusal:
            return Plan(status=refusal.status)

    # --- the adversary's choice -----------------------------------------------------------

    def _purse_steps(self, me: int, purse: int, wire: int) -> tuple[Local, ...]:
        key = (me, purse, wire)
        if key not in self._steps:
            self._steps[key] = tuple(self._choose(me, purse, wire))
        return self._steps[key]

    def _choose(self, me: int, purse: int, wire: int) -> Iterator[Local]:
        said = self.wires[wire]
        ends: set[tuple[int, Message | None]] = {(purse, None)}
        for name, argument in self.offers(me, self.purses[purse], said):
            for end in self.ends(purse, Step(me, name, argument)):
                news = None if end.answer is None or said.has(end.answer) else end.answer
                new = (end.purse, news) not in ends
                if (new or end.faults) and self._within(end, said):
                    ends.add((end.purse, news))
                    yield end

    def offers(self, me: int, purse: Purse, said: Wire) -> Iterator[tuple[str, object]]:
        """Return the commands that might change something in a purse, and their arguments."""
        yield RESET, None
        if self.scope.cheat == me:
            yield from ((cheat, None) for cheat in self.scope.cheats)
        yield from (("PREPARE", terms) for terms in self.scope.asks)
        yield from (("PAY", request) for request in self.payable(me, said))
        for slot in purse.visible():
            if slot.kind == EntryKind.PAY and slot.voucher not in said.vouchers:
                yield "GET VOUCHER", slot.entry
        for voucher in said.vouchers:
            if voucher.payee == me:
                yield "ACCEPT", voucher
                yield "VOID", voucher
        yield from (("UNDO", s) for s in said.statements if s.voucher.payer == me)
        yield from (("STATE", nonce) for nonce in self.nonces(me, said))
        yield from (("SYNC ACK", ack) for ack in said.acks if ack.purse == me)
        yield from (("BLOCKLIST", delta) for delta in said.deltas)
        yield from (("KEY UPDATE", update) for update in said.updates)
        if self.scope.pin and not purse.ram.pin:
            yield "VERIFY", None

    def payable(self, me: int, said: Wire) -> Iterator[Request]:
        """Return the requests that can be shown to a payer; a load cannot be paid."""
        for request in (*said.requests, *self.scope.forged, *self.scope.service):
            if request.payee != me and request.kind is not Kind.LOAD:
                yield request

    def nonces(self, me: int, said: Wire) -> Iterator[int]:
        """Return the nonces that STATE may get."""
        if self.scope.nonces and not self.rules.purse_nonce:
            yield from range(1, self.scope.nonces + 1)
        else:
            yield 1 + sum(1 for account in said.accounts if account.purse == me)

    def _within(self, end: Local, said: Wire) -> bool:
        """Whether an end stays within the scope's bounds."""
        purse, me, scope = self.purses[end.purse], end.step.actor, self.scope
        loaded = 1 if scope.loaded[me] else 0
        stated = sum(1 for account in said.accounts if account.purse == me)
        new_state = isinstance(end.answer, Account) and end.answer not in said.accounts
        return (
            purse.newest.balance <= self._most(me)
            and purse.number <= loaded + scope.numbers[me]
            and len(ends_of(purse.newest.chain).paid) <= scope.pays[me]
            and (not new_state or stated < loaded + scope.states[me])
        )

    def _most(self, me: int) -> int:
        """Return the most that a purse may hold: a cheat makes money one by one."""
        return self.scope.loaded[me] + 1 if self.scope.cheat == me else NO_LIMIT

    # --- the operator ---------------------------------------------------------------------

    def operator_steps(self, state: State) -> tuple[Told, ...]:
        """Return what may happen to the operator here."""
        return self._operator_steps(state[-2], state[-1])

    def _operator_steps(self, known: int, wire: int) -> tuple[Told, ...]:
        key = (known, wire)
        if key not in self._told:
            said = self.wires[wire]
            found = self._tell(known, said)
            changes = (t for t in found if t.known != known or self.say(wire, t.answer) != wire)
            self._told[key] = tuple(changes)
        return self._told[key]

    def _tell(self, number: int, said: Wire) -> Iterator[Told]:
        steps = [("REPORT", account) for account in said.accounts]
        if self.scope.tamper:
            steps += [("REPORT TAMPERED", account) for account in said.accounts]
        yield from (self.told(number, Step(OPERATOR, *step)) for step in steps)
        for statement in said.statements:
            yield self.told(number, Step(OPERATOR, "TELL", statement))
        for voucher in said.vouchers:
            if voucher.payee in (OPERATOR, SERVICE):
                yield self.told(number, Step(OPERATOR, "SHOW", voucher))
        yield from self._sign(number, said)
        yield from self._govern(number)

    def _sign(self, number: int, said: Wire) -> Iterator[Told]:
        loaded = sum(1 for amount in self.scope.loaded if amount)
        if len(self.known[number].loads) < loaded + self.scope.loads:
            for request in (*said.requests, *self.scope.forged):
                if request.kind is Kind.LOAD:
                    yield self.told(number, Step(OPERATOR, "SIGN", request))

    def _govern(self, number: int) -> Iterator[Told]:
        known = self.known[number]
        if known.time < self.scope.days:
            yield self.told(number, Step(OPERATOR, "DAY"))
        if known.key < self.scope.keys:
            yield self.told(number, Step(OPERATOR, "NEW KEY"))
        for purse in self.scope.bars:
            if purse not in known.barred:
                yield self.told(number, Step(OPERATOR, "BAR", purse))

    def told(self, known: int, step: Step) -> Told:
        """Return what the operator knows and answers after a step of its own."""
        key = (known, step)
        if key not in self._tellings:
            self._tellings[key] = self._do(self.known[known], step)
        return self._tellings[key]

    def _do(self, known: Known, step: Step) -> Told:
        answer: Message | None = None
        match step.name, step.argument:
            case "REPORT", Account() as account:
                known, answer = self.operator.report(known, account)
            case "REPORT TAMPERED", Account() as account:
                known = self.operator.tampered(known, account)
            case "TELL", Statement() as statement:
                known = self.operator.tell(known, statement)
            case "SHOW", Voucher() as voucher:
                known = self.operator.show(known, voucher)
            case "SIGN", Request() as request:
                known, answer = self.operator.sign(known, request)
            case _:
                known, answer = _governed(known, step)
        return Told(step, self.known.of(known), answer)


def _governed(known: Known, step: Step) -> tuple[Known, Message | None]:
    match step.name, step.argument:
        case "DAY", _:
            return known._replace(time=known.time + 1), None
        case "NEW KEY", _:
            return known._replace(key=known.key + 1), KeyUpdate(known.key + 1)
        case "BAR", int(purse):
            barred = known._replace(barred=(*known.barred, purse))
            return barred, Delta(len(known.barred), purse)
    raise AssertionError(step)
