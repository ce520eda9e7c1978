"""Anna with a verified name, a category II wallet and two cards at the bank."""

from __future__ import annotations

import pytest

from tests.bank.doubles import Doubles
from tests.bank.funding.cards import CARDS, Funded
from tests.bank.holders import Holder, give_identity, grant
from zerobar.bank.context import Bank
from zerobar.bank.funding.cards import bind_card
from zerobar.bank.partners import CardHolder
from zerobar.bank.people.masking import NAME_PURPOSE, RESIDENT_ID_PURPOSE

NAME, RESIDENT_ID = "林安娜", "110101199003071233"


@pytest.fixture
def verified(bank: Bank, partners: Doubles, anna: Holder) -> Holder:
    sealer = bank.sealer
    with bank.connection() as connection:
        connection.execute(
            "UPDATE bank.person SET name_sealed = %s, resident_id_sealed = %s, verified_at = %s"
            " WHERE person_id = %s",
            (
                sealer.seal(NAME, NAME_PURPOSE),
                sealer.seal(RESIDENT_ID, RESIDENT_ID_PURPOSE),
                bank.clock(),
                anna.person,
            ),
        )
        connection.execute(
            "UPDATE bank.wallet SET category = 2 WHERE wallet_id = %s", (anna.wallet,)
        )
        give_identity(connection, anna.wallet)
    for number in CARDS:
        partners.bank.give_card(CardHolder(number, NAME, RESIDENT_ID, anna.phone), 1_000_00)
    grant(bank, anna)
    return anna


@pytest.fixture
def funded(bank: Bank, partners: Doubles, verified: Holder) -> Funded:
    cards = [bind_card(bank, verified.session, bank.new_id(), number).id for number in CARDS[:2]]
    return Funded(bank, partners, verified, cards)
