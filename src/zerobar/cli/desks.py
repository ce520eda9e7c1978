"""The operator's desk of a test authority: keys in one file, the journal beside it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zerobar.issuer import AuthorityFile, Journal, OperatorDesk


def journal_beside(authority: Path) -> Path:
    """Return where the journal of an authority file is."""
    return authority.with_suffix(".journal")


@contextmanager
def desk_of(authority: Path) -> Iterator[OperatorDesk]:
    """Open the desk of an authority file; raise AuthorityFileError if there is none."""
    keys = AuthorityFile.load(authority).open()
    with Journal(journal_beside(authority)) as journal:
        yield OperatorDesk(keys, journal)


def create_authority(path: Path) -> bool:
    """Make a test authority if there is none yet; return whether one was made."""
    if path.exists():
        return False
    AuthorityFile.generate(os.urandom, int(time.time())).save(path)
    return True
