"""Where PostgreSQL's programs come from, and how they get to where their user can reach them."""

from __future__ import annotations

import subprocess

import pytest

from zerobar.database import ServerProgramsMissing, installed_programs
from zerobar.database import programs as module
from zerobar.database.programs import ServerPrograms


def answer(programs: ServerPrograms, name: str) -> str:
    command = [str(programs.path(name)), "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_wheel_has_every_program_an_operator_needs() -> None:
    programs = installed_programs()
    for name in ("postgres", "initdb", "psql", "pg_dump", "pg_restore", "pg_basebackup", "pgbench"):
        assert f"(PostgreSQL) {programs.major}." in answer(programs, name)


def test_without_the_wheel_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PACKAGE", "no_such_package")
    with pytest.raises(ServerProgramsMissing, match=r"zerobar\[bank\].*DATABASE_URL"):
        installed_programs()
