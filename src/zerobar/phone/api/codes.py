"""Codes over HTTP: one's own 19 digits, what was scanned, tills' requests, vouchers as text."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.client.paying import CodeLimitShown, NewCodeLimit
from zerobar.codes.vouchers import read_request, read_voucher, request_text
from zerobar.phone.api.purse import reference_of
from zerobar.phone.api.shapes import (
    MoneyAnswer,
    NewPursePayment,
    NewRequest,
    NewVoucher,
    Scanned,
    Text,
    VoucherShown,
)
from zerobar.phone.api.showing import (
    say,
    show_outcome,
    show_paid,
    show_told,
    show_voucher,
)
from zerobar.phone.finality import KEPT_NOT_SENT, SHOW_TO_PAYEE, SHOW_TO_TILL, Finality
from zerobar.phone.program import Phone
from zerobar.phone.scanning import understand
from zerobar.phone.vouchers import text_of
from zerobar.purse.money import Fen
from zerobar.reader import Payment


class OwnCode(msgspec.Struct, frozen=True, kw_only=True):
    """The 19 digits for a till to scan, valid for a minute."""

    digits: str


class RequestShown(msgspec.Struct, frozen=True, kw_only=True):
    """A request of this phone's purse as the text of a code."""

    text: str


@post("/code/enrolment", status_code=204, sync_to_thread=True)
def enrol_codes(phone: NamedDependency[Phone]) -> None:
    """Switch payment codes on; after the PIN. From then on they need no network."""
    person, wallet_id = phone.session.person, phone.session.wallet_id
    phone.codes.enrol(phone.session.ask(lambda: person.enrol_codes(wallet_id)))


@get("/code", sync_to_thread=True)
def show_code(phone: NamedDependency[Phone]) -> OwnCode:
    """Show a payment code; needs no network."""
    return OwnCode(digits=phone.codes.next())


@get("/code/limit", sync_to_thread=True)
def read_code_limit(phone: NamedDependency[Phone]) -> CodeLimitShown:
    """Read what the wallet's codes pay without the holder's word."""
    path, http = f"/v1/wallets/{phone.session.wallet_id}/code-limit", phone.session.http
    return phone.session.ask(lambda: http.get(path, CodeLimitShown))


@put("/code/limit", sync_to_thread=True)
def change_code_limit(
    phone: NamedDependency[Phone], data: JSONBody[NewCodeLimit]
) -> CodeLimitShown:
    """Choose what they pay without it; 0: every payment waits for the holder. After the PIN."""
    path, http = f"/v1/wallets/{phone.session.wallet_id}/code-limit", phone.session.http
    return phone.session.ask(lambda: http.send("PUT", path, data, CodeLimitShown))


@post("/scans", status_code=200, sync_to_thread=True)
def scan(phone: NamedDependency[Phone], data: JSONBody[Text]) -> Scanned:
    """Say what a scanned text is, and what can be done with it."""
    found = understand(phone.session, data.text)
    mine = found.purse_id
    return Scanned(
        kind=found.kind,
        what_to_do=say(found.what_to_do),
        amount_fen=None if found.amount is None else int(found.amount),
        name=found.name,
        payee=found.payee,
        for_this_phone=None if mine is None else mine == phone.purse.linked_id,
        details=found.reading,
    )


@post("/till-payments", sync_to_thread=True)
def pay_till(phone: NamedDependency[Phone], data: JSONBody[NewVoucher]) -> MoneyAnswer:
    """Have the wallet pay a till without network; its voucher is then shown. After the PIN."""
    asked = read_request(data.text)
    paid = phone.vouchers.pay_till(phone.purse.payer(), data.id, asked)
    phone.synchroniser.wake()
    return MoneyAnswer(
        id=data.id, finality=Finality.AT_SYNC, happened=say(SHOW_TO_TILL), text=text_of(paid)
    )


@post("/purse/payments", sync_to_thread=True)
def pay_by_purse(phone: NamedDependency[Phone], data: JSONBody[NewPursePayment]) -> MoneyAnswer:
    """Have the SIM pay a scanned request; its voucher is then shown. Needs no network."""
    paid = phone.vouchers.pay_by_purse(read_request(data.text), data.pin)
    phone.vouchers.note_paid()
    phone.synchroniser.wake()
    return MoneyAnswer(
        id=data.id, finality=Finality.AT_SYNC, happened=say(SHOW_TO_PAYEE), text=text_of(paid)
    )


@post("/requests", sync_to_thread=True)
def ask_by_code(phone: NamedDependency[Phone], data: JSONBody[NewRequest]) -> RequestShown:
    """Ask for money into this phone's purse by a code; needs no network."""
    asked = phone.purse.request(Fen(data.amount_fen), reference_of(data.reference))
    return RequestShown(text=request_text(asked))


@post("/vouchers", sync_to_thread=True)
def receive(phone: NamedDependency[Phone], data: JSONBody[NewVoucher]) -> MoneyAnswer:
    """Take a voucher that answers this phone's request; needs no network."""
    outcome = phone.purse.receive(data.id, Payment(*read_voucher(data.text)))
    phone.synchroniser.wake()
    return show_outcome(data.id, outcome)


@post("/carried-vouchers", sync_to_thread=True)
def carry(phone: NamedDependency[Phone], data: JSONBody[NewVoucher]) -> MoneyAnswer:
    """Take along somebody's voucher, and bring it to the operator when there is a network."""
    told = phone.vouchers.carry(Payment(*read_voucher(data.text)))
    if told is not None:
        return show_told(data.id, told)
    phone.synchroniser.wake()
    return MoneyAnswer(id=data.id, finality=Finality.AT_SYNC, happened=say(KEPT_NOT_SENT))


@get("/vouchers", sync_to_thread=True)
def list_vouchers(phone: NamedDependency[Phone]) -> list[VoucherShown]:
    """List vouchers that came by this phone, newest first; each can be shown again."""
    return [show_voucher(kept.payment, kept.sentence) for kept in phone.vouchers.came_by()]


@get("/purse/vouchers/{entry:int}", sync_to_thread=True)
def show_own_voucher(phone: NamedDependency[Phone], entry: FromPath[int]) -> VoucherShown:
    """Show what this phone's purse paid once more, as text; needs no network."""
    return show_voucher(phone.vouchers.own(entry))


@get("/purse/in-flight", sync_to_thread=True)
def list_in_flight(phone: NamedDependency[Phone]) -> list[VoucherShown]:
    """List what the purse paid and nobody knows the end of yet, newest first; no network."""
    return [show_paid(paid) for paid in phone.vouchers.in_flight()]


@get("/purse/payments", sync_to_thread=True)
def list_paid(phone: NamedDependency[Phone]) -> list[VoucherShown]:
    """List what the purse paid, newest first, with what became of it as far as it is known."""
    return [show_paid(paid) for paid in phone.vouchers.paid()]


ROUTES: list[Any] = [
    enrol_codes,
    show_code,
    read_code_limit,
    change_code_limit,
    scan,
    pay_till,
    pay_by_purse,
    ask_by_code,
    receive,
    carry,
    list_vouchers,
    show_own_voucher,
    list_in_flight,
    list_paid,
]
