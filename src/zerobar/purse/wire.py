"""How a message is declared: fields one after the other, big-endian, of fixed length.

A record class lists its fields with the makers below; parsing, encoding and the table in
``docs/protocol.md`` all come from that one list.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum
from typing import Any, ClassVar, Final, Self

from zerobar.purse.money import MAX_AMOUNT, Fen
from zerobar.purse.suites import P256, SIGNATURE_LENGTH, Suite, suite_of

UNSIGNED: Final = bytes(SIGNATURE_LENGTH)
"""What stands in a signature's place until it is made."""


class FormError(ValueError):
    """Bytes that are not a message of this kind; the text says which field is wrong."""


def number(length: int) -> Any:
    """An unsigned number of 1, 2, 4 or 8 bytes."""
    return field(metadata={"length": length, "code": {1: "B", 2: "H", 4: "I", 8: "Q"}[length]})


def octets(length: int, *, secret: bool = False) -> Any:
    """Bytes as they are; a secret one never shows in a repr."""
    return field(repr=not secret, metadata={"length": length, "code": f"{length}s"})


def enumerated(values: type[IntEnum]) -> Any:
    """One byte out of an enumeration."""
    return field(metadata={"length": 1, "code": "B", "check": values})


def amount() -> Any:
    """Four bytes of fen, 1 to 7FFFFFFF."""
    return field(metadata={"length": 4, "code": "I", "check": _checked_amount})


def balance() -> Any:
    """Four bytes of fen, 0 to 7FFFFFFF."""
    return field(metadata={"length": 4, "code": "I", "check": _checked_balance})


def reserved(length: int) -> Any:
    """Bytes reserved for future use: zero, and refused when they are not."""
    meta = {"length": length, "code": f"{length}s", "check": _checked_reserved}
    return field(default=bytes(length), repr=False, metadata=meta)


def signature() -> Any:
    """The 64 bytes r||s at the end; zeros until the message is signed."""
    meta = {"length": SIGNATURE_LENGTH, "code": f"{SIGNATURE_LENGTH}s"}
    return field(default=UNSIGNED, repr=False, metadata=meta)


def head(type_nibble: int) -> Any:
    """Byte 0: the message's type in the high nibble, its suite in the low one."""

    def check(value: int) -> int:
        if value >> 4 != type_nibble:
            raise ValueError
        suite_of(value & 0x0F)
        return value

    default = type_nibble << 4 | P256.number
    return field(default=default, repr=False, metadata={"length": 1, "code": "B", "check": check})


def _checked_amount(value: int) -> Fen:
    if not 1 <= value <= MAX_AMOUNT:
        raise ValueError
    return Fen(value)


def _checked_balance(value: int) -> Fen:
    if not 0 <= value <= MAX_AMOUNT:
        raise ValueError
    return Fen(value)


def _checked_reserved(value: bytes) -> bytes:
    if any(value):
        raise ValueError
    return value


@dataclass(frozen=True)
class _Layout:
    names: tuple[str, ...]
    codec: struct.Struct
    checks: tuple[tuple[int, str, Callable[[Any], Any]], ...]


_LAYOUTS: dict[type, _Layout] = {}


def _layout(record: type[Record]) -> _Layout:
    if record not in _LAYOUTS:
        found = fields(record)
        checks = [(i, f.name, f.metadata.get("check")) for i, f in enumerate(found)]
        _LAYOUTS[record] = _Layout(
            tuple(f.name for f in found),
            struct.Struct(">" + "".join(f.metadata["code"] for f in found)),
            tuple((i, name, check) for i, name, check in checks if check is not None),
        )
    return _LAYOUTS[record]


def field_table(record: type[Record]) -> list[tuple[int, int, str]]:
    """Return (offset, length, name) of every field, in order."""
    table, offset = [], 0
    for f in fields(record):
        table.append((offset, f.metadata["length"], f.name))
        offset += f.metadata["length"]
    return table


@dataclass(frozen=True, kw_only=True)
class Record:
    """Fields of a fixed length in all; `bytes()` gives the exact bytes parsed."""

    LENGTH: ClassVar[int]

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read exactly LENGTH bytes; raise FormError naming what is wrong."""
        if len(raw) != cls.LENGTH:
            raise FormError(f"{cls.__name__} is {cls.LENGTH} bytes, not {len(raw)}")
        layout = _layout(cls)
        values = list(layout.codec.unpack(raw))
        for index, name, check in layout.checks:
            try:
                values[index] = check(values[index])
            except ValueError:
                raise FormError(f"{cls.__name__}: {name} cannot be {values[index]!r}") from None
        # Frozen ones are slow to fill in field by field, and there is no more to check.
        parsed = object.__new__(cls)
        vars(parsed).update(zip(layout.names, values, strict=True))
        return parsed

    def __bytes__(self) -> bytes:
        layout = _layout(type(self))
        return layout.codec.pack(*(getattr(self, name) for name in layout.names))


def check_head(message: type[Message], raw: bytes) -> None:
    """Raise FormError unless byte 0 is this message's type and a known suite."""
    _, _, check = _layout(message).checks[0]
    try:
        check(raw[0])
    except ValueError:
        raise FormError(f"{message.__name__}: head cannot be {raw[0]}") from None


@dataclass(frozen=True, kw_only=True)
class Message(Record):
    """A record that begins with its type and suite."""

    head: int

    @property
    def suite(self) -> Suite:
        """The suite that signs, hashes and makes ids for this message."""
        return suite_of(self.head & 0x0F)


@dataclass(frozen=True, kw_only=True)
class SignedMessage(Message):
    """A message whose last 64 bytes are a signature over all bytes before them."""

    @property
    def body(self) -> bytes:
        """The bytes that are signed."""
        return bytes(self)[:-SIGNATURE_LENGTH]

    def verify(self, public_key: bytes) -> None:
        """Return if the signature is public_key's (64 bytes); else raise SignatureRefused."""
        raw = bytes(self)
        self.suite.verify(public_key, raw[:-SIGNATURE_LENGTH], raw[-SIGNATURE_LENGTH:])

    def signed(self, sign: Callable[[bytes], bytes]) -> Self:
        """Return this message with the signature that `sign` makes over its body."""
        changed: dict[str, Any] = {"signature": sign(self.body)}
        return replace(self, **changed)
