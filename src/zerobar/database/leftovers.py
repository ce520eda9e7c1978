"""What a program that was killed may have left behind: a server, its children, its marks.

It is stopped, not adopted: it may run with other settings than the next program wants, and
nothing would end it with that program. Called only under the folder's lock.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from zerobar.database.errors import ServerDidNotStop
from zerobar.database.folder import DatabaseFolder
from zerobar.database.watch import end_process, remove_sockets

SCRATCH_PREFIX: Final = "zerobar-db-"
"""How the name of a folder begins that is made for a socket only."""

# A backend without its server cancels its query at SIGINT and then sees that it is alone.
_ORPHAN_PATIENCE_S: Final = (2.0, 3.0, 5.0)
_SOCKET_LINE: Final = 4


def stop_leftovers(folder: DatabaseFolder, patience_s: tuple[float, float, float]) -> None:
    """End every process of a folder's former server, then remove its marks.

    Raises ServerDidNotStop if one survives.
    """
    lines = _pid_file_lines(folder)
    recorded = int(lines[0]) if lines and lines[0].isdigit() else 0
    _end(folder, recorded, patience_s)
    # Only then its children: while it lives it takes the loss of one as a crash.
    for pid in servers_of(folder):
        _end(folder, pid, patience_s if _is_server(folder, pid) else _ORPHAN_PATIENCE_S)
    if survivors := servers_of(folder):
        raise ServerDidNotStop(folder.path, survivors)
    _remove_marks(folder, recorded, lines)


def servers_of(folder: DatabaseFolder) -> list[int]:
    """List the processes of a folder's server, of whatever program."""
    pids = sorted(int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [pid for pid in pids if _is_ours(folder, pid)]


def _is_ours(folder: DatabaseFolder, pid: int) -> bool:
    """Tell a process by what it was started as; its number alone may have been given anew."""
    if _owner(pid) != folder.account.uid:
        return False
    child = f"postgres: {folder.tag}:".encode()
    return _is_server(folder, pid) or _words(pid)[0].startswith(child)


def _is_server(folder: DatabaseFolder, pid: int) -> bool:
    program, *arguments = _words(pid)
    # As settings.py and embedded.py start it: the folder is its first argument.
    return os.path.basename(program) == b"postgres" and arguments[:2] == [
        b"-D",
        os.fsencode(folder.data),
    ]


def _words(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return [b""]


def _owner(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return None


def _end(folder: DatabaseFolder, pid: int, patience_s: tuple[float, float, float]) -> None:
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return
    try:
        # Asked after opening: from here on the descriptor can mean no other process.
        if _is_ours(folder, pid):
            end_process(pidfd, patience_s)
    finally:
        os.close(pidfd)


def _pid_file_lines(folder: DatabaseFolder) -> list[str]:
    try:
        return (folder.data / "postmaster.pid").read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def _remove_marks(folder: DatabaseFolder, recorded: int, lines: list[str]) -> None:
    """Remove what would mislead the next server: a number given anew, sockets of the last one."""
    if Path(f"/proc/{recorded}").exists():
        # Another process has that number by now. A dead one PostgreSQL sees through itself.
        (folder.data / "postmaster.pid").unlink(missing_ok=True)
    if len(lines) > _SOCKET_LINE:
        _remove_scratch(Path(lines[_SOCKET_LINE]))
    for path in (folder.path / "run").glob(".s.PGSQL.*"):
        path.unlink(missing_ok=True)


def _remove_scratch(sockets: Path) -> None:
    # The path stands in a file that another user may write: only what we name so ourselves.
    if sockets.name.startswith(SCRATCH_PREFIX) and sockets.parent in scratch_parents():
        remove_sockets(sockets)


def scratch_parents() -> list[Path]:
    """List where a folder for a socket may be made, the first one first."""
    return [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - only for a folder made new
