"""Someone who is not root runs the server as oneself; as root, these tests become nobody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.database.owners import (
    NOBODY,
    kill_server,
    owner_of,
    servers_in,
    users_of,
    wait_until,
)
from zerobar.database import connect
from zerobar.database.accounts import Account

PLAIN = NOBODY if os.geteuid() == 0 else Account.current()
SWITCH = NOBODY if os.geteuid() == 0 else None


@pytest.fixture
def own_folder(folder: Path) -> Path:
    os.chown(folder, PLAIN.uid, PLAIN.gid)
    return folder / "db"


@pytest.mark.slow
def test_a_plain_user_needs_no_rights(own_folder: Path) -> None:
    with owner_of(own_folder, SWITCH) as owner:
        with connect(owner.program, "test") as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert users_of(servers_in(own_folder)) == {PLAIN.uid}
        assert Account.owner_of(own_folder / "data").uid == PLAIN.uid
        assert owner.stop() == 0
    with owner_of(own_folder, SWITCH) as owner, connect(owner.program, "test") as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


@pytest.mark.slow
def test_a_plain_users_server_ends_with_its_program_too(own_folder: Path) -> None:
    with owner_of(own_folder, SWITCH) as owner:
        owner.kill()
        wait_until(lambda: servers_in(own_folder) == [])
    with owner_of(own_folder, SWITCH):
        kill_server(own_folder)
        wait_until(lambda: servers_in(own_folder) == [])
    with owner_of(own_folder, SWITCH) as owner, connect(owner.program, "test") as connection:
        connection.execute("SELECT 1")
