"""Money from a wallet into a purse: a load of one's own, or a payment to one without network.

    load(bank, consent, id, wallet_id, request)               圈存, into a purse of the wallet
    pay_purse(bank, consent, id, wallet_id, asked)            to a till or a person that is offline

The wallet pays the float under the client's id, with all its limits, and what it paid for is stored
with the money. Only then is the voucher signed. Asked again, it is the same voucher; interrupted in
between, it is signed by the next who asks, or by `signing.sign_due`.

A load is asked for by the holder's own device, never by a till: whoever would type the wallet's PIN
into somebody else's machine would hand over the wallet.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError, IdUsed
from zerobar.bank.halting import key_revocation, wallet_halts
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.paying.engine import shortfall
from zerobar.bank.paying.errors import InsufficientBalance, OutcomeUnknown, TooBusy
from zerobar.bank.people.errors import WalletClosed, WalletFrozen
from zerobar.bank.people.limits import check_payment, counters_for, exceeded, limits_at
from zerobar.bank.people.pin import require_grant
from zerobar.bank.people.wallets import check_open, wallet_of
from zerobar.bank.purses import charge_store, payees
from zerobar.bank.purses.errors import RequestPaid
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.model import Charge, Consent, SignedVoucher
from zerobar.bank.purses.payees import Asked
from zerobar.bank.purses.records import charge_rows
from zerobar.bank.purses.signing import sign_charge
from zerobar.bank.signatures import KeyUnknown
from zerobar.database import Connection
from zerobar.ledger import (
    Counter,
    LedgerBusy,
    LedgerUnavailable,
    Posted,
    Posting,
    Result,
    RowRefused,
    Transfer,
    read_counter,
)
from zerobar.purse.messages import Request

_REFUSALS: Final = (RequestPaid, WalletFrozen, KeyUnknown)
"""What the first three conditions of a charge say when they do not hold; the others are limits."""


def load(
    bank: Bank, consent: Consent, charge_id: UUID, wallet_id: UUID, request: Request
) -> SignedVoucher:
    """Load a purse from the wallet that it is linked to; an anonymous one from any wallet.

    Raises PursesNotOffered, RequestKindRefused, PurseUnknown, PurseBlocked, PurseClosed,
    PurseExpired, NotLoadable, LoadTooLarge, and what `pay_purse` raises of wallets and money.
    """
    charge = Charge(charge_id, wallet_id, request, bank.clock(), consent)
    return _charge(bank, charge, TransferCode.LOAD, lambda c: payees.check_load(bank, c, charge))


def pay_purse(
    bank: Bank, consent: Consent, charge_id: UUID, wallet_id: UUID, asked: Asked
) -> SignedVoucher:
    """Pay the request of a purse that has no network, of whichever holder.

    Raises PursesNotOffered, RequestKindRefused, RequestRefused, CertificateRefused, PurseBlocked,
    PurseClosed, RequestPaid, IdUsed, WalletUnknown, WalletClosed, WalletFrozen, PinNeeded,
    OverLimit, InsufficientBalance, TooBusy or OutcomeUnknown.
    """
    charge = Charge(charge_id, wallet_id, asked.request, bank.clock(), consent)
    code = TransferCode.WALLET_TO_PURSE
    return _charge(bank, charge, code, lambda c: payees.check_payee(bank, c, asked))


def _charge(
    bank: Bank, charge: Charge, code: TransferCode, check: payees.PayeeCheck
) -> SignedVoucher:
    issuing_keys(bank)
    payees.check_kind(charge.request, load=code is TransferCode.LOAD)
    with bank.connection() as connection:
        judged = _judge(bank, connection, charge, code, check)
    if isinstance(judged, Charge):
        return sign_charge(bank, judged)
    _post(bank, charge, judged)
    return sign_charge(bank, charge)


def _judge(
    bank: Bank,
    connection: Connection,
    charge: Charge,
    code: TransferCode,
    check: payees.PayeeCheck,
) -> Posting | Charge:
    """Return what the ledger is asked; a charge that was paid before is its own answer."""
    # Before the tables: whatever freezes the wallet afterwards counts one more than this.
    halts = read_counter(connection, charge.wallet_id, 0)
    wallet = wallet_of(connection, charge.consent.person_id, charge.wallet_id)
    limits = limits_at(connection, wallet.operator_id, wallet.category, charge.made_at)
    earlier = charge_store.charge(connection, charge.request)
    if earlier is not None:
        return _same(earlier, charge)
    check_open(wallet)
    require_grant(connection, wallet.id, charge.consent.key_id, charge.made_at)
    check(connection)
    check_payment(limits, charge.amount)
    spending = counters_for(wallet.spender_id, limits, charge.amount, charge.made_at)
    return _posting(bank, charge, code, spending, halts)


def _same(earlier: Charge, charge: Charge) -> Charge:
    """Return what was paid under this id before; raises RequestPaid or IdUsed if it was not."""
    if earlier.id != charge.id:
        raise RequestPaid
    if (earlier.wallet_id, earlier.request) != (charge.wallet_id, charge.request):
        raise IdUsed
    return earlier


def _posting(
    bank: Bank, charge: Charge, code: TransferCode, spending: tuple[Counter, ...], halts: int
) -> Posting:
    transfer = Transfer(
        charge.id,
        charge.wallet_id,
        operator_account(bank.operator_id, AccountCode.FLOAT),
        charge.amount,
        int(code),
        reference=bytes(charge.request),
    )
    conditions = (
        paid_once(charge.request),
        wallet_halts(charge.wallet_id, halts),
        key_revocation(charge.consent.key_id),
    )
    return Posting((transfer,), (*conditions, *spending), charge_rows(charge))


def paid_once(request: Request) -> Counter:
    """Return the condition that a purse's request is paid only once by this operator.

    By all of it: a request of the same number that somebody made up is another one.
    """
    key = derived_id(Word.PURSE_REQUEST, bytes(request).hex())
    return Counter(key, 0, add=1, limit=1)


def _post(bank: Bank, charge: Charge, posting: Posting) -> None:
    try:
        (posted,) = bank.ledger.post(
            *posting.transfers, counters=posting.counters, rows=posting.rows
        )
    except LedgerBusy:
        raise TooBusy from None
    except LedgerUnavailable:
        raise OutcomeUnknown from None
    except RowRefused:
        raise RequestPaid from None
    if not posted.ok:
        raise _refusal(bank, charge, posting, posted)


def _refusal(bank: Bank, charge: Charge, posting: Posting, posted: Posted) -> BankError:
    match posted.result:
        case Result.BELOW_FLOOR:
            with bank.connection() as connection:
                return InsufficientBalance(shortfall(connection, charge.wallet_id, charge.amount))
        case Result.COUNTER_EXCEEDED:
            return _exceeded(bank, posting, posted.counter)
        case Result.OTHER_CONTENT:
            return IdUsed()
        case Result.DEBIT_CLOSED:
            return WalletClosed()
    raise AssertionError(f"a charge cannot end as {posted.result.name}")


def _exceeded(bank: Bank, posting: Posting, index: int | None) -> BankError:
    # A repeat with fewer conditions than at first is another question under the same id.
    if index is None or index >= len(posting.counters):
        return IdUsed()
    if index < len(_REFUSALS):
        return _REFUSALS[index]()
    counter = posting.counters[index]
    with bank.connection() as connection:
        return exceeded(counter, read_counter(connection, counter.key, counter.period))
