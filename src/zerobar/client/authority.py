"""What staff propose and decide, operators, and the supply of digital cash, on the wire."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

import msgspec

from zerobar.client.enrolment import PRINTABLE, Base64Of64, LabelText
from zerobar.client.merchants import AmountFen, MemoText, NumberText
from zerobar.client.staff import PersonName, RoleName

LARGEST_ISSUE_FEN: Final = 10**15
"""Ten million million yuan; below 2**53, so that every reader of JSON keeps it exact."""

IssueAmount = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_ISSUE_FEN)]
LimitAmount = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_ISSUE_FEN)]
Reason = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\u0000-\u001f\u007f]*$")]
OperatorName = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=PRINTABLE)]
PurseIdText = Annotated[str, msgspec.Meta(min_length=16, max_length=16, pattern="^[0-9a-f]{16}$")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class PayInReserves(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="pay-in-reserves",
):
    """Take in reserves that an operator has paid."""

    operator_id: UUID
    amount_fen: IssueAmount


class Issue(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="issue",
):
    """Issue digital cash to an operator against its reserves."""

    operator_id: UUID
    amount_fen: IssueAmount


class Redeem(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="redeem",
):
    """Take digital cash back from an operator and release its reserves."""

    operator_id: UUID
    amount_fen: IssueAmount


class CategoryLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of one category in fen; null: no limit."""

    balance_fen: LimitAmount | None
    per_payment_fen: LimitAmount | None
    per_day_fen: LimitAmount | None
    per_year_fen: LimitAmount | None
    bank_withdrawal: bool


class NewLimits(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="limits",
):
    """Let other limits begin, at a moment to come; categories: "1" to "4"."""

    operator_id: UUID
    valid_from: Moment
    categories: Annotated[
        dict[Annotated[str, msgspec.Meta(pattern="^[1-4]$")], CategoryLimits],
        msgspec.Meta(min_length=1, max_length=4),
    ]


class GrantCategoryOne(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="category-one",
):
    """Raise a wallet to category I: its holder came in person, with phone, ID and bank card."""

    wallet_id: UUID
    reason: Reason


class Unfreeze(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="unfreeze",
):
    """Let a wallet go again that staff had frozen."""

    wallet_id: UUID
    reason: Reason


class BlockClass(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="block-class",
):
    """Have payees refuse a whole class of purses: 1 persons, 2 anonymous, 3 merchants."""

    purse_class: Annotated[int, msgspec.Meta(ge=1, le=3)]
    reason: Reason


class ReleaseVoucher(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="release-voucher",
):
    """Let one voucher's money go that is held back because its purse was proved to cheat."""

    payer_id: PurseIdText
    entry: Annotated[int, msgspec.Meta(ge=1, le=0xFFFFFFFF)]
    reason: Reason


class AcknowledgePurse(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="acknowledge-purse",
):
    """Let a purse be acknowledged again although it took a cheat's money and seems to know it."""

    purse_id: PurseIdText
    reason: Reason


class KeyRole(StrEnum):
    """What a key that cards are told of is for; sync keys are each operator's own affair."""

    CA = "ca"
    OPERATOR_PURSE = "operator-purse"


class AnnounceKey(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="announce-key",
):
    """Tell every card of a key, or that a number serves nothing any more.

    Attributes:
        public_key: P-256, X||Y, in hexadecimal; null: the number is dead.
    """

    number: Annotated[int, msgspec.Meta(ge=0, le=255)]
    role: KeyRole
    public_key: (
        Annotated[str, msgspec.Meta(min_length=128, max_length=128, pattern="^[0-9a-f]{128}$")]
        | None
    )
    reason: Reason


class CoverLoss(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="cover-loss",
):
    """Let the operator's vault make good more for one cheat than its class may pay unseen.

    Attributes:
        ceiling_fen: for this purse, altogether.
    """

    purse_id: PurseIdText
    ceiling_fen: IssueAmount
    reason: Reason


class PermitNewPin(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="new-pin",
):
    """Let a holder set a new PIN: staff have seen the person, the identity card and the phone.

    Attributes:
        device_id: the id of the key on the phone that the holder shows.
        resident_id_end: the last four characters of the resident ID on the card.
    """

    wallet_id: UUID
    device_id: UUID
    resident_id_end: Annotated[
        str, msgspec.Meta(min_length=4, max_length=4, pattern="^[0-9]{3}[0-9X]$")
    ]
    reason: Reason


