"""`zerobar bank backup`, `restore`, `rehearse` and `verify`, as an operator runs them."""

from __future__ import annotations

import re
import time
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from tests.bank.holders import balance
from tests.bank.programs import BankProgram
from tests.bank.syncing.village import IN_WALLET, new_village
from zerobar.bank.api.console.health import TOKEN_VARIABLE
from zerobar.bank.installation import load
from zerobar.bank.running import open_bank
from zerobar.bank.staff import audit
from zerobar.cli import app
from zerobar.cli.safekeeping import PASSPHRASE_VARIABLE

pytestmark = pytest.mark.slow
NOTE = re.compile(r"Note this: (\d+:[0-9a-f]{64})")


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "six words chosen by dice")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["bank", *map(str, arguments)])


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output + str(result.exception)
    return result.output.replace("\n", " ")


def refused(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 1, result.output + str(result.exception)
    return result.output.replace("\n", " ")


@pytest.fixture
def bank(scratch: Path) -> Path:
    folder = scratch / "bank"
    done("init", "--folder", folder, "--issue", "1000000")
    return folder


def test_a_bank_is_backed_up_put_back_and_verified(bank: Path, scratch: Path) -> None:
    noted = NOTE.search(done("verify", "--folder", bank))
    assert noted is not None
    file = scratch / "kept.backup"
    assert "SHA-256" in done("backup", file, "--folder", bank)
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"PGDMP" not in file.read_bytes() and b"sealing" not in file.read_bytes()
    assert "can be put back" in done("rehearse", file)
    assert "overwritten" in refused("backup", file, "--folder", bank)
    elsewhere = scratch / "elsewhere"
    done("restore", file, "--folder", elsewhere)
    assert "comparisons agree" in done("verify", "--folder", elsewhere, "--noted", noted[1])
    for name in ("sealing.key", "authority.json"):
        assert (elsewhere / name).read_bytes() == (bank / name).read_bytes()
        assert (elsewhere / name).stat().st_mode & 0o777 == 0o600
    with open_bank(load(elsewhere)) as restored, restored.connection() as connection:
        actions = [entry.action for entry in audit.entries_before(connection, None, 2)]
    assert actions == ["restore", "found-member"]
    assert "already" in refused("restore", file, "--folder", elsewhere)


def test_a_load_after_the_backup_is_booked_by_the_bank_that_was_put_back(
    bank: Path, scratch: Path
) -> None:
    file, elsewhere = scratch / "kept.backup", scratch / "elsewhere"
    with open_bank(load(bank)) as opened:
        assert opened.purse_keys is not None
        village = new_village(opened, opened.purse_keys)
        anna = village.person("Anna")
        village.load(anna, 200_00)
    done("backup", file, "--folder", bank)
    with open_bank(load(bank)) as village.bank:
        village.load(anna, 50_00)
        village.sync(anna)
    done("restore", file, "--folder", elsewhere)
    assert "comparisons agree" in done("verify", "--folder", elsewhere)
    with open_bank(load(elsewhere)) as village.bank:
        assert balance(village.bank, anna.wallet) == IN_WALLET - 200_00
        village.sync(anna)
        assert balance(village.bank, anna.wallet) == IN_WALLET - 250_00
    assert "comparisons agree" in done("verify", "--folder", elsewhere)


def test_a_served_bank_is_backed_up_into_a_folder_knows_when_and_tells_prometheus(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "of figures")
    kept, bank = scratch / "kept", scratch / "bank"
    kept.mkdir()
    with BankProgram(scratch, "http://127.0.0.1:9", workers=2) as program:
        before = int(time.time())
        done("backup", kept, "--folder", bank)
        done("backup", kept / "second.backup", "--folder", bank)
        assert "comparisons agree" in done("verify", "--folder", bank)
        for _ in range(20):
            httpx.get(f"{program.url}/health")
        shown = {"authorization": "Bearer of figures"}
        figures = httpx.get(f"{program.url}/metrics", headers=shown).text
    assert len(list(kept.glob("bank-*Z.backup"))) == 1 and len(list(kept.iterdir())) == 2
    # Whichever process is asked, it tells of all.
    asked = re.search(
        r'zerobar_requests_total\{.*route="/health",status="200"\} ([0-9.]+)', figures
    )
    assert asked is not None and float(asked[1]) >= 20
    newest = re.search(r"(?m)^zerobar_newest_backup_timestamp_seconds (\S+)", figures)
    assert newest is not None and float(newest[1]) >= before - 1
    with open_bank(load(bank)) as opened, opened.connection() as connection:
        assert connection.execute("SELECT count(*) FROM bank.backup").fetchone() == (2,)
        assert audit.entries_before(connection, None, 1)[0].action == "backup"


def test_what_cannot_be_put_back_is_said_and_leaves_no_bank(
    bank: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = scratch / "kept.backup"
    done("backup", file, "--folder", bank)
    elsewhere = scratch / "elsewhere"
    damaged = scratch / "damaged.backup"
    damaged.write_bytes(file.read_bytes()[:-100])
    assert "damaged" in refused("restore", damaged, "--folder", elsewhere)
    assert "There is no bank" in refused("verify", "--folder", elsewhere)
    assert "can be put back" in done("rehearse", file)
    done("restore", file, "--folder", elsewhere)
    (elsewhere / "bank.json").unlink()
    assert "sealing.key" in refused("restore", file, "--folder", elsewhere)
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "quite another passphrase")
    assert "passphrase" in refused("rehearse", file)
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "short")
    assert "12 characters" in refused("backup", scratch / "x", "--folder", bank)
    assert "No such file" in refused("rehearse", scratch / "nowhere")
    assert not (scratch / "x").exists()


def test_a_trail_that_was_changed_is_told_and_ends_with_1(bank: Path) -> None:
    with open_bank(load(bank)) as opened, opened.connection() as connection:
        connection.execute("ALTER TABLE bank.audit_entry DISABLE TRIGGER written_once")
        connection.execute("UPDATE bank.audit_entry SET action = 'nothing' WHERE number = 1")
    told = refused("verify", "--folder", bank)
    assert "audit trail: DEVIATES" in told and "Entry 1" in told
    assert "no end of an audit trail" in refused("verify", "--folder", bank, "--noted", "x")
