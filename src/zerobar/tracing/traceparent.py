"""Which trace and span something belongs to, as HTTP carries it.

Source: W3C Trace Context, https://www.w3.org/TR/trace-context/, version 00.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

TRACEPARENT: Final = "traceparent"
TRACESTATE: Final = "tracestate"
LONGEST_STATE: Final = 512
"""Characters of a tracestate; a longer one is not passed on."""

_FORM: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_STATE: Final = re.compile(rf"[\x20-\x7e]{{1,{LONGEST_STATE}}}")
_VERSION: Final = "00"
_NO_VERSION: Final = "ff"
_SAMPLED: Final = 1
_SPAN_LENGTH: Final = 8
_TRACE_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class TraceContext:
    """A span's place.

    Attributes:
        trace_id: 32 hexadecimal digits.
        span_id: 16 hexadecimal digits.
        parent_id: of the span that this one is a part of; empty: of none.
        sampled: whether whoever began the trace records it.
        state: what tools of others pass along.
    """

    trace_id: str
    span_id: str
    parent_id: str = ""
    sampled: bool = True
    state: str = ""

    @property
    def traceparent(self) -> str:
        """The header that says so."""
        return f"{_VERSION}-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"

    def below(self) -> TraceContext:
        """Return the place of a new span that is a part of this one."""
        return TraceContext(self.trace_id, new_span_id(), self.span_id, self.sampled, self.state)


def new_context(trace_id: str = "") -> TraceContext:
    """Return the place of a span that is a part of no other, in a new trace or a named one."""
    return TraceContext(trace_id or os.urandom(_TRACE_LENGTH).hex(), new_span_id())


def new_span_id() -> str:
    """Return an id that no span has yet."""
    return os.urandom(_SPAN_LENGTH).hex()


def read_context(traceparent: str, tracestate: str = "") -> TraceContext | None:
    """Read what came with a request; None: nothing, or nothing that can be read."""
    found = _FORM.fullmatch(traceparent)
    if found is None or found[1] == _NO_VERSION or (found[1] == _VERSION and found[5]):
        return None
    if not int(found[2], 16) or not int(found[3], 16):
        return None
    state = tracestate if _STATE.fullmatch(tracestate) else ""
    return TraceContext(found[2], found[3], "", bool(int(found[4], 16) & _SAMPLED), state)


def trace_of(id_: str) -> str:
    """Return the trace that is about something: a UUID's own digits, else digits drawn from it."""
    try:
        digits = UUID(id_).hex
    except ValueError:
        digits = hashlib.sha256(id_.encode()).digest()[:_TRACE_LENGTH].hex()
    # A trace of nothing but zeros is none.
    return digits if int(digits, 16) else digits[:-1] + "1"
