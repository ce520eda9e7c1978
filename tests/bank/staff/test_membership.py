"""Taking staff on, enrolling with a one-time code, signing in by passkey, and leaving."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from tests.bank.conftest import Clock
from tests.bank.employees import Employee, enrol, found, new_authenticator
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.passkeys import ceremonies
from zerobar.bank.passkeys.errors import (
    ChallengeStale,
    PasskeyRefused,
    PasskeyUnknown,
    RegistrationRefused,
)
from zerobar.bank.passkeys.model import OwnerKind
from zerobar.bank.staff import approvals, codes, membership, sessions
from zerobar.bank.staff.errors import (
    CodeGone,
    CodeRefused,
    NotTheProposer,
    OwnRevocation,
    RoleMissing,
    SamePerson,
    StaffNotSignedIn,
    StaffUnknown,
)
from zerobar.bank.staff.model import Role
from zerobar.client.authority import AddStaff, RenewCode
from zerobar.client.staff import RoleName

pytestmark = pytest.mark.slow


@pytest.fixture
def head(bank: Bank) -> Employee:
    return found(bank, "Head", Role.ADMINISTRATOR)


@pytest.fixture
def deputy(bank: Bank) -> Employee:
    return found(bank, "Deputy", Role.ADMINISTRATOR)


def options_for_staff(bank: Bank) -> dict[str, Any]:
    return ceremonies.sign_in_options(bank, OwnerKind.STAFF)


def test_a_founder_enrols_with_the_code_and_is_signed_in(bank: Bank) -> None:
    head = found(bank, "Head", Role.ADMINISTRATOR, Role.RISK)
    session = sessions.session_of(bank, head.token)
    assert session == head.session
    assert session.roles == {Role.ADMINISTRATOR, Role.RISK}


def test_founding_the_same_member_again_gives_the_same_code(bank: Bank) -> None:
    staff_id = bank.new_id()
    first = membership.found_member(bank, staff_id, "Head", [Role.ADMINISTRATOR])
    assert membership.found_member(bank, staff_id, "Head", [Role.ADMINISTRATOR]) == first
    with pytest.raises(IdUsed):
        membership.found_member(bank, staff_id, "Somebody else", [Role.ADMINISTRATOR])


def test_a_code_may_be_typed_in_small_letters_and_with_letters_for_digits(bank: Bank) -> None:
    code = membership.found_member(bank, bank.new_id(), "Head", [Role.ADMINISTRATOR])
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert membership.begin_enrolment(bank, typed)["user"]["name"] == "Head"


def test_a_code_enrols_once(bank: Bank) -> None:
    code = membership.found_member(bank, bank.new_id(), "Head", [Role.ADMINISTRATOR])
    first, second = new_authenticator(bank, 1), new_authenticator(bank, 2)
    answers = [a.create(membership.begin_enrolment(bank, code)) for a in (first, second)]
    membership.enrol(bank, code, answers[0], "first")
    with pytest.raises(CodeRefused):
        membership.enrol(bank, code, answers[1], "second")


def test_an_old_code_enrols_nobody(bank: Bank, clock: Clock) -> None:
    code = membership.found_member(bank, bank.new_id(), "Head", [Role.ADMINISTRATOR])
    clock.advance(days=7)
    with pytest.raises(CodeRefused):
        membership.begin_enrolment(bank, code)


def test_founding_again_makes_an_old_code_good_for_another_week(bank: Bank, clock: Clock) -> None:
    asked = bank.new_id(), "Head", [Role.ADMINISTRATOR]
    code = membership.found_member(bank, *asked)
    clock.advance(days=8)
    assert membership.found_member(bank, *asked) == code
    assert enrol(bank, code).session.name == "Head"
    membership.found_member(bank, *asked)
    with pytest.raises(CodeRefused):
        membership.begin_enrolment(bank, code)


def test_an_invented_code_enrols_nobody(bank: Bank) -> None:
    membership.found_member(bank, bank.new_id(), "Head", [Role.ADMINISTRATOR])
    with pytest.raises(CodeRefused):
        membership.begin_enrolment(bank, "00000-00000-00000-00000")


def test_a_refused_registration_leaves_the_code_usable(bank: Bank) -> None:
    code = membership.found_member(bank, bank.new_id(), "Head", [Role.ADMINISTRATOR])
    unverified = replace(new_authenticator(bank), flags=1)
    answer = unverified.create(membership.begin_enrolment(bank, code))
    with pytest.raises(RegistrationRefused):
        membership.enrol(bank, code, answer, "no PIN")
    assert enrol(bank, code).session.name == "Head"


def test_signing_in_opens_a_session_of_eight_hours(
    bank: Bank, head: Employee, clock: Clock
) -> None:
    opened = membership.sign_in(bank, head.authenticator.get(options_for_staff(bank)))
    clock.advance(hours=7, minutes=59)
    assert sessions.session_of(bank, opened.token).staff_id == head.id
    clock.advance(minutes=1)
    with pytest.raises(StaffNotSignedIn):
        sessions.session_of(bank, opened.token)


def test_the_same_answer_signs_in_once(bank: Bank, head: Employee) -> None:
    answer = head.authenticator.get(options_for_staff(bank))
    membership.sign_in(bank, answer)
    with pytest.raises(ChallengeStale):
        membership.sign_in(bank, answer)


def test_an_answer_signs_in_within_five_minutes(bank: Bank, head: Employee, clock: Clock) -> None:
    answer = head.authenticator.get(options_for_staff(bank))
    clock.advance(minutes=5)
    with pytest.raises(ChallengeStale):
        membership.sign_in(bank, answer)


def test_an_answer_of_another_page_signs_nobody_in(bank: Bank, head: Employee) -> None:
    phished = replace(head.authenticator, origin="http://localhost:8001")
    with pytest.raises(PasskeyRefused):
        membership.sign_in(bank, phished.get(options_for_staff(bank)))


def test_an_answer_for_another_domain_signs_nobody_in(bank: Bank, head: Employee) -> None:
    options = options_for_staff(bank) | {"rpId": "elsewhere.example"}
    with pytest.raises(PasskeyRefused):
        membership.sign_in(bank, head.authenticator.get(options))


def test_an_authenticator_that_did_not_check_its_owner_signs_nobody_in(
    bank: Bank, head: Employee
) -> None:
    unlocked = replace(head.authenticator, flags=1)
    with pytest.raises(PasskeyRefused):
        membership.sign_in(bank, unlocked.get(options_for_staff(bank)))


def test_a_count_that_goes_back_is_a_copied_passkey(bank: Bank, head: Employee) -> None:
    membership.sign_in(bank, head.authenticator.get(options_for_staff(bank)))
    (credential,) = head.authenticator.credentials.values()
    credential.sign_count = 0
    with pytest.raises(PasskeyRefused):
        membership.sign_in(bank, head.authenticator.get(options_for_staff(bank)))


def test_a_passkey_that_does_not_count_signs_in_again_and_again(bank: Bank) -> None:
    code = membership.found_member(bank, bank.new_id(), "Head", [Role.ADMINISTRATOR])
    synchronised = replace(new_authenticator(bank), counts=False)
    answer = synchronised.create(membership.begin_enrolment(bank, code))
    membership.enrol(bank, code, answer, "phone")
    for _ in range(2):
        membership.sign_in(bank, synchronised.get(options_for_staff(bank)))


def test_a_passkey_says_whose_it_is_and_of_nobody_else(
    bank: Bank, head: Employee, deputy: Employee
) -> None:
    (credential,) = head.authenticator.credentials.values()
    credential.user_handle = deputy.id.bytes
    with pytest.raises(PasskeyRefused):
        membership.sign_in(bank, head.authenticator.get(options_for_staff(bank)))


def test_no_answer_however_broken_is_more_than_refused(bank: Bank, head: Employee) -> None:
    draw = random.Random(5)
    for _ in range(300):
        broken = head.authenticator.get(options_for_staff(bank))
        place = draw.choice(list(broken["response"]))
        text = broken["response"][place]
        # Not the last character, some of whose bits are not used.
        at = draw.randrange(len(text) - 1)
        other = "A" if text[at] != "A" else "="
        broken["response"][place] = text[:at] + other + text[at + 1 :]
        with pytest.raises((PasskeyRefused, ChallengeStale)):
            membership.sign_in(bank, broken)


def test_no_registration_however_broken_is_more_than_refused(bank: Bank) -> None:
    code = membership.found_member(bank, bank.new_id(), "Head", [Role.ADMINISTRATOR])
    draw = random.Random(6)
    for seed in range(200):
        broken = new_authenticator(bank, seed).create(membership.begin_enrolment(bank, code))
        text = broken["response"]["attestationObject"]
        at = draw.randrange(48)
        broken["response"]["attestationObject"] = text[:at] + text[at + 1 :]
        with pytest.raises(RegistrationRefused):
            membership.enrol(bank, code, broken, "broken")


def test_two_administrators_take_somebody_on(bank: Bank, head: Employee, deputy: Employee) -> None:
    proposal = AddStaff(staff_id=bank.new_id(), name="Risk", roles=[RoleName.RISK])
    approval = approvals.propose(bank, head.session, bank.new_id(), proposal)
    with pytest.raises(CodeGone):
        approvals.enrolment_code(bank, head.session, approval.id)
    with pytest.raises(SamePerson):
        approvals.approve(bank, head.session, approval.id)
    approvals.approve(bank, deputy.session, approval.id)
    with pytest.raises(NotTheProposer):
        approvals.enrolment_code(bank, deputy.session, approval.id)
    issued = approvals.enrolment_code(bank, head.session, approval.id)
    assert enrol(bank, issued.code).session.roles == {Role.RISK}
    with pytest.raises(CodeGone):
        approvals.enrolment_code(bank, head.session, approval.id)


def test_a_renewed_code_replaces_the_one_before(
    bank: Bank, head: Employee, deputy: Employee
) -> None:
    staff_id = bank.new_id()
    old = membership.found_member(bank, staff_id, "Risk", [Role.RISK])
    approval = approvals.propose(bank, head.session, bank.new_id(), RenewCode(staff_id=staff_id))
    approvals.approve(bank, deputy.session, approval.id)
    with pytest.raises(CodeRefused):
        membership.begin_enrolment(bank, old)
    issued = approvals.enrolment_code(bank, head.session, approval.id)
    assert enrol(bank, issued.code).id == staff_id


def test_a_code_shows_in_no_representation(bank: Bank, head: Employee) -> None:
    code = membership.found_member(bank, (staff_id := bank.new_id()), "Risk", [Role.RISK])
    assert code not in repr(codes.issued_code(bank, staff_id, staff_id))
    assert head.token not in repr(head.session)


def test_whoever_is_revoked_is_out_at_once(bank: Bank, head: Employee, deputy: Employee) -> None:
    membership.revoke_member(bank, head.session, deputy.id)
    with pytest.raises(StaffNotSignedIn):
        sessions.session_of(bank, deputy.token)
    with pytest.raises(StaffNotSignedIn):
        membership.sign_in(bank, deputy.authenticator.get(options_for_staff(bank)))


def test_only_an_administrator_revokes_and_nobody_oneself(bank: Bank, head: Employee) -> None:
    risk = found(bank, "Risk", Role.RISK)
    with pytest.raises(RoleMissing):
        membership.revoke_member(bank, risk.session, head.id)
    with pytest.raises(OwnRevocation):
        membership.revoke_member(bank, head.session, head.id)
    with pytest.raises(StaffUnknown):
        membership.revoke_member(bank, head.session, bank.new_id())


def test_signing_out_ends_the_session(bank: Bank, head: Employee) -> None:
    sessions.end_session(bank, head.session)
    with pytest.raises(StaffNotSignedIn):
        sessions.session_of(bank, head.token)


def test_a_removed_passkey_signs_in_no_more_and_its_sessions_end(
    bank: Bank, head: Employee, deputy: Employee
) -> None:
    answer = head.authenticator.get(options_for_staff(bank))
    with pytest.raises(PasskeyUnknown):
        membership.remove_passkey(bank, deputy.session, answer["id"])
    membership.remove_passkey(bank, head.session, answer["id"])
    with pytest.raises(PasskeyRefused):
        membership.sign_in(bank, answer)
    with pytest.raises(StaffNotSignedIn):
        sessions.session_of(bank, head.token)
