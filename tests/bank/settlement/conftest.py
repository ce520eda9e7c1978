"""A town of purses known to the bank, with money behind them.

keys     the authority's and the operator's, trusted by the bank
town     people with linked wallets, merchants, hosted payees; town.draw(many, mix)
settle   settle(drawn): issues the drawn requests, then settles the batch
"""

from __future__ import annotations

import random
from collections.abc import Callable
from uuid import UUID

import pytest

from tests.bank.holders import fill, move, open_holder
from tests.bank.settlement.vouchers import know_funds
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.fraud.examining import set_value_out
from zerobar.bank.people.model import Category
from zerobar.bank.purses import host_payee, issue_request, register_purse, trust_authority
from zerobar.bank.settlement import CertificateCache, Report, settle_batch
from zerobar.bank.settlement.drawing import Drawn, Town
from zerobar.issuer import AuthorityFile, TestAuthority
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen

IN_PURSES = Fen(1_000_000_00)
IN_WALLET = Fen(5_000_00)
Settle = Callable[[Drawn], Report]


class Registered(Town):
    """A town whose purses the bank knows. Attributes: wallets: by purse id."""

    wallets: dict[bytes, UUID]


@pytest.fixture(scope="session")
def keys() -> TestAuthority:
    return AuthorityFile.generate(random.Random(7).randbytes, 1_790_000_000).open()


@pytest.fixture
def town(bank: Bank, keys: TestAuthority) -> Registered:
    trust_authority(bank, keys)
    with bank.connection() as connection:
        # They are drawn at random and never sync, so no limit of a real purse holds for them.
        set_value_out(connection, PurseClass.PERSON, 2**62, bank.clock())
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    float_ = operator_account(bank.operator_id, AccountCode.FLOAT)
    move(bank, vault, float_, IN_PURSES, TransferCode.ISSUE)
    made = Registered(1, keys, people=4, merchants=2, payees=2)
    made.wallets = {}
    for number, purse in enumerate(made.people + made.merchants + made.payees):
        holder = open_holder(bank, f"+86139000000{number:02d}", Category.I, pin=None)
        made.wallets[purse.id] = holder.wallet
        if purse in made.payees:
            host_payee(bank, purse.certificate, holder.wallet)
        else:
            register_purse(bank, purse.certificate, holder.wallet)
            know_funds(bank, purse.id)
            fill(bank, holder.wallet, IN_WALLET)
    return made


@pytest.fixture
def settle(bank: Bank) -> Settle:
    certificates = CertificateCache()

    def run(drawn: Drawn) -> Report:
        for request in drawn.requests:
            issue_request(bank, request)
        return settle_batch(bank, drawn.batch, certificates)

    return run
