"""Every rule of the protocol page that the model can break, as a switch; a mutant has some off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Rules:
    """True is the safe way everywhere."""

    # The payer's purse.
    commit_before_answer: bool = True
    remember_acknowledged: bool = True
    """PAY looks for the same request among acknowledged slots too."""
    authorise_needs_service: bool = True
    """PAY of kind AUTHORISE takes only a hosted payee's signed request."""
    undo_above_base: bool = True
    undo_once: bool = True
    undo_needs_void: bool = True
    """UNDO takes no statement with flags 02."""

    # The payee's purse.
    check_tag: bool = True
    window: bool = True
    """Request numbers that slid out of the window are refused."""
    void_sets_bit: bool = True
    receipt_for_credit_only: bool = True
    prepare_no_authorise: bool = True
    accept_no_authorise: bool = True

    # Memory and synchronisation.
    clear_marker: bool = True
    """The marker is cleared before, and set after, everything else in a slot."""
    firm_marker: bool = True
    """SELECT writes the markers of the newest slot and of the sync record again."""
    fresh_ack: bool = True
    """A SYNC ACK must answer the last STATE, and neither entry nor time may fall."""
    block_outlives_older_state: bool = True
    """A block is lifted only by the answer to a STATE that came after it."""
    key_dates_rise: bool = True

    # The operator.
    refund_needs_base: bool = True
    final_by_state: bool = True
    """A voucher is final by a STATE's base, not by an ack that may never have arrived."""
    final_by_whole_log: bool = True
    """The log is searched for an undo up to that STATE's entry, not only up to its base."""
    redirect_needs_slide: bool = True
    """The number is out of the window in a STATE of the payee whose log shows no credit."""
    redeliver: bool = True
    fraud_tests: bool = True

    # What an earlier form of the page lacked, and this check found.
    purse_nonce: bool = True
    """The purse has its own part in the nonce, so that no terminal can use one twice."""
    firm_number: bool = True
    """SELECT writes the marker of the request number's cell again too."""
    settle_unread: bool = True
    """SELECT makes certain too that what it read as not written stays so."""
    signed_too_old: bool = True
    """VOID signs TOO_OLD for an own request out of the window; REDIRECTED needs that."""
    undo_in_chain: bool = True
    """The chain covers the statement of an undo, so that READ LOG cannot be tampered with."""


RULES: Final = Rules()
"""The protocol as it is."""
EARLIER: Final = Rules(
    purse_nonce=False,
    firm_number=False,
    settle_unread=False,
    signed_too_old=False,
    undo_in_chain=False,
)
"""The protocol as it was before this check."""
