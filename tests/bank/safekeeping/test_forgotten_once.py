"""A forgotten load is booked once, whatever is cut, repeated or done at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module

import pytest

from tests.bank.holders import balance, fill
from tests.bank.safekeeping.restored import (
    LOADED,
    Drill,
    drill,
    faults,
    gap_of,
    load_from,
    of_vault,
    pay_offline,
    recoveries,
    told,
)
from tests.bank.syncing.conftest import alice, bob, keys, shop, village
from tests.bank.syncing.village import IN_WALLET, Village, Villager
from zerobar.bank.context import Bank
from zerobar.bank.purses import recovering
from zerobar.bank.purses.owed_loads import load_owed
from zerobar.bank.purses.recovering import recover_loads
from zerobar.bank.settlement.asking import is_posted
from zerobar.bank.settlement.owing import owed_to
from zerobar.bank.syncing import sync
from zerobar.ledger import Posting
from zerobar.purse.messages import Kind
from zerobar.purse.money import CNY
from zerobar.reader import StatusError

__all__ = ["alice", "bob", "drill", "keys", "shop", "village"]

pytestmark = pytest.mark.slow


def test_it_is_booked_once_however_many_look_at_the_same_time(
    drill: Drill, village: Village, alice: Villager, monkeypatch: pytest.MonkeyPatch
) -> None:
    drill.back_up()
    village.load(alice, 50_00)
    with drill.restored() as bank:
        with monkeypatch.context() as patch:
            patch.setattr("zerobar.bank.syncing.engine.recover_loads", lambda *_: 0)
            village.sync(alice)
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED
        with ThreadPoolExecutor(4) as threads, monkeypatch.context() as patch:
            patch.setattr(recovering, "_tell_all", lambda _: None)
            list(threads.map(lambda _: recover_loads(bank), range(4)))
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _: recovering._tell_all(bank), range(4)))
        assert len(recoveries(bank)) == 1 and len(told(bank, alice)) == 1
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED - 50_00
        assert faults(bank) == [] and village.books().is_exact


def stop(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("step", ["_recover", "is_posted", "_tell_all", "_tell"])
def test_killed_between_any_two_steps_it_is_booked_and_told_once(
    drill: Drill, village: Village, alice: Villager, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    drill.back_up()
    village.load(alice, 50_00)
    with drill.restored() as bank:
        upload = village.upload(alice)
        with monkeypatch.context() as patch:
            patch.setattr(recovering, step, stop)
            with pytest.raises(KeyboardInterrupt):
                sync(bank, upload)
        village.carry(alice, sync(bank, upload))
        recover_loads(bank)
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED - 50_00
        assert len(recoveries(bank)) == 1 and len(told(bank, alice)) == 1
        assert faults(bank) == [] and village.books().is_exact


def test_a_posting_whose_answer_is_lost_is_not_made_again(
    drill: Drill, village: Village, alice: Villager, monkeypatch: pytest.MonkeyPatch
) -> None:
    drill.back_up()
    village.load(alice, 50_00)

    def post(bank: Bank, posting: Posting) -> bool:
        assert is_posted(bank, posting)
        raise KeyboardInterrupt

    with drill.restored() as bank:
        upload = village.upload(alice)
        with monkeypatch.context() as patch:
            patch.setattr(recovering, "is_posted", post)
            with pytest.raises(KeyboardInterrupt):
                sync(bank, upload)
        village.carry(alice, sync(bank, upload))
        recover_loads(bank)
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED - 50_00
        assert len(recoveries(bank)) == 1 and len(told(bank, alice)) == 1
        assert faults(bank) == [] and village.books().is_exact


def test_of_a_bank_that_was_put_back_twice_to_one_backup_both_lost_times_are_booked(
    drill: Drill, village: Village, alice: Villager
) -> None:
    drill.back_up()
    first = village.load(alice, 50_00).voucher
    with drill.restored():
        second = village.load(alice, 7_00).voucher
        village.sync(alice)
    drill.clock.advance(hours=1)
    with drill.restored() as bank:
        third = village.load(alice, 1_00).voucher
        assert first.entry < second.entry < third.entry
        village.sync(alice)
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED - 58_00
        assert faults(bank) == [] and village.books().is_exact and village.flagged() == {}


def test_an_operator_that_had_signed_nothing_before_its_backup_signs_no_number_again(
    drill: Drill, village: Village, bob: Villager
) -> None:
    drill.back_up()
    first = village.load(bob, 50_00).voucher
    with drill.restored() as bank:
        again = village.load(bob, 1_00).voucher
        assert again.entry > first.entry + 1_000
        village.sync(bob)
        assert balance(bank, bob.wallet) == IN_WALLET - 51_00
        assert faults(bank) == [] and village.books().is_exact and village.flagged() == {}


def test_what_an_earlier_version_passed_over_is_noted_when_its_tables_are_brought_up_to_date(
    drill: Drill, village: Village, alice: Villager, bob: Villager
) -> None:
    migration = import_module("zerobar.bank.migrations.versions.0025_forgotten_loads")
    drill.back_up()
    village.load(alice, 50_00)
    with drill.restored() as bank:
        noted = gap_of(bank)
        for _ in range(2):
            with bank.connection() as connection:
                connection.execute("ALTER TABLE bank.signing_gap DISABLE TRIGGER written_once")
                connection.execute("DELETE FROM bank.signing_gap")
                connection.execute(migration._EARLIER_GAPS)
            assert gap_of(bank) == noted
            village.load(bob, 1_00)
        village.sync(alice)
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED - 50_00
        assert faults(bank) == [] and village.books().is_exact


class Life:
    """People who load, pay, unload and sync as it comes."""

    def __init__(self, village: Village, people: tuple[Villager, ...], seed: int) -> None:
        self._village, self._people = village, people
        village.draw.seed(seed)
        self._draw = village.draw
        self._ways = (
            *(self._load, self._load_in_vain, self._pay, self._pay, self._unload),
            *(self._load_another, self._pay_offline, self._load_owed),
        )

    def go_on(self, many: int) -> None:
        """Do so many things; what a card refuses is left."""
        for _ in range(many):
            with suppress(StatusError):
                self._draw.choice(self._ways)(*self._draw.sample(self._people, 2))
            for who in self._people:
                if self._draw.random() < 0.4:
                    self._village.sync(who)

    def _load(self, who: Villager, _: Villager) -> None:
        if who.holder is not None:
            self._village.load(who, self._draw.randint(1, 90_00))

    def _load_in_vain(self, who: Villager, _: Villager) -> None:
        if who.holder is not None:
            self._village.charge(who, who.ask(self._draw.randint(1, 90_00), Kind.LOAD))

    def _load_another(self, payer: Villager, who: Villager) -> None:
        """Load a purse that has no wallet."""
        if who.holder is None and payer.holder is not None:
            request = who.ask(self._draw.randint(1, 60_00), Kind.LOAD)
            who.card.accept(*load_from(self._village, payer, request))

    def _load_owed(self, who: Villager, _: Villager) -> None:
        with self._village.bank.connection() as connection:
            owed = owed_to(connection, who.id)
        if owed:
            asked = who.card.prepare_signed(Kind.LOAD, owed, CNY, bytes(8))
            who.card.accept(*load_owed(self._village.bank, asked))

    def _pay_offline(self, payer: Villager, payee: Villager) -> None:
        if payer.holder is not None:
            paid = pay_offline(self._village, payer, payee, self._draw.randint(1, 40_00))
            if self._draw.random() < 0.8:
                paid.accept()

    def _pay(self, payer: Villager, payee: Villager) -> None:
        paid = self._village.pay(payer, payee, self._draw.randint(1, 30_00))
        if self._draw.random() < 0.8:
            paid.accept()

    def _unload(self, who: Villager, _: Villager) -> None:
        self._village.unload(who, self._draw.randint(1, 50_00))


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(2, 40))]
)
def test_whatever_happened_after_the_backup_no_money_is_made_or_lost(
    drill: Drill, village: Village, alice: Villager, bob: Villager, shop: Villager, seed: int
) -> None:
    cash = village.anonymous("Cash")
    everybody = (alice, bob, shop, cash)
    fill(village.bank, shop.wallet, IN_WALLET)
    wallets = [who.wallet for who in (alice, bob, shop)]

    def all_money() -> int:
        in_wallets = sum(balance(village.bank, wallet) for wallet in wallets)
        books, in_purses = village.books(), sum(who.funds() for who in everybody)
        return in_wallets + in_purses + books.in_flight + books.owed + of_vault(village.bank)

    village.sync_all()
    before = all_money()
    life = Life(village, everybody, seed)
    life.go_on(15)
    drill.back_up()
    life.go_on(30)
    with drill.restored() as bank:
        life.go_on(15)
        village.sync_all()
        village.sync_all()
        assert village.flagged() == {}
        assert faults(bank) == [] and village.books().is_exact
        assert all_money() == before
