"""Sync: the purse's log to its operator, and the operator's word, vouchers and news to the purse.

It may be cut anywhere and done again: what the operator holds it says, what it sent is kept here
until the purse has taken it, and the purse takes everything once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zerobar.device.device import Device
from zerobar.device.gossip import tell
from zerobar.device.operator import Brought
from zerobar.device.sending import send_all
from zerobar.device.taking import finish_open
from zerobar.issuer import SyncAnswer, Undo
from zerobar.purse.messages import Kind, State
from zerobar.purse.money import Fen
from zerobar.reader import BadAnswer, Payment, PurseCard, StatusError

MOST_ROUNDS: Final = 4
"""A sync goes round again for what it has just delivered; what comes after waits for the next."""
_NONCE_LENGTH: Final = 8
_OWN_PART: Final = 4
"""Bytes of the nonce that the purse gives back; the rest is its own."""
_SLIDE_AMOUNT: Final = Fen(1)
_NO_REFERENCE: Final = bytes(8)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A voucher that the operator sent, brought to the purse.

    Attributes:
        refusal: of the purse; None: it has credited the voucher.
    """

    payment: Payment
    refusal: StatusError | None


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did.

    Attributes:
        state: the purse's, as its operator last acknowledged it.
        entries: of the log, taken in by the operator.
        deliveries: brought to the purse.
        undone: payments that the purse took back.
        is_whole: nothing of it is left for the next sync.
    """

    state: State
    entries: int
    deliveries: tuple[Delivery, ...]
    undone: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Round:
    state: State
    entries: int
    deliveries: tuple[Delivery, ...]
    undone: int

    @property
    def has_moved(self) -> bool:
        """Whether the log has grown by what the operator sent."""
        return self.undone > 0 or any(delivery.refusal is None for delivery in self.deliveries)


def synchronise(device: Device) -> Synced:
    """Bring the device's purse, and all that waits here, in sync with the operator.

    Raises OperatorUnreachable, OperatorRefused, or a CardError: do it again, nothing is lost.
    """
    finish_open(device)
    send_all(device)
    with device.purse() as card:
        rounds = [_go_round(device, card)]
        while rounds[-1].has_moved and len(rounds) < MOST_ROUNDS:
            rounds.append(_go_round(device, card))
        tell(device, card)
    return Synced(
        rounds[-1].state,
        sum(one.entries for one in rounds),
        tuple(delivery for one in rounds for delivery in one.deliveries),
        sum(one.undone for one in rounds),
        not rounds[-1].has_moved,
    )


def _go_round(device: Device, card: PurseCard) -> _Round:
    epoch = card.select().status.epoch
    state = _state(device, card)
    known = device.operator.known_entry(state.id)
    entries = [card.read_log(entry) for entry in range(known + 1, state.entry + 1)]
    day = card.get_certificate().not_before_day
    answer = device.operator.sync(Brought(state, entries, epoch, day))
    _keep(device, answer)
    undone = _undo(card, answer.undos)
    card.sync_ack(answer.ack)
    device.store.incoming.note_synced(state.id, answer.known_entry)
    _renew(card, answer)
    deliveries = tuple(_deliver(device, card, due) for due in device.store.incoming.deliveries())
    _slide(card, answer.slide_to)
    return _Round(state, len(entries), deliveries, undone)


def _state(device: Device, card: PurseCard) -> State:
    nonce = device.random(_NONCE_LENGTH)
    state = card.state(nonce)
    if state.nonce[:_OWN_PART] != nonce[:_OWN_PART]:
        raise BadAnswer("its state answers another question")
    return state


def _keep(device: Device, answer: SyncAnswer) -> None:
    """Keep what was sent before the purse is given any of it."""
    device.store.incoming.keep_deliveries(Payment(*due) for due in answer.deliveries)
    for delta in answer.blocklist:
        device.store.gossip.keep_delta(delta)
    for update in answer.key_updates:
        device.store.gossip.keep_key_update(update)


def _undo(card: PurseCard, undos: tuple[Undo, ...]) -> int:
    """Have the purse take back what its payees voided; return how many it did."""
    done = 0
    for undo in undos:
        try:
            card.undo(undo.statement, undo.certificate)
        except StatusError:
            # Too late for the purse: its operator gives the money back.
            continue
        done += 1
    return done


def _renew(card: PurseCard, answer: SyncAnswer) -> None:
    if answer.certificate is not None and answer.certificate != card.get_certificate():
        card.put_certificate(answer.certificate)


def _deliver(device: Device, card: PurseCard, payment: Payment) -> Delivery:
    try:
        card.accept(*payment)
    except StatusError as refusal:
        device.store.incoming.note_refused(payment, str(refusal))
        return Delivery(payment, refusal)
    device.store.incoming.note_delivered(payment)
    return Delivery(payment, None)


def _slide(card: PurseCard, slide_to: int) -> None:
    """Use up request numbers, so that the operator may decide what was paid to old ones."""
    if not slide_to:
        return
    currency = card.get_certificate().currency
    while card.select().status.number < slide_to:
        try:
            card.prepare(Kind.PAYMENT, _SLIDE_AMOUNT, currency, _NO_REFERENCE)
        except StatusError:
            return
