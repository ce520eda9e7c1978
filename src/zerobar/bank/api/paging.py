"""Cursors: lists are read page by page, and a page's end says where the next begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from uuid import UUID

from litestar.params import QueryParameter

from zerobar.bank.errors import InvalidInput
from zerobar.client.paging import DEFAULT_LIMIT, LARGEST_LIMIT, LONGEST_CURSOR, Page

Row = TypeVar("Row")
Item = TypeVar("Item")

Cursor = Annotated[
    str | None,
    QueryParameter(
        max_length=LONGEST_CURSOR,
        pattern="^[A-Za-z0-9_-]*$",
        description="next_cursor of the page before; nothing for the first page",
    ),
]
"""A handler's parameter `cursor: Cursor = None`."""
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT, description="how many items at most")]
"""A handler's parameter `limit: Limit = DEFAULT_LIMIT`."""

__all__ = ["DEFAULT_LIMIT", "BadCursor", "Cursor", "Limit", "page_of", "read_cursor"]


class BadCursor(InvalidInput):
    """A cursor that no page gave out."""

    problem = "bad-cursor"

    def __init__(self) -> None:
        super().__init__(
            "The cursor is none that this list gave out.",
            "Begin without a cursor, and then use each page's next_cursor.",
        )


def read_cursor(cursor: str | None) -> UUID | None:
    """Return the id that a page ended with; None where the list begins. Raises BadCursor."""
    if not cursor:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return UUID(bytes=raw)
    except (binascii.Error, ValueError):
        raise BadCursor from None


def page_of(
    rows: Sequence[Row], limit: int, id_of: Callable[[Row], UUID], show: Callable[[Row], Item]
) -> Page[Item]:
    """Return a page.

    Args:
        rows: in the list's order; one more than `limit` was asked for, to see whether it ends.
        limit: as asked.
        id_of: what the order goes by.
        show: the row as the client sees it.
    """
    shown, more = rows[:limit], len(rows) > limit
    last = write_cursor(id_of(shown[-1])) if more else None
    return Page(items=[show(row) for row in shown], next_cursor=last)


def write_cursor(id_: UUID) -> str:
    """Return the cursor that begins after an id."""
    return base64.urlsafe_b64encode(id_.bytes).rstrip(b"=").decode()
