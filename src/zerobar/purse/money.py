"""Money: whole fen (1/100 yuan) in a type of its own."""

from __future__ import annotations

import re
from typing import Final, Self

CNY: Final = 156
"""ISO 4217 number of the yuan renminbi."""

_YUAN = re.compile(r"[¥￥]?(\d{1,3}(?:,\d{3})+|\d{1,10})(?:\.(\d{1,2}))?", re.ASCII)


_NUMBER_FORMATS: Final = tuple("bcdeEfFgGnoxX%")


class AmountError(ValueError):
    """Text that is not an amount in yuan; the message says what to type instead."""


class Fen(int):
    """An amount in fen; adding and subtracting give fen again.

    ``str(Fen(123450))`` is ``¥1,234.50``. It is a plain integer on the wire, so floats
    never come near it.
    """

    __slots__ = ()

    def __add__(self, other: int) -> Self:
        return type(self)(int(self) + int(other))

    def __radd__(self, other: int) -> Self:
        return self + other

    def __sub__(self, other: int) -> Self:
        return type(self)(int(self) - int(other))

    def __neg__(self) -> Self:
        return type(self)(-int(self))

    def __str__(self) -> str:
        yuan, fen = divmod(abs(self), 100)
        return f"{'-' if self < 0 else ''}¥{yuan:,}.{fen:02d}"

    def __repr__(self) -> str:
        return f"Fen({int(self)})"

    def __format__(self, spec: str) -> str:
        # A number's own format, such as `d`, is for the bare number; any other is for the text.
        value = int(self) if spec[-1:] in _NUMBER_FORMATS else str(self)
        return format(value, spec)

    @classmethod
    def parse(cls, yuan: str) -> Self:
        """Read an amount typed in yuan, such as ``12.5``, ``¥12.50`` or ``1,234.50``.

        Raises AmountError for anything else, zero and amounts over MAX_AMOUNT included.
        """
        found = _YUAN.fullmatch(yuan.strip())
        if found is None:
            raise AmountError(f"{yuan!r} is not an amount; type yuan like 12.50")
        fen = cls(int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0")))
        if not 1 <= fen <= MAX_AMOUNT:
            raise AmountError(f"{yuan!r} is out of range; type ¥0.01 to {MAX_AMOUNT}")
        return fen


MAX_AMOUNT: Final = Fen(0x7FFFFFFF)
"""The largest amount a message can carry, and the most a purse can hold in all."""
