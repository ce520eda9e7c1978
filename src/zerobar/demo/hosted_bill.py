"""A biller that the bank hosts sends a bill: a program of its own, beside the bank's.

    python -m zerobar.demo.hosted_bill BANK_FOLDER WALLET_ID AMOUNT_FEN

It prints the request that a card authorises from its wallet, as text. The payee has keys and a
wallet and no secure element; that the bank hosts it, and knows its requests, is agreed within the
bank, for which there is no interface yet.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.installation import load
from zerobar.bank.purses import host_payee, issue_request
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.running import read_bank
from zerobar.codes.vouchers import request_text
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import Kind, PurseClass, Request, SignedRequest
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

_YEARS: Final = 1
_TAG_LENGTH: Final = 4
_BILL: Final = b"water001"


def send_bill(bank: Bank, wallet_id: UUID, amount: Fen) -> SignedRequest:
    """Have a new biller hosted that is paid to a wallet, and ask for its first bill."""
    key = P256.private_key(os.urandom(KEY_SEED_LENGTH))
    validity = Validity.years_from(int(bank.clock().timestamp()), _YEARS)
    authority = issuing_keys(bank).authority
    certificate = authority.certify(P256.public_key(key), PurseClass.SERVICE, validity)
    host_payee(bank, certificate, wallet_id)
    request = Request(
        kind=Kind.AUTHORISE,
        payee_id=certificate.id,
        number=1,
        amount=amount,
        currency=CNY,
        tag=os.urandom(_TAG_LENGTH),
        reference=_BILL,
    )
    issue_request(bank, request)
    return SignedRequest(request, P256.sign(key, bytes(request)), certificate)


def main(folder: str, wallet_id: str, amount_fen: str) -> None:
    """Print the text of a bill."""
    with read_bank(load(Path(folder))) as bank:
        sys.stdout.write(request_text(send_bill(bank, UUID(wallet_id), Fen(int(amount_fen)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
