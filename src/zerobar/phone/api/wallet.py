"""The wallet over HTTP: opening, signing in, PIN, cards, money to people and shops, records."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.client.funding import CardOrderShown, CardOrderStatus, CardShown, CardsShown
from zerobar.client.paging import Page
from zerobar.client.paying import (
    ConfirmationShown,
    LineShown,
    MoneyRequestShown,
    NewMoneyRequest,
    NoticeShown,
    NoticesRead,
    PayeeNamed,
    PayeeShown,
    PaymentOutcomeShown,
    PaymentShown,
    Unread,
)
from zerobar.client.people import (
    BalanceShown,
    ByAssertion,
    BySmsCode,
    GrantOpened,
    LimitsShown,
    PersonShown,
    Verification,
    WalletShown,
)
from zerobar.phone.api.shapes import (
    BankCard,
    CardAmount,
    Category,
    CodeWanted,
    MoneyAnswer,
    MoneyWanted,
    NewSession,
    NewWallet,
    Payment,
    PhoneShown,
    Pin,
)
from zerobar.phone.api.showing import say, show_done
from zerobar.phone.errors import UnreadableText
from zerobar.phone.finality import Finality
from zerobar.phone.memory import SignedUp
from zerobar.phone.program import Phone
from zerobar.purse.money import Fen
from zerobar.reader import Sentence

_PENDING: Final = Sentence(
    "The card's bank has not answered yet; ask again.", zh="发卡银行尚未答复，请稍后查询。"
)
_NOT_DONE: Final = Sentence(
    "The card's bank refused; the wallet is as before.", zh="发卡银行拒绝，钱包未变动。"
)


@get("/phone", sync_to_thread=True)
def read_phone(phone: NamedDependency[Phone]) -> PhoneShown:
    """Say what this phone is; needs no network."""
    known: SignedUp | None = phone.session.signed_up if phone.session.is_signed_up else None
    purse_id = phone.purse.linked_id
    return PhoneShown(
        bank_url=phone.places.bank_url,
        antenna=phone.places.antenna,
        signed_up=known is not None,
        wallet_number=None if known is None else known.wallet_number,
        purse_id=None if purse_id is None else purse_id.hex(),
    )


@post("/sms-codes", status_code=202, sync_to_thread=True)
def ask_for_code(phone: NamedDependency[Phone], data: JSONBody[CodeWanted]) -> None:
    """Have a code sent by SMS."""
    phone.session.person.ask_for_code(data.phone)


@post("/wallet", sync_to_thread=True)
def open_wallet(phone: NamedDependency[Phone], data: JSONBody[NewWallet]) -> WalletShown:
    """Open a wallet; the same again after a lost answer gives the same wallet."""
    opened = phone.session.open_wallet(_evidence(data), data.label)
    phone.synchroniser.wake()
    return opened


@post("/session", sync_to_thread=True)
def sign_in(phone: NamedDependency[Phone], data: JSONBody[NewSession]) -> WalletShown:
    """Sign in to a wallet that was opened before."""
    wallet = phone.session.sign_in(data.phone, data.code)
    phone.synchroniser.wake()
    return wallet


@get("/me", sync_to_thread=True)
def read_me(phone: NamedDependency[Phone]) -> PersonShown:
    """Read who is signed in."""
    return phone.session.ask(phone.session.person.me)


@post("/verification", status_code=200, sync_to_thread=True)
def verify(phone: NamedDependency[Phone], data: JSONBody[Verification]) -> PersonShown:
    """Verify the holder's name."""
    return phone.session.ask(lambda: phone.session.person.verify(data.name, data.resident_id))


@put("/category", sync_to_thread=True)
def raise_category(phone: NamedDependency[Phone], data: JSONBody[Category]) -> WalletShown:
    """Ask for a higher category."""
    person, wallet_id = phone.session.person, phone.session.wallet_id
    return phone.session.ask(lambda: person.raise_category(wallet_id, data.category))


@put("/pin", status_code=204, sync_to_thread=True)
def set_pin(phone: NamedDependency[Phone], data: JSONBody[Pin]) -> None:
    """Choose the payment PIN; it is kept nowhere on the phone."""
    phone.session.ask(lambda: phone.session.person.set_pin(data.pin))


