"""An encrypted file that holds files, written and read from beginning to end.

| offset | length | field |
|---|---|---|
| 0 | 4 | magic, `ZBBK` |
| 4 | 1 | version, 1 |
| 5 | 1 | log2 of scrypt's N; r is 8, p is 1 |
| 6 | 16 | scrypt's salt |
| 22 | 4 + n + 16 each | frames: length n, then AES-256-GCM of n bytes with its tag |

A frame's nonce is its number in 12 bytes, for the key is drawn anew for each file by its salt; the
22 bytes above are authenticated with each. Frames so come in their order, and none can be left
out. What is in one begins with a letter: N a file's name, D its bytes, E the end with SHA-256 of
all that went before. A file that was cut off, wherever it was, has no end.

scrypt (RFC 7914), AES-GCM (NIST SP 800-38D).
"""

from __future__ import annotations

import hashlib
import struct
import unicodedata
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from zerobar.bank.safekeeping.errors import (
    BackupDamaged,
    NotABackup,
    PassphraseTooShort,
    WrongPassphrase,
)

MAGIC: Final = b"ZBBK"
VERSION: Final = 1
LEAST_PASSPHRASE: Final = 12
LARGEST_FRAME: Final = 1 << 20
"""Bytes of a file in one frame."""
_COST: Final = 17
_COSTS: Final = range(10, 22)
_SALT_LENGTH: Final = 16
_TAG_LENGTH: Final = 16
_HEAD: Final = struct.Struct(">4sBB16s")
_LENGTH: Final = struct.Struct(">I")
_NAME: Final = b"N"
_DATA: Final = b"D"
_END: Final = b"E"


class CrateWriter:
    """Writes files into an encrypted one; `finish` makes it whole.

    Args:
        out: where to write.
        passphrase: that opens it; raises PassphraseTooShort.
        random: as os.urandom.
        cost: log2 of scrypt's N; lower ones are for tests.
    """

    def __init__(
        self,
        out: BinaryIO,
        passphrase: str,
        random: Callable[[int], bytes],
        cost: int = _COST,
    ) -> None:
        if len(passphrase) < LEAST_PASSPHRASE:
            raise PassphraseTooShort(LEAST_PASSPHRASE)
        assert cost in _COSTS
        self._out = out
        self._head = _HEAD.pack(MAGIC, VERSION, cost, random(_SALT_LENGTH))
        self._cipher = _cipher(passphrase, self._head)
        self._hash = hashlib.sha256()
        self._frames = 0
        out.write(self._head)

    def begin(self, name: str) -> None:
        """Begin a file; what is added from now on is in it."""
        self._frame(_NAME + name.encode())

    def add(self, content: bytes) -> None:
        """Add to the file that was begun."""
        for place in range(0, len(content), LARGEST_FRAME):
            self._frame(_DATA + content[place : place + LARGEST_FRAME])

    def finish(self) -> None:
        """Write the end."""
        self._frame(_END + self._hash.digest())
        self._out.flush()

    def _frame(self, plain: bytes) -> None:
        self._hash.update(plain)
        sealed = self._cipher.encrypt(_nonce(self._frames), plain, self._head)
        self._frames += 1
        self._out.write(_LENGTH.pack(len(plain)) + sealed)


def read_crate(source: BinaryIO, passphrase: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and a piece of each file in its order; an empty piece begins a file.

    What is yielded is what was written; only when the iterator ends it is known to be all. Raises
    NotABackup, WrongPassphrase or BackupDamaged.
    """
    head = source.read(_HEAD.size)
    _check_head(head)
    cipher = _cipher(passphrase, head)
    seen, name = hashlib.sha256(), ""
    for number, plain in enumerate(_frames(source, cipher, head)):
        kind, content = plain[:1], plain[1:]
        if kind == _END:
            _check_end(source, content, seen.digest())
            return
        seen.update(plain)
        if kind == _NAME:
            name = content.decode()
            yield name, b""
        elif kind == _DATA and name:
            yield name, content
        else:
            raise BackupDamaged(f"its part {number} is of no known kind")
    raise BackupDamaged("it ends before its end")


def _check_head(head: bytes) -> None:
    if len(head) != _HEAD.size or head[:4] != MAGIC:
        raise NotABackup("it begins otherwise")
    if head[4] != VERSION:
        raise NotABackup(f"its version is {head[4]}, and this program reads {VERSION}")
    if head[5] not in _COSTS:
        raise NotABackup("its key would take no reasonable time to derive")


def _frames(source: BinaryIO, cipher: AESGCM, head: bytes) -> Iterator[bytes]:
    number = 0
    while raw := source.read(_LENGTH.size):
        length = _LENGTH.unpack(raw)[0] if len(raw) == _LENGTH.size else 0
        if not 0 < length <= LARGEST_FRAME + 1:
            raise BackupDamaged("a part has no length that can be")
        sealed = source.read(length + _TAG_LENGTH)
        if len(sealed) != length + _TAG_LENGTH:
            raise BackupDamaged("it ends within a part")
        try:
            yield cipher.decrypt(_nonce(number), sealed, head)
        except InvalidTag:
            if number == 0:
                raise WrongPassphrase from None
            raise BackupDamaged("a part is not what was written") from None
        number += 1


def _check_end(source: BinaryIO, told: bytes, seen: bytes) -> None:
    if told != seen:
        raise BackupDamaged("its parts are not those that were written")
    if source.read(1):
        raise BackupDamaged("something follows its end")


def _cipher(passphrase: str, head: bytes) -> AESGCM:
    _, _, cost, salt = _HEAD.unpack(head)
    # However it was typed: one letter with an accent may be one character or two.
    secret = unicodedata.normalize("NFC", passphrase).encode()
    key = Scrypt(salt=salt, length=32, n=1 << cost, r=8, p=1).derive(secret)
    return AESGCM(key)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12)
