"""Plans, lines and their accounts: for the telecom's own programs."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from zerobar.purse.money import Fen
from zerobar.telecom import lines, topping
from zerobar.telecom.api.access import OwnProgram
from zerobar.telecom.api.shapes import (
    EntryShown,
    LineShown,
    NewLine,
    NewPlan,
    PlanShown,
    TopUpShown,
    show_entry,
    show_line,
    show_plan,
    show_top_up,
)
from zerobar.telecom.context import Telecom
from zerobar.telecom.model import Plan
from zerobar.telecom.numbers import read_number

MOST = 100
Before = Annotated[int | None, QueryParameter(ge=1, description="only entries below this position")]


@get("/v1/plans", sync_to_thread=True, tags=["lines"])
def list_plans(telecom: NamedDependency[Telecom]) -> list[PlanShown]:
    """List all plans, the cheapest first."""
    return [show_plan(plan) for plan in lines.plans(telecom)]


@post("/v1/plans", status_code=200, sync_to_thread=True, tags=["lines"])
def set_plan(
    telecom: NamedDependency[Telecom],
    own_program: NamedDependency[OwnProgram],
    data: JSONBody[NewPlan],
) -> PlanShown:
    """Offer a plan, or change what it costs from the next bill on."""
    plan = Plan(data.name, Fen(data.monthly_fen))
    lines.set_plan(telecom, plan)
    return show_plan(plan)


@post("/v1/lines", sync_to_thread=True, tags=["lines"])
def open_line(
    telecom: NamedDependency[Telecom],
    own_program: NamedDependency[OwnProgram],
    data: JSONBody[NewLine],
) -> LineShown:
    """Open a line; the same again changes nothing."""
    return show_line(telecom, lines.open_line(telecom, read_number(data.number), data.plan))


@get("/v1/lines/{number:str}", sync_to_thread=True, tags=["lines"])
def read_line(
    telecom: NamedDependency[Telecom],
    own_program: NamedDependency[OwnProgram],
    number: FromPath[str],
) -> LineShown:
    """Show a line and what it owes."""
    return show_line(telecom, lines.line(telecom, read_number(number)))


@get("/v1/lines/{number:str}/entries", sync_to_thread=True, tags=["lines"])
def read_account(
    telecom: NamedDependency[Telecom],
    own_program: NamedDependency[OwnProgram],
    number: FromPath[str],
    before: Before = None,
) -> list[EntryShown]:
    """List what happened on a line's account, newest first, at most 100 entries."""
    found = lines.account(telecom, read_number(number), before, MOST)
    return [show_entry(entry) for entry in found]


@get("/v1/lines/{number:str}/top-ups", sync_to_thread=True, tags=["lines"])
def list_top_ups(
    telecom: NamedDependency[Telecom],
    own_program: NamedDependency[OwnProgram],
    number: FromPath[str],
) -> list[TopUpShown]:
    """List a line's last top-ups, newest first, at most 100."""
    found = topping.top_ups(telecom, read_number(number), MOST)
    return [show_top_up(top_up) for top_up in found]


ROUTES: list[ControllerRouterHandler] = [
    list_plans,
    set_plan,
    open_line,
    read_line,
    read_account,
    list_top_ups,
]
