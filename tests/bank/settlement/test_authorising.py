"""Authorisations, which pay from a wallet: whoever freezes one of the two is in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.bank.holders import balance
from tests.bank.settlement.conftest import IN_WALLET, Registered, Settle
from tests.bank.settlement.vouchers import asking, record
from zerobar.bank.context import Bank
from zerobar.bank.people.wallets import Freezer, freeze_wallet
from zerobar.bank.settlement import Batch, posting
from zerobar.bank.settlement.drawing import Drawn
from zerobar.bank.settlement.facts import Due
from zerobar.purse.messages import Kind


@pytest.mark.parametrize("whose", ["holder", "payee"])
def test_a_wallet_that_is_frozen_after_it_was_looked_at_neither_pays_nor_is_paid(
    bank: Bank,
    town: Registered,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
    whose: str,
) -> None:
    payer, payee = town.people[0], town.payees[0]
    frozen = town.wallets[payer.id if whose == "holder" else payee.id]
    looked = posting._circumstances

    def freezing(bank: Bank, page: Sequence[Due]) -> Any:
        found = looked(bank, page)
        freeze_wallet(bank, frozen, Freezer.BANK)
        return found

    monkeypatch.setattr(posting, "_circumstances", freezing)
    request = asking(Kind.AUTHORISE, payee.id)
    drawn = Drawn(Batch.of([record(payer, request)]), (None,), (request,))
    assert settle(drawn).outcomes.declined == 1
    assert balance(bank, town.wallets[payer.id]) == IN_WALLET
    assert balance(bank, town.wallets[payee.id]) == 0


def test_a_frozen_payee_is_not_paid_from_a_wallet(
    bank: Bank, town: Registered, settle: Settle
) -> None:
    payer, payee = town.people[0], town.payees[0]
    freeze_wallet(bank, town.wallets[payee.id], Freezer.BANK)
    request = asking(Kind.AUTHORISE, payee.id)
    drawn = Drawn(Batch.of([record(payer, request)]), (None,), (request,))
    assert settle(drawn).outcomes.declined == 1
    assert balance(bank, town.wallets[payer.id]) == IN_WALLET
