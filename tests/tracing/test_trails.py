"""What happened to something is found in logs, and nothing of what happened to something else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from zerobar.cli import app
from zerobar.cli.trails import read_logs, trail_of

PAYMENT, ORDER = (f"0198c0de-1234-7abc-8def-00000000000{n}" for n in (1, 2))


def log(folder: Path, name: str, *lines: dict[str, Any]) -> Path:
    path = folder / f"{name}.log"
    told = [
        json.dumps({"time": f"2026-11-26T10:00:0{n}.000+00:00"} | line)
        for n, line in enumerate(lines)
    ]
    path.write_text("Ready. Ctrl-C stops it.\n" + "\n".join(told) + '\n{"time": 3}\n{cut off')
    return path


def messages(id_: str, *paths: Path) -> list[str]:
    return [str(line.fields["message"]) for line in trail_of(id_, read_logs(paths))]


def test_other_things_that_were_done_in_the_same_trace_are_left_out(tmp_path: Path) -> None:
    both = {"trace_id": "t1"}
    path = log(
        tmp_path,
        "till",
        both | {"message": "first", "voucher": "aa/1"},
        both | {"message": "second", "voucher": "aa/2"},
        both | {"message": "asked"},
        {"message": "other", "trace_id": "t2"},
    )
    assert messages("aa/1", path) == ["first", "asked"]
    assert messages("aa", path) == ["first", "second", "asked"]
    assert messages("t2", path) == ["other"]


def test_an_orders_payment_belongs_to_it_with_all_its_trace(tmp_path: Path) -> None:
    log(tmp_path, "phone", {"message": "paid", "trace_id": PAYMENT.replace("-", "")})
    log(
        tmp_path,
        "bank",
        {"message": "ordered", "order_id": ORDER, "wallet_id": "w"},
        {"message": "made", "payment_id": PAYMENT, "order_id": ORDER},
        {"message": "answered", "payment_id": PAYMENT, "trace_id": PAYMENT.replace("-", "")},
        {"message": "else", "wallet_id": "w"},
    )
    assert set(messages(ORDER, tmp_path)) == {"ordered", "paid", "made", "answered"}
    assert messages(PAYMENT, tmp_path) == messages(ORDER, tmp_path)


def test_lines_come_in_the_order_in_which_things_began(tmp_path: Path) -> None:
    path = log(
        tmp_path,
        "phone",
        {"message": "inner", "payment_id": PAYMENT},
        {"message": "outer", "payment_id": PAYMENT, "took_ms": 1500},
    )
    assert messages(PAYMENT.upper(), path) == ["outer", "inner"]


@pytest.mark.parametrize(
    "language,word", [("en", "no answer in 7 ms (ReadTimeout)"), ("zh", "没有应答")]
)
def test_it_is_told_in_words(tmp_path: Path, language: str, word: str) -> None:
    asked = {"message": "asked", "whom": "bank:1", "method": "GET", "route": "/v1/x", "took_ms": 7}
    log(
        tmp_path, "till", asked | {"error": "ReadTimeout", "payment_id": PAYMENT, "program": "till"}
    )
    done = CliRunner().invoke(
        app, ["trace", PAYMENT, str(tmp_path)], env={"ZEROBAR_LANG": language}
    )
    assert done.exit_code == 0 and word in done.output and f"payment_id={PAYMENT}" in done.output


def test_what_no_log_names_is_said_with_what_to_do(tmp_path: Path) -> None:
    log(tmp_path, "till")
    done = CliRunner().invoke(app, ["trace", PAYMENT, str(tmp_path)], env={"ZEROBAR_LANG": "en"})
    assert done.exit_code == 1 and "--verbose" in done.output
    done = CliRunner().invoke(app, ["trace", PAYMENT, str(tmp_path / "none")])
    assert done.exit_code == 1 and "No such file" in done.output


def test_a_line_of_another_version_is_told_by_its_message(tmp_path: Path) -> None:
    log(tmp_path, "bank", {"message": "answered", "payment_id": PAYMENT, "status": 200})
    done = CliRunner().invoke(app, ["trace", PAYMENT, str(tmp_path)])
    assert "bank: answered" in done.output
