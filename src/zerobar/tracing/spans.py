"""What is being done now, and in which trace.

    with own_work("finish order", order_id=order.id):     # taken from a queue: in its own trace
        with asking(request) as asked: …                  # a part of it, in another program

A span's place is drawn only when somebody wants to know it: a line of a log, a request that is
sent, a collector. Where nobody does, a request costs nothing for it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias
from uuid import UUID

from zerobar.tracing.traceparent import TraceContext, new_context, read_context, trace_of

FIELDS: Final = "fields"
"""The name of what a record of a log adds: `_log.info("…", extra={FIELDS: {"status": 201}})`."""

Facts: TypeAlias = Mapping[str, str | int]

_NO_HEADERS: Final = ("", "")
_drawing = threading.Lock()
_log = logging.getLogger(__name__)


class Kind(IntEnum):
    """What a span is; the numbers are OTLP's."""

    INTERNAL = 1
    SERVER = 2
    CLIENT = 3


@dataclass(frozen=True, slots=True)
class Ended:
    """A span that is over, for a collector.

    Attributes:
        link: another span that it has to do with, in another trace.
    """

    name: str
    kind: Kind
    place: TraceContext
    began_unix_ns: int
    ended_unix_ns: int
    attributes: Facts
    link: TraceContext | None
    failed: bool


class Span:
    """Something that is being done.

    Args:
        name: the same for all of its kind, so it holds no id.
        parent: what it is a part of.
        headers: `traceparent` and `tracestate` as they came, where the parent is elsewhere.
        about: ids of what is being worked on, by their names.
    """

    __slots__ = (
        *("_about", "_began_ns", "_headers", "_place"),
        *("is_round", "kind", "link", "name", "parent"),
    )

    def __init__(
        self,
        name: str,
        kind: Kind,
        parent: Span | None = None,
        headers: tuple[str, str] = _NO_HEADERS,
        about: Mapping[str, str] | None = None,
    ) -> None:
        self._began_ns = time.perf_counter_ns()
        self.name = name
        self.kind = kind
        self.parent = parent
        self._headers = headers
        self._about = about
        self._place: TraceContext | None = None
        self.link: TraceContext | None = None
        self.is_round = False

    @property
    def about(self) -> Mapping[str, str]:
        """The ids of what is being worked on."""
        return self._about or {}

    @property
    def took_s(self) -> float:
        """How long it has lasted until now."""
        return (time.perf_counter_ns() - self._began_ns) / 1e9

    @property
    def place(self) -> TraceContext:
        """Its trace and its own id, drawn when they are first asked for."""
        if self._place is None:
            above = self._above()
            with _drawing:
                if self._place is None:
                    self._place = new_context() if above is None else above.below()
        return self._place

    @property
    def is_placed(self) -> bool:
        """Whether somebody has asked for its place."""
        return self._place is not None

    def _above(self) -> TraceContext | None:
        return read_context(*self._headers) if self.parent is None else self.parent.place

    def adopt(self, trace_id: str) -> None:
        """Be in that trace, unless one is known: for what nobody else has a part in yet."""
        if self.parent is not None:
            self.parent.adopt(trace_id)
        elif self._above() is None:
            with _drawing:
                self._place = self._place or new_context(trace_id)

    @property
    def root(self) -> Span:
        """The first in this program of which it is a part."""
        return self if self.parent is None else self.parent.root

    def fields(self) -> dict[str, object]:
        """Return what every line of a log says that is written meanwhile."""
        above = {} if self.parent is None else self.parent.fields()
        return above | {
            "trace_id": self.place.trace_id,
            "span_id": self.place.span_id,
            **self.about,
        }

    def close(self, attributes: Facts, *, failed: bool = False) -> None:
        """End it, and let a collector have it."""
        take = _collector.take
        if take is None or not self.place.sampled:
            return
        ended_ns = time.time_ns()
        began_ns = ended_ns - (time.perf_counter_ns() - self._began_ns)
        told = {**_named(self.about), **attributes}
        times = began_ns, ended_ns
        take(Ended(self.name, self.kind, self.place, *times, told, self.link, failed))


