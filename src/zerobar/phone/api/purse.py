"""The SIM's purse over HTTP: set up, load, unload, arm, tap to receive, what is in flight."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.client.purses import NewCardPin, PurseLimitsWanted, PurseShown
from zerobar.device import tell_in_field
from zerobar.phone.api.shapes import (
    Amount,
    Arming,
    CardPinChange,
    LostPurse,
    MoneyAnswer,
    NewTap,
    PurseSeen,
    SetUp,
    TapAgain,
    TapShown,
)
from zerobar.phone.api.showing import (
    say,
    show_done,
    show_outcome,
    show_purse,
    show_tap,
    show_told,
)
from zerobar.phone.errors import NoField
from zerobar.phone.finality import Finality
from zerobar.phone.program import Phone
from zerobar.phone.sim import field_of
from zerobar.purse.money import Fen
from zerobar.reader import OpenPayer, TapOutcome, Terms, VoidStatus

REFERENCE_LENGTH: Final = 8
_GIVEN_BACK: Final = {
    VoidStatus.GIVEN_BACK: Finality.NOW,
    VoidStatus.VOIDED: Finality.UNKNOWN,
    VoidStatus.NOT_VOIDED: Finality.UNKNOWN,
    VoidStatus.REFUSED_BY_PAYER: Finality.AT_SYNC,
}


@get("/purse", sync_to_thread=True)
def read_purse(phone: NamedDependency[Phone]) -> PurseSeen:
    """Have the SIM's purse show itself; needs no network."""
    return show_purse(phone, phone.purse.look())


@post("/purse/link", status_code=200, sync_to_thread=True)
def set_up(phone: NamedDependency[Phone], data: JSONBody[SetUp]) -> PurseShown:
    """Link the SIM's purse to the wallet, and choose its limits; after the PIN."""
    linked = phone.purse.set_up(data.limits)
    phone.synchroniser.wake()
    return linked


@get("/purse/limits", sync_to_thread=True)
def read_purse_limits(phone: NamedDependency[Phone]) -> PurseLimitsWanted:
    """Read what the purse may do, as the bank knows it."""
    return phone.purse.limits()


@put("/purse/limits", sync_to_thread=True)
def change_purse_limits(
    phone: NamedDependency[Phone], data: JSONBody[PurseLimitsWanted]
) -> PurseShown:
    """Choose other limits, which the next sync brings; after the PIN."""
    changed = phone.purse.change_limits(data)
    phone.synchroniser.wake()
    return changed


@post("/purse/arm", status_code=204, sync_to_thread=True)
def arm(phone: NamedDependency[Phone], data: JSONBody[Arming]) -> None:
    """Allow one tap up to an amount without PIN, by the card's PIN; 0 takes it back."""
    phone.purse.arm(data.pin, Fen(data.maximum_fen))


@put("/purse/pin", status_code=204, sync_to_thread=True)
def change_card_pin(phone: NamedDependency[Phone], data: JSONBody[CardPinChange]) -> None:
    """Change the card's PIN; needs no network."""
    phone.purse.change_pin(data.old_pin, data.new_pin)


@post("/purse/new-pin", status_code=204, sync_to_thread=True)
def renew_card_pin(phone: NamedDependency[Phone], data: JSONBody[NewCardPin]) -> None:
    """Choose a card's PIN in place of one that is blocked or forgotten; two of the staff agreed."""
    phone.purse.renew_pin(data.pin)


@post("/purse/loads", sync_to_thread=True)
def load(phone: NamedDependency[Phone], data: JSONBody[Amount]) -> MoneyAnswer:
    """Put money from the wallet on the purse (圈存); after the PIN. With the same id once."""
    phone.purse.load(data.id, Fen(data.amount_fen))
    phone.synchroniser.wake()
    return show_done(data.id)


@post("/purse/unloads", sync_to_thread=True)
def unload(phone: NamedDependency[Phone], data: JSONBody[Amount]) -> MoneyAnswer:
    """Give money of the purse back to the wallet (圈提). With the same id once."""
    told = phone.purse.unload(data.id, Fen(data.amount_fen))
    phone.synchroniser.wake()
    return show_told(data.id, told)


