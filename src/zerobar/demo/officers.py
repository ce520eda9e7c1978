"""The bank's staff, each with a passkey: they take on merchants, link tills' purses, see cases."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID, uuid4

import msgspec

from zerobar.client import merchants as wire
from zerobar.client.authority import Approval, Decision, LinkPurse, Supply, Verdict
from zerobar.client.enrolment import write_64
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import MerchantClient
from zerobar.client.passkeys import (
    AssertionCredential,
    PasskeyOptions,
    RegistrationCredential,
)
from zerobar.client.purses import PurseShown
from zerobar.client.staff import BeginEnrolment, Enrolment, OpenedStaffSession, StaffSignIn
from zerobar.client.syncing import FraudCaseShown, SyncClient, VoucherLife
from zerobar.demo.authenticator import Authenticator
from zerobar.purse.messages import Voucher
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256


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

    def take_on(self, name: str, latin_name: str, credit_code: str) -> TakenOn:
        """Take on a merchant, known by its unified social credit code (GB 32100)."""
        private_key = P256.private_key(os.urandom(KEY_SEED_LENGTH))
        asked = wire.NewMerchant(
            name=name,
            latin_name=latin_name,
            latin_city="Beijing",
            category_code="5812",
            credit_code=credit_code,
            bank_code="104100000004",
            account_holder=name,
            account_number="6200000000001",
            server_key=write_64(P256.public_key(private_key)),
        )
        opened = self._bank.make(uuid4(), "/v1/merchants", asked, wire.OpenedMerchant)
        return TakenOn(opened.merchant, RequestKey(opened.server_key_id, private_key))

    def sign_in(self) -> None:
        """Sign in again with the passkey: a session lasts for one working day."""
        path = "/v1/staff/sessions"
        options = self._bank.send("POST", f"{path}/options", None, PasskeyOptions)
        used: Any = self._authenticator.get(options.public_key)
        asked = StaffSignIn(credential=msgspec.convert(used, AssertionCredential))
        self._bank.use_session(self._bank.send("POST", path, asked, OpenedStaffSession).token)

    def propose_link(self, purse_id: bytes, wallet_id: UUID) -> UUID:
        """Propose to link a till's purse to its merchant's wallet, which a second one approves."""
        asked = LinkPurse(purse_id=purse_id.hex(), wallet_id=wallet_id)
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
