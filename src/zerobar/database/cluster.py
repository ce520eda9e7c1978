"""The data of a server: created once, whole or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from zerobar.database.errors import ClusterOfAnotherVersion, start_failure
from zerobar.database.folder import DatabaseFolder
from zerobar.database.programs import ServerPrograms
from zerobar.database.settings import INITDB_ARGUMENTS

_INITDB_TIMEOUT_S: Final = 300
_UNFINISHED: Final = "unfinished-"


def ensure_cluster(folder: DatabaseFolder, programs: ServerPrograms) -> None:
    """Create the data at the first start; they are PostgreSQL's and on the disk afterwards.

    Raises ClusterOfAnotherVersion, ServerDidNotStart or DiskFull.
    """
    for path in folder.path.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(path, ignore_errors=True)
    found = folder.cluster_version
    if found is None:
        _create(folder, programs)
    elif found != programs.major:
        raise ClusterOfAnotherVersion(folder.path, found, programs.major)


def _create(folder: DatabaseFolder, programs: ServerPrograms) -> None:
    # Under another name until it is complete: half a cluster would never start. And under a new
    # one each time: the initdb of a program that was killed may still be writing to the last.
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder.path))
    os.chown(unfinished, folder.account.uid, folder.account.gid)
    command = [str(programs.path("initdb")), *INITDB_ARGUMENTS, "-D", str(unfinished)]
    run = _run(folder, command)
    if run.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise start_failure(folder.path, "its data could not be created", run.stdout)
    os.rename(unfinished, folder.data)
    folder.sync()


def _run(folder: DatabaseFolder, command: list[str]) -> subprocess.CompletedProcess[str]:
    account = folder.account
    return subprocess.run(  # noqa: S603 - a program of ours, with arguments of our own making
        command,
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
        cwd="/",
        env={"LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=_INITDB_TIMEOUT_S,
        check=False,
    )
