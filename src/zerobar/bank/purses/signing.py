"""The operator's own vouchers: numbered, chained, stored, and only then handed out.

The money is in the float before a voucher is signed. One row holds the newest entry and the chain;
whoever has it locked signs, so no entry is ever signed twice. A voucher is stored in the same
transaction, with both shadows: what left the bank, the bank knows.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from zerobar.bank.batches import do_each
from zerobar.bank.context import Bank
from zerobar.bank.purses import charge_store as store
from zerobar.bank.purses.charge_store import OperatorLog
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.model import Charge, SignedVoucher
from zerobar.bank.settlement import storing
from zerobar.bank.settlement.arrivals import Arrival, taken_apart
from zerobar.database import Connection
from zerobar.issuer import Operator
from zerobar.purse.messages import Request, Voucher
from zerobar.tracing.spans import moment, voucher_name

_AT_ONCE: Final = 100


def sign_charge(bank: Bank, charge: Charge) -> SignedVoucher:
    """Return the voucher for what a wallet has paid; the same one however often it is asked."""
    operator = issuing_keys(bank).operator
    with bank.transaction() as connection:
        signed = sign_voucher(bank, connection, charge.request)
        store.end_due(connection, charge.request)
    moment(
        "voucher signed", payment_id=charge.id, voucher=voucher_name(signed.payer_id, signed.entry)
    )
    return SignedVoucher(signed, operator.certificate)


def sign_due(bank: Bank) -> int:
    """Sign for what was paid before this program was interrupted; return how many there were."""
    with bank.connection() as connection:
        unsigned = store.due(connection, bank.clock(), _AT_ONCE)
    return do_each(
        "purse-vouchers", unsigned, partial(_sign_request, bank), partial(_put_off, bank)
    )


def _sign_request(bank: Bank, request: Request) -> bool:
    with bank.connection() as connection:
        charge = store.charge(connection, request)
    assert charge is not None, "a charge is stored with the note that it is due"
    sign_charge(bank, charge)
    return True


def _put_off(bank: Bank, request: Request) -> None:
    with bank.connection() as connection:
        store.put_due_off(connection, request, bank.clock())


def sign_voucher(bank: Bank, connection: Connection, request: Request) -> Voucher:
    """Sign what answers a purse's request with value that the float has, in a transaction.

    The same request gives the same voucher. To be called last: whoever else signs waits until the
    transaction ends.
    """
    operator = issuing_keys(bank).operator
    log = store.lock_log(connection, operator.id)
    # Only under the lock is it certain that nobody else is about to sign it.
    known = store.voucher(connection, request)
    if known is not None:
        return known
    signed = operator.voucher(request, log.entry + 1, log.chain)
    _keep(bank, connection, signed, operator)
    newest = OperatorLog(signed.entry, operator.chain_after(log.chain, signed))
    store.advance_log(connection, operator.id, newest)
    return signed


def _keep(bank: Bank, connection: Connection, signed: Voucher, operator: Operator) -> None:
    record = bytes(SignedVoucher(signed, operator.certificate))
    arrival = taken_apart(0, record)
    assert isinstance(arrival, Arrival), "what the operator signs is well formed"
    stored = storing.store(connection, [arrival], bank.clock())
    # A database restored from before would give an entry out again: better no voucher than two.
    assert stored.new == 1, f"entry {signed.entry} of the operator was signed before"
    storing.store_certificates(connection, {(operator.id, bytes(operator.certificate))})
    store.insert_voucher(connection, signed)
