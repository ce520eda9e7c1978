"""A trace as plain data for JSON, that runs again in another process or on another card.

A message is named by the step that first said it, so that the data mean the same to the model
and to real purses, whose messages have bytes that the model knows nothing of.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.model.tearing import BEFORE, DONE, EMITTED, READ, UNREAD
from tests.model.terms import OPERATOR, Message, Request
from tests.model.world import State, Step, World
from zerobar.purse.messages import Kind

Plain = dict[str, Any]


def to_plain(world: World, steps: Iterable[Step]) -> list[Plain]:
    """Return steps from the blank world on as data."""
    state, said, plain = world.blank(), dict[object, int](), list[Plain]()
    for number, step in enumerate(steps):
        argument = _plain_argument(step.argument, said)
        plain.append(
            {"actor": step.actor, "name": step.name, "argument": argument, "tear": step.tear}
        )
        state, answer = world.perform(state, step)
        if answer is not None:
            said.setdefault(answer, number)
    return plain


def _plain_argument(argument: object, said: dict[object, int]) -> Any:
    if argument is None or isinstance(argument, int):
        return argument
    if argument in said:
        return {"said_in_step": said[argument]}
    if isinstance(argument, Request):
        return {"request": list(argument[:5])}
    assert isinstance(argument, tuple)
    return {"terms": list(argument)}


def from_plain(world: World, plain: Iterable[Plain]) -> list[Step]:
    """Return the steps that `to_plain` made data of."""
    state, answers, steps = world.blank(), list[Message | None](), list[Step]()
    for piece in plain:
        argument = _argument(piece["argument"], answers)
        step = Step(piece["actor"], piece["name"], argument, piece["tear"])
        state, answer = world.perform(state, step)
        answers.append(answer)
        steps.append(step)
    return steps


def as_it_would_be(world: World, plain: Iterable[Plain]) -> list[Step]:
    """Return the steps of somebody who follows a trace in a world where it need not work.

    What was never said cannot be passed on, a nonce cannot be made to come twice, and a tear that
    is not possible does not happen.
    """
    state, answers, steps = world.blank(), list[Message | None](), list[Step]()
    for piece in plain:
        answers.append(None)
        argument = _argument(piece["argument"], answers)
        if argument is None and piece["argument"] is not None:
            continue
        if piece["name"] == "STATE":
            argument = next(iter(world.nonces(piece["actor"], world.wires[state[-1]])))
        step = Step(piece["actor"], piece["name"], argument, piece["tear"])
        step = step if step.actor == OPERATOR else _possible(world, state, step)
        state, answers[-1] = world.perform(state, step)
        steps.append(step)
    return steps


def _possible(world: World, state: State, step: Step) -> Step:
    tears = [end.step.tear for end in world.ends(state[step.actor], step)]
    if step.tear == EMITTED:
        step = step._replace(tear=BEFORE)
    if step.tear not in tears:
        step = step._replace(tear=step.tear.removesuffix(READ).removesuffix(UNREAD))
    return step if step.tear in tears else step._replace(tear=DONE)


def _argument(plain: Any, answers: list[Message | None]) -> object:
    if not isinstance(plain, dict):
        return plain
    if "said_in_step" in plain:
        return answers[plain["said_in_step"]]
    if "terms" in plain:
        kind, amount = plain["terms"]
        return Kind(kind), amount
    kind, *rest = plain["request"]
    return Request(Kind(kind), *rest)