@post("/grant", status_code=200, sync_to_thread=True)
def enter_pin(phone: NamedDependency[Phone], data: JSONBody[Pin]) -> GrantOpened:
    """Enter the payment PIN: for five minutes the wallet pays, and what waited for it goes on."""
    person, wallet_id = phone.session.person, phone.session.wallet_id
    opened = phone.session.ask(lambda: person.enter_pin(wallet_id, data.pin))
    phone.synchroniser.wake()
    return opened


@get("/balance", sync_to_thread=True)
def read_balance(phone: NamedDependency[Phone]) -> BalanceShown:
    """Read what is in the wallet."""
    person, wallet_id = phone.session.person, phone.session.wallet_id
    return phone.session.ask(lambda: person.balance(wallet_id))


@get("/limits", sync_to_thread=True)
def read_limits(phone: NamedDependency[Phone]) -> LimitsShown:
    """Read what the wallet may hold and spend."""
    person, wallet_id = phone.session.person, phone.session.wallet_id
    return phone.session.ask(lambda: person.limits(wallet_id))


@get("/cards", sync_to_thread=True)
def list_cards(phone: NamedDependency[Phone]) -> CardsShown:
    """List the bound bank cards."""
    return phone.session.ask(lambda: phone.session.http.get("/v1/cards", CardsShown))


@post("/cards", sync_to_thread=True)
def bind_card(phone: NamedDependency[Phone], data: JSONBody[BankCard]) -> CardShown:
    """Bind a bank card."""
    person = phone.session.person
    return phone.session.ask(lambda: person.bind_card(data.id, data.number, data.phone))


@post("/exchanges", sync_to_thread=True)
def exchange(phone: NamedDependency[Phone], data: JSONBody[CardAmount]) -> MoneyAnswer:
    """Exchange money of a card for digital cash (换数币)."""
    person, place = phone.session.person, (data.id, phone.session.wallet_id, data.card_id)
    return _show_order(phone.session.ask(lambda: person.exchange(*place, Fen(data.amount_fen))))


@post("/saves", sync_to_thread=True)
def save_to_bank(phone: NamedDependency[Phone], data: JSONBody[CardAmount]) -> MoneyAnswer:
    """Save digital cash to a card (存银行)."""
    person, place = phone.session.person, (data.id, phone.session.wallet_id, data.card_id)
    return _show_order(phone.session.ask(lambda: person.save_to_bank(*place, Fen(data.amount_fen))))


@get("/card-orders/{order_id:uuid}", sync_to_thread=True)
def read_card_order(phone: NamedDependency[Phone], order_id: FromPath[UUID]) -> MoneyAnswer:
    """Say what became of money between wallet and card."""
    return _show_order(phone.session.ask(lambda: phone.session.person.card_order(order_id)))


@post("/payees", status_code=200, sync_to_thread=True)
def check_payee(phone: NamedDependency[Phone], data: JSONBody[PayeeNamed]) -> PayeeShown:
    """Read who would be paid."""
    return phone.session.ask(lambda: phone.session.person.check_payee(data.kind, data.value))


@post("/payments", sync_to_thread=True)
def pay(phone: NamedDependency[Phone], data: JSONBody[Payment]) -> MoneyAnswer:
    """Pay from the wallet; after the PIN. With the same id never twice."""
    person, wallet_id = phone.session.person, phone.session.wallet_id
    amount = Fen(data.amount_fen)
    paid = phone.session.ask(lambda: person.pay(data.id, wallet_id, data.payee, amount, data.memo))
    return show_done(data.id, paid)


@get("/payments/{payment_id:uuid}", sync_to_thread=True)
def read_payment(phone: NamedDependency[Phone], payment_id: FromPath[UUID]) -> PaymentOutcomeShown:
    """Say what became of a payment."""
    return phone.session.ask(lambda: phone.session.person.payment(payment_id))


@post("/money-requests", sync_to_thread=True)
def ask_for_money(phone: NamedDependency[Phone], data: JSONBody[MoneyWanted]) -> MoneyRequestShown:
    """Ask somebody for money."""
    asked = NewMoneyRequest(
        wallet_id=phone.session.wallet_id,
        asked=data.asked,
        amount_fen=data.amount_fen,
        memo=data.memo,
    )
    http = phone.session.http
    return phone.session.ask(
        lambda: http.make(data.id, "/v1/money-requests", asked, MoneyRequestShown)
    )


