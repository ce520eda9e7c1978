"""How final an answer about money is: the one thing that everybody at a till wants to know."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from zerobar.device import Told
from zerobar.reader import Sentence, TapOutcome, TapStatus


class Finality(StrEnum):
    """How final it is."""

    NOW = "final now"
    AT_SYNC = "final, settles at sync"
    """It cannot be taken back; the operator hears of it when there is a network."""
    UNKNOWN = "unknown, ask again"
    """It may be done, once at most: ask the same again, with the same id."""
    NOTHING_MOVED = "nothing has moved"


_OF_TAP: Final = {
    TapStatus.PAID: Finality.NOW,
    TapStatus.PAID_PARTLY_HELD: Finality.NOW,
    TapStatus.NOT_PREPARED: Finality.NOTHING_MOVED,
    TapStatus.NOT_TAPPED: Finality.NOTHING_MOVED,
    TapStatus.REFUSED_BY_PAYER: Finality.NOTHING_MOVED,
    TapStatus.TORN_BEFORE_PAY: Finality.UNKNOWN,
    TapStatus.TORN_AFTER_PAY: Finality.UNKNOWN,
    TapStatus.REFUSED_BY_PAYEE: Finality.UNKNOWN,
}
KEPT_FOR_SYNC: Final = Sentence(
    "Done for good; it is kept here and settles at the next sync.",
    zh="已完成且不可撤销，将在下次联网同步时结算。",
)
DONE: Final = Sentence("Done.", zh="已完成。")
SHOW_TO_TILL: Final = Sentence(
    "Your wallet has paid. Show this code to the till; it counts once, however often it is shown.",
    zh="钱包已付款。请向收银机出示此码；无论出示几次只入账一次。",
)
SHOW_TO_PAYEE: Final = Sentence(
    "Your SIM has paid. Show this code to whoever asked; it counts once, however often it is seen.",
    zh="SIM 已付款。请向收款方出示此码；无论出示几次只入账一次。",
)
KEPT_NOT_SENT: Final = Sentence(
    "The voucher is kept here and brought to the operator when there is a network.",
    zh="凭证已保存，联网后将送交运营机构。",
)


def of_tap(outcome: TapOutcome) -> Finality:
    """Say how final a tap into this phone's purse is."""
    return _OF_TAP[outcome.status]


def of_told(told: Told | None) -> tuple[Finality, Sentence]:
    """Say how final a voucher to the operator is, and what the operator said of it."""
    if told is None:
        return Finality.AT_SYNC, KEPT_FOR_SYNC
    final = Finality.NOW if told.taken else Finality.NOTHING_MOVED
    return final, told.sentence