@get("/purses", sync_to_thread=True)
def list_purses(phone: NamedDependency[Phone]) -> list[PurseShown]:
    """List the wallet's purses, also those in other phones."""
    return phone.purse.purses()


@post("/purses/loss", status_code=200, sync_to_thread=True)
def report_lost(phone: NamedDependency[Phone], data: JSONBody[LostPurse]) -> PurseShown:
    """Report a purse lost (挂失), this phone's or another's; after the PIN."""
    return phone.purse.report_lost(bytes.fromhex(data.purse_id))


@post("/purses/finding", status_code=200, sync_to_thread=True)
def report_found(phone: NamedDependency[Phone], data: JSONBody[LostPurse]) -> PurseShown:
    """Take back that a purse is lost; after the PIN."""
    return phone.purse.report_found(bytes.fromhex(data.purse_id))


@post("/taps", sync_to_thread=True)
def take(phone: NamedDependency[Phone], data: JSONBody[NewTap]) -> MoneyAnswer:
    """Let a card in this phone's field pay to its purse; needs no network.

    The same id again goes on with the same tap: the payer is charged once at most.
    """
    payer = _field(phone, data.antenna)
    terms = Terms(Fen(data.amount_fen), reference_of(data.reference))
    outcome = phone.purse.take(data.id, payer, terms, data.pin)
    return _tapped(phone, data.antenna, data.id, outcome)


@post("/taps/{tap_id:uuid}/resume", status_code=200, sync_to_thread=True)
def resume(
    phone: NamedDependency[Phone], tap_id: FromPath[UUID], data: JSONBody[TapAgain]
) -> MoneyAnswer:
    """Go on with a tap that was torn: the same card, in the field again."""
    payer = _field(phone, data.antenna)
    outcome = phone.purse.go_on(tap_id, payer, data.pin)
    return _tapped(phone, data.antenna, tap_id, outcome)


@post("/taps/{tap_id:uuid}/return", status_code=200, sync_to_thread=True)
def give_back(
    phone: NamedDependency[Phone], tap_id: FromPath[UUID], data: JSONBody[TapAgain]
) -> MoneyAnswer:
    """Give back what this purse did not take: the same card, in the field again."""
    voided = phone.purse.give_back(tap_id, _field(phone, data.antenna))
    phone.synchroniser.wake()
    return MoneyAnswer(
        id=tap_id,
        finality=_GIVEN_BACK[voided.status],
        happened=say(voided.what_happened),
        next_step=say(voided.next_step),
    )


@get("/taps", sync_to_thread=True)
def list_open_taps(phone: NamedDependency[Phone]) -> list[TapShown]:
    """List taps that may have charged somebody and are not final, oldest first."""
    taps = phone.device.store.taps
    return [show_tap(tap_id, taps.outcome(tap_id)) for tap_id in taps.open_ids()]


@get("/taps/{tap_id:uuid}", sync_to_thread=True)
def read_tap(phone: NamedDependency[Phone], tap_id: FromPath[UUID]) -> TapShown:
    """Show how far a tap came."""
    return show_tap(tap_id, phone.device.store.taps.outcome(tap_id))


def reference_of(text: str) -> bytes:
    """Return a reference as the purse has it: 8 bytes."""
    return text.encode("ascii").ljust(REFERENCE_LENGTH, b"\0")


def _field(phone: Phone, antenna: str | None) -> OpenPayer:
    """Return the field that is named, or the phone's own; raises NoField."""
    address = antenna or phone.places.reader
    if address is None:
        raise NoField
    return field_of(address, phone.feed)


def _tapped(phone: Phone, antenna: str | None, tap_id: UUID, outcome: TapOutcome) -> MoneyAnswer:
    if outcome.is_final and phone.device.store.gossip.deltas():
        # News of blocked purses goes along while the card is still there; it may leave.
        tell_in_field(phone.device, _field(phone, antenna))
    phone.synchroniser.wake()
    return show_outcome(tap_id, outcome)


ROUTES: list[Any] = [
    read_purse,
    set_up,
    read_purse_limits,
    change_purse_limits,
    arm,
    change_card_pin,
    renew_card_pin,
    load,
    unload,
    list_purses,
    report_lost,
    report_found,
    take,
    resume,
    give_back,
    list_open_taps,
    read_tap,
]