@get("/money-requests", sync_to_thread=True)
def list_money_requests(
    phone: NamedDependency[Phone], asked: bool = True, cursor: str | None = None
) -> Page[MoneyRequestShown]:
    """List what this wallet was asked for, or what it asked for itself."""
    path = f"/v1/wallets/{phone.session.wallet_id}/money-requests"
    query: dict[str, str | int | None] = {"asked": str(asked).lower(), "cursor": cursor}
    http = phone.session.http
    return phone.session.ask(lambda: http.get(path, Page[MoneyRequestShown], **query))


@post("/money-requests/{request_id:uuid}/decline", status_code=200, sync_to_thread=True)
def decline_money_request(
    phone: NamedDependency[Phone], request_id: FromPath[UUID]
) -> MoneyRequestShown:
    """Say no to a request for money; to pay it is a payment to it."""
    path, http = f"/v1/money-requests/{request_id}/decline", phone.session.http
    return phone.session.ask(lambda: http.send("POST", path, None, MoneyRequestShown))


@get("/records", sync_to_thread=True)
def list_records(phone: NamedDependency[Phone], cursor: str | None = None) -> Page[LineShown]:
    """List what moved in the wallet, newest first."""
    path, http = f"/v1/wallets/{phone.session.wallet_id}/statement", phone.session.http
    return phone.session.ask(lambda: http.get(path, Page[LineShown], cursor=cursor))


@get("/notices", sync_to_thread=True)
def list_notices(phone: NamedDependency[Phone], cursor: str | None = None) -> Page[NoticeShown]:
    """List what the holder was told, newest first."""
    http = phone.session.http
    return phone.session.ask(lambda: http.get("/v1/notices", Page[NoticeShown], cursor=cursor))


@post("/notices/read", status_code=200, sync_to_thread=True)
def read_notices(phone: NamedDependency[Phone], data: JSONBody[NoticesRead]) -> Unread:
    """Mark notices as read, up to one."""
    http = phone.session.http
    return phone.session.ask(lambda: http.send("POST", "/v1/notices/read", data, Unread))


@get("/confirmations", sync_to_thread=True)
def list_confirmations(phone: NamedDependency[Phone]) -> list[ConfirmationShown]:
    """List what tills wait for the holder to confirm."""
    path, http = f"/v1/wallets/{phone.session.wallet_id}/confirmations", phone.session.http
    return phone.session.ask(lambda: http.get(path, list[ConfirmationShown]))


@post("/confirmations/{payment_id:uuid}", sync_to_thread=True)
def confirm(phone: NamedDependency[Phone], payment_id: FromPath[UUID]) -> MoneyAnswer:
    """Confirm what a till has charged; after the PIN. With the same id never twice."""
    path, http = f"/v1/confirmations/{payment_id}", phone.session.http
    outcome_at = f"/v1/payments/{payment_id}"
    paid = phone.session.ask(
        lambda: http.make(payment_id, path, None, PaymentShown, outcome_at=outcome_at)
    )
    return show_done(payment_id, paid)


def _evidence(data: NewWallet) -> BySmsCode | ByAssertion:
    if data.assertion is not None:
        return ByAssertion(assertion=data.assertion)
    if data.phone is None or data.code is None:
        raise UnreadableText(reason="give a phone number and its code, or an assertion.")
    return BySmsCode(phone=data.phone, code=data.code)


def _show_order(order: CardOrderShown) -> MoneyAnswer:
    if order.status is CardOrderStatus.DONE:
        return show_done(order.order_id, order)
    refused = order.status is CardOrderStatus.REFUSED
    return MoneyAnswer(
        id=order.order_id,
        finality=Finality.NOTHING_MOVED if refused else Finality.UNKNOWN,
        happened=say(_NOT_DONE if refused else _PENDING),
        details=order,
    )


ROUTES: list[Any] = [
    read_phone,
    ask_for_code,
    open_wallet,
    sign_in,
    read_me,
    verify,
    raise_category,
    set_pin,
    enter_pin,
    read_balance,
    read_limits,
    list_cards,
    bind_card,
    exchange,
    save_to_bank,
    read_card_order,
    check_payee,
    pay,
    read_payment,
    ask_for_money,
    list_money_requests,
    decline_money_request,
    list_records,
    list_notices,
    read_notices,
    list_confirmations,
    confirm,
]
