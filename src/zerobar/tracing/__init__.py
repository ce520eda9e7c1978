"""Following a payment through all programs: traces, spans, and the lines of every log.

traceparent  which trace and span something belongs to, as HTTP carries it (W3C Trace Context)
spans        what is being done now, and in which trace
naming       what may be said of a request: its shape, and ids that stand in its path
requests     a request that a program answers
asking       a request that a program sends
logs         lines of JSON, each with the ids of what is being done
exporting    spans on their way to a collector (OpenTelemetry's OTLP over HTTP, as JSON)

Whoever asks may name the trace. What nobody has named is done in the trace of what it is about: a
payment's id is a trace's id, too. So work that waited in a queue joins the others without anything
being stored for it.
"""

from __future__ import annotations

from collections.abc import Callable

from zerobar.tracing.exporting import begin_export
from zerobar.tracing.logs import begin_log


def begin(program: str, *, verbose: bool = False) -> Callable[[], None]:
    """Log, and export spans if a collector is named: see `begin_log` and `begin_export`.

    Returns what brings the last spans. It is called by itself when Python ends; a process that
    ends otherwise calls it before.

    Args:
        program: what this process is: bank, telecom, sandbox, phone or till.
        verbose: log each request and each step, too.
    """
    begin_log(program, verbose=verbose)
    exporter = begin_export(program)
    return _nothing_to_bring if exporter is None else exporter.end


def _nothing_to_bring() -> None:
    """Do nothing, for no collector is named."""
