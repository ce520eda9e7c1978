"""A merchant at the bank: a till's orders, charges and refunds; its server's shops and books.

    key = enrol_till(BankHttp(bank_url), terminal_id, one_time_code, private_key)
    with Outbox(path, time.time) as outbox, BankHttp(bank_url, key, outbox=outbox) as http:
        till = TillClient(http)
        order = till.order(uuid4(), shop_id, "2026-0001", Fen(12_50))
        paid = till.charge(uuid4(), order.order_id, scanned, patience_s=60)

What is made takes an id that the caller made and will use again for the same; see `BankHttp`.
An error is not a failure: after Unreachable, or an error that is `in_doubt`, look at the order.
All methods raise ClientError.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar
from uuid import UUID

from zerobar.client.enrolment import write_64
from zerobar.client.errors import Refused
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchants import (
    AddedTerminal,
    CodeShown,
    EnrolledTerminal,
    EventShown,
    ItemLine,
    MerchantMoney,
    MerchantShown,
    NewCharge,
    NewOrder,
    NewRefund,
    NewServerKey,
    NewShop,
    NewTerminal,
    OrderShown,
    OrderStateName,
    RefundShown,
    ServerKeyShown,
    SettlementShown,
    ShopShown,
    TerminalEnrolment,
    TerminalShown,
    WebhookAddress,
    server_key_bytes,
    terminal_bytes,
)
from zerobar.client.paging import LARGEST_LIMIT, Page
from zerobar.client.problems import CONFIRMATION_NEEDED
from zerobar.client.taps import NewTap, NewTapRequest, TapPays, TapRequestShown
from zerobar.purse.messages import SignedRequest
from zerobar.purse.money import Fen
from zerobar.purse.suites import P256

ORDER_LASTS_S: Final = 900
_ASK_AGAIN_AFTER_S: Final = 0.5

Item = TypeVar("Item")


def enrol_till(http: BankHttp, terminal_id: UUID, code: str, private_key: bytes) -> RequestKey:
    """Enrol a till's own key by the one-time code; return the key, which signs from then on.

    Args:
        http: a way to the bank; it needs no key.
        terminal_id: as the merchant's server added it.
        code: as the server was told, once.
        private_key: P-256, 32 bytes, made on the till; the bank enrols its public half.

    Raises ClientError.
    """
    asked = TerminalEnrolment(
        code=code,
        public_key=write_64(P256.public_key(private_key)),
        proof=write_64(P256.sign(private_key, terminal_bytes(terminal_id, code))),
    )
    enrolled = http.send("PUT", f"/v1/terminals/{terminal_id}/key", asked, EnrolledTerminal)
    return RequestKey(enrolled.key_id, private_key)


class TillClient:
    """What a till asks the bank.

    Args:
        http: the way there, with the till's key.
    """

    def __init__(self, http: BankHttp) -> None:
        self._http = http

    def merchant(self) -> MerchantShown:
        """Read whose till it is."""
        return self._http.get("/v1/merchant", MerchantShown)

    # --- orders ---------------------------------------------------------------------------

    def order(  # noqa: PLR0913 - these are an order's parts
        self,
        order_id: UUID,
        shop_id: UUID,
        number: str,
        amount: Fen,
        *,
        memo: str = "",
        items: Sequence[ItemLine] = (),
        lasts_s: int = ORDER_LASTS_S,
    ) -> OrderShown:
        """Ask for an amount under the merchant's own number; with the same id it is one order."""
        asked = NewOrder(
            shop_id=shop_id,
            number=number,
            amount_fen=int(amount),
            memo=memo,
            items=list(items),
            lasts_s=lasts_s,
        )
        outcome_at = f"/v1/orders/{order_id}"
        return self._http.make(order_id, "/v1/orders", asked, OrderShown, outcome_at=outcome_at)

    def look(self, order_id: UUID, patience_s: float = 0) -> OrderShown:
        """Read an order as it stands.

        Args:
            order_id: which.
            patience_s: how long to ask again while it is open.
        """
        until = time.monotonic() + patience_s
        while True:
            order = self._http.get(f"/v1/orders/{order_id}", OrderShown)
            if order.state is not OrderStateName.OPEN or time.monotonic() >= until:
                return order
            time.sleep(_ASK_AGAIN_AFTER_S)

    def find(self, number: str) -> OrderShown:
        """Read an order by the merchant's own number."""
        return self._http.get("/v1/orders/by-number", OrderShown, number=number)

    def orders(self) -> Iterator[OrderShown]:
        """Read the merchant's orders, the newest ids first."""
        return self._all("/v1/orders", Page[OrderShown])

    def close(self, order_id: UUID) -> OrderShown:
        """Close an order, so that nobody can pay it any more."""
        return self._http.send("POST", f"/v1/orders/{order_id}/close", None, OrderShown)

    def code_of(self, order_id: UUID) -> str:
        """Read the text of the code of an open order, to be drawn for the customer."""
        return self._http.get(f"/v1/orders/{order_id}/code", CodeShown).text

    def charge(
        self, charge_id: UUID, order_id: UUID, code: str, patience_s: float = 0
    ) -> OrderShown:
        """Have an order paid by the code that the customer shows; return it, paid.

        Args:
            charge_id: made by the till, for this code and order and nothing else.
            order_id: what is paid.
            code: 19 digits, as scanned.
            patience_s: how long to ask again while the customer has to confirm it.
        """
        until = time.monotonic() + patience_s
        while True:
            try:
                return self._charge_once(charge_id, order_id, code)
            except Refused as refused:
                if refused.problem != CONFIRMATION_NEEDED or time.monotonic() >= until:
                    raise
            time.sleep(_ASK_AGAIN_AFTER_S)

    def _charge_once(self, charge_id: UUID, order_id: UUID, code: str) -> OrderShown:
        order_path = f"/v1/orders/{order_id}"
        return self._http.make(
            charge_id,
            f"{order_path}/charges",
            NewCharge(code=code),
            OrderShown,
            outcome_at=order_path,
        )

    # --- customers' cards -----------------------------------------------------------------

    def tap_request(self, order_id: UUID, pays: TapPays) -> SignedRequest:
        """Have an order's request signed, to be shown to the customer's card by a tap.

        Args:
            order_id: what is to be paid; it is open.
            pays: the wallet behind the card, or the card itself.
        """
        path = f"/v1/orders/{order_id}/card-request"
        shown = self._http.send("POST", path, NewTapRequest(pays=pays), TapRequestShown)
        return SignedRequest.parse(bytes.fromhex(shown.request))

    def pay_by_tap(self, order_id: UUID, payment: bytes) -> OrderShown:
        """Have an order paid by what the card answered; return it, paid. Ask again when in doubt.

        Args:
            order_id: what is paid.
            payment: the card's voucher and certificate, 253 bytes.
        """
        asked = NewTap(record=payment.hex())
        return self._http.send("POST", f"/v1/orders/{order_id}/taps", asked, OrderShown)

    # --- refunds --------------------------------------------------------------------------

    def refund(
        self, refund_id: UUID, order_id: UUID, number: str, amount: Fen, reason: str = ""
    ) -> RefundShown:
        """Give an order back, or a part of it, under the merchant's own number."""
        asked = NewRefund(number=number, amount_fen=int(amount), reason=reason)
        path, outcome_at = f"/v1/orders/{order_id}/refunds", f"/v1/refunds/{refund_id}"
        return self._http.make(refund_id, path, asked, RefundShown, outcome_at=outcome_at)

    def look_at_refund(self, refund_id: UUID) -> RefundShown:
        """Read a refund as it stands."""
        return self._http.get(f"/v1/refunds/{refund_id}", RefundShown)

    def find_refund(self, number: str) -> RefundShown:
        """Read a refund by the merchant's own number."""
        return self._http.get("/v1/refunds/by-number", RefundShown, number=number)

    def refunds_of(self, order_id: UUID) -> list[RefundShown]:
        """Read an order's refunds, refused ones too."""
        return self._http.get(f"/v1/orders/{order_id}/refunds", list[RefundShown])

    def _all(self, path: str, page: type[Page[Item]]) -> Iterator[Item]:
        cursor: str | None = None
        while True:
            found = self._http.get(path, page, cursor=cursor, limit=LARGEST_LIMIT)
            yield from found.items
            if (cursor := found.next_cursor) is None:
                return


