"""Whatever the scanner read, by one look at how it begins."""

from __future__ import annotations

from uuid import UUID

from zerobar.codes.scanned import CustomerScanned, VoucherScanned, read_scanned
from zerobar.pos import online, purse_road
from zerobar.pos.errors import WrongCode
from zerobar.pos.step import Step
from zerobar.pos.till import Till


def take_scanned(till: Till, sale_id: UUID, text: str) -> Step:
    """Have a sale paid by a scanned code: the customer's 19 digits, or a voucher.

    A voucher pays the sale that it was asked for, which the answer names, whatever is on screen.

    Raises WrongCode, WrongVoucher, and what `online.charge` raises.
    """
    try:
        scanned = read_scanned(text)
    except ValueError:
        raise WrongCode from None
    match scanned:
        case CustomerScanned(digits):
            return online.charge(till, sale_id, digits)
        case VoucherScanned(voucher, certificate):
            return purse_road.take_voucher(till, voucher, certificate)
    raise WrongCode
