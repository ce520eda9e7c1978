"""The codes that phones and tills show each other: made and read without any network.

    python examples/codes_without_network.py

A shop's code to be scanned, a customer's code to be scanned by the till, and what each refuses.
"""

from __future__ import annotations

import secrets
import time
from uuid import uuid4

from zerobar.codes.customer import (
    SECRET_LENGTH,
    CodeMalformed,
    derive_code,
    parse_code,
    step_of,
)
from zerobar.codes.emvco import (
    CodeError,
    MerchantCode,
    order_id_of,
    order_reference,
    parse,
)
from zerobar.purse.money import Fen

HANDLE = "20261126"
"""What the bank has named the phone's secret by."""


def main() -> None:
    """Make codes, read them, and see bad ones refused."""
    shop_shows_an_order()
    customer_shows_a_code()


def shop_shows_an_order() -> None:
    """EMV QR Code, merchant-presented: the text that a till draws, and what a phone reads."""
    order_id = uuid4()
    shown = MerchantCode(
        shop_code="0123456789AB",
        merchant_name="Corner Noodles",
        city="SUZHOU",
        category_code="5812",
        local_name="街角面馆",
        amount=Fen(18_00),
        reference=order_reference(order_id),
    ).text()
    print(f"The till draws: {shown}")
    read = parse(shown)
    print(f"The phone reads: {read.amount} to {read.local_name}, order {read.reference}.")
    assert order_id_of(read.reference) == order_id
    try:
        parse(shown.replace("18.00", "81.00"))
    except CodeError as error:
        print(f"With another amount written in: {error}")


def customer_shows_a_code() -> None:
    """19 digits, derived from a secret that the phone and its bank share."""
    secret, now = secrets.token_bytes(SECRET_LENGTH), int(time.time())
    digits = derive_code(secret, HANDLE, now, sequence=0)
    print(f"The phone shows {digits}; the till sends them to the bank.")
    code = parse_code(digits)
    assert step_of(code, secret, now + 30) is not None, "valid for a minute"
    assert step_of(code, secret, now + 3_600) is None, "and not an hour later"
    try:
        parse_code(digits[:-1])
    except CodeMalformed as error:
        print(f"With a digit missing: {error}")


if __name__ == "__main__":
    main()
