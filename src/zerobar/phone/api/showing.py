"""The phone's values as its screen is shown them."""

from __future__ import annotations

from uuid import UUID

from zerobar.device import Told
from zerobar.phone.api.shapes import (
    MoneyAnswer,
    PurseSeen,
    QueueShown,
    Said,
    SyncShown,
    TapShown,
    VoucherShown,
)
from zerobar.phone.finality import DONE, Finality, of_tap, of_told
from zerobar.phone.hard_wallet import Seen
from zerobar.phone.paid import Paid
from zerobar.phone.program import Phone
from zerobar.phone.synchroniser import SyncStatus
from zerobar.phone.vouchers import text_of
from zerobar.purse.messages import StateFlags
from zerobar.reader import Payment, Sentence, TapOutcome
from zerobar.serving.problems import name_of

MOST_WAITING = 100
_OUR_MISTAKE = Sentence("The phone made a mistake.", zh="手机程序出错。")
_TRIED_AGAIN = Sentence("It is tried again by itself.", zh="将自动重试。")


def say(text: str) -> Said:
    """Return a sentence in both languages; English where there is no other."""
    return Said(en=str(text), zh=text.zh if isinstance(text, Sentence) else str(text))


def show_done(id_: UUID, details: object = None) -> MoneyAnswer:
    """Show that the bank did what was asked."""
    return MoneyAnswer(id=id_, finality=Finality.NOW, happened=say(DONE), details=details)


def show_told(id_: UUID, told: Told | None, text: str | None = None) -> MoneyAnswer:
    """Show what the operator said of a voucher, or that it has not been reached."""
    finality, sentence = of_told(told)
    return MoneyAnswer(id=id_, finality=finality, happened=say(sentence), text=text)


def show_outcome(tap_id: UUID, outcome: TapOutcome) -> MoneyAnswer:
    """Show how a tap ended."""
    return MoneyAnswer(
        id=tap_id,
        finality=of_tap(outcome),
        happened=say(outcome.what_happened),
        next_step=say(outcome.next_step),
        tap=outcome.status.name.lower().replace("_", "-"),
        because=None if outcome.error is None else name_of(outcome.error),
    )


def show_tap(tap_id: UUID, outcome: TapOutcome) -> TapShown:
    """Show a tap that is kept."""
    asked = outcome.voucher or outcome.request
    return TapShown(
        id=tap_id,
        amount_fen=int(asked.amount) if asked else 0,
        finality=of_tap(outcome),
        happened=say(outcome.what_happened),
        next_step=say(outcome.next_step),
    )


def show_purse(phone: Phone, seen: Seen) -> PurseSeen:
    """Show the SIM's purse."""
    state = seen.state
    synced = phone.device.store.incoming.synced(state.id)
    return PurseSeen(
        purse_id=state.id.hex(),
        linked=state.id == phone.purse.linked_id,
        balance_fen=int(state.balance),
        held_fen=int(state.held),
        unsynced=state.entry - state.base,
        blocked=bool(state.flags & StateFlags.BLOCKED),
        pin_blocked=bool(state.flags & StateFlags.PIN_BLOCKED),
        synced_at_unix_s=None if synced is None else synced.at_unix_s,
        valid_until_day=seen.certificate.not_after_day,
    )


def show_voucher(payment: Payment, told: Sentence | None = None) -> VoucherShown:
    """Show a voucher, and what the operator said of it."""
    return _show(Paid(payment, None), told)


def show_paid(paid: Paid) -> VoucherShown:
    """Show what this phone's purse paid, and what the bank said of it."""
    last = paid.steps[-1] if paid.steps else None
    return _show(paid, None if last is None else Sentence(last.sentence, zh=last.sentence_zh))


def _show(paid: Paid, told: Sentence | None) -> VoucherShown:
    voucher = paid.payment.voucher
    return VoucherShown(
        payer_id=voucher.payer_id.hex(),
        entry=voucher.entry,
        payee_id=voucher.payee_id.hex(),
        amount_fen=int(voucher.amount),
        kind=voucher.kind.name.lower(),
        text=text_of(paid.payment),
        outcome=paid.outcome,
        waits_for=paid.waits_for,
        told=None if told is None else say(told),
        steps=list(paid.steps),
    )


def show_queue(phone: Phone) -> QueueShown:
    """Show what waits for the network."""
    store = phone.device.store
    at_risk = store.outgoing.at_risk()
    return QueueShown(
        vouchers=at_risk.count,
        vouchers_fen=int(at_risk.amount),
        waiting_since_unix_s=at_risk.since_unix_s,
        asked=[kept.id for kept in phone.outbox.unknown(MOST_WAITING)],
        loads=[load.id for load in store.incoming.open_loads()],
        taps=store.taps.open_ids(),
    )


def show_sync(phone: Phone, status: SyncStatus) -> SyncShown:
    """Show how the last sync went."""
    failed = status.failed
    what = getattr(failed, "what_happened", _OUR_MISTAKE)
    advice = getattr(failed, "next_step", _TRIED_AGAIN)
    return SyncShown(
        succeeded_at_unix_s=status.succeeded_at_unix_s,
        next_at_unix_s=status.next_at_unix_s,
        failed=None if failed is None else say(what),
        because=None if failed is None else getattr(failed, "problem", "") or name_of(failed),
        next_step=None if failed is None else say(advice),
        queue=show_queue(phone),
    )
