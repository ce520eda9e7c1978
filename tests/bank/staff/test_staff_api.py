"""Staff and the authority over HTTP, as a console would use it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import msgspec
import pytest

from tests.bank.employees import Employee, found, new_authenticator
from tests.bank.holders import SUPPLY, Holder, grant, new_key
from tests.bank.staff.asking import Client, as_, asked, problem
from zerobar.bank.api.chinese import words
from zerobar.bank.context import Bank
from zerobar.bank.staff import membership
from zerobar.bank.staff.model import Role
from zerobar.client.authority import Approval, Supply
from zerobar.client.enrolment import enrolment_bytes, write_64
from zerobar.client.passkeys import Passkeys
from zerobar.client.staff import AuditEntry, OpenedStaffSession

pytestmark = pytest.mark.slow


@pytest.fixture
def client(bank: Bank) -> Iterator[Client]:
    with asked(bank) as client:
        yield client


@pytest.fixture
def head(bank: Bank) -> Employee:
    return found(bank, "Head", Role.ADMINISTRATOR)


@pytest.fixture
def deputy(bank: Bank) -> Employee:
    return found(bank, "Deputy", Role.ADMINISTRATOR)


def test_one_enrols_signs_in_and_signs_out(bank: Bank, client: Client) -> None:
    code = membership.found_member(bank, bank.new_id(), "Head", [Role.ADMINISTRATOR])
    begun = client.post("/v1/staff/enrolments/options", json={"code": code})
    phone = new_authenticator(bank)
    credential = phone.create(begun.json()["publicKey"]) | {"clientExtensionResults": {}}
    body = {"code": code, "credential": credential, "label": "key"}
    enrolled = client.post("/v1/staff/enrolments", json=body)
    assert enrolled.status_code == 201, enrolled.text
    asked_for = client.post("/v1/staff/sessions/options").json()["publicKey"]
    answer = client.post("/v1/staff/sessions", json={"credential": phone.get(asked_for)})
    opened = msgspec.json.decode(answer.content, type=OpenedStaffSession)
    assert opened.token not in repr(opened)
    me = client.get("/v1/staff/me", headers=as_(opened.token))
    assert me.json()["roles"] == ["administrator"]
    gone = client.delete("/v1/staff/sessions/current", headers=as_(opened.token))
    assert gone.status_code == 204
    again = client.get("/v1/staff/me", headers=as_(opened.token))
    assert problem(again, 401) == "staff-not-signed-in"


def test_a_wrong_code_and_a_wrong_credential_are_problems(bank: Bank, client: Client) -> None:
    wrong = client.post("/v1/staff/enrolments/options", json={"code": "0" * 20})
    assert problem(wrong, 401) == "enrolment-code-refused"
    short = client.post("/v1/staff/enrolments/options", json={"code": "0"})
    assert problem(short, 400) == "invalid-input"
    stranger = new_authenticator(bank)
    options = client.post("/v1/staff/sessions/options").json()["publicKey"]
    stranger.create(
        {
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
            "user": {"id": "AAAA"},
            "rp": {"id": options["rpId"]},
            "challenge": options["challenge"],
        }
    )
    refused = client.post("/v1/staff/sessions", json={"credential": stranger.get(options)})
    assert problem(refused, 401) == "passkey-refused"


def test_a_persons_token_is_none_of_staff(client: Client, anna: Holder) -> None:
    answer = client.get("/v1/staff/me", headers=as_(anna.token))
    assert problem(answer, 401) == "staff-not-signed-in"


def test_two_issue_digital_cash(bank: Bank, client: Client) -> None:
    issuer = found(bank, "Issuer", Role.AUTHORITY_ISSUER)
    approver = found(bank, "Approver", Role.AUTHORITY_APPROVER)
    operator = str(bank.operator_id)
    for kind in ("pay-in-reserves", "issue"):
        approval_id = bank.new_id()
        body = {"kind": kind, "operator_id": operator, "amount_fen": 5_000}
        made = client.post("/v1/approvals", json=body, headers=as_(issuer.token, approval_id))
        assert made.status_code == 201, made.text
        assert made.json()["state"] == "proposed"
        place = f"/v1/approvals/{approval_id}/decision"
        own = client.post(place, json={"verdict": "approve"}, headers=as_(issuer.token))
        assert problem(own, 403) == "role-missing"
        done = client.post(place, json={"verdict": "approve"}, headers=as_(approver.token))
        assert msgspec.json.decode(done.content, type=Approval).outcome == "done"
    seen = client.get("/v1/supply", headers=as_(approver.token))
    total = msgspec.json.decode(seen.content, type=Supply)
    assert total.issued_fen == SUPPLY + 5_000
    assert (total.difference_fen, total.uncovered_fen) == (0, 0)


def test_what_was_approved_and_could_not_be_done_says_why_in_chinese_too(
    bank: Bank, client: Client
) -> None:
    issuer = found(bank, "Issuer", Role.AUTHORITY_ISSUER)
    approver = found(bank, "Approver", Role.AUTHORITY_APPROVER)
    approval_id = bank.new_id()
    body = {"kind": "issue", "operator_id": str(bank.operator_id), "amount_fen": 10**12}
    client.post("/v1/approvals", json=body, headers=as_(issuer.token, approval_id))
    place = f"/v1/approvals/{approval_id}/decision"
    told = client.post(place, json={"verdict": "approve"}, headers=as_(approver.token)).json()
    assert (told["state"], told["outcome"]) == ("failed", "insufficient-reserves")
    assert told["outcome_zh"] == words()["insufficient-reserves"][0]


def test_a_proposal_is_checked_when_it_is_read(client: Client, head: Employee, bank: Bank) -> None:
    operator = str(bank.operator_id)
    for wrong in (
        {"kind": "issue", "operator_id": operator, "amount_fen": 0},
        {"kind": "issue", "operator_id": operator, "amount_fen": 10**15 + 1},
        {"kind": "print-money", "operator_id": operator, "amount_fen": 1},
        {"kind": "issue", "operator_id": operator, "amount_fen": 1, "note": "more"},
        {"kind": "add-staff", "staff_id": operator, "name": "\u0000", "roles": ["risk"]},
        {"kind": "add-staff", "staff_id": operator, "name": "x", "roles": []},
        {"kind": "limits", "operator_id": operator, "valid_from": "2027-01-01T00:00:00Z"},
    ):
        answer = client.post("/v1/approvals", json=wrong, headers=as_(head.token, bank.new_id()))
        assert problem(answer, 400) == "invalid-input", wrong


def test_two_take_somebody_on_and_one_shows_the_door(
    bank: Bank, client: Client, head: Employee, deputy: Employee
) -> None:
    approval_id, staff_id = bank.new_id(), str(bank.new_id())
    body = {"kind": "add-staff", "staff_id": staff_id, "name": "New", "roles": ["operations"]}
    client.post("/v1/approvals", json=body, headers=as_(head.token, approval_id))
    place = f"/v1/approvals/{approval_id}"
    code = client.get(f"{place}/enrolment-code", headers=as_(head.token))
    assert problem(code, 404) == "enrolment-code-gone"
    client.post(f"{place}/decision", json={"verdict": "approve"}, headers=as_(deputy.token))
    code = client.get(f"{place}/enrolment-code", headers=as_(head.token))
    assert code.json()["staff_id"] == staff_id
    ids = [
        item["staff_id"]
        for item in client.get("/v1/staff", headers=as_(head.token)).json()["items"]
    ]
    assert set(ids) == {str(head.id), str(deputy.id), staff_id}
    out = client.post(f"/v1/staff/{staff_id}/revocation", headers=as_(head.token))
    assert out.json()["revoked_at"]
    late = client.post("/v1/staff/enrolments/options", json={"code": code.json()["code"]})
    assert problem(late, 401) == "enrolment-code-refused"


def test_approvals_and_the_trail_are_read_page_by_page(
    bank: Bank, client: Client, head: Employee
) -> None:
    made = [bank.new_id() for _ in range(3)]
    for number, approval_id in enumerate(made):
        body = {"kind": "add-staff", "staff_id": str(approval_id), "name": "x", "roles": ["risk"]}
        client.post("/v1/approvals", json=body, headers=as_(head.token, approval_id))
        assert number >= 0
    found_ids, cursor = [], ""
    for _ in made:
        page = client.get(f"/v1/approvals?limit=1&cursor={cursor}", headers=as_(head.token)).json()
        found_ids += [item["approval_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None and set(found_ids) == {str(id_) for id_ in made}
    first = client.get("/v1/audit?limit=2", headers=as_(head.token)).json()
    rest = client.get(f"/v1/audit?cursor={first['next_cursor']}", headers=as_(head.token)).json()
    entries = msgspec.convert(first["items"] + rest["items"], list[AuditEntry])
    assert [entry.number for entry in entries] == list(range(len(entries), 0, -1))
    seal = client.get("/v1/audit/head", headers=as_(head.token)).json()
    assert seal["entries"] == len(entries)


def test_any_cursor_is_answered(client: Client, head: Employee) -> None:
    for cursor in ("_____________________w", "AAAAAAAAAAAAAAAAAAAAAA"):
        for place in ("/v1/audit", "/v1/approvals", "/v1/staff", "/v1/operators"):
            answer = client.get(f"{place}?cursor={cursor}", headers=as_(head.token))
            assert answer.status_code == 200, (place, answer.text)


def test_operators_are_registered_and_listed(bank: Bank, client: Client, head: Employee) -> None:
    operator_id = bank.new_id()
    made = client.post(
        "/v1/operators", json={"name": "第二银行"}, headers=as_(head.token, operator_id)
    )
    assert made.status_code == 201, made.text
    listed = client.get("/v1/operators", headers=as_(head.token)).json()["items"]
    assert {item["operator_id"] for item in listed} == {str(bank.operator_id), str(operator_id)}


def test_staff_freezes_a_wallet(bank: Bank, client: Client, anna: Holder, head: Employee) -> None:
    risk = found(bank, "Risk", Role.RISK)
    place = f"/v1/staff/wallets/{anna.wallet}/freezing"
    refused = client.post(place, json={"reason": "theft"}, headers=as_(head.token))
    assert problem(refused, 403) == "role-missing"
    assert client.post(place, json={"reason": "theft"}, headers=as_(risk.token)).status_code == 204
    shown = client.get(f"/v1/wallets/{anna.wallet}", headers=as_(anna.token)).json()
    assert shown["status"] == "frozen"


def test_a_person_registers_a_passkey_and_signs_in_with_it(
    bank: Bank, client: Client, anna: Holder
) -> None:
    phone = new_authenticator(bank)
    grant(bank, anna)
    begun = client.post("/v1/passkeys/options", headers=as_(anna.token))
    credential = phone.create(begun.json()["publicKey"])
    made = client.post(
        "/v1/passkeys", json={"credential": credential, "label": "手机"}, headers=as_(anna.token)
    )
    assert made.status_code == 201, made.text
    key, session_id = new_key(bank), bank.new_id()
    device = {
        "key_id": str(key.id),
        "public_key": write_64(key.public_key),
        "label": "tablet",
        "proof": write_64(key.sign(enrolment_bytes(session_id, key.id, key.public_key))),
    }
    options = client.post("/v1/sessions/by-passkey/options").json()["publicKey"]
    opened = client.post(
        "/v1/sessions/by-passkey",
        json={"credential": phone.get(options), "device": device},
        headers={"idempotency-key": str(session_id)},
    )
    assert opened.status_code == 201, opened.text
    token = opened.json()["token"]
    listed = client.get("/v1/passkeys", headers=as_(token))
    (mine,) = msgspec.json.decode(listed.content, type=Passkeys).items
    assert mine.label == "手机" and mine.last_used_at is not None
    gone = client.delete(f"/v1/passkeys/{mine.passkey_id}", headers=as_(anna.token))
    assert gone.status_code == 204
    again = client.delete("/v1/passkeys/AAAA", headers=as_(anna.token))
    assert problem(again, 404) == "passkey-unknown"


def test_whoever_works_here_may_know_what_a_colleague_is_called(
    bank: Bank, client: Client, head: Employee, anna: Holder
) -> None:
    clerk = found(bank, "Olga", Role.OPERATIONS)
    path = f"/v1/staff/{head.id}/name"
    told = client.get(path, headers=as_(clerk.token)).json()
    assert told == {"staff_id": str(head.id), "name": head.session.name}
    assert problem(client.get(path, headers=as_(anna.token)), 401) == "staff-not-signed-in"
    unknown = client.get(f"/v1/staff/{uuid4()}/name", headers=as_(clerk.token))
    assert problem(unknown, 404) == "staff-unknown"
