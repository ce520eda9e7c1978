"""The stage over HTTP, for its page on this machine; it holds test money and asks for no token."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

import msgspec
from litestar import Litestar, Router, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.params import FromPath, JSONBody
from litestar.types import ExceptionHandlersMap

from zerobar.demo.stage.errors import StageError
from zerobar.demo.stage.events import LONGEST_WAIT_S
from zerobar.demo.stage.plot import Plot
from zerobar.demo.stage.shapes import (
    Arming,
    BankShown,
    DeviceShown,
    HappeningsShown,
    InField,
    Network,
    NewTap,
    PinsShown,
    Power,
    StageShown,
    StoryShown,
    StoryWanted,
    TelecomShown,
)
from zerobar.demo.stage.stage import Stage
from zerobar.demo.town.device import Device
from zerobar.demo.town.people import CARD_PIN, CASHIER, CASHIERS_PIN, PIN
from zerobar.reader import Sentence
from zerobar.serving.access import AccessRefused, check_page
from zerobar.serving.headers import add_security_headers
from zerobar.serving.problems import (
    AnyRequest,
    ProblemResponse,
    is_mistake,
    log_mistake,
    tell,
    tell_http_error,
    tell_spoken,
)
from zerobar.serving.screens import screen_routes
from zerobar.serving.strictness import StrictRequest

After: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Wait: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=LONGEST_WAIT_S)]
_DOCS: Final = "docs/demo.md"
_LOOK: Final = Sentence("Look at the terminal that it runs in.", zh="请查看运行它的终端。")
_PINS: Final = PinsShown(payment=PIN, card=CARD_PIN, cashier=CASHIER, cashier_pin=CASHIERS_PIN)
_FRAMES: Final = ("http://127.0.0.1:*",)


@get("/stage", sync_to_thread=True)
def read_stage(stage: NamedDependency[Stage], plot: NamedDependency[Plot]) -> StageShown:
    """Show who is up, who is cut off, which card is in which field, and the story."""
    bank, telecom = _institutions(stage)
    return StageShown(
        devices=[_show(device) for device in stage.devices()],
        bank=bank,
        telecom=telecom,
        pins=_PINS,
        tear_next=stage.tear.is_armed,
        in_field=[InField(card=card, reader=reader) for card, reader in stage.in_field()],
        story=StoryShown(
            state=plot.state.value, chapter=str(plot.chapter), chapter_zh=plot.chapter.zh
        ),
    )


@put("/stage/devices/{id_:str}/network", status_code=204, sync_to_thread=True)
def set_network(stage: NamedDependency[Stage], id_: FromPath[str], data: JSONBody[Network]) -> None:
    """Let a device's roads go silent, or come back."""
    stage.set_network(id_, silent=data.is_silent)


@put("/stage/devices/{id_:str}/power", status_code=204, sync_to_thread=True)
def set_power(stage: NamedDependency[Stage], id_: FromPath[str], data: JSONBody[Power]) -> None:
    """Stop or start a device's program; its card goes on answering."""
    stage.set_power(id_, on=data.is_on)


@put("/stage/bank/network", status_code=204, sync_to_thread=True)
def set_all_networks(stage: NamedDependency[Stage], data: JSONBody[Network]) -> None:
    """Let every device's roads go silent, or come back."""
    stage.set_all_networks(silent=data.is_silent)


@post("/stage/taps", status_code=202, sync_to_thread=True)
def hold_card(stage: NamedDependency[Stage], data: JSONBody[NewTap]) -> None:
    """Hold a device's card to a reader for a while."""
    stage.tap_for(data.card, data.reader, data.hold_s)


@put("/stage/tear", status_code=204, sync_to_thread=True)
def arm_tear(stage: NamedDependency[Stage], data: JSONBody[Arming]) -> None:
    """Have the next tap torn; only that one."""
    stage.tear.arm(data.armed)


@post("/stage/story", status_code=202, sync_to_thread=True)
def want_story(plot: NamedDependency[Plot], data: JSONBody[StoryWanted]) -> None:
    """Have the story played from its beginning, in a new town."""
    del data
    plot.want()


@get("/stage/events", sync_to_thread=True)
def read_events(
    stage: NamedDependency[Stage], after: After = 0, wait_s: Wait = 0
) -> HappeningsShown:
    """List what happened after a number; wait for the first of it."""
    events = stage.feed.after(after, wait_s)
    return HappeningsShown(events=events, last=events[-1].number if events else after)


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    """Say that the program runs."""
    return {"status": "ok"}


def create_app(stage: Stage, plot: Plot) -> Litestar:
    """Return the application of a stage, and its page."""
    handlers = [*_ROUTES, *screen_routes("stage", frames=_FRAMES)]
    return Litestar(
        route_handlers=[Router("/", route_handlers=handlers)],
        dependencies={
            "stage": Provide(lambda: stage, sync_to_thread=False),
            "plot": Provide(lambda: plot, sync_to_thread=False),
        },
        guards=[check_page],
        exception_handlers=_HANDLERS,
        before_send=[add_security_headers],
        request_class=StrictRequest,
        logging_config=None,
        openapi_config=None,
    )


def _show(device: Device) -> DeviceShown:
    return DeviceShown(
        id=device.id,
        kind=device.kind.value,
        name=str(device.name),
        name_zh=device.name.zh,
        screen_url=device.screen_url,
        is_silent=device.is_silent,
        is_on=device.program.is_on,
    )


def _institutions(stage: Stage) -> tuple[BankShown | None, TelecomShown | None]:
    town = stage.town
    if town is None or town.institutions is None:
        return None, None
    bank, staff = town.institutions.bank, town.staff
    shown = BankShown(
        url=bank.url,
        docs_url=f"{bank.url}/docs",
        # Passkeys belong to a name, and an address is none.
        console_url=f"{bank.origin}/",
        console_code=None if staff is None else staff.code,
        is_silent=stage.is_bank_silent,
    )
    return shown, TelecomShown(url=town.institutions.telecom.url)


def _tell_mistake(request: AnyRequest, error: Exception) -> ProblemResponse:
    log_mistake(request.url.path, error)
    what = Sentence("The stage made a mistake.", zh="舞台程序出错。")
    return tell(500, "internal-error", what, _LOOK)


def _tell_unheard(request: AnyRequest, error: HTTPException) -> ProblemResponse:
    return _tell_mistake(request, error) if is_mistake(error) else tell_http_error(error, _DOCS)


_HANDLERS: Final[ExceptionHandlersMap] = {
    AccessRefused: tell_spoken,
    StageError: tell_spoken,
    HTTPException: _tell_unheard,
    Exception: _tell_mistake,
}
_ROUTES: Final[list[Any]] = [
    read_stage,
    set_network,
    set_power,
    set_all_networks,
    hold_card,
    arm_tear,
    want_story,
    read_events,
    health,
]
