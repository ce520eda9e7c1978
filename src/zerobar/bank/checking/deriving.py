"""Which ids follow from which records: the rules' own derivations, listed for the checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, LiteralString

from zerobar.bank.ids import Word


@dataclass(frozen=True, slots=True)
class Derivation:
    """Ids of one word.

    Attributes:
        sources: selects the record that an id is for, then the parts that it is derived from.
    """

    word: Word
    sources: LiteralString


_ORDERS: Final = "SELECT order_id, order_id FROM bank.card_order WHERE "
_MOVING: Final = _ORDERS + "kind <> %(order_return)s AND "
_SETTLEMENTS: Final = "SELECT settlement_id, settlement_id FROM bank.settlement"
_CONFIRMATIONS: Final = "SELECT payment_id, payment_id FROM bank.confirmation"
_CONFIRMATION_ENDS: Final = "SELECT payment_id, payment_id FROM bank.confirmation_end"

DERIVATIONS: Final = (
    Derivation(Word.FUNDING_COMMIT, _MOVING + "status IN (%(status_pending)s, %(status_done)s)"),
    Derivation(Word.FUNDING_VOID, _MOVING + "status IN (%(status_pending)s, %(status_refused)s)"),
    Derivation(Word.FUNDING_DEPOSIT, _ORDERS + "status IN (%(status_pending)s, %(status_done)s)"),
    Derivation(
        Word.FUNDING_DEPOSIT_TO_RETURN,
        _MOVING + "status IN (%(status_pending)s, %(status_refused)s)",
    ),
    Derivation(
        Word.RETURN_OF_ORDER,
        _MOVING + "(status = %(status_pending)s OR (status = %(status_refused)s AND moved))",
    ),
    Derivation(Word.STRANDED_RETRY, _ORDERS + "status = %(status_retried)s"),
    Derivation(
        Word.RETURN_OF_REFUND,
        "SELECT refund_id, refund_id FROM bank.refund WHERE card_amount_fen > 0",
    ),
    Derivation(
        Word.REFUND_CARD_PART,
        "SELECT refund_id, refund_id FROM bank.refund WHERE card_amount_fen > 0",
    ),
    Derivation(Word.REFUNDS, "SELECT DISTINCT payment_id, payment_id FROM bank.refund"),
    Derivation(Word.SETTLEMENT_HOLD, _SETTLEMENTS),
    Derivation(Word.SETTLEMENT_COMMIT, _SETTLEMENTS),
    Derivation(Word.SETTLEMENT_VOID, _SETTLEMENTS),
    Derivation(Word.SETTLEMENT_DEPOSIT, _SETTLEMENTS),
    Derivation(Word.CONFIRMATION, _CONFIRMATIONS),
    Derivation(Word.CONFIRMATION_DECIDED, _CONFIRMATION_ENDS),
    Derivation(Word.CONFIRMATION_DECLINED, _CONFIRMATION_ENDS),
    Derivation(Word.CONFIRMED_PAYMENT, _CONFIRMATION_ENDS),
    Derivation(
        Word.REQUEST_END,
        "SELECT request_id, request_id, state FROM bank.money_request_end",
    ),
    Derivation(
        Word.REQUEST_ENDED_ONCE, "SELECT request_id, request_id FROM bank.money_request_end"
    ),
    Derivation(Word.ORDER_END, "SELECT order_id, order_id, reason FROM bank.order_end"),
    Derivation(
        Word.ORDER_ENDED_ONCE,
        "SELECT order_id, order_id FROM bank.order_payment"
        " UNION SELECT order_id, order_id FROM bank.order_end",
    ),
    Derivation(
        Word.COUNTED_ON,
        "SELECT wallet_id, before_id, wallet_id FROM (SELECT wallet_id, lag(wallet_id) OVER"
        " (PARTITION BY resident_id_index, slot ORDER BY number) AS before_id"
        " FROM bank.identity_slot) s WHERE before_id IS NOT NULL",
    ),
    Derivation(
        Word.KEY_REVOKED,
        "SELECT key_id, key_id FROM bank.signing_key WHERE revoked_at IS NOT NULL",
    ),
    Derivation(
        Word.PURSE_ENDED,
        "SELECT p.wallet_id, encode(p.purse_id, 'hex') FROM bank.purse p"
        " WHERE p.wallet_id IS NOT NULL AND (p.horizon_at IS NOT NULL OR EXISTS"
        " (SELECT FROM bank.purse_pay_out o WHERE o.purse_id = p.purse_id))",
    ),
    Derivation(
        Word.SHOP_CLOSED,
        "SELECT shop_id, merchant_id, shop_id FROM bank.shop WHERE closed_at IS NOT NULL",
    ),
    Derivation(
        Word.HOSTED_REQUEST,
        "SELECT o.transfer_id, encode(e.payee_id, 'hex'), e.number FROM bank.hosted_request_end e"
        " JOIN bank.voucher_outcome o USING (payer_id, entry)",
    ),
    Derivation(
        Word.PURSE_AUTHORISED,
        "SELECT o.transfer_id, encode(o.payer_id, 'hex') FROM bank.voucher_outcome o"
        " JOIN bank.voucher v USING (payer_id, entry)"
        " WHERE v.kind = %(voucher_authorise)s AND o.transfer_id IS NOT NULL",
    ),
    Derivation(
        Word.PURSE_REQUEST,
        "SELECT charge_id, encode(request, 'hex') FROM bank.purse_charge"
        " UNION ALL SELECT mark_id, encode(request, 'hex') FROM bank.owed_load",
    ),
)