class MerchantClient(TillClient):
    """What a merchant's server asks the bank: all that a till may, and the merchant's affairs.

    Args:
        http: the way there, with the server's key.
    """

    def money(self) -> MerchantMoney:
        """Read what the merchant has."""
        return self._http.get("/v1/merchant/balance", MerchantMoney)

    def replace_key(self, merchant_id: UUID, new: RequestKey) -> ServerKeyShown:
        """Have the bank take another key for this program, and nothing more of the one in use.

        Args:
            merchant_id: who asks.
            new: with an id made for it; keep both, beside the old, before asking.

        Whenever the answer is not known, as after Unreachable, an error that is `in_doubt`, or a
        restart, ask something with the new key: if it is unknown, ask for the same again.
        """
        proof = P256.sign(new.private_key, server_key_bytes(merchant_id, new.id))
        asked = NewServerKey(public_key=write_64(new.public_key), proof=write_64(proof))
        path = "/v1/merchant/server-keys"
        return self._http.make(new.id, path, asked, ServerKeyShown, keep=False)

    # --- shops and tills ------------------------------------------------------------------

    def open_shop(self, shop_id: UUID, name: str, latin_name: str) -> ShopShown:
        """Open a shop."""
        asked = NewShop(name=name, latin_name=latin_name)
        return self._http.make(shop_id, "/v1/shops", asked, ShopShown)

    def shops(self) -> Iterator[ShopShown]:
        """Read the merchant's shops."""
        return self._all("/v1/shops", Page[ShopShown])

    def close_shop(self, shop_id: UUID) -> ShopShown:
        """Close a shop for good."""
        return self._http.send("POST", f"/v1/shops/{shop_id}/close", None, ShopShown)

    def code_of_shop(self, shop_id: UUID) -> str:
        """Read the text of a shop's standing code."""
        return self._http.get(f"/v1/shops/{shop_id}/code", CodeShown).text

    def add_till(self, terminal_id: UUID, shop_id: UUID, label: str) -> AddedTerminal:
        """Add a till; the answer has the one-time code for it, and is kept nowhere."""
        asked = NewTerminal(shop_id=shop_id, label=label)
        return self._http.make(terminal_id, "/v1/terminals", asked, AddedTerminal, keep=False)

    def tills(self) -> Iterator[TerminalShown]:
        """Read the merchant's tills."""
        return self._all("/v1/terminals", Page[TerminalShown])

    def renew_till_code(self, terminal_id: UUID) -> AddedTerminal:
        """Have another one-time code made for a till that is not enrolled yet."""
        return self._http.send("POST", f"/v1/terminals/{terminal_id}/code", None, AddedTerminal)

    def revoke_till(self, terminal_id: UUID) -> TerminalShown:
        """End a till: nothing that it signs is taken any more."""
        path = f"/v1/terminals/{terminal_id}/revocation"
        return self._http.send("POST", path, None, TerminalShown)

    # --- notices and books ----------------------------------------------------------------

    def set_webhook(self, url: str | None) -> MerchantShown:
        """Say where notices go; None: nowhere."""
        asked = WebhookAddress(url=url)
        return self._http.send("PUT", "/v1/merchant/webhook", asked, MerchantShown)

    def events(self) -> Iterator[EventShown]:
        """Read the merchant's notices, the last to occur first."""
        return self._all("/v1/merchant/events", Page[EventShown])

    def resend(self, event_id: UUID) -> EventShown:
        """Have a notice sent again, by its schedule from the beginning."""
        return self._http.send("POST", f"/v1/merchant/events/{event_id}/resend", None, EventShown)

    def settlements(self) -> Iterator[SettlementShown]:
        """Read what was paid out to the merchant's bank, the newest day first."""
        return self._all("/v1/merchant/settlements", Page[SettlementShown])

    def download_day(self, day: int) -> bytes:
        """Download a day that is over, as 20261125: CSV in UTF-8."""
        return self._http.download(f"/v1/merchant/reconciliation/{day}")
