"""What `zerobar bank check` says: what is wrong, how much of it, where to look, and what to do."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from typer.testing import CliRunner, Result

from tests.bank.checking.working import Work
from zerobar.bank import checking, installation, running
from zerobar.bank.checking import compare
from zerobar.cli import app
from zerobar.database import Connection


@pytest.fixture
def checked(work: Work, tampering: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Let the command look at the bank of these tests, as one transaction sees it."""
    monkeypatch.setattr(installation, "load", lambda folder: folder)
    monkeypatch.setattr(running, "read_bank", lambda _: nullcontext(work.bank))
    monkeypatch.setattr(checking, "check_books", lambda _: compare(tampering))
    return tampering


def _check() -> Result:
    return CliRunner().invoke(app, ["bank", "check"])


@pytest.mark.usefixtures("checked")
def test_books_that_agree_end_with_0() -> None:
    result = _check()
    assert result.exit_code == 0
    assert "payments and money: ok" in result.stdout
    assert "comparisons agree" in result.stdout and not result.stderr


def test_books_that_deviate_end_with_1_and_say_what_how_many_and_what_to_do(
    checked: Connection,
) -> None:
    changed = checked.execute("UPDATE ledger.posting_group SET transfers = transfers + 1").rowcount
    result = _check()
    assert result.exit_code == 1
    assert f"posting groups: DEVIATES, {changed} found" in result.stdout
    assert "some were deleted or added" in result.stderr
    assert f"and {changed - 20} more" in result.stderr
    assert "→ Look at: " in result.stderr and "→ Move no more money" in result.stderr
