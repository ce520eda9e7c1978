"""The card is taken away after every single byte of a tap, then the tap is resumed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.element.serving import ANY_PORT, antenna_of, served
from tests.reader.tearing import Direction, Tear, TearingRelay
from tests.reader.world import NONCE, REFERENCE, Purse, new_purse
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen
from zerobar.reader.antenna import AntennaLink
from zerobar.reader.outcome import TapOutcome, TapStatus
from zerobar.reader.recover import recover
from zerobar.reader.tap import Terms, resume, tap

LOADED = 1_000_000
PRICE = Fen(3)
# What passes when nothing tears: the field's own question and answer, SELECT, PAY, each framed.
BYTES = {Direction.TO_CARD: 3 + (2 + 15) + (2 + 38), Direction.TO_READER: 17 + (2 + 34) + (2 + 255)}
TEARS = [Tear(direction, after) for direction in Direction for after in range(BYTES[direction])]


class Scene:
    """A customer's card behind a relay, and a till with its own purse."""

    def __init__(self, customer: Purse, till: Purse, relay: TearingRelay) -> None:
        self.customer = customer
        self.till = till
        self.relay = relay
        self.payee = till.card()

    def field(self) -> AntennaLink:
        return AntennaLink(*self.relay.address)

    def tap(self) -> TapOutcome:
        return tap(self.field, self.payee, Terms(PRICE, REFERENCE))

    @property
    def balances(self) -> tuple[int, int]:
        """The till's and the customer's, as their memories hold them."""
        return self.payee.state(NONCE).balance, Purse(self.customer.memory).balance


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    customer = new_purse(slots=2048, balance=LOADED)
    till = new_purse(PurseClass.MERCHANT, slots=2048)
    with (
        served(customer.applet, antenna=ANY_PORT) as server,
        TearingRelay(antenna_of(server)) as relay,
    ):
        yield Scene(customer, till, relay)


def test_a_tap_takes_just_the_bytes_that_are_torn_below(scene: Scene) -> None:
    assert scene.tap().is_final
    assert scene.relay.passed == BYTES


@pytest.mark.slow
def test_a_tap_torn_after_any_byte_and_resumed_pays_exactly_once(scene: Scene) -> None:
    statuses = set()
    for tear in TEARS:
        had, left = scene.balances
        scene.relay.tear_next(tear)
        torn = scene.tap()
        assert not torn.is_final, tear
        statuses.add(torn.status)
        assert resume(scene.field, scene.payee, torn).status is TapStatus.PAID, tear
        assert scene.balances == (had + PRICE, left - PRICE), tear
    assert statuses == {TapStatus.NOT_TAPPED, TapStatus.TORN_BEFORE_PAY}


@pytest.mark.slow
def test_a_resumed_tap_may_be_torn_again_and_again(scene: Scene) -> None:
    had, left = scene.balances
    scene.relay.tear_next(TEARS[0])
    outcome = scene.tap()
    for tear in TEARS[1:]:
        scene.relay.tear_next(tear)
        outcome = resume(scene.field, scene.payee, outcome)
        assert not outcome.is_final, tear
    assert resume(scene.field, scene.payee, outcome).is_final
    assert scene.balances == (had + PRICE, left - PRICE)


@pytest.mark.slow
def test_a_till_that_forgot_everything_recovers_what_was_paid_and_charges_nothing(
    scene: Scene,
) -> None:
    paid = set()
    for tear in TEARS[::7]:
        had, left = scene.balances
        scene.relay.tear_next(tear)
        assert not scene.tap().is_final
        recovery = recover(scene.field, scene.payee, NONCE)
        assert recovery.error is None
        moved = sum(o.voucher.amount for o in recovery.outcomes if o.voucher)
        assert all(o.status is TapStatus.PAID for o in recovery.outcomes)
        assert scene.balances == (had + moved, left - moved)
        paid.add(moved)
        assert recover(scene.field, scene.payee, NONCE).outcomes == ()
    assert paid == {0, PRICE}
