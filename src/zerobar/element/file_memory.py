"""A purse's memory in a file: what a command has committed outlives a killed process.

The file is a header of 512 bytes, written once, and the memory. Bytes are changed in place and
never rewritten as a whole, so that at any instant the file is what a real chip would hold:
everything up to some byte. One process at a time holds the file, under an exclusive lock.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
import tempfile
from pathlib import Path
from typing import Final, Self

from zerobar.element.errors import (
    NotAPurseFile,
    PurseFileExists,
    PurseFileExposed,
    PurseFileInUse,
    PurseFileMissing,
    PurseFileNotCreated,
    StorageFailed,
)
from zerobar.purse.memory import Memory
from zerobar.purse.ring import SLOT_SIZE
from zerobar.purse.store import memory_size

HEADER_LENGTH: Final = 512
"""A disk sector of its own, so that no torn write of the memory can touch it."""

FILE_VERSION: Final = 1
FEWEST_SLOTS: Final = 4
"""Two are kept free for giving money back, so a smaller log could hold no payment."""

_MAGIC: Final = b"ZEROBAR PURSE\n"
_HEADER: Final = struct.Struct(">14sHI")
_PRIVATE: Final = 0o600
_OTHERS: Final = 0o077


class FileMemory(Memory):
    """Memory kept in a file; `barrier` returns once the disk has it.

    Raises PurseFileMissing, NotAPurseFile, PurseFileExposed or PurseFileInUse.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._failed = False
        self._fd = _open(path)
        try:
            _lock(path, self._fd)
            super().__init__(_read_contents(path, self._fd))
        except BaseException:
            os.close(self._fd)
            raise

    def barrier(self) -> None:
        """Return once everything written so far lasts; raise StorageFailed if the disk refuses."""
        self._check_alive()
        try:
            os.fdatasync(self._fd)
        except OSError as error:
            raise self._failure(error) from error

    def close(self) -> None:
        """Give the file to other processes; the memory is of no use afterwards."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _store(self, offset: int, data: bytes) -> None:
        self._check_alive()
        super()._store(offset, data)
        try:
            written = os.pwrite(self._fd, data, HEADER_LENGTH + offset)
        except OSError as error:
            raise self._failure(error) from error
        if written != len(data):
            raise self._failure(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    def _check_alive(self) -> None:
        assert self._fd >= 0, "the file is closed"
        if self._failed:
            raise StorageFailed(self.path, "an earlier write failed")

    def _failure(self, error: OSError) -> StorageFailed:
        # After a failed write nobody knows what the disk holds, and a later sync may claim
        # success for bytes that were dropped: so nothing is written any more.
        self._failed = True
        return StorageFailed(self.path, error.strerror or str(error))


def create_blank(path: Path, slots: int) -> None:
    """Create the file of a new purse, whole or not at all, readable by its owner only.

    Args:
        path: where; the folder must exist.
        slots: how many entries the log holds before a sync is needed; fixed for ever.

    Raises PurseFileExists if anything is at path already, PurseFileNotCreated if the disk
    refuses.
    """
    contents = bytes(memory_size(slots))
    header = _HEADER.pack(_MAGIC, FILE_VERSION, len(contents)).ljust(HEADER_LENGTH, b"\0")
    try:
        fd, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            _write_durably(fd, header + contents)
            # A link, not a rename: it refuses to replace a purse that is there already.
            os.link(temporary, path)
        finally:
            os.unlink(temporary)
        _sync_folder(path.parent)
    except FileExistsError:
        raise PurseFileExists(path) from None
    except OSError as error:
        raise PurseFileNotCreated(path, error.strerror or str(error)) from error


def _write_durably(fd: int, data: bytes) -> None:
    with os.fdopen(fd, "wb") as file:
        os.fchmod(fd, _PRIVATE)
        file.write(data)
        file.flush()
        os.fsync(fd)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _open(path: Path) -> int:
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise PurseFileMissing(path) from None
    except OSError as error:
        raise NotAPurseFile(path, error.strerror or str(error)) from error
    mode = os.fstat(fd).st_mode
    problem = _problem_with_mode(path, mode)
    if problem is not None:
        os.close(fd)
        raise problem
    return fd


def _problem_with_mode(path: Path, mode: int) -> Exception | None:
    if not stat.S_ISREG(mode):
        return NotAPurseFile(path, "not a regular file")
    if mode & _OTHERS:
        return PurseFileExposed(path, stat.S_IMODE(mode))
    return None


def _read_contents(path: Path, fd: int) -> bytes:
    size = os.fstat(fd).st_size
    raw = os.pread(fd, HEADER_LENGTH, 0)
    if not raw.startswith(_MAGIC):
        raise NotAPurseFile(path, "it does not begin as one")
    if len(raw) < HEADER_LENGTH:
        raise NotAPurseFile(path, "it is cut short")
    _, version, length = _HEADER.unpack_from(raw)
    if version != FILE_VERSION:
        raise NotAPurseFile(path, f"it has version {version}, this program knows {FILE_VERSION}")
    if size != HEADER_LENGTH + length:
        raise NotAPurseFile(path, f"it has {size} bytes instead of {HEADER_LENGTH + length}")
    slots, left = divmod(length - memory_size(0), SLOT_SIZE)
    if slots < FEWEST_SLOTS or left:
        raise NotAPurseFile(path, f"no purse has a memory of {length} bytes")
    return os.pread(fd, length, HEADER_LENGTH)


def _lock(path: Path, fd: int) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise PurseFileInUse(path, _lock_holder(fd)) from None


def _lock_holder(fd: int) -> int | None:
    """Return who holds the lock, as Linux lists it in /proc/locks; None if it does not tell."""
    inode = str(os.fstat(fd).st_ino)
    try:
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return None
    for fields in (line.split() for line in lines):
        # "1: FLOCK ADVISORY WRITE 4711 fd:01:131 0 EOF"; the process, then the file.
        if fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == inode:
            return int(fields[4]) or None
    return None
