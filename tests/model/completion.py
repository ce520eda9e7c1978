"""From any state to the end: everybody synchronises, and every voucher gets its outcome.

This is what the operator can always do, so invariant 10 is that it leads to an end from every
reachable state. Invariant 11 is that the evidence which then exists, told to the operator in any
other order, gives the same outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import Final, NamedTuple

from tests.model.invariants import View, cheats_flagged, cheats_in, conserved, unresolved
from tests.model.operator import vouchers_of
from tests.model.terms import (
    OPERATOR,
    SERVICE,
    Account,
    KeyUpdate,
    Message,
    Statement,
    Voucher,
    ends_of,
)
from tests.model.wire import Wire
from tests.model.world import RESET, State, Step, World
from zerobar.purse.messages import Kind
from zerobar.purse.status import Status

NONCE: Final = 1_000
"""Of every STATE of a completion: no ack of before has it, and the adversary is gone."""
ROUNDS: Final = 6
SLIDES_FROM: Final = 3
"""The round in which the operator begins to slide windows, as a last resort."""

Evidence = Account | Statement


class End(NamedTuple):
    """Where a completion led."""

    purses: tuple[int, ...]
    known: int
    evidence: tuple[Evidence, ...]


class Completion:
    """Completes the states of one world, each distinct situation once."""

    def __init__(self, world: World) -> None:
        self._world = world
        honest = [me for me in range(len(world.scope.loaded)) if me != world.scope.cheat]
        self._orders = list(permutations(honest))
        self._ends: dict[State, tuple[int, ...]] = {}
        self._stuck: dict[State, tuple[End, ...]] = {}
        self.completed = 0
        """Situations completed, each in every order."""

    def faults(self, state: State) -> tuple[int, ...]:
        """Return the numbers of the invariants that fail on the way from a state to its end."""
        *purses, known, wire = state
        off = tuple(self._selected(me, purse) for me, purse in enumerate(purses))
        said = self._world.wires[wire]
        key = (
            *off,
            known,
            self._world.wires.of(Wire(statements=said.statements, accounts=said.accounts)),
        )
        if key not in self._ends:
            self._ends[key] = tuple(self._judge(off, known, said))
        return self._ends[key]

    def _selected(self, me: int, purse: int) -> int:
        return self._world.ends(purse, Step(me, RESET))[0].purse

    def _judge(self, purses: tuple[int, ...], known: int, said: Wire) -> Iterator[int]:
        ends = self._complete(purses, known)
        for end in ends:
            yield from self._judge_end(end)
        outcomes = {self._world.known[end.known].outcomes for end in ends}
        if len(outcomes) > 1 and not self._races(purses, known):
            yield 11
        if not all(self._same_in_any_order(known, end, said) for end in ends):
            yield 11

    def _complete(self, purses: tuple[int, ...], known: int) -> tuple[End, ...]:
        key = (*purses, known)
        if key not in self._stuck:
            self.completed += 1
            runs = (_Run(self._world, purses, known) for _ in self._orders)
            zipped = zip(runs, self._orders, strict=True)
            self._stuck[key] = tuple(run.finish(order) for run, order in zipped)
        return self._stuck[key]

    def _judge_end(self, end: End) -> Iterator[int]:
        view = View(
            tuple(self._world.purses[purse] for purse in end.purses),
            self._world.known[end.known],
            Wire(),
            cheats_in(self._world.scope),
        )
        if not cheats_flagged(view, by_sums=self._world.rules.fraud_tests):
            yield 12
        if view.cheats:
            return
        decided = {voucher for voucher, _ in view.known.outcomes}
        if unresolved(view) or set(vouchers_of(view.known)) - decided:
            yield 10
        if not conserved(view):
            yield 1

    # --- in any order ---------------------------------------------------------------------

    def _same_in_any_order(self, known: int, end: End, said: Wire) -> bool:
        late = [s for s in said.statements if s.flags]
        accounts = [*said.accounts, *(e for e in end.evidence if isinstance(e, Account))]
        statements = [*late, *(e for e in end.evidence if isinstance(e, Statement))]
        orders: list[list[Evidence]] = [
            [*statements, *accounts],
            [*accounts, *statements],
            [*reversed(accounts), *statements],
            [*statements, *reversed(accounts)],
        ]
        outcomes = {self._ledger(self._told_all(known, order)) for order in orders}
        return len(outcomes) == 1

    def _told_all(self, known: int, evidence: Iterable[Evidence]) -> int:
        """Tell everything in this order, and again what could not be taken in yet."""
        before = -1
        while before != known:
            before = known
            for piece in evidence:
                name = "REPORT" if isinstance(piece, Account) else "TELL"
                known = self._world.told(known, Step(OPERATOR, name, piece)).known
        return known

    def _ledger(self, known: int) -> frozenset[tuple[Voucher, str]]:
        """What the order must not change; of two vouchers for one request of a hosted payee,
        the operator can only take the one that it sees first."""
        outcomes = self._world.known[known].outcomes
        return frozenset((v, o) for v, o in outcomes if v.payee != SERVICE)

    def _races(self, purses: tuple[int, ...], known: int) -> bool:
        """Whether the order of deliveries decides: two open vouchers for one request, or limits
        that one delivery may use up before another."""
        scope = self._world.scope
        if scope.service or scope.bars or scope.days or scope.limits != type(scope.limits)():
            return True
        parts = tuple(self._world.purses[purse] for purse in purses)
        open_ = unresolved(View(parts, self._world.known[known], Wire()))
        requests = [(v.payee, v.number) for v in open_ if v.tag]
        return len(requests) != len(set(requests))


class _Run:
    """One completion under way."""

    def __init__(self, world: World, purses: tuple[int, ...], known: int) -> None:
        self._world = world
        self._purses = list(purses)
        self._known = known
        self._evidence: list[Evidence] = []

    def finish(self, order: Iterable[int]) -> End:
        """Synchronise all purses in this order until nothing is open."""
        for turn in range(ROUNDS):
            for me in order:
                self._visit(me, slides=turn >= SLIDES_FROM)
            if turn and not self._open():
                break
        return End(tuple(self._purses), self._known, tuple(self._evidence))

    def _open(self) -> list[Voucher]:
        known = self._world.known[self._known]
        decided = {voucher for voucher, _ in known.outcomes}
        paid = {v for p in self._purses for v in self._paid(p)} | set(vouchers_of(known))
        return sorted(paid - decided)

    def _paid(self, purse: int) -> tuple[Voucher, ...]:
        return ends_of(self._world.purses[purse].newest.chain).paid

    def _visit(self, me: int, *, slides: bool) -> None:
        known = self._world.known[self._known]
        if known.key:
            self._do(me, "KEY UPDATE", KeyUpdate(known.key))
        account = self._do(me, "STATE", NONCE)
        assert isinstance(account, Account)
        ack = self._tell("REPORT", account)
        if self._world.rules.redeliver:
            self._redeliver(me)
        if ack is not None:
            self._do(me, "SYNC ACK", ack)
        if slides and any(v.payee == me for v in self._open()):
            self._slide(me)

    def _redeliver(self, me: int) -> None:
        for voucher in self._open():
            if voucher.payee == me and self._status(me, "ACCEPT", voucher) != Status.OK:
                answer = self._do(me, "VOID", voucher)
                if isinstance(answer, Statement) and answer.flags:
                    self._tell("TELL", answer)

    def _slide(self, me: int) -> None:
        for _ in range(self._world.scope.window):
            self._do(me, "PREPARE", (Kind.PAYMENT, 1))

    def _status(self, me: int, name: str, argument: object) -> int:
        end = self._world.ends(self._purses[me], Step(me, name, argument))[0]
        self._purses[me] = end.purse
        return end.status

    def _do(self, me: int, name: str, argument: object) -> Message | None:
        end = self._world.ends(self._purses[me], Step(me, name, argument))[0]
        self._purses[me] = end.purse
        return end.answer

    def _tell(self, name: str, piece: Evidence) -> Message | None:
        self._evidence.append(piece)
        told = self._world.told(self._known, Step(OPERATOR, name, piece))
        self._known = told.known
        return told.answer
