from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from zerobar.bank import clock
from zerobar.bank.clock import OFFSET_VARIABLE, ClockOffsetRefused, clock_of
from zerobar.bank.installation import Settings, create
from zerobar.cli import app

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def settings(*, development: bool = True) -> Settings:
    url = "http://127.0.0.1:1"
    return Settings(
        operator_id=uuid4(),
        operator_name="Test",
        bank_url=url,
        identity_url=url,
        sms_url=url,
        origin="http://localhost:8000",
        development=development,
    )


def test_a_bank_goes_by_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OFFSET_VARIABLE, raising=False)
    assert clock_of(settings()) is clock.now
    assert clock_of(settings(development=False)) is clock.now


def test_a_bank_in_development_can_be_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OFFSET_VARIABLE, "86400")
    monkeypatch.setattr(clock, "now", lambda: NOON)
    assert clock_of(settings())() == NOON + timedelta(days=1)


def test_a_bank_in_production_refuses_to_be_ahead_even_by_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(OFFSET_VARIABLE, "0")
    with pytest.raises(ClockOffsetRefused, match="real time"):
        clock_of(settings(development=False))


@pytest.mark.parametrize("text", ["", "-1", "1.5", "a day", "٣", "999999999999"])
def test_an_offset_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(OFFSET_VARIABLE, text)
    with pytest.raises(ClockOffsetRefused, match="whole seconds"):
        clock_of(settings())


def test_the_command_tells_why_a_bank_in_production_is_not_served_ahead(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(OFFSET_VARIABLE, "")
    create(tmp_path / "bank", settings(development=False), bytes)
    asked = ["bank", "serve", "--folder", str(tmp_path / "bank"), "--clock-offset", "60"]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 1 and "goes by the real time" in told.output.replace("\n", " ")
