"""Programs that do not start say why, the demo itself too."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zerobar.cli import app
from zerobar.demo.town.devices import CardProgram
from zerobar.demo.town.programs import ProgramFailed


@pytest.mark.slow
def test_a_file_that_is_no_purse_is_not_served(tmp_path: Path) -> None:
    path = tmp_path / "other.purse"
    path.write_text("something else")
    path.chmod(0o600)
    with pytest.raises(ProgramFailed, match=r"other\.purse"):
        CardProgram(path, None).start()


@pytest.mark.slow
def test_a_port_that_is_taken_is_said_to_be_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(app, ["demo", "--free", "--port", port])
    assert done.exit_code == 1
    assert "Choose another one with --port" in done.stderr


def test_checking_and_playing_freely_exclude_each_other() -> None:
    assert CliRunner().invoke(app, ["demo", "--free", "--check"]).exit_code == 2
