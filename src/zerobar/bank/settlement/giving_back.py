"""Vouchers that a hosted payee gives back: whole, once, and to whoever paid them.

A biller takes what is pushed to it before it can know what it is for. What it has no use for goes
from its wallet to the wallet behind the card; or, if nobody's wallet is, into the float, where it
is owed to the card and comes with its next LOAD request.

A voucher is given back under its own name, payer and entry. So whoever does not know whether it was
done asks for the same again.

Whoever has opened an element can sign pushes of money that was never there. A biller is credited
for small ones at first sight; but nothing comes back to the cheat's own wallet or card before the
card's log has shown that it had the money, and that none of it was a proved cheat's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn
from uuid import UUID

from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.errors import Refused
from zerobar.bank.halting import key_revocation, wallet_halts
from zerobar.bank.ids import Word
from zerobar.bank.merchants.errors import MerchantSuspended
from zerobar.bank.merchants.sellers import Seller, require_merchant
from zerobar.bank.paying.engine import shortfall
from zerobar.bank.paying.errors import InsufficientBalance, OutcomeUnknown, TooBusy
from zerobar.bank.paying.model import Notice, NoticeKind
from zerobar.bank.paying.records import notice_row
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import WalletClosed, WalletFrozen
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.settlement.asking import untried_id
from zerobar.bank.settlement.debts import paying_debt, read_debts
from zerobar.bank.settlement.life import VoucherUnknown
from zerobar.bank.settlement.model import Outcome
from zerobar.bank.settlement.records import owed_row, voucher_return_row
from zerobar.bank.signatures import KeyUnknown
from zerobar.database import Connection
from zerobar.ledger import (
    Answer,
    Counter,
    LedgerBusy,
    LedgerUnavailable,
    Posting,
    Result,
    Row,
    RowRefused,
    Transfer,
    balance,
    read_counter,
)
from zerobar.purse.messages import EntryKind, Kind, PurseClass
from zerobar.purse.money import Fen

_PAID: Final = """
    SELECT v.amount_fen, o.outcome, p.wallet_id, p.status,
           v.kind = %(authorise)s OR x.payer_id IS NOT NULL OR (
               p.flagged_at IS NULL AND l.content = v.body AND l.funds_fen >= 0 AND NOT EXISTS (
                   SELECT FROM bank.purse_log t
                   JOIN bank.fraud_case f ON f.purse_id = t.payer_id
                   LEFT JOIN bank.purse_head h ON h.purse_id = t.purse_id
                   WHERE t.purse_id = v.payer_id AND t.kind = %(credit)s
                     AND t.entry > coalesce(h.acknowledged, 0))),
           EXISTS (SELECT FROM bank.tap_payment t WHERE t.payment_id = o.transfer_id)
    FROM bank.voucher v
    JOIN bank.purse y ON y.purse_id = v.payee_id AND y.class = %(service)s
         AND y.wallet_id = %(wallet)s
    LEFT JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
    LEFT JOIN bank.purse p ON p.purse_id = v.payer_id
    LEFT JOIN bank.purse_log l
           ON l.purse_id = v.payer_id AND l.entry = v.entry AND l.kind = %(pay)s
    LEFT JOIN bank.voucher_release x ON x.payer_id = v.payer_id AND x.entry = v.entry
    WHERE v.payer_id = %(payer_id)s AND v.entry = %(entry)s
"""
_RETURNED: Final = """
    SELECT amount_fen, wallet_id, made_at FROM bank.voucher_return
    WHERE payer_id = %s AND entry = %s
