"""A log of one JSON object for each line, with the ids of the request and the payment it is about.

Nothing secret is ever logged: no token, no PIN, no body, no name, no phone number. Errors are
logged by their type and place, for their words may repeat what was sent.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

LEVEL_VARIABLE: Final = "ZEROBAR_LOG_LEVEL"
FORM_VARIABLE: Final = "ZEROBAR_LOG"
REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
PAYMENT_ID: Final[ContextVar[str | None]] = ContextVar("payment_id", default=None)
FIELDS: Final = "fields"
"""The name of what a record adds: `_log.info("…", extra={FIELDS: {"status": 201}})`."""


class JsonLines(logging.Formatter):
    """Writes a record as one line: time, level, logger, message, ids, and what it adds."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= _ids() | getattr(record, FIELDS, {})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["places"] = "".join(traceback.format_tb(record.exc_info[2]))
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """Writes the same for a person who watches."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        more = _ids() | getattr(record, FIELDS, {})
        told = " ".join(f"{name}={value}" for name, value in more.items())
        return f"{record.levelname} {record.name}: {record.getMessage()} {told}".rstrip()


def begin_log(verbose: bool = False) -> None:
    """Log to standard error: JSON, or plain lines to a terminal unless ZEROBAR_LOG says `json`.

    Processes that this one starts do the same by what is put into the environment.
    """
    if verbose:
        os.environ[LEVEL_VARIABLE] = "INFO"
    level = logging.getLevelNamesMapping().get(os.environ.get(LEVEL_VARIABLE, ""), logging.WARNING)
    is_json = os.environ.get(FORM_VARIABLE) == "json" or not sys.stderr.isatty()
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if is_json else PlainLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _ids() -> dict[str, object]:
    """Return the ids of what is being done in this context."""
    found = {"request_id": REQUEST_ID.get(), "payment_id": PAYMENT_ID.get()}
    return {name: value for name, value in found.items() if value is not None}
