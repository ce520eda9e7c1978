"""Bodies are read as their types say: a number is a number, and "12" is none."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException

_PLACE: Final = re.compile(r" - at `\$\.?(?P<key>.*)`$")


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON is decoded at once into what its handler takes.

    Litestar itself converts what is decoded leniently, as it must for a query's words.
    """

    async def json(self) -> Any:
        """Return the body as the handler's `data`; raises ValidationException with its field."""
        data = self.route_handler.parsed_data_field
        body = await self.body()
        if data is None:
            return msgspec.json.decode(body or b"null")
        try:
            return msgspec.json.decode(body or b"null", type=data.annotation)
        except msgspec.MsgspecError as error:
            raise ValidationException(extra=[_where(str(error))]) from None


def _where(words: str) -> dict[str, str]:
    """Return which field is wrong and what was expected; msgspec never repeats what was sent."""
    found = _PLACE.search(words)
    told = {"message": _PLACE.sub("", words), "source": "body"}
    return told | ({"key": found["key"]} if found and found["key"] else {})
