"""Facts about money: each is read from a card or from the bank, and told if it is so."""

from __future__ import annotations

from zerobar.demo.handset import Handset
from zerobar.demo.narrator import Narrator
from zerobar.demo.phone import Phone
from zerobar.purse.money import Fen
from zerobar.reader import Sentence, TapOutcome, TapStatus


def in_purse(narrator: Narrator, handset: Handset, expected: Fen) -> None:
    """Check what a purse says it can pay."""
    who = handset.name
    name = Sentence(f"{who}'s purse", zh=f"{who.zh}硬钱包余额")
    narrator.equal(name, handset.purse.balance(), expected)


def in_wallet(narrator: Narrator, who: Sentence, phone: Phone, expected: Fen) -> None:
    """Check what the bank says that a wallet can pay."""
    name = Sentence(f"{who}'s wallet", zh=f"{who.zh}钱包余额")
    narrator.equal(name, phone.balance(), expected)


def paid(narrator: Narrator, outcome: TapOutcome) -> None:
    """Check that a tap is final."""
    narrator.check(outcome.status is TapStatus.PAID, outcome.what_happened)


def ended(narrator: Narrator, outcome: TapOutcome, status: TapStatus) -> None:
    """Check how a tap ended, and say what the till says: what happened and what to do."""
    both = Sentence(
        f"{outcome.what_happened} → {outcome.next_step}",
        zh=f"{outcome.what_happened.zh} → {outcome.next_step.zh}",
    )
    narrator.check(outcome.status is status, both)
