"""A trace told in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tests.model.cheating import FAKE, MINT, SWAP
from tests.model.explore import Violation
from tests.model.invariants import INVARIANTS
from tests.model.terms import (
    NEVER_MINE,
    NOBODY,
    OPERATOR,
    SERVICE,
    TOO_OLD,
    VOIDED,
    Account,
    Ack,
    Delta,
    KeyUpdate,
    Message,
    Receipt,
    Request,
    Statement,
    Voucher,
)
from tests.model.world import RESET, State, Step, World
from zerobar.purse.messages import Kind
from zerobar.purse.status import Status

_NAMES: Final = {NOBODY: "nobody", OPERATOR: "operator", SERVICE: "service"}
_REASONS: Final = {VOIDED: "VOIDED", NEVER_MINE: "NEVER_MY_REQUEST", TOO_OLD: "TOO_OLD"}


def name(owner: int) -> str:
    """Return what a purse or payee is called."""
    return _NAMES.get(owner) or "ABCDEF"[owner]


def tell(world: World, violation: Violation) -> str:
    """Tell a violation as a numbered story that ends with the broken invariant."""
    loaded = [f"{name(me)} {amount}" for me, amount in enumerate(world.scope.loaded) if amount]
    told = [f"At first {' and '.join(loaded) or 'nothing'} is loaded and synchronised."]
    told += sentences(world, violation.setup, violation.steps)
    told += [f"Broken: {n}. {INVARIANTS[n]}" for n in violation.invariants]
    return "\n".join(told)


def sentences(world: World, setup: Iterable[Step], steps: Iterable[Step]) -> list[str]:
    """Return a numbered sentence for each step after the setup."""
    state, lines = world.blank(), list[str]()
    for step in setup:
        state, _ = world.perform(state, step)
    for number, step in enumerate(steps, 1):
        before, (state, answer) = state, world.perform(state, step)
        lines.append(f"{number}. {_sentence(world, (before, state), step, answer)}")
    return lines


def _sentence(world: World, states: tuple[State, State], step: Step, answer: Message | None) -> str:
    if step.actor == OPERATOR:
        return _of_operator(world, states, step, answer)
    before, after = states
    status = world.run(before, step).status
    line = f"{name(step.actor)} {_act(step)}"
    if status != Status.OK:
        return f"{line}: refused, {status:04X}."
    if step.tear:
        line += f"{'' if step.name == RESET else '; power cut '}{step.tear}"
    elif before[step.actor] == after[step.actor] and not isinstance(answer, Account):
        line += "; nothing changes"
    return f"{line}: {describe(answer)} leaves." if answer else f"{line}."


_BARE: Final = {
    RESET: "loses its power and is selected again",
    SWAP: "is put aside, and its other copy taken",
    MINT: "has money written into its balance",
    FAKE: "credits a voucher that nobody signed",
    "VERIFY": "is given the PIN",
}


def _act(step: Step) -> str:
    if step.name in _BARE:
        return _BARE[step.name]
    match step.name, step.argument:
        case "PREPARE", (Kind() as kind, amount):
            return f"prepares a request, {kind.name} of {amount}"
        case "PAY", Request() as request:
            return f"pays {describe(request)}"
        case "GET VOUCHER", entry:
            return f"gives out the voucher of entry {entry}"
        case "STATE", nonce:
            return f"is asked for STATE with nonce {nonce}"
        case command, (Voucher() | Statement() | Ack() | Delta() | KeyUpdate()) as message:
            return f"takes {command} with {describe(message)}"
    raise AssertionError(step)


def describe(message: Message | None) -> str:
    """Return what a message is, in a few words."""
    match message:
        case Request(kind, payee, number, amount, tag):
            forged = "" if tag or kind is Kind.PUSH else "forged "
            return f"{forged}request {name(payee)}/{number} ({kind.name} of {amount})"
        case Voucher(_, payer, entry):
            return f"voucher {name(payer)}/{entry}"
        case Statement(flags, _, voucher):
            return f"statement {_REASONS[flags]} on {describe(voucher)}"
        case Receipt(voucher):
            return f"the receipt for {describe(voucher)}"
        case Account():
            return f"{name(message.purse)}'s STATE ({_account(message)})"
    return _describe_operators(message)


def _describe_operators(message: Message | None) -> str:
    match message:
        case Ack():
            return f"the ack of {name(message.purse)}'s entry {message.entry}"
        case Delta(epoch, blocked):
            return f"blocklist {epoch + 1}, which names {name(blocked)}"
        case KeyUpdate(date):
            return f"the sync key of date {date}"
    raise AssertionError(message)


def _account(account: Account) -> str:
    return f"entry {account.entry}, base {account.base}, request number {account.number}"


def _of_operator(
    world: World, states: tuple[State, State], step: Step, answer: Message | None
) -> str:
    known, now = (world.known[state[-2]] for state in states)
    line = f"The operator {_operator_act(step)}"
    if answer is not None:
        line += f": {describe(answer)} leaves"
    for voucher, outcome in sorted(now.outcomes - known.outcomes):
        line += f"; {describe(voucher)} is {outcome}"
    for suspect, test in sorted(now.suspects - known.suspects):
        line += f"; {name(suspect)} is flagged by {test}"
    return line + "."


def _operator_act(step: Step) -> str:
    match step.name, step.argument:
        case "REPORT", Account() as account:
            return f"takes {describe(account)} and the log up to it"
        case "REPORT TAMPERED", Account() as account:
            return f"takes {describe(account)} and a log in which the proof of an undo is broken"
        case (("TELL" | "SHOW"), (Statement() | Voucher()) as message):
            return f"is shown {describe(message)}"
        case "SIGN", Request() as request:
            return f"signs a load for {describe(request)}"
        case "DAY", _:
            return "sees a day pass"
        case "NEW KEY", _:
            return "changes its sync key"
        case "BAR", int(purse):
            return f"blocks {name(purse)}"
    raise AssertionError(step)