class _Collector:
    """Whoever wants the spans that have ended; None: nobody."""

    take: Callable[[Ended], None] | None = None


_collector: Final = _Collector()
CURRENT: Final[ContextVar[Span | None]] = ContextVar("span", default=None)
"""What is being done in this thread or task."""


def give_spans_to(take: Callable[[Ended], None] | None) -> None:
    """Give every span that ends from now on to a collector; None: to nobody."""
    _collector.take = take


def is_followed() -> bool:
    """Whether anybody wants to know what happens: a log or a collector."""
    return _collector.take is not None or _log.isEnabledFor(logging.INFO)


def fields_now() -> dict[str, object]:
    """Return the ids of what is being done, for a line of a log."""
    span = CURRENT.get()
    return {} if span is None else span.fields()


@contextmanager
def entered(span: Span | None) -> Iterator[None]:
    """Have everything in this context be a part of a span; None: of none."""
    token = CURRENT.set(span)
    try:
        yield
    finally:
        CURRENT.reset(token)


@contextmanager
def a_round(name: str) -> Iterator[None]:
    """Look whether something is to be done, as is done again and again.

    What is found has traces of its own. A round in which nothing was asked leaves none.
    """
    span = Span(name, Kind.INTERNAL)
    span.is_round = True
    with _told(span):
        yield


@contextmanager
def own_work(name: str, **ids: UUID | str) -> Iterator[None]:
    """Work on something that waited, in the trace of its own.

    Args:
        name: of the work.
        ids: by their names, such as `order_id`; the first is what the trace is about.
    """
    span = Span(name, Kind.INTERNAL, about=_texts(ids))
    span.adopt(trace_of(_first(span)))
    around = CURRENT.get()
    span.link = around.place if around is not None and around.is_placed else None
    with _told(span):
        yield


@contextmanager
def work_on(name: str, **ids: UUID | str) -> Iterator[None]:
    """Work on something: as a part of what is being done; as `own_work` where that is nothing."""
    around = CURRENT.get()
    if around is None or around.root.is_round:
        with own_work(name, **ids):
            yield
        return
    span = Span(name, Kind.INTERNAL, around, about=_texts(ids))
    span.adopt(trace_of(_first(span)))
    with _told(span):
        yield


def moment(name: str, facts: Facts | None = None, /, **ids: UUID | str) -> None:
    """Say that something has happened to what the first id names: in the log, and in its trace.

    Args:
        name: a few words; `zerobar trace` knows how to tell them.
        facts: that are no secret, such as an outcome.
        ids: as in `own_work`.
    """
    if not is_followed():
        return
    around = CURRENT.get()
    span = Span(name, Kind.INTERNAL, about=_texts(ids))
    span.adopt(trace_of(_first(span)))
    span.link = around.place if around is not None else None
    with entered(around or span):
        _log.info(name, extra={FIELDS: {**span.about, **(facts or {})}})
    span.close(facts or {})


def voucher_name(payer_id: bytes, entry: int) -> str:
    """Return what a voucher is called: its payer's id (8 bytes) and its number there."""
    return f"{payer_id.hex()}/{entry}"


@contextmanager
def _told(span: Span) -> Iterator[None]:
    failed: dict[str, str | int] = {}
    try:
        with entered(span):
            yield
    except BaseException as error:
        failed["error.type"] = type(error).__name__
        raise
    finally:
        if span.is_placed or not span.is_round:
            span.close(failed, failed=bool(failed))


def _texts(ids: Mapping[str, UUID | str]) -> dict[str, str]:
    assert ids, "work is about something"
    return {name: str(id_) for name, id_ in ids.items()}


def _first(span: Span) -> str:
    return next(iter(span.about.values()))


def _named(about: Mapping[str, str]) -> dict[str, str]:
    return {f"zerobar.{name}": id_ for name, id_ in about.items()}
