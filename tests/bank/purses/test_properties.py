"""Whatever is asked of a bank, in whichever order and however interrupted, its float is exact."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, balance, grant
from tests.bank.purses.conftest import IN_WALLET, MakeCard, Sim, consent
from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError
from zerobar.bank.purses import charging, signing
from zerobar.bank.purses.charging import load, pay_purse
from zerobar.bank.purses.model import Charge, SignedVoucher
from zerobar.bank.purses.payees import Asked
from zerobar.purse.messages import EntryKind, Kind, PurseClass, Request, Voucher, chain_after
from zerobar.purse.money import CNY, Fen

STEPS = 40
pytestmark = pytest.mark.slow


class Interrupted(Exception):
    """The program ended between the money and the signature."""


@dataclass
class Asking:
    """Somebody who asks for charges, new ones and again, and keeps what was answered."""

    bank: Bank
    holder: Holder
    sim: Sim
    till: Sim
    draw: random.Random
    asked: list[tuple[UUID, Request]] = field(default_factory=list)
    answers: dict[tuple[bytes, int], SignedVoucher] = field(default_factory=dict)

    def ask(self) -> None:
        """Ask for something; the answer is the one before, or the first."""
        id_, request = self._choose()
        try:
            voucher = self._charge(id_, request)
        except (BankError, Interrupted):
            return
        key = request.payee_id, request.number
        assert self.answers.setdefault(key, voucher) == voucher

    def _choose(self) -> tuple[UUID, Request]:
        if self.asked and self.draw.random() < 0.4:
            id_, request = self.draw.choice(self.asked)
            # Sometimes another request under a known id, or a known request under another id.
            if self.draw.random() < 0.3:
                return self.bank.new_id(), request
            return id_, self.draw.choice(self.asked)[1] if self.draw.random() < 0.2 else request
        amount = self.draw.choice((1, 50_00, 400_00, 999_00))
        request = (
            self.sim.ask(amount)
            if self.draw.random() < 0.6
            else self.till.card.prepare(Kind.PAYMENT, Fen(amount), CNY, bytes(8))
        )
        self.asked.append((self.bank.new_id(), request))
        return self.asked[-1]

    def _charge(self, id_: UUID, request: Request) -> SignedVoucher:
        wanted = consent(self.holder)
        if request.kind is Kind.LOAD:
            return load(self.bank, wanted, id_, self.holder.wallet, request)
        asked = Asked(request, self.till.certificate)
        return pay_purse(self.bank, wanted, id_, self.holder.wallet, asked)


@pytest.fixture(params=range(4))
def asking(
    request: pytest.FixtureRequest, offering: Bank, anna: Holder, sim: Sim, make_card: MakeCard
) -> Asking:
    draw = random.Random(request.param)
    return Asking(offering, anna, sim, make_card(PurseClass.MERCHANT), draw)


def test_each_fen_in_the_float_is_one_signed_voucher(
    asking: Asking, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering, anna, draw = asking.bank, asking.holder, asking.draw
    signs = signing.sign_charge

    def sign_or_not(bank: Bank, charge: Charge) -> SignedVoucher:
        if draw.random() < 0.2:
            raise Interrupted
        return signs(bank, charge)

    monkeypatch.setattr(charging, "sign_charge", sign_or_not)
    for _ in range(STEPS):
        asking.ask()
        if draw.random() < 0.1:
            signing.sign_due(offering)
        if draw.random() < 0.1:
            clock.advance(hours=7)
            grant(offering, anna)
    signing.sign_due(offering)
    vouchers = _signed(offering)
    float_ = operator_account(offering.operator_id, AccountCode.FLOAT)
    assert sum(voucher.amount for voucher in vouchers) == balance(offering, float_)
    assert balance(offering, anna.wallet) + balance(offering, float_) == IN_WALLET
    assert {answer.voucher for answer in asking.answers.values()} <= set(vouchers)
    _check_log(vouchers)


def _signed(bank: Bank) -> list[Voucher]:
    with bank.connection() as connection:
        rows = connection.execute(
            "SELECT v.body || v.signature FROM bank.voucher v JOIN bank.operator_voucher o"
            " ON o.payer_id = v.payer_id AND o.entry = v.entry ORDER BY v.entry"
        )
        return [Voucher.parse(raw) for (raw,) in rows]


def _check_log(vouchers: list[Voucher]) -> None:
    """Entries without a gap, each on the chain of those before it, and no request twice."""
    chain = bytes(16)
    for number, voucher in enumerate(vouchers, 1):
        assert (voucher.entry, voucher.chain) == (number, chain[:8])
        chain = chain_after(voucher.suite, chain, EntryKind.PAY, voucher.entry, voucher.body)
    assert len({(voucher.payee_id, voucher.number) for voucher in vouchers}) == len(vouchers)
