"""Unloads: the operator's signed request, the purse's payment, the wallet's money."""

from __future__ import annotations

import pytest

from tests.bank.holders import Holder, balance
from tests.bank.purses.conftest import IN_WALLET, MakeCard, Sim, consent
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.purses import (
    AnonymousHasNoWallet,
    PurseUnknown,
    block_purse,
    register_purse,
)
from zerobar.bank.purses.charging import load
from zerobar.bank.purses.errors import PursesNotOffered
from zerobar.bank.purses.unloading import unload_request
from zerobar.bank.settlement import Batch, settle_batch
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen


@pytest.fixture
def loaded(offering: Bank, anna: Holder, sim: Sim) -> Sim:
    request = sim.ask(300_00)
    sim.card.accept(*load(offering, consent(anna), offering.new_id(), anna.wallet, request))
    return sim


def test_what_a_purse_unloads_is_in_its_wallet_again(
    offering: Bank, anna: Holder, loaded: Sim
) -> None:
    signed = unload_request(offering, loaded.id, offering.new_id(), Fen(120_00))
    payment = loaded.card.pay(signed)
    settle_batch(offering, Batch.of([bytes(payment)]))
    loaded.sync(offering)
    assert balance(offering, anna.wallet) == IN_WALLET - 300_00 + 120_00
    assert loaded.card.state(bytes(8)).balance == 180_00


def test_each_request_has_its_own_number_and_the_same_id_the_same_request(
    offering: Bank, loaded: Sim
) -> None:
    ids = [offering.new_id() for _ in range(3)]
    signed = [unload_request(offering, loaded.id, id_, Fen(1_00)) for id_ in ids]
    assert [request.request.number for request in signed] == [1, 2, 3]
    assert unload_request(offering, loaded.id, ids[1], Fen(1_00)) == signed[1]
    with pytest.raises(IdUsed):
        unload_request(offering, loaded.id, ids[1], Fen(2_00))
    payments = {bytes(loaded.card.pay(request)) for request in signed}
    assert len(payments) == 3


def test_a_blocked_purse_gives_its_money_back(offering: Bank, anna: Holder, loaded: Sim) -> None:
    block_purse(offering, loaded.id)
    payment = loaded.card.pay(unload_request(offering, loaded.id, offering.new_id(), Fen(300_00)))
    settle_batch(offering, Batch.of([bytes(payment)]))
    loaded.sync(offering)
    assert balance(offering, anna.wallet) == IN_WALLET


def test_there_is_nothing_to_unload_without_a_wallet_or_a_purse(
    offering: Bank, bank: Bank, sim: Sim, make_card: MakeCard
) -> None:
    anonymous = make_card(PurseClass.ANONYMOUS)
    register_purse(offering, anonymous.certificate, None)
    with pytest.raises(AnonymousHasNoWallet):
        unload_request(offering, anonymous.id, offering.new_id(), Fen(1))
    with pytest.raises(PurseUnknown):
        unload_request(offering, bytes(8), offering.new_id(), Fen(1))
    with pytest.raises(PursesNotOffered):
        unload_request(bank, sim.id, offering.new_id(), Fen(1))