class RefundOrder(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="refund-order",
):
    """Give back an order or a part of it, also a suspended merchant's; number: of the refund."""

    order_id: UUID
    number: NumberText
    amount_fen: AmountFen
    reason: MemoText


class UnblockPurse(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="unblock-purse",
):
    """Let a purse's holder choose a new PIN for it: staff know who asks."""

    purse_id: Annotated[str, msgspec.Meta(min_length=16, max_length=16, pattern="^[0-9a-f]{16}$")]
    reason: Reason


class ReleasePurse(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="release-purse",
):
    """Let a purse be used again that staff had blocked; never one that was proved to cheat."""

    purse_id: PurseIdText
    reason: Reason


class AddStaff(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="add-staff",
):
    """Take somebody on; who proposed it then gets the one-time code."""

    staff_id: UUID
    name: PersonName
    roles: Annotated[list[RoleName], msgspec.Meta(min_length=1, max_length=5)]


class RenewCode(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="renew-code",
):
    """Give a member of staff who has no passkey any more another one-time code."""

    staff_id: UUID


class LinkPurse(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="link-purse",
):
    """Link a till's purse to its merchant's wallet, for good: what it takes in goes there."""

    purse_id: Annotated[str, msgspec.Meta(min_length=16, max_length=16, pattern="^[0-9a-f]{16}$")]
    wallet_id: UUID


class GiveServerKey(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="server-key",
):
    """Let a merchant's own program sign with this key and no other; its id is the approval's.

    Attributes:
        server_key: P-256, X||Y.
    """

    merchant_id: UUID
    server_key: Base64Of64
    reason: Reason


class AddTill(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="add-till",
):
    """Add a till, whose id is the approval's, to a shop; each of the two sees half of its code."""

    merchant_id: UUID
    shop_id: UUID
    label: LabelText
    reason: Reason


Proposal = (
    PayInReserves
    | Issue
    | Redeem
    | NewLimits
    | GrantCategoryOne
    | Unfreeze
    | PermitNewPin
    | RefundOrder
    | UnblockPurse
    | ReleasePurse
    | LinkPurse
    | GiveServerKey
    | AddTill
    | AddStaff
    | RenewCode
    | BlockClass
    | ReleaseVoucher
    | AcknowledgePurse
    | AnnounceKey
    | CoverLoss
)
"""What two people decide together, told apart by `kind`."""


class ApprovalState(StrEnum):
    """How far it is."""

    PROPOSED = "proposed"
    EXPIRED = "expired"
    REJECTED = "rejected"
    APPROVED = "approved"
    """Approved, and about to be carried out."""
    DONE = "done"
    FAILED = "failed"
    """Approved, but the rules refused it; `outcome` says why. Propose it anew."""


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """What was proposed, and what became of it.

    Attributes:
        outcome: `done`, or the problem's name; outcome_zh: what that problem is, in Chinese.
    """

    approval_id: UUID
    proposal: Proposal
    state: ApprovalState
    proposed_by: UUID
    proposed_at: datetime
    expires_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str
    outcome: str | None
    outcome_zh: str | None
    carried_out_at: datetime | None


class Verdict(StrEnum):
    """What the second person says."""

    APPROVE = "approve"
    REJECT = "reject"


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the second person says, and why."""

    verdict: Verdict
    reason: Reason = ""


class NewOperator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An operator to be registered; its id is the Idempotency-Key."""

    name: OperatorName


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """An operator."""

    operator_id: UUID
    name: str
    created_at: datetime


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """Where an operator's digital cash is, in fen, and its reserves.

    Attributes:
        issued_fen: what was issued to it, less what it gave back.
        reserves_fen: what it may still be issued against.
    """

    operator_id: UUID
    name: str
    wallets_fen: int
    merchants_fen: int
    float_fen: int
    vault_fen: int
    issued_fen: int
    reserves_fen: int


class Supply(msgspec.Struct, frozen=True, kw_only=True):
    """All digital cash at one moment, in fen.

    Attributes:
        difference_fen: issued less all that is held; 0, always.
        uncovered_fen: issued less the reserves pledged for it; 0, always.
    """

    at: datetime
    issued_fen: int
    wallets_fen: int
    merchants_fen: int
    float_fen: int
    vaults_fen: int
    pledged_fen: int
    difference_fen: int
    uncovered_fen: int
    operators: list[Holdings]
