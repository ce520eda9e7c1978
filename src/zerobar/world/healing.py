"""The end of a world: the network is back, and everybody comes home."""

from __future__ import annotations

from typing import Final

from zerobar.bank.fraud.covering import cover_losses
from zerobar.bank.purses.losing import USUAL_TERMS
from zerobar.bank.purses.signing import sign_due
from zerobar.bank.settlement import look_again, post_due
from zerobar.bank.settlement.lost import pay_out_lost
from zerobar.bank.syncing.answering import TRIES_BEFORE_SLIDING
from zerobar.device import OperatorRefused, finish_loads, give_back, go_on
from zerobar.reader import CardError, Payment
from zerobar.world.actions import sync_borrowed, sync_one
from zerobar.world.crimes import report_losses
from zerobar.world.town import Holder, Town

ROUNDS: Final = 4
"""More than any chain of deliveries, refusals and slides needs."""
# A voucher that no purse takes is delivered for ever; what that leads to begins after some times.
_REACHED: Final = """
    SELECT (SELECT count(*) FROM bank.voucher), (SELECT count(*) FROM bank.voucher_outcome),
        (SELECT count(*) FROM bank.void_statement), (SELECT count(*) FROM bank.purse_log),
        (SELECT count(*) FROM ledger.transfer),
        (SELECT sum(least(delivered, %s)) FROM bank.voucher_open)
"""


def come_home(town: Town) -> None:
    """Let everybody finish what was torn, and sync until nothing is left to do."""
    town.weather.clear_up()
    for holder in town.holders:
        holder.card.tear_in = None
    _sync_all(town)
    report_losses(town)
    town.world.clock.advance(days=USUAL_TERMS.horizon.days + 1)
    _sync_all(town)
    town.truth.check()


def _sync_all(town: Town) -> None:
    """Let everybody sync until nothing has changed by it."""
    before: object = None
    for _ in range(ROUNDS):
        town.world.clock.advance(hours=1)
        for holder in (*town.phones, *town.tills):
            if not holder.is_lost:
                _finish(town, holder)
        _bring_cards_home(town)
        work(town)
        now = _reached(town)
        if now == before:
            return
        before = now


def _reached(town: Town) -> object:
    """Return how far the cards and the bank have come, to compare with another time."""
    with town.world.bank.connection() as connection:
        row = connection.execute(_REACHED, (TRIES_BEFORE_SLIDING + 1,)).fetchone()
    return row, [holder.card.newest() for holder in town.holders]


def work(town: Town) -> None:
    """Do what the bank's worker does again and again."""
    bank = town.world.bank
    while sign_due(bank):
        pass
    look_again(bank)
    post_due(bank)
    while pay_out_lost(bank):
        pass
    cover_losses(bank)


def _bring_cards_home(town: Town) -> None:
    phone = next(phone for phone in town.phones if not phone.is_lost)
    for card in town.cards:
        try:
            sync_borrowed(town, phone, card)
        except (CardError, OperatorRefused) as error:
            town.story.tell("sync refused", f"{card.name} cannot sync: {error}")


def _finish(town: Town, holder: Holder) -> None:
    assert holder.device is not None
    _finish_taps(town, holder)
    try:
        finish_loads(holder.device, town.holder_of(holder))
    except (CardError, OperatorRefused) as error:
        town.story.tell("load refused", f"{holder.name} cannot finish a load: {error}")
    try:
        sync_one(town, holder)
    except (CardError, OperatorRefused) as error:
        town.story.tell("sync refused", f"{holder.name} cannot sync: {error}")


def _finish_taps(town: Town, holder: Holder) -> None:
    """Tap what was torn once more, and give back what the purse refuses."""
    assert holder.device is not None
    for tap_id, payer in list(holder.open_taps.items()):
        outcome = go_on(holder.device, tap_id, payer)
        if outcome.voucher is not None and outcome.certificate is not None:
            if not outcome.is_final:
                give_back(holder.device, payer, Payment(outcome.voucher, outcome.certificate))
            del holder.open_taps[tap_id]
