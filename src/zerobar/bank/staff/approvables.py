"""All that two people decide together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from zerobar.bank.authority.issuing import ISSUE, PAY_IN_RESERVES, REDEEM
from zerobar.bank.control.blocking import RELEASE_PURSE
from zerobar.bank.control.merchant_keys import ADD_TILL, GIVE_SERVER_KEY
from zerobar.bank.fraud.acknowledging import ACKNOWLEDGE_PURSE
from zerobar.bank.fraud.class_blocking import BLOCK_CLASS
from zerobar.bank.fraud.covering import COVER_LOSS
from zerobar.bank.fraud.releasing import RELEASE_VOUCHER
from zerobar.bank.purses.key_updates import ANNOUNCE_KEY
from zerobar.bank.purses.till_linking import LINK_PURSE
from zerobar.bank.purses.unblocking import UNBLOCK_PURSE
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.desk import NEW_PIN, REFUND
from zerobar.bank.staff.granting import CATEGORY_ONE, LIMITS, UNFREEZE
from zerobar.bank.staff.hiring import ADD_STAFF, RENEW_CODE
from zerobar.client.authority import (
    AcknowledgePurse,
    AddStaff,
    AddTill,
    AnnounceKey,
    BlockClass,
    CoverLoss,
    GiveServerKey,
    GrantCategoryOne,
    Issue,
    LinkPurse,
    NewLimits,
    PayInReserves,
    PermitNewPin,
    Redeem,
    RefundOrder,
    ReleasePurse,
    ReleaseVoucher,
    RenewCode,
    UnblockPurse,
    Unfreeze,
)

APPROVABLES: Final[Mapping[type[Any], Approvable[Any]]] = {
    PayInReserves: PAY_IN_RESERVES,
    Issue: ISSUE,
    Redeem: REDEEM,
    NewLimits: LIMITS,
    GrantCategoryOne: CATEGORY_ONE,
    Unfreeze: UNFREEZE,
    PermitNewPin: NEW_PIN,
    RefundOrder: REFUND,
    UnblockPurse: UNBLOCK_PURSE,
    ReleasePurse: RELEASE_PURSE,
    LinkPurse: LINK_PURSE,
    GiveServerKey: GIVE_SERVER_KEY,
    AddTill: ADD_TILL,
    BlockClass: BLOCK_CLASS,
    ReleaseVoucher: RELEASE_VOUCHER,
    AcknowledgePurse: ACKNOWLEDGE_PURSE,
    AnnounceKey: ANNOUNCE_KEY,
    CoverLoss: COVER_LOSS,
    AddStaff: ADD_STAFF,
    RenewCode: RENEW_CODE,
}
"""By the type of the proposal."""
