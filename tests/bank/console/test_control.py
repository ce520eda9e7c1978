"""The audit trail: with names, filtered, exported, and found out whatever is done to it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bank.conftest import Clock
from tests.bank.console.conftest import Asker
from tests.bank.employees import Employee
from tests.bank.holders import SUPPLY, Holder
from tests.bank.staff.asking import Client, as_, problem
from tests.bank.syncing.village import Village, Villager
from zerobar.bank.context import Bank
from zerobar.bank.control.sheets import Sheet, as_csv, as_pdf
from zerobar.bank.control.verifying import check_trail
from zerobar.bank.staff import audit
from zerobar.bank.staff.audit import TrailHead
from zerobar.bank.staff.errors import TrailBroken
from zerobar.database import Connection

pytestmark = pytest.mark.slow


# --- who did what, and who else agreed --------------------------------------------------------


def test_what_two_people_decided_names_both_and_what_it_was_about(
    ask: Asker, client: Client, officers: tuple[Employee, Employee], bank: Bank, anna: Holder
) -> None:
    one, two = officers
    freezing = {"reason": "a court order"}
    bank_path = f"/v1/staff/wallets/{anna.wallet}/freezing"
    assert client.post(bank_path, json=freezing, headers=as_(one.token)).status_code == 204
    id_ = bank.new_id()
    ask.post(one, "/v1/approvals", {"kind": "unfreeze", "wallet_id": str(anna.wallet),
                                    "reason": "lifted"}, id_)  # fmt: skip
    ask.post(two, f"/v1/approvals/{id_}/decision", {"verdict": "approve"})
    entries = ask.pages(one, "/v1/console/audit", subject=str(anna.wallet))
    told = [(e["action"], e["staff_name"], e["proposed_by_name"], e["approved_by_name"])
            for e in entries]  # fmt: skip
    assert told == [
        ("carry-out-unfreeze", "Ralf", "Rita", "Ralf"),
        ("approve-unfreeze", "Ralf", "Rita", "Ralf"),
        ("propose-unfreeze", "Rita", "Rita", None),
        ("freeze", "Rita", None, None),
    ]
    assert {(e["subject_kind"], e["subject"]) for e in entries} == {("wallet_id", str(anna.wallet))}
    assert entries[0]["details"]["approved_by"] == str(two.id), "it is sealed, not only looked up"


def test_the_trail_is_read_by_who_what_and_when(
    ask: Asker, clerk: Employee, operations: Employee, village: Village, clock: Clock,
    alice: Villager,
) -> None:  # fmt: skip
    ask.get(operations, f"/v1/console/wallets/{alice.wallet}")
    clock.advance(hours=1)
    between = clock().isoformat()
    ask.get(operations, f"/v1/console/purses/{alice.id.hex()}")

    def actions(**wanted: str) -> list[str]:
        return [e["action"] for e in ask.pages(clerk, "/v1/console/audit", **wanted)]

    who = {"staff_id": str(operations.id)}
    assert actions(**who) == ["read-purse", "read-wallet", "enrol"]
    assert actions(**who, action="read-wallet") == ["read-wallet"]
    assert actions(**who, since=between) == ["read-purse"]
    assert actions(**who, until=between) == ["read-wallet", "enrol"]


def test_a_moment_without_a_zone_is_refused(client: Client, clerk: Employee) -> None:
    wanted = {"since": "2026-11-25T04:00:00"}
    answer = client.get("/v1/console/audit", params=wanted, headers=as_(clerk.token))
    assert problem(answer, 400) == "moment-without-zone"


# --- exports ----------------------------------------------------------------------------------


def rows(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200 and answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_trail_cases_and_supply_are_exported_and_that_is_written_down(
    client: Client, ask: Asker, risk: Employee, village: Village, alice: Villager, bob: Villager,
) -> None:  # fmt: skip
    clone = village.clone(alice)
    village.pay(alice, bob, 1_00).accept()
    village.pay(clone, bob, 2_00).accept()
    village.sync(bob)
    headers = as_(risk.token)
    trail = rows(client.get("/v1/console/exports/audit.csv", headers=headers))
    assert trail[1][3] == "export-audit" and len(trail[1][8]) == 64
    cases = rows(client.get("/v1/console/exports/cases.csv", headers=headers))
    assert [(row[1], row[3]) for row in cases[1:]] == [(alice.id.hex(), "two-bodies")]
    supply = rows(client.get("/v1/console/exports/supply.csv", headers=headers))
    assert supply[1][0] == "Test Operator" and supply[1][5] == f"{SUPPLY // 100}.00"
    for name in ("audit", "cases", "supply"):
        document = client.get(f"/v1/console/exports/{name}.pdf", headers=headers)
        assert document.content.startswith(b"%PDF") and document.status_code == 200
    done = [e["action"] for e in ask.get(risk, "/v1/console/audit", staff_id=str(risk.id))["items"]]
    assert done.count("export-audit") == done.count("export-cases") == 2


def test_a_cell_that_a_spreadsheet_would_run_is_only_text() -> None:
    made = datetime(2026, 11, 25, tzinfo=UTC)
    sheet = Sheet("x", "x", made, (), ("a", "b"), (1, 1), [("=1+1", "-5.00")] * 1200)
    assert as_csv(sheet).decode("utf-8-sig").splitlines()[1] == "'=1+1,-5.00"
    assert as_pdf(sheet) == as_pdf(sheet)


def test_a_cell_taller_than_a_page_goes_on_on_the_next() -> None:
    made = datetime(2026, 11, 25, tzinfo=UTC)
    cells = ("原因" * 1_500, "=" * 12_000)
    sheet = Sheet("x", "x", made, (), ("a", "b", "c"), (1, 1, 12), [(*cells, "short")] * 3)
    assert as_pdf(sheet).count(b"/Type /Page\n") > 3


# --- whatever is done to it -------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A row as somebody with the database alone could write it."""

    number: int
    action: str
    details: str
    seal: bytes


