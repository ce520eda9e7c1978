"""What settlement decides: why a record is rejected, how a voucher ends, what a batch came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID

from zerobar.purse.money import Fen


class Reason(IntEnum):
    """Why a record is rejected, in order of precedence: the first that applies is the answer.

    Neither expiry nor blocking is a reason: a voucher carries no time of its payment, and what
    settles must not depend on when it arrives.
    """

    TRUNCATED = 1
    """The file ends within it, or its own end was never written: its last 8 bytes are zero."""
    MALFORMED = 2
    """Not a voucher, or not followed by a certificate, of a suite known here."""
    KEY_UNKNOWN = 3
    """No trusted authority key has the certificate's number."""
    CERTIFICATE_REFUSED = 4
    """The authority did not sign the certificate."""
    NOT_THE_PAYER = 5
    """The certificate is another purse's."""
    WRONG_CURRENCY = 6
    """The voucher's currency is not its payer's, or not this operator's."""
    KIND_REFUSED = 7
    """No purse of this class signs this kind of voucher for this payee."""
    SELF_PAYMENT = 8
    """Payer and payee are one purse."""
    SIGNATURE_REFUSED = 9
    """The payer did not sign the voucher."""
    FORK = 10
    """Its payer signed another voucher with the same entry: kept as evidence of a clone."""


class Outcome(IntEnum):
    """How a voucher ended, once and for ever."""

    SETTLED = 1
    UNDONE = 2
    DECLINED = 3
    REDIRECTED = 4
    REFUNDED = 5


class Waiting(IntEnum):
    """Why a voucher that is due has no outcome yet; it is looked at again when asked to."""

    PAYER_UNKNOWN = 1
    """An unload of a purse that is not registered here."""
    PAYEE_NOT_HOSTED = 4
    """A push to nobody that is hosted here."""
    NO_SUCH_REQUEST = 5
    """The hosted payee issued no request with these terms: to be refunded once final."""
    REQUEST_SETTLED = 6
    """The hosted payee's request, or the order it is for, was paid or ended: to be refunded once
    final."""
    LEDGER_REFUSED = 7
    """The wallet is closed, or the float is short."""
    WALLET_UNKNOWN = 8
    """What is due back to a wallet, and no charge says to which."""
    UNPROVED = 9
    """More than its payer is known to have had: its payer's next sync shows whether it had it."""
    PAYER_FLAGGED = 10
    """It would go to the holder of a purse that was proved to cheat: risk decides."""
    TAINTED = 11
    """Its payer took money of a proved cheat, and has not the blocklist that names it."""
    PURSE_ENDING = 12
    """Its purse is being paid out."""
    BUSY = 13
    """It was decided, or its wallet paid a debt, at the same moment; or the merchant of its order,
    which is open, is suspended."""
    TOP_UP = 14
    """Its wallet lacks something, and a bank card is asked for it."""


class Decline(IntEnum):
    """Why an AUTHORISE was not paid, for ever."""

    CARD_NOT_USABLE = 1
    """Its purse is blocked, lost, or not registered here."""
    NO_WALLET = 2
    """Nobody's wallet is behind its purse."""
    WALLET_NOT_USABLE = 3
    """The wallet behind it is frozen or closed."""
    NO_SUCH_REQUEST = 4
    """The payee issued no such request, or another voucher settled it."""
    ORDER_NOT_OPEN = 5
    """The order was paid or ended, or its merchant is suspended."""
    PAYEE_NOT_OPEN = 6
    """The payee's wallet is frozen or closed, or has no room."""
    OVER_LIMIT = 7
    INSUFFICIENT_BALANCE = 8
    BOOKS_REFUSED = 9
    """Which condition did not hold is not known any more."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many records of a batch ended how.

    Attributes:
        stored: vouchers seen for the first time.
        duplicates: of vouchers known before, or earlier in the batch.
        rejected: by reason; forks are among them.
    """

    stored: int = 0
    duplicates: int = 0
    rejected: Mapping[Reason, int] = field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        reasons = self.rejected.keys() | other.rejected.keys()
        rejected = {r: self.rejected.get(r, 0) + other.rejected.get(r, 0) for r in sorted(reasons)}
        return Tally(self.stored + other.stored, self.duplicates + other.duplicates, rejected)

    @property
    def records(self) -> int:
        """All of them."""
        return self.stored + self.duplicates + sum(self.rejected.values())


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How vouchers that move money of the ledger ended in one pass.

    Attributes:
        waiting: left without an outcome, by why.
        moved: fen that the ledger moved.
        owed: how many of all these are owed to a purse that has no wallet.
    """

    settled: int = 0
    declined: int = 0
    waiting: Mapping[Waiting, int] = field(default_factory=dict)
    moved: Fen = Fen(0)
    redirected: int = 0
    refunded: int = 0
    owed: int = 0

    def __add__(self, other: Outcomes) -> Outcomes:
        reasons = self.waiting.keys() | other.waiting.keys()
        waiting = {w: self.waiting.get(w, 0) + other.waiting.get(w, 0) for w in sorted(reasons)}
        return Outcomes(
            self.settled + other.settled,
            self.declined + other.declined,
            waiting,
            self.moved + other.moved,
            self.redirected + other.redirected,
            self.refunded + other.refunded,
            self.owed + other.owed,
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What a batch came to.

    Attributes:
        batch_hash: SHA-256 of the file, 32 bytes: what it is known by.
        declared: records that the file says it has.
        missing: how many of them are not in it at all.
        resumed_at: where an earlier run of the same file had stopped; the tally includes it.
        repeated: the file was finished before.
        tally: of all its records.
        outcomes: of what this run found due of it, stored by this run or an earlier one.
    """

    batch_hash: bytes
    declared: int
    missing: int
    resumed_at: int
    repeated: bool
    tally: Tally
    outcomes: Outcomes


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome as it is recorded.

    Attributes:
        transfer_id: of the ledger, if money moved.
        spender_wallet_id: whose limits it counts towards; only of AUTHORISE.
    """

    outcome: Outcome
    amount: Fen
    transfer_id: UUID | None = None
    spender_wallet_id: UUID | None = None
