"""Pages of a list: how far, and where the next one begins."""

from __future__ import annotations

from typing import Annotated, Final, Generic, TypeVar

import msgspec

DEFAULT_LIMIT: Final = 50
LARGEST_LIMIT: Final = 100
LONGEST_CURSOR: Final = 200

Item = TypeVar("Item")


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """Some of a list, in its order.

    Attributes:
        next_cursor: give it as `cursor` for what follows; null at the end.
    """

    items: list[Item]
    next_cursor: Annotated[str, msgspec.Meta(max_length=LONGEST_CURSOR)] | None = None
