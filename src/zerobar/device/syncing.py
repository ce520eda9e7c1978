"""Sync: the purse's log to its operator, and the operator's word, vouchers and news to the purse.

It may be cut anywhere and done again: what the operator holds it says, what it sent is kept here
until the purse has taken it, and the purse takes everything once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zerobar.device.device import Device
from zerobar.device.errors import OperatorRefused
from zerobar.device.gossip import tell
from zerobar.device.operator import Brought
from zerobar.device.sending import send_all
from zerobar.device.taking import finish_open
from zerobar.issuer import SyncAnswer, Undo
from zerobar.purse.messages import Kind, LogEntry, State
from zerobar.purse.money import Fen
from zerobar.reader import BadAnswer, Payment, PurseCard, StatusError
from zerobar.reader.recover import WINDOW
from zerobar.reader.refusals import BlocklistTooOld, LogFull, TooMuchValue

MOST_ROUNDS: Final = 4
"""A sync goes round again for what it has just delivered; what comes after waits for the next."""
PART: Final = 64
"""Log entries that are brought at a time: what a cut costs at most."""
_NONCE_LENGTH: Final = 8
_OWN_PART: Final = 4
"""Bytes of the nonce that the purse gives back; the rest is its own."""
_FOR_NOW: Final = (TooMuchValue, LogFull, BlocklistTooOld)
"""Why a purse refuses what it will take after a sync."""
_LOG_REFUSED: Final = "log-refused"
_SLIDE_AMOUNT: Final = Fen(1)
_NO_REFERENCE: Final = bytes(8)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A voucher that the operator sent, brought to the purse.

    Attributes:
        refusal: of the purse; None: it has credited the voucher.
        is_voided: the purse will never credit it, and has signed so: its payer gets it back.
    """

    payment: Payment
    refusal: StatusError | None
    is_voided: bool = False


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
    is_held_back: bool = False

    @property
    def has_moved(self) -> bool:
        """Whether the log has grown by what the operator sent, or was not acknowledged yet."""
        ended = (one.refusal is None or one.is_voided for one in self.deliveries)
        return self.is_held_back or self.undone > 0 or any(ended)


def synchronise(device: Device) -> Synced:
    """Bring the device's purse, and all that waits here, in sync with the operator.

    Raises OperatorUnreachable, OperatorRefused, or a CardError: do it again, nothing is lost.
    """
    finish_open(device)
    send_all(device)
    with device.purse() as card:
        rounds = [_go_round(device, card)]
        while rounds[-1].has_moved and len(rounds) < MOST_ROUNDS:
            # What the purse has voided is to be known before its log tells of it.
            send_all(device)
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
    day = card.get_certificate().not_before_day
    entries, answer = _brought(device, card, state, (epoch, day))
    _keep(device, answer)
    undone = _undo(card, answer.undos)
    if answer.ack is None:
        # The purse was paid by a cheat that it has not heard of: it hears, and then syncs again.
        tell(device, card)
        return _Round(state, entries, (), undone, is_held_back=True)
    card.sync_ack(answer.ack)
    device.store.incoming.note_synced(state.id, answer.known_entry)
    _renew(card, answer)
    deliveries = tuple(_deliver(device, card, due) for due in device.store.incoming.deliveries())
    _slide(card, answer.slide_to)
    return _Round(state, entries, deliveries, undone)


def _brought(
    device: Device, card: PurseCard, state: State, has: tuple[int, int]
) -> tuple[int, SyncAnswer]:
    """Bring the log after what is held; if that does not fit, all that the purse still has.

    Returns how many entries that were, and the answer.
    """
    known = device.operator.known_entry(state.id)
    try:
        rest = _bring_parts(device, card, state, known)
        answer = device.operator.sync(Brought(state, rest, *has))
    except OperatorRefused as refusal:
        if refusal.problem != _LOG_REFUSED or known <= state.base:
            raise
    else:
        return state.entry - known, answer
    entries = _read(card, state.base + 1, state.entry)
    return len(entries), device.operator.sync(Brought(state, entries, *has))


def _bring_parts(device: Device, card: PurseCard, state: State, known: int) -> list[LogEntry]:
    """Bring a long log in parts, so that a cut loses one of them; return the last."""
    while state.entry - known > PART:
        device.operator.keep_part(state, _read(card, known + 1, known + PART))
        known += PART
    return _read(card, known + 1, state.entry)


def _read(card: PurseCard, first: int, last: int) -> list[LogEntry]:
    return [card.read_log(entry) for entry in range(first, last + 1)]


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
    except _FOR_NOW as refusal:
        return Delivery(payment, refusal)
    except StatusError as refusal:
        return Delivery(payment, refusal, is_voided=_void(device, card, payment, refusal))
    device.store.incoming.note_delivered(payment)
    return Delivery(payment, None)


def _void(device: Device, card: PurseCard, payment: Payment, refusal: StatusError) -> bool:
    """Have the purse sign that it will never credit what it refused, for its payer to be paid."""
    try:
        statement = card.void(*payment)
    except StatusError:
        # Its log tells by itself: another voucher settled the request, or this one did.
        device.store.incoming.note_refused(payment, str(refusal))
        return False
    device.store.outgoing.keep_statement(Undo(statement, card.get_certificate()))
    device.store.incoming.note_refused(payment, str(refusal))
    return True


def _slide(card: PurseCard, slide_to: int) -> None:
    """Use up request numbers, so that the operator may decide what was paid to old ones."""
    if not slide_to:
        return
    currency = card.get_certificate().currency
    # Every request wears the memory, and lets open ones go: no operator needs more than a window.
    for _ in range(min(slide_to - card.select().status.number, WINDOW)):
        try:
            card.prepare(Kind.PAYMENT, _SLIDE_AMOUNT, currency, _NO_REFERENCE)
        except StatusError:
            return