"""


class VoucherNotSettled(Refused):
    """A voucher whose money its payee does not have."""

    problem = "voucher-not-settled"

    def __init__(self) -> None:
        super().__init__(
            "This voucher is not settled, so there is nothing to give back.",
            "Look at what became of it; what is refunded or declined goes back by itself.",
        )


class VoucherPaidOrder(Refused):
    """A voucher that paid an order, which has refunds of its own."""

    problem = "voucher-paid-order"

    def __init__(self) -> None:
        super().__init__("This voucher has paid an order.", "Refund the order instead.")


class PayerUnproved(Refused):
    """Whether the card had the money is not known yet, or it was proved to cheat.

    Whoever gives back is not told which.
    """

    problem = "payer-unproved"

    def __init__(self) -> None:
        super().__init__(
            "The bank has not seen yet that the card which paid had this money.",
            "Ask for the same again after the card has been synced; nothing is lost meanwhile.",
        )


class PayerIsPayee(Refused):
    """The card belongs to whoever gives back: the money is in the wallet that it would go to."""

    problem = "payer-is-payee"

    def __init__(self) -> None:
        super().__init__(
            "The card that paid is the payee's own: the money is in the wallet behind it already.",
            "Nothing has to be given back; load the card from that wallet if it is to have it.",
        )


class PayerOutOfReach(Refused):
    """Nothing leads back to the card that paid."""

    problem = "payer-out-of-reach"

    def __init__(self) -> None:
        super().__init__(
            "The card that paid is not known here, or closed, and no wallet is behind it.",
            "Give the money to whoever paid in another way, once they prove it was their card.",
        )


@dataclass(frozen=True, slots=True)
class VoucherReturn:
    """A voucher that was given back.

    Attributes:
        wallet_id: who has it; None: it is owed to the card, which takes it with its next load.
    """

    payer_id: bytes
    entry: int
    amount: Fen
    wallet_id: UUID | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class _Paid:
    """A settled voucher as whoever gives it back needs it; `wallet_id` is its payer's."""

    payer_id: bytes
    entry: int
    amount: Fen
    wallet_id: UUID | None


def give_back_voucher(bank: Bank, seller: Seller, payer_id: bytes, entry: int) -> VoucherReturn:
    """Give a settled voucher back to whoever paid it; the same again gives the first answer.

    Raises ServerOnly, VoucherUnknown for one that the merchant was not paid with, MerchantSuspended
    or WalletFrozen of whoever gives back, VoucherNotSettled, VoucherPaidOrder, PayerOutOfReach,
    PayerUnproved, PayerIsPayee, WalletClosed of the payer, InsufficientBalance, KeyUnknown, TooBusy
    or OutcomeUnknown.
    """
    seller.require_server()
    with bank.connection() as connection:
        known = _known(connection, seller, payer_id, entry)
        # Read first: if another request takes the money meanwhile, what it gave back is found then.
        available = balance(connection, seller.merchant.wallet_id).available
        made = returned(connection, payer_id, entry)
        if made is not None:
            return made
        paid = _paid(payer_id, entry, known)
        conditions = _not_halted(connection, seller)
        _check_money(seller, paid, available)
        posting = _posting(bank, connection, (seller, paid), conditions)
    answer = _answer(bank, posting)
    with bank.connection() as connection:
        made = returned(connection, payer_id, entry)
        if made is None:
            _refuse(connection, seller, paid, answer)
    return made


def returned(connection: Connection, payer_id: bytes, entry: int) -> VoucherReturn | None:
    """Return that a voucher was given back; None: it was not."""
    row = connection.execute(_RETURNED, (payer_id, entry)).fetchone()
    if row is None:
        return None
    amount, *rest = row
    return VoucherReturn(payer_id, entry, Fen(amount), *rest)


def _known(connection: Connection, seller: Seller, payer_id: bytes, entry: int) -> tuple[Any, ...]:
    """Return what is known of a voucher for a hosted payee of the merchant's."""
    asked: dict[str, object] = {
        "payer_id": payer_id,
        "entry": entry,
        "wallet": seller.merchant.wallet_id,
        "service": int(PurseClass.SERVICE),
        "authorise": int(Kind.AUTHORISE),
        "pay": int(EntryKind.PAY),
        "credit": int(EntryKind.CREDIT),
    }
    row = connection.execute(_PAID, asked).fetchone()
    if row is None:
        raise VoucherUnknown(payer_id, entry)
    return row


def _paid(payer_id: bytes, entry: int, known: tuple[Any, ...]) -> _Paid:
    """Return what is to be given back, or raise why it cannot be."""
    amount, outcome, wallet_id, status, is_proved, has_paid_order = known
    if outcome != Outcome.SETTLED:
        raise VoucherNotSettled
    if has_paid_order:
        raise VoucherPaidOrder
    if wallet_id is None and status in (None, PurseStatus.CLOSED):
        raise PayerOutOfReach
    if not is_proved:
        raise PayerUnproved
    return _Paid(payer_id, entry, Fen(amount), wallet_id)


