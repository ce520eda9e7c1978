"""What may be said of a request: its path's shape, and the ids that stand in it; nothing else.

A path may hold a phone number, a code or a name, so only words that look like our own and ids that
look like ours are kept of it.
"""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

_WORD: Final = re.compile(r"[a-z][a-zA-Z-]{0,31}|v[0-9]")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PURSE: Final = re.compile(r"[0-9a-f]{16}")
_ENTRY: Final = re.compile(r"[0-9]{1,10}")
_ANY_ID: Final = "{id}"


def shape_of(path: str) -> str:
    """Return a path with everything but words left out: `/v1/orders/{id}/code`."""
    parts = path.split("/")
    return "/".join(part if not part or _WORD.fullmatch(part) else _ANY_ID for part in parts)


def ids_in(path: str) -> dict[str, str]:
    """Return the ids in a path by what they are of: `order_id`, `purse_id`, `voucher`."""
    parts = path.split("/")
    found: dict[str, str] = {}
    for before, part, after in zip(parts, parts[1:], [*parts[2:], ""], strict=False):
        if _UUID.fullmatch(part) and _WORD.fullmatch(before):
            found[id_name(before)] = part
        elif _PURSE.fullmatch(part) and before == "vouchers" and _ENTRY.fullmatch(after):
            found["voucher"] = f"{part}/{int(after)}"
        elif _PURSE.fullmatch(part) and before == "purses":
            found["purse_id"] = part
    return found


def made_id(path: str, id_: str) -> dict[str, str]:
    """Return the id under which something is made at a path, by what it is of.

    Args:
        path: it may have a query.
        id_: empty or anything else where nothing is made.
    """
    words = [part for part in path.partition("?")[0].split("/") if _WORD.fullmatch(part)]
    try:
        return {id_name(words[-1]): str(UUID(id_))} if words and id_ else {}
    except ValueError:
        return {}


def id_name(word: str) -> str:
    """Return how an id is called after a word of a path: `order_id` after `orders`."""
    return word.removesuffix("s").replace("-", "_").lower() + "_id"
