"""The invariants of the protocol page, in its words, by its numbers.

Those that one purse can break as a command ends are in `judging`; those that need the whole world
are here; 10 and 11, about what is still to come, are in `completion`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from tests.model.operator import REDIRECTED, REFUNDED, SETTLED, UNDONE, Known, overdrawn
from tests.model.purse import Purse
from tests.model.scope import Scope
from tests.model.terms import OPERATOR, SERVICE, Request, Voucher, ends_of, log_of
from tests.model.wire import Numbered, Wire
from tests.model.world import State, World
from zerobar.purse.messages import Kind

INVARIANTS: Final = {
    1: "Loaded value is all there: in purses, in vouchers not yet resolved, unloaded, "
    "redirected, refunded.",
    2: "A committed voucher has at most one outcome, once.",
    3: "What was emitted was committed; what was credited was committed, addressed to that "
    "purse, and asked for by it with that amount.",
    4: "No two bodies share payer and entry; entry, request number and base never fall.",
    5: "No balance is negative; limits hold at every commit; the balance does not exceed the "
    "holding limit by a credit.",
    6: "The same request, while its voucher is in the log, gives the same bytes and changes "
    "nothing.",
    7: "A window bit is set exactly when an entry has credited or voided its request.",
    8: "What was pruned from a card, its operator knows.",
    9: "A void excludes credit for ever; an undo happens at most once and never beside a refund.",
    10: "From every reachable state every voucher can still be resolved.",
    11: "The final ledger does not depend on the order of syncs.",
    12: "No honest purse is flagged; every cheat is, once all honest purses have synced.",
    13: "Time floor, blocklist epoch and key dates never fall.",
    14: "An expired or blocked purse pays only its operator, and loses nothing.",
    15: "A power cut at any byte written leaves the state before or after the command, also "
    "when the ring has wrapped.",
}


class View(NamedTuple):
    """A state, spelt out."""

    purses: tuple[Purse, ...]
    known: Known
    wire: Wire
    cheats: frozenset[int] = frozenset()

    @property
    def chains(self) -> tuple[int, ...]:
        return tuple(purse.newest.chain for purse in self.purses)


def conserved(view: View) -> bool:
    """1. A load in flight is an unresolved voucher too."""
    loaded = sum(voucher.amount for voucher in view.known.loads)
    held = sum(purse.newest.balance + purse.newest.held for purse in view.purses)
    return held + _in_flight(view) + _paid_out(view.known) == loaded


def _in_flight(view: View) -> int:
    return sum(voucher.amount for voucher in unresolved(view))


def unresolved(view: View) -> list[Voucher]:
    """Return the committed vouchers that carry value and have no outcome of any kind."""
    ends = [ends_of(chain) for chain in view.chains]
    resolved = {voucher for voucher, _ in view.known.outcomes}
    for end in ends:
        resolved.update(end.credited, end.undone)
    committed = {voucher for end in ends for voucher in end.paid} | set(view.known.loads)
    return sorted(v for v in committed - resolved if v.kind is not Kind.AUTHORISE)


def _paid_out(known: Known) -> int:
    """What left the purses for good: to wallets, and to the operator's own payees."""
    return sum(
        voucher.amount
        for voucher, outcome in known.outcomes
        if outcome in (REDIRECTED, REFUNDED)
        or (outcome == SETTLED and voucher.payee in (OPERATOR, SERVICE))
        if voucher.kind is not Kind.AUTHORISE
    )


def one_outcome(view: View) -> bool:
    """2, counted from what purses and operator did, not from what they believe."""
    found: list[Voucher] = []
    for chain in view.chains:
        found += [*ends_of(chain).credited, *ends_of(chain).undone]
    hosted = (OPERATOR, SERVICE)
    for voucher, outcome in view.known.outcomes:
        if outcome not in (SETTLED, UNDONE) or (outcome == SETTLED and voucher.payee in hosted):
            found.append(voucher)
    return len(found) == len(set(found))


def emitted_is_committed(view: View) -> bool:
    """3, first half: vouchers, void statements and STATEs on the wire."""
    chains, loads = view.chains, set(view.known.loads)
    paid = loads.union(*(ends_of(chain).paid for chain in chains))
    voided = {(e, v) for c in chains for e, (kind, v) in enumerate(log_of(c), 1) if kind == 3}
    return (
        paid.issuperset(view.wire.vouchers)
        and all(s.flags or (s.entry, s.voucher) in voided for s in view.wire.statements)
        and all(_is_prefix(a.chain, chains[a.purse]) for a in view.wire.accounts)
    )


@cache
def _is_prefix(chain: int, longer: int) -> bool:
    log = log_of(chain)
    return log_of(longer)[: len(log)] == log