def _not_halted(connection: Connection, seller: Seller) -> tuple[Counter, ...]:
    """Return the conditions that the merchant is not halted from this look on."""
    wallet_id = seller.merchant.wallet_id
    # Before the tables: whatever halts the merchant afterwards counts one more than this.
    halts = read_counter(connection, wallet_id, 0)
    wallet = people.wallet(connection, wallet_id)
    if require_merchant(connection, seller.merchant.id).suspended_at is not None:
        raise MerchantSuspended
    if wallet is not None and wallet.frozen_at is not None:
        raise WalletFrozen
    return wallet_halts(wallet_id, halts), key_revocation(seller.key_id)


def _check_money(seller: Seller, paid: _Paid, available: int) -> None:
    """Raise what the ledger would refuse for as long as it lasts: each refusal uses up an id."""
    if paid.wallet_id == seller.merchant.wallet_id:
        raise PayerIsPayee
    if available < paid.amount:
        raise InsufficientBalance(Fen(paid.amount - available))


def _posting(
    bank: Bank,
    connection: Connection,
    sides: tuple[Seller, _Paid],
    conditions: tuple[Counter, ...],
) -> Posting:
    seller, paid = sides
    now = bank.clock()
    id_ = untried_id(connection, Word.VOUCHER_RETURNED, paid.payer_id.hex(), paid.entry)
    float_id = operator_account(bank.operator_id, AccountCode.FLOAT)
    transfer = Transfer(
        id_,
        seller.merchant.wallet_id,
        paid.wallet_id or float_id,
        paid.amount,
        int(TransferCode.VOUCHER_RETURNED),
        reference=paid.payer_id + paid.entry.to_bytes(4),
    )
    made = VoucherReturn(paid.payer_id, paid.entry, paid.amount, paid.wallet_id, now)
    told = _told(bank, connection, made, id_)
    row = voucher_return_row(made.payer_id, made.entry, made.amount, (made.wallet_id, id_),
                             seller.key_id, now)  # fmt: skip
    posting = Posting((transfer,), conditions, (row, *told))
    if paid.wallet_id is None:
        return posting
    vault_id = operator_account(bank.operator_id, AccountCode.VAULT)
    return paying_debt(posting, read_debts(connection, vault_id, [paid.wallet_id]), now)


def _told(bank: Bank, connection: Connection, made: VoucherReturn, id_: UUID) -> tuple[Row, ...]:
    """Return what else is stored: that a card is owed it, or what its holder is told."""
    if made.wallet_id is None:
        return (owed_row(made.payer_id, made.payer_id, made.entry, made.amount, made.made_at),)
    payer = people.wallet(connection, made.wallet_id)
    assert payer is not None, "a purse's wallet stays"
    if payer.closed_at is not None:
        raise WalletClosed
    if payer.person_id is None:
        return ()
    notice = Notice(
        payer.person_id,
        bank.new_id(),
        payer.id,
        NoticeKind.REFUNDED,
        id_,
        made.amount,
        "",
        made.made_at,
        None,
    )
    return (notice_row(notice),)


def _answer(bank: Bank, posting: Posting) -> Answer:
    try:
        return bank.ledger.submit_many([posting]).result()[0]
    except LedgerBusy:
        raise TooBusy from None
    except LedgerUnavailable:
        raise OutcomeUnknown from None


def _refuse(connection: Connection, seller: Seller, paid: _Paid, answer: Answer) -> NoReturn:
    """Raise why nothing was given back."""
    if isinstance(answer, RowRefused):
        # Somebody else was paid back in the same moment, by whom the holder owed something too.
        raise TooBusy
    results = {posted.result for posted in answer}
    if Result.COUNTER_EXCEEDED in results:
        halted = next(posted.counter for posted in answer if posted.counter is not None)
        raise MerchantSuspended if halted == 0 else KeyUnknown
    if Result.BELOW_FLOOR in results:
        raise InsufficientBalance(shortfall(connection, seller.merchant.wallet_id, paid.amount))
    if results & {Result.CREDIT_CLOSED, Result.DEBIT_CLOSED}:
        raise WalletClosed
    raise TooBusy
