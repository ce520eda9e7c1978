"""Sync and events over HTTP: what waits, how the last sync went, what was sent and received."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from zerobar.device.feed import LONGEST_WAIT_S, EventsShown
from zerobar.phone.api.shapes import SyncShown
from zerobar.phone.api.showing import show_sync
from zerobar.phone.program import Phone

After: TypeAlias = Annotated[int, QueryParameter(ge=0)]
Wait: TypeAlias = Annotated[float, QueryParameter(ge=0, le=LONGEST_WAIT_S)]


@get("/sync", sync_to_thread=True)
def read_sync(phone: NamedDependency[Phone]) -> SyncShown:
    """Say how the last sync went, and what waits for the next."""
    return show_sync(phone, phone.synchroniser.status)


@post("/sync", status_code=200, sync_to_thread=True)
def sync_now(phone: NamedDependency[Phone]) -> SyncShown:
    """Sync at once, and say how it went; a phone without network says so, and goes on trying."""
    return show_sync(phone, phone.synchroniser.sync_now())


@get("/events", sync_to_thread=True)
def read_events(phone: NamedDependency[Phone], after: After = 0, wait_s: Wait = 0) -> EventsShown:
    """List what was sent and received after a number; wait for the first if there is none."""
    return phone.feed.shown_after(after, wait_s)


ROUTES: list[Any] = [read_sync, sync_now, read_events]
