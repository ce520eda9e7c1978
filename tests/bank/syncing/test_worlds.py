"""Villages at random: whatever is lost, torn, repeated or late, everything ends and adds up.

Honest purses do what purses do, with all that can go wrong around them. In the end every voucher
has an outcome, the float is what is in the purses, to the fen, and nobody is suspected. Then the
same with somebody who clones a purse: that purse is found, and nobody else.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bank.syncing.village import Paid, Village, Villager, new_village
from zerobar.bank.context import Bank
from zerobar.bank.fraud.covering import cover_losses
from zerobar.bank.fraud.model import FraudTest
from zerobar.bank.settlement import Batch, settle_batch
from zerobar.bank.syncing import PurseForked, Upload, sync, take_statement
from zerobar.issuer import TestAuthority
from zerobar.purse.messages import Kind, VoidStatement
from zerobar.reader import CardTorn, StatusError

pytestmark = pytest.mark.slow

STEPS = 25


@dataclass
class World:
    """A village in which things go wrong.

    Attributes:
        paid: every voucher that some terminal has seen.
        uploads: what was read off purses, to be sent again, or late.
    """

    village: Village
    draw: random.Random
    paid: list[Paid] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    statements: list[tuple[VoidStatement, Villager]] = field(default_factory=list)

    @property
    def who(self) -> Villager:
        return self.draw.choice(self.village.people)

    def load(self) -> None:
        who = self.who
        if who.holder is None or who.certificate.purse_class != 1:
            return
        signed = self.village.charge(who, who.ask(self.draw.randint(1, 300_00), Kind.LOAD))
        self.paid.append(Paid(*signed, who))
        if self.draw.random() < 0.7:
            who.card.accept(*signed)

    def pay(self) -> None:
        payer, payee = self.draw.sample(self.village.people, 2)
        paid = self.village.pay(payer, payee, self.draw.randint(1, 80_00))
        self.paid.append(paid)
        if self.draw.random() < 0.5:
            paid.accept()

    def pay_torn(self) -> None:
        payer, payee = self.draw.sample(self.village.people, 2)
        request = payee.ask(self.draw.randint(1, 20_00))
        payer.memory.cut_after(self.draw.randint(0, 400))
        try:
            payer.card.pay(request)
        except CardTorn:
            pass
        finally:
            payer.memory.cut_after(None)
            payer.card.reset()
        # Asked again, it is the same payment or a first one, whatever was cut.
        self.paid.append(Paid(*payer.card.pay(request), payee))

    def two_pay_one_request(self) -> None:
        one, two, payee = self.draw.sample(self.village.people, 3)
        request = payee.ask(self.draw.randint(1, 20_00))
        for payer in (one, two):
            self.paid.append(Paid(*payer.card.pay(request), payee))

    def accept(self) -> None:
        if self.paid:
            self.draw.choice(self.paid).accept()

    def void(self) -> None:
        if self.paid:
            paid = self.draw.choice(self.paid)
            statement = paid.payee.card.void(paid.voucher, paid.certificate)
            self.statements.append((statement, paid.payee))

    def undo(self) -> None:
        if self.statements:
            statement, payee = self.draw.choice(self.statements)
            for payer in self.village.people:
                if payer.id == statement.payer_id:
                    payer.card.undo(statement, payee.certificate)

    def tell(self) -> None:
        if self.statements:
            statement, payee = self.draw.choice(self.statements)
            take_statement(self.village.bank, statement, [payee.certificate])

    def hand_in(self) -> None:
        some = self.draw.sample(self.paid, min(3, len(self.paid)))
        settle_batch(self.village.bank, Batch.of([paid.record for paid in some]))

    def unload(self) -> None:
        self.village.unload(self.who, self.draw.randint(1, 50_00))

    def slide(self) -> None:
        who = self.who
        for _ in range(self.draw.randint(1, 70)):
            who.ask(1)

    def sync(self) -> None:
        self.village.sync(self.who)

    def sync_unanswered(self) -> None:
        upload = self.village.upload(self.who)
        self.uploads.append(upload)
        if self.draw.random() < 0.5:
            sync(self.village.bank, upload)

    def send_again(self) -> None:
        if self.uploads:
            sync(self.village.bank, self.draw.choice(self.uploads))

    def step(self) -> None:
        """Do something; what a purse refuses is no matter."""
        acts: list[Callable[[], None]] = [
            self.load, self.pay, self.pay, self.pay, self.pay_torn, self.two_pay_one_request,
            self.accept, self.accept, self.void, self.undo, self.tell, self.hand_in, self.unload,
            self.slide, self.sync, self.sync, self.sync_unanswered, self.send_again,
        ]  # fmt: skip
        with suppress(StatusError):
            self.draw.choice(acts)()

    def finish(self) -> None:
        """Bring everything home: every purse syncs until nothing is open."""
        for who in self.village.people:
            self.village.sync(who)
        for who in self.village.people:
            for _ in range(64):
                who.ask(1)
            self.village.sync(who)
        for paid in self.paid:
            if paid.payee in self.village.people:
                self.village.void(paid.payee, paid.voucher, paid.certificate)
        self.village.sync_all(2)


def new_world(bank: Bank, keys: TestAuthority, seed: int) -> World:
    village = new_village(bank, keys)
    for name in ("Alice", "Bob", "Carol"):
        village.load(village.person(name), 150_00)
    village.shop("Shop")
    return World(village, random.Random(seed))


def check_honest(world: World) -> None:
    village = world.village
    books = village.books()
    assert books.is_exact, books
    assert village.flagged() == {}
    for paid in world.paid:
        assert village.life(paid).outcome is not None, village.life(paid).steps


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(seed=st.integers(0, 2**32))
def test_honest_purses_end_every_payment_and_are_never_suspected(
    bank: Bank, keys: TestAuthority, seed: int
) -> None:
    before = new_village(bank, keys).float()
    world = new_world(bank, keys, seed)
    for _ in range(STEPS):
        world.step()
        assert world.village.books().is_exact, world.village.books()
    world.finish()
    check_honest(world)
    inside = sum(who.funds() for who in world.village.people)
    assert world.village.float() - before == inside


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6)
@given(seed=st.integers(0, 2**32))
def test_a_clone_is_found_and_nobody_else_and_every_payee_is_whole(
    bank: Bank, keys: TestAuthority, seed: int
) -> None:
    before, known = new_village(bank, keys).float(), set(new_village(bank, keys).flagged())
    world = new_world(bank, keys, seed)
    village = world.village
    for _ in range(STEPS // 3):
        world.step()
    cheat, honest, shop = village.people[0], village.people[1], village.people[-1]
    village.sync(cheat)
    village.load(cheat, 100_00)
    clone = village.clone(cheat)
    village.pay(cheat, shop, 90_00).accept()
    village.pay(clone, honest, 80_00).accept()
    village.people.remove(cheat)
    for _ in range(STEPS // 3):
        world.step()
    village.sync_all(2)
    found = village.flagged()
    assert set(found) - known == {cheat.id}, "both vouchers have the same entry"
    assert FraudTest.TWO_BODIES in found[cheat.id]
    for bad in (cheat, clone):
        try:
            village.sync(bad)
        except PurseForked:
            continue
    cover_losses(village.bank)
    books = village.books()
    assert books.is_exact, books
    claims = sum(who.funds() for who in village.people)
    assert village.float() - before >= claims
