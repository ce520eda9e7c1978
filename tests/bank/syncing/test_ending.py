"""A purse that was ended is paid once: what reaches its wallet is not unloaded as well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bank.holders import balance, grant
from tests.bank.syncing.village import CARD_PIN, Paid, Village, Villager
from zerobar.bank.checking import check_books
from zerobar.bank.purses import PurseStatus, purse
from zerobar.bank.purses.ending import block_ended, terminate_purse
from zerobar.bank.purses.errors import PurseNotEmpty
from zerobar.bank.purses.proving import Proof, challenge
from zerobar.bank.purses.unloading import unload_request
from zerobar.bank.settlement import Outcome
from zerobar.bank.settlement.telling import take_vouchers
from zerobar.purse.messages import Kind, SignedRequest
from zerobar.purse.money import Fen


def end(village: Village, who: Villager) -> None:
    assert who.holder is not None
    asked = challenge(village.bank, who.holder.person)
    proof = Proof(asked.id, who.certificate, who.card.state(asked.nonce))
    terminate_purse(village.bank, who.holder.person, who.id, proof)


def order(village: Village, who: Villager, amount: int) -> SignedRequest:
    assert who.holder is not None
    grant(village.bank, who.holder)
    return unload_request(village.bank, who.id, village.bank.new_id(), Fen(amount))


def blocked(village: Village) -> set[bytes]:
    with village.bank.connection() as connection:
        rows = connection.execute("SELECT blocked_id FROM bank.blocklist").fetchall()
    return {blocked_id for (blocked_id,) in rows if blocked_id is not None}


def deviating(village: Village) -> list[str]:
    return [check.name for check in check_books(village.bank) if check.many]


def test_a_purse_is_not_ended_while_a_load_is_on_its_way(village: Village, bob: Villager) -> None:
    village.sync(bob)
    loaded = village.charge(bob, bob.ask(50_00, Kind.LOAD))
    with pytest.raises(PurseNotEmpty, match="on its way"):
        end(village, bob)
    bob.card.accept(*loaded)
    village.unload(bob, 50_00)
    village.sync(bob)
    end(village, bob)
    assert purse(village.bank, bob.id).status is PurseStatus.CLOSED


def test_what_comes_to_an_ended_purse_is_paid_to_its_wallet_and_never_unloaded_too(
    village: Village, alice: Villager, bob: Villager
) -> None:
    asked = order(village, bob, 80_00)
    paid = village.pay(alice, bob, 80_00)
    end(village, bob)
    assert (block_ended(village.bank), blocked(village)) == (0, set())
    before = balance(village.bank, bob.wallet)
    village.sync(alice)
    village.sync(alice)
    assert village.life(paid).outcome is Outcome.REDIRECTED
    assert balance(village.bank, bob.wallet) == before + 80_00
    # From now on the card could have money, so other cards are told.
    assert (block_ended(village.bank), blocked(village)) == (1, {bob.id})
    paid.accept()
    unloaded = bob.card.pay(asked)
    take_vouchers(village.bank, [bytes(unloaded.voucher) + bytes(unloaded.certificate)])
    village.sync(bob)
    assert balance(village.bank, bob.wallet) == before + 80_00
    assert village.float() == 120_00
    assert deviating(village) == []


def test_a_request_that_somebody_made_up_keeps_no_purse_from_being_ended(
    village: Village, alice: Villager, bob: Villager
) -> None:
    made_up = replace(bob.ask(1), tag=bytes(4))
    alice.card.verify_pin(CARD_PIN)
    paid = Paid(*alice.card.pay(made_up), bob)
    take_vouchers(village.bank, [paid.record])
    with pytest.raises(PurseNotEmpty, match="on its way"):
        end(village, bob)
    village.sync(bob)
    village.sync(bob)
    end(village, bob)


def test_a_purse_is_not_ended_while_what_it_unloaded_is_waiting(
    village: Village, alice: Villager
) -> None:
    village.unload(alice, 200_00)
    village.sync(alice)
    with village.bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.voucher_due (payer_id, entry, waits_for)"
            " SELECT payer_id, entry, 1 FROM bank.voucher WHERE payer_id = %s",
            (alice.id,),
        )
        connection.execute("ALTER TABLE bank.voucher_outcome DISABLE TRIGGER written_once")
        kept = connection.execute(
            "DELETE FROM bank.voucher_outcome WHERE payer_id = %s RETURNING *", (alice.id,)
        ).fetchone()
        assert kept is not None
        with pytest.raises(PurseNotEmpty, match="what it unloaded"):
            end(village, alice)
        connection.execute(
            "INSERT INTO bank.voucher_outcome VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", kept
        )
        connection.execute("DELETE FROM bank.voucher_due")
    end(village, alice)
