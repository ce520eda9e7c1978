"""Seeded bugs: rules switched off, each with the invariant that must notice.

A check that finds nothing proves nothing until it has been shown to find what is there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from tests.model import scopes
from tests.model.rules import RULES, Rules
from tests.model.scope import Scope
from tests.model.terms import OPERATOR
from zerobar.purse.messages import Kind


@dataclass(frozen=True)
class Mutant:
    """One bug.

    Attributes:
        name: as the protocol page calls it.
        off: the rules that are switched off; all but the first are further defences that the
            page has against the same bug, each enough by itself.
        scope: a world in which it shows.
        breaks: the invariant that notices; the others are not watched, so that the story ends
            where the harm is and not where it begins.
        in_purse: whether it is a purse's bug, or the operator's.
    """

    name: str
    off: tuple[str, ...]
    scope: Scope
    breaks: int
    in_purse: bool = True

    @property
    def rules(self) -> Rules:
        """The rules without these."""
        switches: dict[str, Any] = dict.fromkeys(self.off, False)
        return replace(RULES, **switches)


_ONE_PAYMENT: Final = Scope("one payment", (1, 0), numbers=(0, 1), pays=(1, 0), states=(0, 0))
_SYNCED_PAYMENT: Final = replace(_ONE_PAYMENT, name="one payment, synchronised", states=(2, 1))
_SLIDING: Final = replace(_ONE_PAYMENT, name="a sliding window", numbers=(0, 3))
_SLID_AND_SYNCED: Final = replace(_SLIDING, name="a sliding window, synchronised", states=(2, 0))
_FORGED: Final = replace(
    _ONE_PAYMENT, name="a forged request", forged=(scopes.forged(Kind.PAYMENT, scopes.B, 1, 1),)
)
_AUTHORISED: Final = replace(_ONE_PAYMENT, name="an authorisation", asks=((Kind.AUTHORISE, 1),))
_PAID_TWICE: Final = replace(
    _ONE_PAYMENT, name="two payments", loaded=(2, 0), pays=(2, 0), states=(1, 0)
)
_ROUND: Final = Scope(
    "a log that has gone round",
    loaded=(4,),
    numbers=(0,),
    pays=(4,),
    states=(1,),
    service=tuple(scopes.hosted(Kind.UNLOAD, OPERATOR, n, 1) for n in (1, 2, 3, 4)),
    weak=True,
)

MUTANTS: Final = (
    Mutant("emit before commit", ("commit_before_answer",), _ONE_PAYMENT, 3),
    Mutant("void without window bit", ("void_sets_bit",), _ONE_PAYMENT, 9),
    Mutant("undo after pruning", ("undo_above_base",), _SYNCED_PAYMENT, 9),
    Mutant("undo twice", ("undo_once",), _ONE_PAYMENT, 9),
    Mutant("refund without base", ("refund_needs_base",), _SYNCED_PAYMENT, 9, in_purse=False),
    Mutant(
        "redirect of a live request",
        ("redirect_needs_slide", "signed_too_old"),
        _SYNCED_PAYMENT,
        2,
        in_purse=False,
    ),
    Mutant("no window", ("window",), _SLIDING, 2),
    Mutant("operator without re-delivery", ("redeliver",), _ONE_PAYMENT, 10, in_purse=False),
    Mutant(
        "accept an AUTHORISE voucher",
        ("accept_no_authorise", "prepare_no_authorise", "authorise_needs_service"),
        _AUTHORISED,
        1,
    ),
    Mutant("reuse a slot without clearing its marker", ("clear_marker",), _ROUND, 3),
    Mutant("forget acknowledged PAY slots", ("remember_acknowledged",), _PAID_TWICE, 6),
    Mutant("ignore the tag", ("check_tag",), _FORGED, 3),
    Mutant("return a receipt for a voided voucher", ("receipt_for_credit_only",), _ONE_PAYMENT, 3),
    Mutant(
        "refund before the voucher is final",
        ("final_by_state",),
        _SYNCED_PAYMENT,
        9,
        in_purse=False,
    ),
    Mutant("replay an old SYNC ACK", ("fresh_ack",), _PAID_TWICE, 4),
    Mutant("restore an old key", ("key_dates_rise",), scopes.KEYS, 13),
    # Not on the page's list.
    Mutant(
        "look for an undo only up to the base",
        ("final_by_whole_log",),
        _SYNCED_PAYMENT,
        9,
        in_purse=False,
    ),
    Mutant(
        "SELECT does not write the marker again",
        ("firm_marker",),
        replace(_ONE_PAYMENT, weak=True),
        3,
    ),
    Mutant(
        "an ack to an older STATE lifts a block",
        ("block_outlives_older_state",),
        scopes.BLOCKED,
        14,
    ),
    Mutant(
        "redirect by TOO_OLD without the log",
        ("redirect_needs_slide",),
        _SLID_AND_SYNCED,
        2,
        in_purse=False,
    ),
    Mutant(
        "operator without fraud tests", ("fraud_tests",), scopes.CLONED_ALONE, 12, in_purse=False
    ),
    Mutant("UNDO takes TOO_OLD", ("undo_needs_void",), _SLIDING, 2),
)

GAPS: Final = (
    Mutant("the terminal alone chooses the nonce", ("purse_nonce",), scopes.REUSED_NONCES, 14),
    Mutant("SELECT does not write the PREPARE cell again", ("firm_number",), scopes.WEAK, 4),
    Mutant("SELECT settles only what it reads as written", ("settle_unread",), scopes.WEAK, 15),
    Mutant(
        "nothing signed tells too old from never mine",
        ("signed_too_old",),
        scopes.TAP,
        11,
        in_purse=False,
    ),
    Mutant(
        "the chain does not cover the proof of an undo",
        ("undo_in_chain",),
        scopes.TAMPERED,
        12,
        in_purse=False,
    ),
)
"""What an earlier form of the page lacked, one by one: violations that this check found in it."""
