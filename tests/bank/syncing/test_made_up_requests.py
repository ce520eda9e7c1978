"""A request that somebody made up costs its payer a detour, and nobody else anything."""

from __future__ import annotations

from dataclasses import replace

from tests.bank.holders import balance, grant
from tests.bank.syncing.village import IN_WALLET, Paid, Village, Villager
from zerobar.bank.checking import check_books
from zerobar.bank.purses.charging import pay_purse
from zerobar.bank.purses.model import Consent
from zerobar.bank.purses.payees import Asked
from zerobar.bank.settlement import Outcome
from zerobar.purse.messages import Request
from zerobar.purse.money import Fen


def pay_online(village: Village, payer: Villager, payee: Villager, request: Request) -> Paid:
    assert payer.holder is not None
    grant(village.bank, payer.holder)
    key, signed = payer.holder.key, b"what the device signed"
    consent = Consent(payer.holder.person, key.id, signed, key.sign(signed))
    asked = Asked(request, payee.certificate)
    paid = pay_purse(village.bank, consent, village.bank.new_id(), payer.wallet, asked)
    return Paid(*paid, payee)


def test_each_payer_of_one_number_gets_his_own_back(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    real = shop.ask(50_00)
    forged = pay_online(village, bob, shop, replace(real, amount=Fen(7_00)))
    honest = pay_online(village, alice, shop, real)
    honest.accept()
    for _ in range(2):
        village.sync(shop)
    assert village.life(honest).outcome is Outcome.SETTLED
    assert village.life(forged).outcome is Outcome.REFUNDED
    assert balance(village.bank, bob.wallet) == IN_WALLET
    assert balance(village.bank, alice.wallet) == IN_WALLET - 250_00
    assert [check.name for check in check_books(village.bank) if check.many] == []