Tampering = Callable[[list[Row]], list[Row]]


def _changed(at: int, field: str, mask: int) -> Tampering:
    def tamper(found: list[Row]) -> list[Row]:
        row = found[at]
        other: Any = getattr(row, field)
        if field == "seal":
            other = bytes((other[0] ^ mask,)) + other[1:]
        elif field == "details":
            other = json.dumps({"n": mask})
        else:
            other = f"{other}{mask}"
        return [*found[:at], replace(row, **{field: other}), *found[at + 1 :]]

    return tamper


def _dropped(at: int, renumbered: bool) -> Tampering:
    def tamper(found: list[Row]) -> list[Row]:
        rest = [*found[:at], *found[at + 1 :]]
        return [replace(row, number=n) for n, row in enumerate(rest, 1)] if renumbered else rest

    return tamper


def _swapped(one: int, other: int) -> Tampering:
    def tamper(found: list[Row]) -> list[Row]:
        swapped = list(found)
        swapped[one] = replace(found[other], number=found[one].number)
        swapped[other] = replace(found[one], number=found[other].number)
        return swapped

    return tamper


def _doubled(at: int) -> Tampering:
    def tamper(found: list[Row]) -> list[Row]:
        rows = [*found[: at + 1], *found[at:]]
        return [replace(row, number=n) for n, row in enumerate(rows, 1)]

    return tamper


LENGTH = 6
PLACES = st.integers(0, LENGTH - 1)
TAMPERINGS = st.one_of(
    st.builds(
        _changed, PLACES, st.sampled_from(("action", "details", "seal")), st.integers(100, 255)
    ),
    # What is cut off at the end shows against a noted seal only: another test.
    st.builds(_dropped, st.integers(0, LENGTH - 2), st.booleans()),
    st.builds(_swapped, PLACES, PLACES).filter(lambda tamper: tamper(_distinct()) != _distinct()),
    st.builds(_doubled, PLACES),
)


def _distinct() -> list[Row]:
    return [Row(n, "x", str(n), bytes((n,))) for n in range(1, LENGTH + 1)]


@pytest.fixture
def trail(bank: Bank) -> Bank:
    for number in range(LENGTH):
        with bank.transaction() as connection:
            audit.append(bank, connection, audit.INSTALLER, "test", n=number)
    with bank.connection() as connection:
        connection.execute("ALTER TABLE bank.audit_entry DISABLE TRIGGER written_once")
    return bank


def _read(connection: Connection) -> list[Row]:
    found = connection.execute(
        "SELECT number, action, details, seal FROM bank.audit_entry ORDER BY number"
    ).fetchall()
    return [Row(*row) for row in found]


def _write(connection: Connection, rows: list[Row], at: Any) -> None:
    connection.execute("DELETE FROM bank.audit_entry")
    for row in rows:
        connection.execute(
            "INSERT INTO bank.audit_entry (number, at, staff_id, action, details, seal)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (row.number, at, audit.INSTALLER, row.action, row.details, row.seal),
        )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tamper=TAMPERINGS)
def test_any_row_that_is_changed_dropped_swapped_or_doubled_is_found(
    trail: Bank, tamper: Tampering
) -> None:
    with trail.connection() as connection:
        written = _read(connection)
        _write(connection, tamper(written), trail.clock())
        try:
            with pytest.raises(TrailBroken):
                audit.verify_trail(trail)
        finally:
            _write(connection, written, trail.clock())
    assert audit.verify_trail(trail).entries == LENGTH


def test_an_end_that_was_cut_off_is_found_by_a_seal_that_was_noted_elsewhere(trail: Bank) -> None:
    noted = audit.verify_trail(trail)
    assert not check_trail(trail, noted).many
    with trail.connection() as connection:
        connection.execute("DELETE FROM bank.audit_entry WHERE number = %s", (LENGTH,))
    assert not check_trail(trail).many, "by itself the rest is whole"
    assert "not there any more" in check_trail(trail, noted).deviations[0]
    with trail.transaction() as connection:
        audit.append(trail, connection, audit.INSTALLER, "another")
    assert "another seal" in check_trail(trail, noted).deviations[0]
    other = TrailHead(1, bytes(32))
    assert check_trail(trail, other).many == 1


def test_a_broken_trail_is_told_as_a_deviation(trail: Bank) -> None:
    with trail.connection() as connection:
        connection.execute("UPDATE bank.audit_entry SET action = 'other' WHERE number = 3")
    check = check_trail(trail)
    assert check.many == 1 and "Entry 3" in check.deviations[0]
