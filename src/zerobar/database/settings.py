"""How the embedded server is set up: what is promised about durability, and who gets in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

ADMINISTRATOR: Final = "zerobar"
"""The superuser. Nobody has its password, for there is none: it is let in by who one is."""

DEFAULT_PORT: Final = 5432
"""Also names the socket file, when nothing listens on the network."""

SETTINGS: Final[Mapping[str, str]] = {
    # An acknowledged commit is on the disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # A wallet operator's working set on one machine; a benchmark of large batches asks for more.
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "5min",
    # Thousands of transfers are one commit: most of their log is on the disk before it.
    "wal_writer_delay": "5ms",
    "wal_writer_flush_after": "256kB",
    "max_connections": "100",
    # Logs and times do not depend on where the machine stands.
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d %a ",
    # Statements may hold personal data, and the log is a plain file.
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "password_encryption": "scram-sha-256",
}
"""Given on the command line, so that they hold for old clusters as well."""

INITDB_ARGUMENTS: Final = (
    f"--username={ADMINISTRATOR}",
    "--encoding=UTF8",
    # Text compares by code point, the same on every machine and after every system upgrade.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    # Our own files say who gets in; without them nobody does.
    "--auth=reject",
    "--no-instructions",
    # One request for the whole file system instead of a thousand: half the time, the same promise.
    "--sync-method=syncfs",
)

_MAP: Final = "administrators"
_ACCESS: Final = f"""\
# Written at every start. The administrator is who started the server; every other role
# proves itself by its password, and reaches only what it was granted.
local  all                  {ADMINISTRATOR}  peer map={_MAP}
local  postgres,template1   all      reject
local  all                  all      scram-sha-256
host   all                  {ADMINISTRATOR}  all           reject
host   postgres,template1   all      all           reject
host   all                  all      127.0.0.1/32  scram-sha-256
"""


def access_rules() -> str:
    """Return pg_hba.conf."""
    return _ACCESS


def administrators(system_users: set[str]) -> str:
    """Return pg_ident.conf: which users of the machine may administer."""
    lines = [f'{_MAP}  "{user}"  {ADMINISTRATOR}\n' for user in sorted(system_users)]
    return "".join(lines)


def server_arguments(settings: Mapping[str, str]) -> list[str]:
    """Return settings as arguments of `postgres`."""
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def place_settings(folder: Path, sockets: Path, port: int | None) -> dict[str, str]:
    """Return where a server listens and finds its files; without a port only on its socket."""
    return {
        "listen_addresses": "" if port is None else "127.0.0.1",
        "port": str(DEFAULT_PORT if port is None else port),
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0777",
        "hba_file": str(folder / "pg_hba.conf"),
        "ident_file": str(folder / "pg_ident.conf"),
    }
