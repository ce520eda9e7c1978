"""The bank's staff, each with a passkey: they take on merchants, link tills' purses, see cases."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self
from uuid import UUID, uuid4

import msgspec

from zerobar.client import merchants as wire
from zerobar.client.authority import (
    AddStaff,
    Approval,
    Decision,
    GiveServerKey,
    LinkPurse,
    Supply,
    UnblockPurse,
    Verdict,
)
from zerobar.client.enrolment import write_64
from zerobar.client.hosting import HostedPayeeShown, NewHostedPayee
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import MerchantClient
from zerobar.client.passkeys import (
    AssertionCredential,
    PasskeyOptions,
    RegistrationCredential,
)
from zerobar.client.purses import PurseShown
from zerobar.client.staff import (
    BeginEnrolment,
    Enrolment,
    EnrolmentCodeIssued,
    OpenedStaffSession,
    RoleName,
    StaffSignIn,
)
from zerobar.client.syncing import FraudCaseShown, SyncClient, VoucherLife
from zerobar.demo.authenticator import Authenticator
from zerobar.purse.messages import Voucher
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256


class NewName(NamedTuple):
    """What a merchant is called."""

    chinese: str
    latin: str


def _new_key() -> bytes:
    return P256.private_key(os.urandom(KEY_SEED_LENGTH))


@dataclass(frozen=True, slots=True)
class Business:
    """What a merchant does, and the key of its program.

    Attributes:
        category_code: ISO 18245.
        private_key: P-256, 32 bytes; only its public half leaves the merchant.
    """

    category_code: str = "5812"
    private_key: bytes = field(default_factory=_new_key, repr=False)


@dataclass(frozen=True, slots=True)
class TakenOn:
    """A merchant that was taken on.

    Attributes:
        key: of its server.
    """

    merchant: wire.MerchantShown
    key: RequestKey = field(repr=False)

    def balance(self, bank_url: str) -> Fen:
        """Ask what the merchant has."""
        with BankHttp(bank_url, self.key) as bank:
            return Fen(MerchantClient(bank).money().balance_fen)


class Officer:
    """A member of the bank's staff, with a passkey.

    Args:
        bank_url: of the operator.
        origin: the page that passkeys belong to.
        code: to enrol with, once.
    """

    def __init__(self, bank_url: str, origin: str, code: str) -> None:
        self._bank = BankHttp(bank_url)
        self._authenticator = Authenticator(origin, os.urandom)
        begun = BeginEnrolment(code=code)
        path = "/v1/staff/enrolments"
        options = self._bank.send("POST", f"{path}/options", begun, PasskeyOptions)
        made: Any = self._authenticator.create(options.public_key)
        enrolment = Enrolment(
            code=code,
            credential=msgspec.convert(made, RegistrationCredential),
            label="demo passkey",
        )
        opened = self._bank.send("POST", path, enrolment, OpenedStaffSession)
        self._bank.use_session(opened.token)

    def take_on(self, name: NewName, credit_code: str, category_code: str) -> wire.MerchantShown:
        """Take on a merchant, known by its unified social credit code (GB 32100)."""
        asked = wire.NewMerchant(
            name=name.chinese,
            latin_name=name.latin,
            latin_city="Beijing",
            category_code=category_code,
            credit_code=credit_code,
            bank_code="104100000004",
            account_holder=name.chinese,
            account_number="6200000000001",
        )
        return self._bank.make(uuid4(), "/v1/merchants", asked, wire.MerchantShown)

    def propose_server_key(self, merchant_id: UUID, public_key: bytes) -> UUID:
        """Propose the key of a merchant's program; the approval's id becomes the key's."""
        asked = GiveServerKey(
            merchant_id=merchant_id, server_key=write_64(public_key), reason="taken on"
        )
        return self._bank.make(uuid4(), "/v1/approvals", asked, Approval).approval_id

    def host_payee(self, merchant_id: UUID, public_key: str) -> bytes:
        """Have a payee hosted for a merchant, by the key of its requests; return the payee's id."""
        asked = NewHostedPayee(public_key=public_key)
        path = f"/v1/merchants/{merchant_id}/hosted-payees"
        return bytes.fromhex(self._bank.make(uuid4(), path, asked, HostedPayeeShown).payee_id)

    def sign_in(self) -> None:
        """Sign in again with the passkey: a session lasts for one working day."""
        path = "/v1/staff/sessions"
        options = self._bank.send("POST", f"{path}/options", None, PasskeyOptions)
        used: Any = self._authenticator.get(options.public_key)
        asked = StaffSignIn(credential=msgspec.convert(used, AssertionCredential))
        self._bank.use_session(self._bank.send("POST", path, asked, OpenedStaffSession).token)

    def propose_colleague(self, name: str, roles: list[RoleName]) -> UUID:
        """Propose to take somebody on, which a second one approves."""
        asked = AddStaff(staff_id=uuid4(), name=name, roles=roles)
        return self._bank.make(uuid4(), "/v1/approvals", asked, Approval).approval_id

    def code_for(self, approval_id: UUID) -> str:
        """Return the one-time code for whoever was taken on, to be handed over."""
        path = f"/v1/approvals/{approval_id}/enrolment-code"
        return self._bank.get(path, EnrolmentCodeIssued).code

    def propose_link(self, purse_id: bytes, wallet_id: UUID) -> UUID:
        """Propose to link a till's purse to its merchant's wallet, which a second one approves."""
        asked = LinkPurse(purse_id=purse_id.hex(), wallet_id=wallet_id)
        return self._bank.make(uuid4(), "/v1/approvals", asked, Approval).approval_id

    def propose_new_card_pin(self, purse_id: bytes) -> UUID:
        """Propose to let a purse's holder choose a new PIN, which a second one approves."""
        asked = UnblockPurse(purse_id=purse_id.hex(), reason="seen in person")
        return self._bank.make(uuid4(), "/v1/approvals", asked, Approval).approval_id

    def approve(self, approval_id: UUID) -> Approval:
        """Approve what somebody else proposed; it is carried out at once."""
        path = f"/v1/approvals/{approval_id}/decision"
        return self._bank.send("POST", path, Decision(verdict=Verdict.APPROVE), Approval)

    def purse(self, purse_id: bytes) -> PurseShown:
        """Look at whichever purse."""
        return self._bank.get(f"/v1/staff/purses/{purse_id.hex()}", PurseShown)

    def life(self, voucher: Voucher) -> VoucherLife:
        """Look what became of a voucher."""
        path = f"/v1/staff/vouchers/{voucher.payer_id.hex()}/{voucher.entry}"
        return self._bank.get(path, VoucherLife)

    def cases(self) -> list[FraudCaseShown]:
        """List the open cases of fraud."""
        return SyncClient(self._bank).cases().items

    def supply(self) -> Supply:
        """Ask where all issued money is."""
        return self._bank.get("/v1/supply", Supply)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bank.close()


def take_on(
    officers: tuple[Officer, Officer], name: NewName, credit_code: str, business: Business
) -> TakenOn:
    """Take on a merchant, and give its program the key that a second officer approves."""
    first, second = officers
    merchant = first.take_on(name, credit_code, business.category_code)
    public_key = P256.public_key(business.private_key)
    key_id = first.propose_server_key(merchant.merchant_id, public_key)
    second.approve(key_id)
    return TakenOn(merchant, RequestKey(key_id, business.private_key))
