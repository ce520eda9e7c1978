"""Payees that the operator hosts: billers and online shops, with requests that it knows.

A card may pay them although the payee has no secure element: the operator settles from the float.
"""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.purses import store
from zerobar.bank.purses.errors import CertificateRefused, PayeeNotHosted
from zerobar.bank.purses.model import Purse
from zerobar.bank.purses.registering import enter
from zerobar.purse.messages import Certificate, PurseClass, Request


def host_payee(bank: Bank, certificate: Certificate, wallet_id: UUID) -> Purse:
    """Host a payee of class 04, whose vouchers are paid to a wallet.

    Raises CertificateRefused, WalletUnknown, WalletClosed, WalletFrozen, PurseClosed, or IdUsed
    when it is paid to another wallet.
    """
    if certificate.purse_class is not PurseClass.SERVICE:
        raise CertificateRefused("only a service is hosted")
    return enter(bank, certificate, wallet_id)


def issue_request(bank: Bank, request: Request) -> None:
    """Note a hosted payee's request before anybody sees it; the same again changes nothing.

    Raises PayeeNotHosted, or IdUsed when its number was used for something else.
    """
    with bank.transaction() as connection:
        payee = store.purse(connection, request.payee_id)
        if payee is None or payee.purse_class is not PurseClass.SERVICE:
            raise PayeeNotHosted(request.payee_id)
        if store.insert_request(connection, request, bank.clock()):
            return
        if store.request(connection, request.payee_id, request.number) != request:
            raise IdUsed
