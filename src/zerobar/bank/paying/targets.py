"""What a payment is aimed at: a payee as it is named, and the conditions that come with it.

Wallet and phone numbers are found together with the payer, in one statement (`facts`). Orders,
shops and requests are found here first, each kind in one round trip however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

import msgspec

from zerobar.bank.errors import BankError
from zerobar.bank.halting import shop_closing
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.merchants.model import OrderState
from zerobar.bank.merchants.payable import (
    Payable,
    PayableShop,
    order_condition,
    order_paid_rows,
    payable_shops,
    payables,
    shop_paid_rows,
)
from zerobar.bank.paying.errors import NotPayable, NotTrading, PayeeUnknown
from zerobar.bank.paying.model import (
    Condition,
    MoneyRequest,
    Payee,
    PayeeKind,
    PaymentKind,
    RequestState,
)
from zerobar.bank.paying.records import request_end_row
from zerobar.bank.paying.store import requests_by_id
from zerobar.database import Connection
from zerobar.ledger import Counter, Row
from zerobar.purse.money import Fen

RowsOf = Callable[[UUID, datetime], tuple[Row, ...]]
"""From the payment's id and time: what is stored with it for the payee's sake."""


def _no_rows(_payment_id: UUID, _made_at: datetime) -> tuple[Row, ...]:
    return ()


class Target(msgspec.Struct, frozen=True):
    """Where a payment goes.

    Attributes:
        number: the wallet number, if the payee is named by it.
        phone: the phone number, if the payee is named by it.
        wallet_id: the payee's wallet, where it is known already.
        amount: what has to be paid; None: what the payer likes.
        only_from: the one wallet that may pay it.
        refusal: why it cannot be paid.
        condition: what must not have happened before.
        halts: how often the payee was halted, where that was read together with `refusal`.
    """

    kind: PaymentKind
    number: str | None = None
    phone: str | None = None
    wallet_id: UUID | None = None
    amount: Fen | None = None
    only_from: UUID | None = None
    subject_id: UUID | None = None
    shop_id: UUID | None = None
    refusal: BankError | None = None
    condition: Condition | None = None
    halts: int | None = None
    rows: RowsOf = _no_rows

    @property
    def is_guessable(self) -> bool:
        """Whether the payee is named by a number that somebody may just try."""
        return self.number is not None or self.phone is not None


def find_targets(
    connection: Connection, payees: Sequence[Payee], now: datetime
) -> dict[Payee, Target]:
    """Return where each payee stands; one that does not exist has a refusal."""
    by_kind: dict[PayeeKind, set[str]] = {}
    for payee in payees:
        by_kind.setdefault(payee.kind, set()).add(payee.value)
    found: dict[Payee, Target] = {}
    for kind, values in by_kind.items():
        targets = _FINDERS[kind](connection, values, now)
        for value in values:
            found[Payee(kind, value)] = targets.get(value) or _nowhere(kind)
    return found


def _nowhere(kind: PayeeKind) -> Target:
    paid_as = {PayeeKind.ORDER: PaymentKind.ORDER, PayeeKind.SHOP: PaymentKind.SHOP}
    return Target(paid_as.get(kind, PaymentKind.TRANSFER), refusal=PayeeUnknown())


def _by_number(_: Connection, numbers: Iterable[str], _now: datetime) -> dict[str, Target]:
    return {number: Target(PaymentKind.TRANSFER, number=number) for number in numbers}


def _by_phone(_: Connection, phones: Iterable[str], _now: datetime) -> dict[str, Target]:
    return {phone: Target(PaymentKind.TRANSFER, phone=phone) for phone in phones}


def _by_order(connection: Connection, texts: Iterable[str], now: datetime) -> dict[str, Target]:
    ids = _ids(texts)
    found = payables(connection, ids.values(), now)
    return {text: _order(found[key]) for text, key in ids.items() if key in found}


def _order(order: Payable) -> Target:
    refusal: BankError | None = None
    if order.state is not OrderState.OPEN:
        refusal = NotPayable(str(order.state))
    elif not order.trading:
        refusal = NotTrading()
    return Target(
        PaymentKind.ORDER,
        wallet_id=order.payee_wallet_id,
        amount=order.amount,
        subject_id=order.order_id,
        shop_id=order.shop_id,
        refusal=refusal,
        condition=Condition(order_condition(order.order_id), partial(NotPayable, "paid or closed")),
        halts=order.halts,
        rows=partial(order_paid_rows, order),
    )


def _by_shop(connection: Connection, codes: Iterable[str], _now: datetime) -> dict[str, Target]:
    found = payable_shops(connection, codes)
    return {code: _shop(shop) for code, shop in found.items()}


def _shop(shop: PayableShop) -> Target:
    return Target(
        PaymentKind.SHOP,
        wallet_id=shop.payee_wallet_id,
        shop_id=shop.shop_id,
        refusal=None if shop.trading else NotTrading(),
        condition=Condition(shop_closing(shop.merchant_id, shop.shop_id), NotTrading),
        halts=shop.halts,
        rows=partial(shop_paid_rows, shop),
    )


def _by_request(connection: Connection, texts: Iterable[str], now: datetime) -> dict[str, Target]:
    ids = _ids(texts)
    found = requests_by_id(connection, ids.values())
    return {text: _request(found[key], now) for text, key in ids.items() if key in found}


def _request(request: MoneyRequest, now: datetime) -> Target:
    state = request.state(now)
    return Target(
        PaymentKind.REQUEST,
        wallet_id=request.payee_wallet_id,
        amount=request.amount,
        only_from=request.payer_wallet_id,
        subject_id=request.id,
        refusal=None if state is RequestState.OPEN else NotPayable(str(state)),
        condition=Condition(request_condition(request.id), partial(NotPayable, "paid or ended")),
        rows=lambda _, made_at: (request_end_row(request.id, RequestState.PAID, made_at),),
    )


def request_condition(request_id: UUID) -> Counter:
    """Return the condition that a request was neither paid nor ended before."""
    return Counter(derived_id(Word.REQUEST_ENDED_ONCE, request_id), 0, 1, 1)


def _ids(texts: Iterable[str]) -> dict[str, UUID]:
    return {text: UUID(text) for text in texts}


_FINDERS: Final = {
    PayeeKind.NUMBER: _by_number,
    PayeeKind.PHONE: _by_phone,
    PayeeKind.ORDER: _by_order,
    PayeeKind.SHOP: _by_shop,
    PayeeKind.REQUEST: _by_request,
}
