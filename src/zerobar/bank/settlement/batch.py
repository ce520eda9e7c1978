"""A batch of vouchers as a file: what a terminal or another operator hands in.

| offset | length | field |
|---|---|---|
| 0 | 4 | magic, `ZBVB` |
| 4 | 1 | version, 1 |
| 5 | 3 | zero |
| 8 | 4 | number of records, big-endian, at most 1,000,000 |
| 12 | 253 each | VOUCHER 116, then its payer's CERTIFICATE 137 |

Every record begins where its number says, whatever is in the others. A file that ends early is
still read: whole records count, one that is cut is rejected as TRUNCATED, and those that are not
there at all are reported as missing. A file that is longer than it says is not read.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from zerobar.bank.errors import InvalidInput
from zerobar.purse.messages import Certificate, Voucher

MAGIC: Final = b"ZBVB"
VERSION: Final = 1
RECORD_LENGTH: Final = Voucher.LENGTH + Certificate.LENGTH
MOST_RECORDS: Final = 1_000_000
_HEADER: Final = struct.Struct(">4sB3sI")


class NoBatch(InvalidInput):
    """A file that is no batch of vouchers."""

    problem = "no-batch"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"This is no batch of vouchers: {why}.", "Hand in the file as its device wrote it."
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch, read but not looked into.

    Attributes:
        declared: how many records its header says.
        content: the records, 253 bytes each; the last one may be cut.
        hash: SHA-256 of the whole file.
    """

    declared: int
    content: bytes = field(repr=False)
    hash: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read a file; raises NoBatch."""
        if len(raw) < _HEADER.size:
            raise NoBatch(f"its header is {_HEADER.size} bytes, and it has {len(raw)}")
        magic, version, zero, declared = _HEADER.unpack_from(raw)
        if magic != MAGIC or zero != bytes(3):
            raise NoBatch("it begins otherwise")
        if version != VERSION:
            raise NoBatch(f"its version is {version}, and this program reads {VERSION}")
        if declared > MOST_RECORDS:
            raise NoBatch(f"it says {declared} records, and {MOST_RECORDS} is the most")
        content = raw[_HEADER.size :]
        if len(content) > declared * RECORD_LENGTH:
            raise NoBatch(f"it is longer than its {declared} records")
        return cls(declared, content, hashlib.sha256(raw).digest())

    @classmethod
    def of(cls, records: Iterable[bytes]) -> Self:
        """Make a batch of records of 253 bytes."""
        content = b"".join(records)
        assert len(content) % RECORD_LENGTH == 0
        header = _HEADER.pack(MAGIC, VERSION, bytes(3), len(content) // RECORD_LENGTH)
        return cls.parse(header + content)

    def __bytes__(self) -> bytes:
        return _HEADER.pack(MAGIC, VERSION, bytes(3), self.declared) + self.content

    @property
    def present(self) -> int:
        """Records that are there, one that is cut included."""
        return -(-len(self.content) // RECORD_LENGTH)

    @property
    def missing(self) -> int:
        """Records that are not there at all."""
        return self.declared - self.present

    def records(self, start: int, end: int) -> list[bytes]:
        """Return some of the records that are there; the last one may be shorter."""
        content = self.content
        places = range(start * RECORD_LENGTH, end * RECORD_LENGTH, RECORD_LENGTH)
        return [content[i : i + RECORD_LENGTH] for i in places if i < len(content)]
