"""Who is let in by the phone, and what it says when there is neither bank, SIM nor wallet."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.bank.programs import environment
from tests.phone.programs import LonePhone
from zerobar.demo.town.ports import free_port

pytestmark = pytest.mark.slow
STAGE = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LonePhone]:
    bank_url = f"http://127.0.0.1:{free_port()}"
    with LonePhone(
        tmp_path_factory.mktemp("lone"), bank_url, "phone", "--framed-by", STAGE
    ) as phone:
        yield phone


@pytest.mark.parametrize(
    "headers, problem",
    [
        ({"authorization": ""}, "token-needed"),
        ({"authorization": "Bearer wrong"}, "token-needed"),
        ({"host": "evil.example:80"}, "wrong-host"),
        ({"host": "127.0.0.1.evil.example:8070"}, "wrong-host"),
        ({"origin": "http://evil.example"}, "foreign-page"),
        ({"origin": "null"}, "foreign-page"),
        ({"sec-fetch-site": "cross-site"}, "foreign-page"),
    ],
)
def test_nobody_but_the_phones_screen_is_let_in(
    phone: LonePhone, headers: dict[str, str], problem: str
) -> None:
    answer = phone.screen.get("/phone", headers=headers)
    assert answer.status_code in (401, 403, 421)
    assert answer.json()["type"] == f"urn:zerobar:problem:{problem}"
    assert "access-control-allow-origin" not in answer.headers


def test_the_phones_own_screen_is_let_in(phone: LonePhone) -> None:
    own = phone.screen.get("/phone", headers={"origin": phone.url})
    assert own.json()["signed_up"] is False and own.headers["cache-control"] == "no-store"


def test_the_screen_itself_needs_no_token_and_may_be_framed_by_whom_the_owner_named(
    phone: LonePhone,
) -> None:
    page = httpx.get(phone.url)
    assert "<html" in page.text and phone.token not in page.text
    assert f"frame-ancestors {STAGE};" in page.headers["content-security-policy"]


def test_the_token_is_shown_to_the_owners_terminal_and_to_no_log(
    phone: LonePhone, tmp_path: Path
) -> None:
    assert phone.token not in phone.log.read_text()
    folder = tmp_path / "phone"
    assert _run("init", "--folder", str(folder)).returncode == 0
    shown = _on_a_terminal("serve", "--folder", str(folder), "--port", "0", "--bank", "http://x")
    assert f"/#token={(folder / 'token').read_text()}" in shown


def test_only_what_is_an_origin_may_frame_the_screen(phone: LonePhone, tmp_path: Path) -> None:
    folder = tmp_path / "phone"
    assert _run("init", "--folder", str(folder)).returncode == 0
    own = ("serve", "--folder", str(folder), "--port", "0", "--bank", "http://x")
    refused = _run(*own, "--framed-by", "*")
    assert refused.returncode == 1 and "no origin" in refused.stderr


def test_only_its_owner_can_read_what_the_phone_keeps(phone: LonePhone) -> None:
    assert stat.S_IMODE(phone.folder.stat().st_mode) == 0o700
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in phone.folder.iterdir()}
    assert {"phone.db", "device.db", "outbox.db", "token"} <= files.keys()
    assert set(files.values()) == {0o600}


def test_a_folder_runs_one_program_only(phone: LonePhone) -> None:
    second = _run("serve", "--folder", str(phone.folder), "--port", "0", "--bank", "http://x")
    assert second.returncode == 1 and "another program runs this phone" in second.stderr


def test_a_phone_is_made_once(phone: LonePhone, tmp_path: Path) -> None:
    assert _run("init", "--folder", str(phone.folder)).returncode == 1
    missing = _run("serve", "--folder", str(tmp_path), "--port", "0", "--bank", "http://x")
    assert missing.returncode == 1 and "zerobar phone init" in missing.stderr


def test_a_telecom_without_a_line_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "phone"
    assert _run("init", "--folder", str(folder)).returncode == 0
    own = ("serve", "--folder", str(folder), "--port", "0", "--bank", "http://x")
    refused = _run(*own, "--telecom", "http://y")
    assert refused.returncode == 1 and "--line" in refused.stderr


def test_a_purse_file_is_not_opened_by_the_phone_itself(tmp_path: Path) -> None:
    folder = tmp_path / "phone"
    assert _run("init", "--folder", str(folder)).returncode == 0
    own = ("serve", "--folder", str(folder), "--port", "0", "--bank", "http://x")
    refused = _run(*own, "--sim", str(tmp_path / "anna.purse"))
    assert refused.returncode == 1 and "card serve" in refused.stderr


def test_without_wallet_sim_or_bank_it_says_what_to_do(phone: LonePhone) -> None:
    balance = phone.screen.get("/balance").json()
    assert balance["type"].endswith("not-signed-up") and balance["next_step_zh"]
    assert phone.screen.get("/code").json()["type"].endswith("no-code-secret")
    assert phone.screen.get("/purse").json()["type"].endswith("no-card")
    assert phone.refused("/scans", text="hello")["type"].endswith("unreadable-text")
    assert phone.refused("/scans")["status"] == 400
    assert phone.refused("/nothing")["status"] in (404, 405)
    assert phone.refused("/wallet/by-telecom")["type"].endswith("no-telecom")
    tap = phone.refused("/taps", id=str(uuid4()), amount_fen=1)
    assert tap["type"].endswith("no-field") and "--reader" in tap["next_step"]


def test_a_bank_that_does_not_answer_leaves_it_open_and_is_seen(phone: LonePhone) -> None:
    problem = phone.refused("/sms-codes", phone="+8613900000001")
    assert problem["status"] == 503 and problem["finality"] == "unknown, ask again"
    events = phone.get("/events")["items"]
    assert [event["direction"] for event in events][:2] == ["sent", "unanswered"]
    assert events[0]["words"] == "send me a code by SMS"


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zerobar", "phone", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment() | {"COLUMNS": "300"},
    )


def _on_a_terminal(*arguments: str) -> str:
    """Run a program whose output goes to a terminal until it is ready; return what it said."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "zerobar", "phone", *arguments]
    with subprocess.Popen(command, stdout=its, stderr=its, env=environment()) as process:
        os.close(its)
        said = b""
        while b"Ready" not in said:
            said += os.read(ours, 4096)
        process.terminate()
    os.close(ours)
    return said.decode()
