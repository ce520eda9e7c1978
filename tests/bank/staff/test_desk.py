"""Somebody comes to the desk: for a new PIN, or for money that a shop does not give back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from tests.bank.conftest import Clock
from tests.bank.doubles import Doubles
from tests.bank.employees import Employee, found
from tests.bank.holders import PIN, Holder, balance, fill, grant, new_key, open_holder
from tests.bank.merchants.trading import STAFF, begin, new_order, pay
from tests.bank.people.asking import NAME, RESIDENT_ID, device_with, new_code
from zerobar.bank.context import Bank
from zerobar.bank.errors import Unavailable
from zerobar.bank.merchants import onboarding
from zerobar.bank.merchants.errors import OrderNotPaid, OrderUnknown
from zerobar.bank.paying.errors import RefundTooMuch
from zerobar.bank.people.errors import (
    CodeOver,
    DeviceTooNew,
    DeviceUnknown,
    IdentityRefused,
    WalletUnknown,
    WrongCode,
    WrongPin,
)
from zerobar.bank.people.pin import verify_pin
from zerobar.bank.people.resetting import NewPin, reset_pin
from zerobar.bank.people.sessions import session_of
from zerobar.bank.people.signing_in import sign_in
from zerobar.bank.people.sms_codes import Purpose, send_code
from zerobar.bank.people.verifying import verify_identity
from zerobar.bank.staff import approvals
from zerobar.bank.staff.approvable import Approval
from zerobar.bank.staff.errors import HolderNotVerified, RoleMissing, SamePerson
from zerobar.bank.staff.model import Role
from zerobar.client.authority import PermitNewPin, RefundOrder
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow

CHOSEN = "735914"


@dataclass(frozen=True)
class Desk:
    """Two clerks, and Anna on a new phone, whose name was verified today."""

    bank: Bank
    partners: Doubles
    clerk: Employee
    second: Employee
    anna: Holder

    def proposal(self, **other: object) -> PermitNewPin:
        facts = {
            "wallet_id": self.anna.wallet,
            "device_id": self.anna.key.id,
            "resident_id_end": RESIDENT_ID[-4:],
            "reason": "has lost the old phone",
        }
        return PermitNewPin(**facts | other)  # type: ignore[arg-type]

    def permit(self, **other: object) -> Approval:
        """Let the clerk propose it and the other approve it."""
        asked = self.bank, self.clerk.session, self.bank.new_id(), self.proposal(**other)
        return approvals.approve(self.bank, self.second.session, approvals.propose(*asked).id)

    def send_code(self) -> str:
        """Have a code sent, not too soon after the last one, and read it on the phone."""
        self.bank.clock.advance(minutes=1)  # type: ignore[attr-defined]
        send_code(self.bank, self.anna.phone, Purpose.NEW_PIN)
        return self.partners.sms.code_for(self.anna.phone)

    def reset(self, code: str | None = None, holder: Holder | None = None) -> None:
        wanted = NewPin(CHOSEN, code or self.send_code(), RESIDENT_ID)
        reset_pin(self.bank, (holder or self.anna).session, self.bank.new_id(), wanted)


def on_new_phone(bank: Bank, partners: Doubles, holder: Holder) -> Holder:
    """Sign somebody in on another device."""
    bank.clock.advance(minutes=1)  # type: ignore[attr-defined]
    key, session_id = new_key(bank), bank.new_id()
    code = new_code(bank, partners, holder.phone)
    opened = sign_in(bank, session_id, holder.phone, code, device_with(key, session_id))
    assert session_of(bank, opened.token).key_id == key.id
    return replace(holder, key=key, token=opened.token)


@pytest.fixture
def desk(bank: Bank, partners: Doubles, anna: Holder) -> Desk:
    grant(bank, anna)
    partners.identity.people[RESIDENT_ID] = NAME
    new_phone = on_new_phone(bank, partners, anna)
    verify_identity(bank, anna.session, NAME, RESIDENT_ID)
    clerk = found(bank, "Clerk", Role.OPERATIONS)
    second = found(bank, "Second", Role.RISK, Role.OPERATIONS)
    return Desk(bank, partners, clerk, second, new_phone)


def test_a_holder_whom_two_of_the_staff_have_seen_sets_a_new_pin(desk: Desk) -> None:
    with pytest.raises(DeviceTooNew):
        desk.reset()
    assert desk.permit().outcome == "done"
    desk.reset()
    verify_pin(desk.bank, desk.anna.session, desk.anna.wallet, CHOSEN)
    with pytest.raises(WrongPin):
        verify_pin(desk.bank, desk.anna.session, desk.anna.wallet, PIN)


def test_the_holder_is_told_on_the_phone_and_no_code_is_in_it(desk: Desk) -> None:
    before = len(desk.partners.sms.sent)
    desk.permit()
    (phone, text), *more = desk.partners.sms.sent[before:]
    assert (phone, more) == (desk.anna.phone, [])
    assert not any(character.isdigit() for character in text)


def test_a_permit_is_for_one_reset(desk: Desk) -> None:
    desk.permit()
    desk.reset()
    with pytest.raises(DeviceTooNew):
        desk.reset()


def test_whoever_got_no_answer_asks_the_same_again(desk: Desk) -> None:
    desk.permit()
    asked = desk.bank.new_id(), NewPin(CHOSEN, desk.send_code(), RESIDENT_ID)
    for _ in range(2):
        reset_pin(desk.bank, desk.anna.session, *asked)


def test_a_wrong_code_leaves_the_permit(desk: Desk) -> None:
    desk.permit()
    with pytest.raises(WrongCode):
        desk.reset(f"{(int(desk.send_code()) + 1) % 10**6:06d}")
    desk.reset()


def test_the_code_and_the_resident_id_are_needed_all_the_same(desk: Desk) -> None:
    desk.permit()
    with pytest.raises(CodeOver):
        desk.reset(CHOSEN)
    wanted = NewPin(CHOSEN, desk.send_code(), "110101199003071233")
    with pytest.raises(IdentityRefused):
        reset_pin(desk.bank, desk.anna.session, desk.bank.new_id(), wanted)


def test_a_permit_is_for_the_device_that_staff_have_seen(desk: Desk) -> None:
    thief = on_new_phone(desk.bank, desk.partners, desk.anna)
    desk.permit()
    with pytest.raises(DeviceTooNew):
        desk.reset(holder=thief)
    desk.reset()


def test_a_permit_is_for_an_hour(desk: Desk, clock: Clock) -> None:
    desk.permit()
    clock.advance(hours=1)
    with pytest.raises(DeviceTooNew):
        desk.reset()


def test_a_holder_who_cannot_be_told_gets_no_permit(desk: Desk, clock: Clock) -> None:
    desk.partners.sms.away = True
    with pytest.raises(Unavailable):
        desk.permit()
    desk.partners.sms.away = False
    with pytest.raises(DeviceTooNew):
        desk.reset()
    clock.advance(minutes=15)
    assert approvals.carry_out_approved(desk.bank) == 1
    desk.reset()


def test_no_clerk_permits_it_alone_and_none_without_the_role(desk: Desk, bank: Bank) -> None:
    issuer = found(bank, "Issuer", Role.AUTHORITY_ISSUER, Role.AUTHORITY_APPROVER)
    with pytest.raises(RoleMissing):
        approvals.propose(bank, issuer.session, bank.new_id(), desk.proposal())
    proposed = approvals.propose(bank, desk.second.session, bank.new_id(), desk.proposal())
    with pytest.raises(SamePerson):
        approvals.approve(bank, desk.second.session, proposed.id)
    with pytest.raises(RoleMissing):
        approvals.approve(bank, issuer.session, proposed.id)
    with pytest.raises(DeviceTooNew):
        desk.reset()


def test_who_is_not_the_holder_is_not_even_proposed(desk: Desk, bank: Bank, bea: Holder) -> None:
    with pytest.raises(IdentityRefused):
        desk.permit(resident_id_end="1233")
    with pytest.raises(DeviceUnknown):
        desk.permit(device_id=bea.key.id)
    with pytest.raises(WalletUnknown):
        desk.permit(wallet_id=bank.new_id())
    with pytest.raises(HolderNotVerified):
        desk.permit(wallet_id=bea.wallet, device_id=bea.key.id)


# --- money back ---------------------------------------------------------------------------


def test_two_of_the_staff_give_back_what_a_suspended_merchant_sold(bank: Bank, desk: Desk) -> None:
    payer, tea = open_holder(bank, "+8613800000009"), begin(bank)
    fill(bank, payer.wallet, Fen(10_00))
    grant(bank, payer)
    unpaid, order = new_order(bank, tea, 5_00), new_order(bank, tea, 10_00)
    pay(bank, payer, order)
    onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=True)
    wanted = RefundOrder(order_id=order.id, number="STAFF-1", amount_fen=6_00, reason="closed shop")
    proposed = approvals.propose(bank, desk.clerk.session, bank.new_id(), wanted)
    assert balance(bank, payer.wallet) == 0
    for _ in range(2):
        done = approvals.approve(bank, desk.second.session, proposed.id)
        assert (done.outcome, balance(bank, payer.wallet)) == ("done", 6_00)
    for order_id, refusal in ((unpaid.id, OrderNotPaid), (bank.new_id(), OrderUnknown)):
        asked = RefundOrder(order_id=order_id, number="S-2", amount_fen=1, reason="")
        with pytest.raises(refusal):
            approvals.propose(bank, desk.clerk.session, bank.new_id(), asked)
    again = RefundOrder(order_id=order.id, number="STAFF-2", amount_fen=4_01, reason="")
    proposed = approvals.propose(bank, desk.clerk.session, bank.new_id(), again)
    failed = approvals.approve(bank, desk.second.session, proposed.id)
    assert failed.outcome == RefundTooMuch.problem