def credited_is_due(view: View) -> bool:
    """3, second half."""
    paid = set(view.known.loads).union(*(ends_of(chain).paid for chain in view.chains))
    return all(
        voucher in paid and voucher.payee == me and _asked(voucher) in view.wire.requests
        for me, chain in enumerate(view.chains)
        for voucher in ends_of(chain).credited
    )


def _asked(voucher: Voucher) -> Request:
    return Request(voucher.kind, voucher.payee, voucher.number, voucher.amount, tag=True)


def no_two_bodies(view: View) -> bool:
    """4, first half."""
    bodies = set(view.wire.vouchers).union(*(ends_of(chain).paid for chain in view.chains))
    return len({(v.payer, v.entry) for v in bodies}) == len(bodies)


def pruned_is_known(view: View) -> bool:
    """8: whatever entry has no slot any more stands in the log that the operator holds."""
    return all(_pruned_known(p, view.known.logs[me]) for me, p in enumerate(view.purses))


def _pruned_known(purse: Purse, chain: int) -> bool:
    here = {slot.entry for slot in purse.ring if slot}
    entries = range(1, purse.newest.entry + 1)
    pruned = max((e for e in entries if e not in here), default=0)
    return log_of(chain)[:pruned] == purse.log()[:pruned]


def undone_is_not_refunded(view: View) -> bool:
    """9, third part."""
    undone = {voucher for chain in view.chains for voucher in ends_of(chain).undone}
    return not any(v in undone and o == REFUNDED for v, o in view.known.outcomes)


def nobody_flagged(view: View) -> bool:
    """12, first half: all purses of this world are honest, but for one cheat at the most."""
    return {purse for purse, _ in view.known.suspects} <= view.cheats


def made_money(view: View) -> bool:
    """Whether others than a cheat hold, or are owed, more than was ever loaded."""
    honest = [p for p in view.purses if p.me not in view.cheats]
    held = sum(purse.newest.balance + purse.newest.held for purse in honest)
    owed = sum(v.amount for v in unresolved(view) if not {v.payer, v.payee} & view.cheats)
    loaded = sum(voucher.amount for voucher in view.known.loads)
    return held + owed + _paid_out(view.known) > loaded


def cheats_flagged(view: View, *, by_sums: bool) -> bool:
    """12, second half: whoever made money is suspected once all others have synchronised.

    Args:
        view: a state in which they have.
        by_sums: whether the operator compares what came in with what went out.
    """
    suspects = {purse for purse, _ in view.known.suspects}
    suspects |= overdrawn(view.known) if by_sums else set()
    return suspects <= view.cheats and (not made_money(view) or suspects == view.cheats)


_OF_PURSES: Final[tuple[tuple[int, Callable[[View], bool]], ...]] = (
    (1, conserved),
    (2, one_outcome),
    (8, pruned_is_known),
    (9, undone_is_not_refunded),
    (12, nobody_flagged),
)
"""Those that the wire does not matter to."""
_OF_LOGS: Final[tuple[tuple[int, Callable[[View], bool]], ...]] = (
    (3, emitted_is_committed),
    (3, credited_is_due),
    (4, no_two_bodies),
)
"""Those to which only the logs, the loads and the wire matter."""


def cheats_in(scope: Scope) -> frozenset[int]:
    """Return the purses that may cheat."""
    return frozenset() if scope.cheat is None else frozenset({scope.cheat})


class Watch:
    """Looks at whole states; what depends on a part of one is looked at once for each part."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chains: Numbered[tuple[object, ...]] = Numbered()
        self._by_purses: dict[State, tuple[int, ...]] = {}
        self._by_logs: dict[tuple[int, int], tuple[int, ...]] = {}

    def view(self, state: State) -> View:
        """Spell a state out."""
        *purses, known, wire = state
        world = self._world
        parts = tuple(world.purses[purse] for purse in purses)
        return View(parts, world.known[known], world.wires[wire], cheats_in(world.scope))

    def faults(self, state: State) -> tuple[int, ...]:
        """Return the numbers of the invariants that do not hold in a state."""
        purses, wire = state[:-1], state[-1]
        if purses not in self._by_purses:
            self._by_purses[purses] = _broken(_OF_PURSES, self.view(state))
        logs = (self._logs(purses), wire)
        if logs not in self._by_logs:
            self._by_logs[logs] = _broken(_OF_LOGS, self.view(state))
        return self._by_purses[purses] + self._by_logs[logs]

    def _logs(self, purses: tuple[int, ...]) -> int:
        *parts, known = purses
        world = self._world
        chains = tuple(world.purses.things[part].newest.chain for part in parts)
        return self._chains.of((*chains, world.known.things[known].loads))


def _broken(checks: tuple[tuple[int, Callable[[View], bool]], ...], view: View) -> tuple[int, ...]:
    return tuple(number for number, holds in checks if not holds(view))
