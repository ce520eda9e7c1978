"""The command line as its users type it, in a folder of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from zerobar.cli import app

Run = Callable[..., Result]


@pytest.fixture
def zerobar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZEROBAR_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERMINAL_WIDTH", "200")

    def run(*arguments: str, code: int = 0, typed: str | None = None) -> Result:
        result = CliRunner().invoke(app, list(arguments), input=typed)
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def shop(zerobar: Run) -> Run:
    """A customer with ¥200.00 and a shop, in alice.purse and shop.purse."""
    zerobar("card", "issue", "alice.purse", "--load", "200.00", "--pin", "135790")
    zerobar("card", "issue", "shop.purse", "--class", "merchant", "--pin", "246800")
    return zerobar


@contextmanager
def served(store: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve a purse file in a process of its own; give it and its antenna's address."""
    command = [sys.executable, "-m", "zerobar", "card", "serve", "--store", str(store), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
