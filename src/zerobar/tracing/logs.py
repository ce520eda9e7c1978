"""A log of one JSON object for each line, with the ids of what it is about.

Nothing secret is ever logged: no token, no PIN, no body, no name, no phone number. Errors are
logged by their type and place, for their words may repeat what was sent.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Final

from zerobar.tracing.spans import FIELDS, fields_now

LEVEL_VARIABLE: Final = "ZEROBAR_LOG_LEVEL"
FORM_VARIABLE: Final = "ZEROBAR_LOG"
_CHATTY: Final = ("httpx", "httpcore")
"""Libraries that would write whole addresses at INFO."""


class JsonLines(logging.Formatter):
    """Writes a record as one line: time, level, program, logger, message, ids, and what it adds.

    Args:
        program: what this process is.
    """

    def __init__(self, program: str) -> None:
        super().__init__()
        self._program = program

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "program": self._program,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= fields_now() | getattr(record, FIELDS, {})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["places"] = "".join(traceback.format_tb(record.exc_info[2]))
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """Writes the same for a person who watches."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        more = fields_now() | getattr(record, FIELDS, {})
        told = " ".join(f"{name}={value}" for name, value in more.items())
        return f"{record.levelname} {record.name}: {record.getMessage()} {told}".rstrip()


def begin_log(program: str, *, verbose: bool = False) -> None:
    """Log to standard error: JSON, or plain lines to a terminal unless ZEROBAR_LOG says `json`.

    Processes that this one starts do the same by what is put into the environment.
    """
    if verbose:
        os.environ[LEVEL_VARIABLE] = "INFO"
    level = logging.getLevelNamesMapping().get(os.environ.get(LEVEL_VARIABLE, ""), logging.WARNING)
    is_json = os.environ.get(FORM_VARIABLE) == "json" or not sys.stderr.isatty()
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(program) if is_json else PlainLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
