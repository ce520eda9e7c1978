"""The wallet over HTTP: opening, signing in, money to people and shops, records."""

from __future__ import annotations

from datetime import date
from types import NoneType
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

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
    LimitsShown,
    PersonShown,
    Verification,
    WalletShown,
)
from zerobar.phone.api.shapes import (
    Category,
    CodeWanted,
    MoneyAnswer,
    MoneyWanted,
    NewSession,
    NewWallet,
    Payment,
    PhoneShown,
)
from zerobar.phone.api.showing import show_done
from zerobar.phone.errors import UnreadableText
from zerobar.phone.memory import SignedUp
from zerobar.phone.program import Phone
from zerobar.purse.money import Fen

_STATEMENTS: Final = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}
Cursor: TypeAlias = FromQuery[str | None]
FirstDay: TypeAlias = Annotated[date, QueryParameter(name="from")]
LastDay: TypeAlias = Annotated[date, QueryParameter(name="to")]


@get("/phone", sync_to_thread=True)
def read_phone(phone: NamedDependency[Phone]) -> PhoneShown:
    """Say what this phone is; needs no network."""
    known: SignedUp | None = phone.session.signed_up if phone.session.is_signed_up else None
    purse_id = phone.purse.linked_id
    return PhoneShown(
        bank_url=phone.places.bank_url,
        antenna=phone.places.antenna,
        can_read=phone.places.reader is not None,
        line=phone.line.number,
        signed_up=known is not None,
        wallet_number=None if known is None else known.wallet_number,
        purse_id=None if purse_id is None else purse_id.hex(),
        device_id=None if known is None else phone.session.device_id,
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
    phone: NamedDependency[Phone], asked: FromQuery[bool] = True, cursor: Cursor = None
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
def list_records(phone: NamedDependency[Phone], cursor: Cursor = None) -> Page[LineShown]:
    """List what moved in the wallet, newest first."""
    path, http = f"/v1/wallets/{phone.session.wallet_id}/statement", phone.session.http
    return phone.session.ask(lambda: http.get(path, Page[LineShown], cursor=cursor))


@get("/statement/{kind:str}", sync_to_thread=True)
def download_statement(
    phone: NamedDependency[Phone],
    kind: FromPath[str],
    first_day: FirstDay,
    last_day: LastDay,
) -> Response[bytes]:
    """Give the statement of some days, as a spreadsheet (csv) or a document (pdf)."""
    if kind not in _STATEMENTS:
        raise NotFoundException
    days = f"from={first_day}&to={last_day}"
    path = f"/v1/wallets/{phone.session.wallet_id}/statement.{kind}?{days}"
    content = phone.session.ask(lambda: phone.session.http.download(path))
    return Response(content, media_type=_STATEMENTS[kind])


@get("/notices", sync_to_thread=True)
def list_notices(phone: NamedDependency[Phone], cursor: Cursor = None) -> Page[NoticeShown]:
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


@post("/confirmations/{payment_id:uuid}/decline", status_code=204, sync_to_thread=True)
def decline(phone: NamedDependency[Phone], payment_id: FromPath[UUID]) -> None:
    """Refuse to pay what a till has charged."""
    path, http = f"/v1/confirmations/{payment_id}/decline", phone.session.http
    phone.session.ask(lambda: http.send("POST", path, None, NoneType))


def _evidence(data: NewWallet) -> BySmsCode | ByAssertion:
    if data.assertion is not None:
        return ByAssertion(assertion=data.assertion)
    if data.phone is None or data.code is None:
        raise UnreadableText(reason="give a phone number and its code, or an assertion.")
    return BySmsCode(phone=data.phone, code=data.code)


ROUTES: list[Any] = [
    read_phone,
    ask_for_code,
    open_wallet,
    sign_in,
    read_me,
    verify,
    raise_category,
    read_balance,
    read_limits,
    check_payee,
    pay,
    read_payment,
    ask_for_money,
    list_money_requests,
    decline_money_request,
    list_records,
    download_statement,
    list_notices,
    read_notices,
    list_confirmations,
    confirm,
    decline,
]
