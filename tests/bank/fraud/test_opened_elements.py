"""Elements that were opened sign anything: what they cannot get, and what they get until found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bank.holders import balance
from tests.bank.syncing.village import Village, Villager
from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.checking import check_books
from zerobar.bank.fraud.acknowledging import ACKNOWLEDGE_PURSE
from zerobar.bank.fraud.covering import COVER_LOSS, cover_losses, losses
from zerobar.bank.fraud.releasing import RELEASE_VOUCHER
from zerobar.bank.purses import host_payee
from zerobar.bank.settlement import Waiting, life_of
from zerobar.bank.settlement.telling import take_vouchers
from zerobar.bank.staff.model import Role
from zerobar.bank.syncing import sync
from zerobar.client.authority import AcknowledgePurse, CoverLoss, ReleaseVoucher
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import Certificate, Kind, PurseClass, Voucher
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.reader import StatusError

VALUE_OUT = 1_000_00
PER_PAYMENT = 500_00


def minted(
    who: Villager, kind: Kind, payee_id: bytes, amount: int, entry: int = 1, number: int = 1
) -> Voucher:
    """A voucher as whoever opened an element signs it, with the key that was read out of it."""
    made = Voucher(
        kind=kind,
        payer_id=who.id,
        entry=entry,
        payee_id=payee_id,
        number=0 if kind is Kind.PUSH else number,
        amount=Fen(amount),
        currency=CNY,
        tag=bytes(4),
        reference=bytes(8),
        chain=bytes(8),
    )
    return signed(who, made)


def signed(who: Villager, voucher: Voucher) -> Voucher:
    purse = who.applet._purse
    assert purse is not None
    key = purse.store.identity.value.private_key
    return voucher.signed(lambda body: P256.sign(key, body))


def credited(who: Villager, payee: Villager, amount: int, entry: int) -> None:
    """Let an opened element pay what it never had to a purse that cannot know."""
    request = payee.ask(amount)
    voucher = minted(who, Kind.PAYMENT, payee.id, amount, entry, request.number)
    asked = replace(voucher, tag=request.tag, reference=request.reference)
    payee.card.accept(signed(who, asked), who.certificate)


def bring(village: Village, who: Villager, *vouchers: Voucher) -> None:
    take_vouchers(village.bank, [bytes(each) + bytes(who.certificate) for each in vouchers])


def wrong(village: Village) -> list[str]:
    return [check.name for check in check_books(village.bank) if check.deviations]


@pytest.fixture
def victims(village: Village) -> list[Villager]:
    """Five people with 1,000 yuan each in their purses: there is something to take."""
    made = [village.person(f"Victim {number}") for number in range(5)]
    for each in made:
        village.load(each, VALUE_OUT)
    return made


@pytest.fixture
def thief(village: Village, victims: list[Villager]) -> Villager:
    return village.person("Thief")


@pytest.fixture
def keeper(village: Village) -> tuple[Villager, Certificate]:
    """An accomplice with a hosted payee."""
    made = village.person("Keeper")
    public = P256.public_key(P256.private_key(bytes(range(KEY_SEED_LENGTH))))
    validity = Validity.years_from(int(village.bank.clock().timestamp()), 3)
    certificate = village.keys.authority.certify(public, PurseClass.SERVICE, validity)
    host_payee(village.bank, certificate, made.wallet)
    return made, certificate


def test_an_unload_of_money_that_was_never_seen_waits_for_the_purses_log(
    village: Village, thief: Villager
) -> None:
    before = balance(village.bank, thief.wallet)
    voucher = minted(thief, Kind.UNLOAD, village.keys.operator.id, village.float())
    bring(village, thief, voucher)
    assert balance(village.bank, thief.wallet) == before
    assert life_of(village.bank, thief.id, 1).waits_for is Waiting.UNPROVED
    assert village.float() == 5 * VALUE_OUT and not wrong(village)


def test_an_unload_that_is_brought_before_its_purse_syncs_is_paid_when_that_does(
    village: Village, alice: Villager
) -> None:
    before = balance(village.bank, alice.wallet)
    voucher = village.unload(alice, 150_00)
    bring(village, alice, voucher)
    assert balance(village.bank, alice.wallet) == before
    village.sync(alice)
    assert balance(village.bank, alice.wallet) == before + 150_00


def test_an_unload_of_what_the_last_sync_has_shown_is_paid_at_once(
    village: Village, alice: Villager
) -> None:
    village.sync(alice)
    before = balance(village.bank, alice.wallet)
    bring(village, alice, village.unload(alice, 150_00))
    assert balance(village.bank, alice.wallet) == before + 150_00


def test_an_anonymous_purse_is_owed_nothing_that_was_never_seen(
    village: Village, victims: list[Villager]
) -> None:
    nobody = village.anonymous("Nobody")
    bring(village, nobody, minted(nobody, Kind.UNLOAD, village.keys.operator.id, 4_000_00))
    assert life_of(village.bank, nobody.id, 1).waits_for is Waiting.UNPROVED
    assert village.books().owed == 0


def test_a_payment_that_no_purse_of_its_class_could_make_waits(
    village: Village, thief: Villager, keeper: tuple[Villager, Certificate]
) -> None:
    accomplice, payee = keeper
    before = balance(village.bank, accomplice.wallet)
    bring(village, thief, minted(thief, Kind.PUSH, payee.id, PER_PAYMENT + 1))
    assert balance(village.bank, accomplice.wallet) == before


def test_hosted_payees_get_from_an_opened_element_what_its_class_may_pay_unseen(
    village: Village, thief: Villager, keeper: tuple[Villager, Certificate]
) -> None:
    accomplice, payee = keeper
    before = balance(village.bank, accomplice.wallet)
    for entry in range(1, 8):
        bring(village, thief, minted(thief, Kind.PUSH, payee.id, PER_PAYMENT, entry))
    assert balance(village.bank, accomplice.wallet) == before + VALUE_OUT


def flagged_thief(village: Village, thief: Villager, payee: Villager) -> None:
    """Let the thief be found: two bodies under one entry."""
    bodies = [minted(thief, Kind.PAYMENT, payee.id, amount, 9) for amount in (1, 2)]
    bring(village, thief, *bodies)
    assert thief.id in village.flagged()


def test_a_flagged_purse_gets_nothing_until_two_risk_officers_let_it_go(
    village: Village, thief: Villager, shop: Villager
) -> None:
    village.load(thief, 300_00)
    village.sync(thief)
    flagged_thief(village, thief, shop)
    before = balance(village.bank, thief.wallet)
    voucher = village.unload(thief, 200_00)
    bring(village, thief, voucher)
    life = life_of(village.bank, thief.id, voucher.entry)
    assert life.waits_for is Waiting.PAYER_FLAGGED
    assert balance(village.bank, thief.wallet) == before
    proposal = ReleaseVoucher(payer_id=thief.id.hex(), entry=voucher.entry, reason="a test card")
    RELEASE_VOUCHER.check(village.bank, proposal)
    for _ in range(2):
        RELEASE_VOUCHER.carry_out(village.bank, village.bank.new_id(), proposal)
    assert balance(village.bank, thief.wallet) == before + 200_00
    assert RELEASE_VOUCHER.approvers == RELEASE_VOUCHER.proposers == {Role.RISK}


def test_nothing_comes_back_to_a_flagged_purses_holder(
    village: Village, thief: Villager, shop: Villager
) -> None:
    """What its payee voids after it is final is refunded; not to a cheat."""
    village.load(thief, 300_00)
    voucher = village.pay(thief, shop, 100_00)
    village.sync(thief)
    flagged_thief(village, thief, shop)
    before = balance(village.bank, thief.wallet)
    village.void(shop, voucher.voucher, voucher.certificate)
    village.sync(shop)
    village.sync(thief)
    village.sync(thief)
    assert village.life(voucher).waits_for is Waiting.PAYER_FLAGGED
    assert balance(village.bank, thief.wallet) == before


def test_the_vault_covers_a_cheat_up_to_its_classs_limit_and_beyond_it_by_two_people(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    """The element pays 1,200 that it never had, to a till that could not know."""
    victims = [village.person(f"Victim {number}") for number in range(2)]
    for each in victims:
        village.load(each, VALUE_OUT)
    for entry in range(1, 4):
        credited(bob, shop, 400_00, entry)
    village.sync(shop)
    assert bob.id in village.flagged()
    before = village.float()
    assert cover_losses(village.bank) == VALUE_OUT
    assert cover_losses(village.bank) == 0
    proposal = CoverLoss(purse_id=bob.id.hex(), ceiling_fen=5_000_00, reason="the till was honest")
    COVER_LOSS.check(village.bank, proposal)
    COVER_LOSS.carry_out(village.bank, village.bank.new_id(), proposal)
    assert cover_losses(village.bank) == 200_00
    assert village.float() == before + 1_200_00
    assert not wrong(village)


def test_what_the_vault_paid_for_forgotten_loads_counts_to_the_same_limit(
    village: Village, bob: Villager, shop: Villager
) -> None:
    for number in range(2):
        village.load(village.person(f"Victim {number}"), VALUE_OUT)
    for entry in range(1, 4):
        credited(bob, shop, 400_00, entry)
    village.sync(shop)
    with (
        village.bank.connection() as connection,
        connection.transaction(force_rollback=True),
    ):
        (before,) = losses(connection)
        connection.execute(
            "INSERT INTO bank.load_recovery"
            " (payer_id, entry, before_fen, purse_id, from_wallet_fen, from_loss_fen, made_at)"
            " VALUES (%s, 1, 0, %s, 0, 30000, now())",
            (bytes(8), bob.id),
        )
        (after,) = losses(connection)
    assert (before.due_fen, after.due_fen) == (VALUE_OUT, VALUE_OUT - 300_00)


def test_what_turns_out_to_be_a_cheats_income_goes_back_to_the_vault(
    village: Village, bob: Villager, shop: Villager, alice: Villager
) -> None:
    village.pay(alice, bob, 150_00).accept()
    village.pay(bob, shop, 150_00).accept()
    village.sync(shop)
    flagged_thief(village, bob, shop)
    vault = operator_account(village.bank.operator_id, AccountCode.VAULT)
    before = balance(village.bank, vault)
    assert cover_losses(village.bank) == 150_00
    village.sync(alice)
    assert cover_losses(village.bank) == -150_00
    assert cover_losses(village.bank) == 0
    assert balance(village.bank, vault) == before
    assert not wrong(village)


def test_a_purse_that_took_a_cheats_money_is_not_acknowledged_before_it_knows_of_the_cheat(
    village: Village, thief: Villager
) -> None:
    """The accomplice's honest card credits each voucher; its phone keeps the blocklist from it."""
    accomplice = village.person("Accomplice")
    before = balance(village.bank, accomplice.wallet)
    for entry in range(1, 4):
        try:
            credited(thief, accomplice, 900_00, entry)
        except StatusError:
            break
        answer = sync(village.bank, village.upload(accomplice, [thief.certificate]))
        village.carry(accomplice, replace(answer, blocklist=()))
        village.unload(accomplice, accomplice.funds())
        answer = sync(village.bank, village.upload(accomplice))
        village.carry(accomplice, replace(answer, blocklist=()))
    assert thief.id in village.flagged()
    answer = sync(village.bank, village.upload(accomplice))
    assert answer.ack is None and answer.blocklist
    assert balance(village.bank, accomplice.wallet) - before <= VALUE_OUT
    village.sync(accomplice)
    assert sync(village.bank, village.upload(accomplice)).ack is not None


def test_a_purse_that_would_not_hear_of_a_cheat_is_acknowledged_again_by_two_risk_officers(
    village: Village, thief: Villager, alice: Villager, shop: Villager
) -> None:
    """Its terminal brings no news, and its log shows that it took the cheat's money."""
    village.load(thief, 300_00)
    village.sync(alice)
    flagged_thief(village, thief, shop)
    village.pay(thief, alice, 100_00).accept()
    deaf = replace(village.upload(alice), epoch=0)
    for _ in range(2):
        assert sync(village.bank, deaf).ack is None
    proposal = AcknowledgePurse(purse_id=alice.id.hex(), reason="the card was looked at")
    ACKNOWLEDGE_PURSE.check(village.bank, proposal)
    for _ in range(2):
        ACKNOWLEDGE_PURSE.carry_out(village.bank, village.bank.new_id(), proposal)
    ack = sync(village.bank, deaf).ack
    assert ack is not None
    alice.card.sync_ack(ack)
    village.pay(thief, alice, 50_00).accept()
    assert sync(village.bank, replace(village.upload(alice), epoch=0)).ack is None
    assert ACKNOWLEDGE_PURSE.approvers == ACKNOWLEDGE_PURSE.proposers == {Role.RISK}
