"""A backup of a bank, made cheaply, and a folder that PostgreSQL's user can reach.

kept     a backup of `bank`, as it is when the test begins
scratch  an empty folder, which ends with the test
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.bank.conftest import OPERATOR
from zerobar.bank.context import Bank
from zerobar.bank.installation import Settings
from zerobar.bank.safekeeping.backing_up import KEY, write_backup
from zerobar.bank.safekeeping.backing_up import SETTINGS as SETTINGS_FILE
from zerobar.database import Database

PASSPHRASE = "six words chosen by dice"
KEPT_KEY = b"11" * 32
CHEAP = {"cost": 10}
_NOWHERE = "http://127.0.0.1:9"
SETTINGS = Settings(
    operator_id=OPERATOR,
    operator_name="Kept",
    bank_url=_NOWHERE,
    identity_url=_NOWHERE,
    sms_url=_NOWHERE,
    origin="http://localhost:8000",
    development=True,
)


@pytest.fixture
def scratch() -> Iterator[Path]:
    # Not pytest's own folder: run as root, that is closed to the user PostgreSQL runs as.
    path = Path(tempfile.mkdtemp(prefix="zerobar-tests-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def kept(bank: Bank, bank_database: Database, scratch: Path) -> Path:
    files = {SETTINGS_FILE: msgspec.json.encode(SETTINGS), KEY: KEPT_KEY}
    path = scratch / "kept.backup"
    write_backup(path, PASSPHRASE, files, (bank_database, bank.clock()), os.urandom, **CHEAP)
    return path
