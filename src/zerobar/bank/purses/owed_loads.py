"""What is owed to a purse without a wallet, paid into it: a voucher for its next LOAD request.

The money lies in the float already. Whoever carries the card may ask, and is told how much there is
if it asks for more: so the card signs the request, for others know its id as well.
"""

from __future__ import annotations

from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.paying.errors import OutcomeUnknown, TooBusy
from zerobar.bank.purses import charge_store, payees, store
from zerobar.bank.purses.charging import paid_once
from zerobar.bank.purses.errors import OwedLess, PurseUnknown, RequestPaid, RequestRefused
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.model import SignedVoucher
from zerobar.bank.purses.records import owed_load_row
from zerobar.bank.purses.signing import sign_voucher
from zerobar.bank.settlement.owing import note_paid, owed_to
from zerobar.database import Connection
from zerobar.ledger import LedgerBusy, LedgerUnavailable, RowRefused, Transfer, TransferKind
from zerobar.purse.messages import Request, SignedRequest, Voucher
from zerobar.purse.money import Fen


def load_owed(bank: Bank, asked: SignedRequest) -> SignedVoucher:
    """Load a purse with what is owed to it, or a part; the same request, the same voucher.

    Raises PursesNotOffered, RequestKindRefused, RequestRefused, PurseUnknown, PurseBlocked,
    PurseClosed, RequestPaid, OwedLess, TooBusy or OutcomeUnknown.
    """
    operator, request = issuing_keys(bank).operator, asked.request
    payees.check_kind(request, load=True)
    if asked.certificate.id != request.payee_id:
        raise RequestRefused("its certificate is another purse's")
    payees.check_signed(asked)
    with bank.connection() as connection:
        known = charge_store.voucher(connection, request)
        if known is None:
            _check(connection, request)
    if known is None:
        _take_request(bank, request)
    return SignedVoucher(known or _signed(bank, request), operator.certificate)


def _check(connection: Connection, request: Request) -> None:
    found = store.purse(connection, request.payee_id)
    if found is None:
        raise PurseUnknown(request.payee_id)
    payees.check_usable(found)
    left = owed_to(connection, request.payee_id)
    if request.amount > left:
        raise OwedLess(left)


def _take_request(bank: Bank, request: Request) -> None:
    """See to it that no wallet pays the request as well, in order with all that do."""
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    id_ = derived_id(Word.OWED_LOAD, bytes(request).hex())
    code, kind = int(TransferCode.MARK), TransferKind.MARK
    mark = Transfer(id_, vault, vault, Fen(1), code, kind)
    row = owed_load_row(request, id_, bank.clock())
    try:
        (posted,) = bank.ledger.post(mark, counters=[paid_once(request)], rows=[row])
    except LedgerBusy:
        raise TooBusy from None
    except LedgerUnavailable:
        raise OutcomeUnknown from None
    except RowRefused:
        raise RequestPaid from None
    if not posted.ok:
        raise RequestPaid


def _signed(bank: Bank, request: Request) -> Voucher:
    with bank.transaction() as connection:
        # Two who ask at once would both find enough.
        store.locked_purse(connection, request.payee_id)
        _check(connection, request)
        signed = sign_voucher(bank, connection, request)
        note_paid(connection, signed, bank.clock())
        return signed
