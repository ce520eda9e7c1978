"""A bank that the telecom asks in tests: over real HTTP, by the wire shapes, and faulty on demand.

bank = TestBank(clock, shop, biller)
with served(bank.app()) as url: ...
bank.pay(order_id)                    somebody pays an order
bank.lose_requests(2)                 the next two requests do not arrive
bank.lose_answers(1)                  the next one is done, and its answer is lost
bank.notice("order.paid", order=...)  headers and body of a signed notice
"""

from __future__ import annotations

import base64
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar import Litestar, Request, Response, get, post, put
from litestar.params import FromPath, FromQuery

from zerobar.client.hosting import GivenBack, GivenBackTo, PayerCertificate, SettledVoucher
from zerobar.client.merchants import (
    CodeShown,
    MerchantShown,
    NewOrder,
    NewRefund,
    OrderShown,
    OrderStateName,
    RefundShown,
    RefundStateName,
    ShopShown,
    WebhookAddress,
)
from zerobar.client.paging import Page
from zerobar.client.problems import MEDIA_TYPE, TYPE_PREFIX, Problem
from zerobar.client.signing import decode_signature, signed_bytes
from zerobar.client.syncing import NewVouchers, VoucherLife, VouchersTold, VoucherTold
from zerobar.client.webhooks import ID_HEADER, SIGNATURE_HEADER, TIME_HEADER, webhook_bytes
from zerobar.purse.messages import Certificate, Voucher
from zerobar.purse.suites import P256, SignatureRefused

AnyRequest = Request[Any, Any, Any]


class Told(Exception):
    """A problem that the bank tells."""

    def __init__(self, status: int, name: str) -> None:
        self.problem = Problem(
            type=TYPE_PREFIX + name, title=name, status=status, detail="No.", next_step="Stop."
        )


class TestBank:
    """One merchant's bank in memory.

    Attributes:
        key_id, public_key: of the server that may ask.
        biller_id: the payee that it hosts for the merchant.
        refuse_refunds: the books do not let any refund through.
        hold_vouchers: vouchers are taken, and not decided.
        refuse_returns: the problem by which it gives no voucher back.
        given_back: how often each voucher's money went back.
        pages_listed: of the list of what was settled, to whichever payee of the merchant's.
    """

    __test__ = False

    def __init__(
        self, clock: Callable[[], datetime], public_key: bytes, shop_id: UUID, biller_id: bytes
    ) -> None:
        self.clock, self.public_key, self.biller_id = clock, public_key, biller_id
        self.key_id = uuid4()
        self.shops = [
            ShopShown(
                shop_id=shop_id,
                code="1",
                name="话费充值",
                latin_name="Top-ups",
                opened_at=clock(),
                closed_at=None,
            )
        ]
        self.webhook_url: str | None = None
        self.webhook_key = Ed25519PrivateKey.generate()
        self.orders: dict[UUID, OrderShown] = {}
        self.refunds: dict[UUID, RefundShown] = {}
        self.vouchers: dict[tuple[bytes, int], Voucher] = {}
        self.settled: list[SettledVoucher] = []
        self.certificates: dict[bytes, Certificate] = {}
        self.refuse_refunds = self.hold_vouchers = False
        self.refuse_returns: str | None = None
        self.given_back: Counter[tuple[str, int]] = Counter()
        self.is_listing, self.pages_listed = True, 0
        self._lost_requests = self._lost_answers = 0
        self._lock = threading.RLock()

    # --- what tests do --------------------------------------------------------------------

    def lose_requests(self, times: int) -> None:
        self._lost_requests = times

    def lose_answers(self, times: int) -> None:
        self._lost_answers = times

    def pay(self, order_id: UUID) -> OrderShown:
        order = self.orders[order_id]
        assert order.state is OrderStateName.OPEN
        paid = msgspec.structs.replace(
            order, state=OrderStateName.PAID, payment_id=uuid4(), paid_at=self.clock()
        )
        self.orders[order_id] = paid
        return paid

    def expire(self, order_id: UUID) -> None:
        self.orders[order_id] = msgspec.structs.replace(
            self.orders[order_id], state=OrderStateName.EXPIRED, ended_at=self.clock()
        )

    def take(self, record: bytes) -> VoucherTold:
        """Settle a voucher as the bank does, whoever brought it."""
        voucher = Voucher.parse(record[: Voucher.LENGTH])
        certificate = Certificate.parse(record[Voucher.LENGTH :])
        try:
            voucher.verify(certificate.public_key)
        except SignatureRefused:
            return _voucher_told(False, "Its payer did not sign it.")
        with self._lock:
            self.certificates[certificate.hash] = certificate
            key = voucher.payer_id, voucher.entry
            kept = self.vouchers.setdefault(key, voucher)
            if kept.body != voucher.body:
                return _voucher_told(True, "A clone. It is kept as proof.")
            if not self.hold_vouchers:
                self.settle(*key)
            return _voucher_told(True, "It is kept.")

    def settle(self, payer_id: bytes, entry: int) -> None:
        voucher = self.vouchers[payer_id, entry]
        known = {(each.payer_id, each.entry) for each in self.settled}
        if (payer_id.hex(), entry) not in known:
            self.settled.append(
                SettledVoucher(
                    payer_id=payer_id.hex(),
                    entry=entry,
                    payee_id=voucher.payee_id.hex(),
                    amount_fen=int(voucher.amount),
                    reference=voucher.reference.hex(),
                    settled_at=self.clock(),
                )
            )

    def notice(self, kind: str, **subject: object) -> tuple[dict[str, str], bytes]:
        body = msgspec.json.encode({"id": str(uuid4()), "kind": kind} | subject)
        event_id, time_unix_s = str(uuid4()), str(int(self.clock().timestamp()))
        signature = self.webhook_key.sign(webhook_bytes(event_id, time_unix_s, body))
        text = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
        return {ID_HEADER: event_id, TIME_HEADER: time_unix_s, SIGNATURE_HEADER: text}, body

    def notice_paid(self, order: OrderShown) -> tuple[dict[str, str], bytes]:
        facts = {
            "order_id": order.order_id,
            "amount_fen": order.amount_fen,
            "payment_id": order.payment_id,
        }
        return self.notice("order.paid", order=facts)

    def notice_settled(self, settled: SettledVoucher) -> tuple[dict[str, str], bytes]:
        return self.notice("voucher.settled", voucher=msgspec.to_builtins(settled))

    # --- what is asked --------------------------------------------------------------------

    async def answered(self, request: AnyRequest, act: Callable[[bytes, UUID], Any]) -> Any:
        body = await request.body()
        with self._lock:
            if self._lost_requests:
                self._lost_requests -= 1
                return _told(Told(503, "unavailable"))
            try:
                shown = act(body, self._checked(request, body))
            except Told as told:
                return _told(told)
            if self._lost_answers:
                self._lost_answers -= 1
                return _told(Told(503, "unavailable"))
        return Response(msgspec.json.encode(shown), media_type="application/json", status_code=200)

    def _checked(self, request: AnyRequest, body: bytes) -> UUID:
        headers = request.headers
        id_, time_text = headers.get("idempotency-key", ""), headers["zerobar-time"]
        target = request.scope["raw_path"].decode()
        if query := request.scope["query_string"]:
            target += f"?{query.decode()}"
        signed = signed_bytes(request.method, target, id_, time_text, body)
        signature = decode_signature(headers["zerobar-signature"])
        assert signature is not None and headers["zerobar-key"] == str(self.key_id)
        P256.verify(self.public_key, signed, signature)
        return UUID(id_) if id_ else UUID(int=0)

    def make_order(self, body: bytes, id_: UUID) -> OrderShown:
        asked = msgspec.json.decode(body, type=NewOrder)
        if id_ in self.orders:
            return self.orders[id_]
        if any(order.number == asked.number for order in self.orders.values()):
            raise Told(409, "number-used")
        self.orders[id_] = OrderShown(
            order_id=id_,
            shop_id=asked.shop_id,
            terminal_id=None,
            number=asked.number,
            amount_fen=asked.amount_fen,
            memo=asked.memo,
            items=[],
            state=OrderStateName.OPEN,
            created_at=self.clock(),
            expires_at=self.clock() + timedelta(seconds=asked.lasts_s),
            payment_id=None,
            paid_at=None,
            ended_at=None,
        )
        return self.orders[id_]

    def look(self, id_: UUID) -> OrderShown:
        if id_ not in self.orders:
            raise Told(404, "order-unknown")
        return self.orders[id_]

    def refund(self, order_id: UUID, body: bytes, id_: UUID) -> RefundShown:
        asked, order = msgspec.json.decode(body, type=NewRefund), self.look(order_id)
        if id_ in self.refunds:
            return self.refunds[id_]
        before = sum(r.amount_fen for r in self.refunds.values() if r.order_id == order_id)
        if self.refuse_refunds or before + asked.amount_fen > order.amount_fen:
            raise Told(422, "over-refund")
        assert order.payment_id is not None
        self.refunds[id_] = RefundShown(
            refund_id=id_,
            order_id=order_id,
            payment_id=order.payment_id,
            number=asked.number,
            amount_fen=asked.amount_fen,
            reason=asked.reason,
            state=RefundStateName.DONE,
            refused="",
            asked_at=self.clock(),
            done_at=self.clock(),
        )
        return self.refunds[id_]

    def look_at_refund(self, id_: UUID) -> RefundShown:
        if id_ not in self.refunds:
            raise Told(404, "refund-unknown")
        return self.refunds[id_]

    def take_all(self, body: bytes) -> VouchersTold:
        records = msgspec.json.decode(body, type=NewVouchers).records
        return VouchersTold(items=[self.take(bytes.fromhex(record)) for record in records])

    def fate(self, payer_id: str, entry: int) -> VoucherLife:
        kept = self.vouchers.get((bytes.fromhex(payer_id), entry))
        if kept is None or kept.payee_id != self.biller_id:
            raise Told(404, "voucher-unknown")
        known = {(each.payer_id, each.entry) for each in self.settled}
        return VoucherLife(
            payer_id=payer_id,
            entry=entry,
            payee_id=kept.payee_id.hex(),
            amount_fen=int(kept.amount),
            outcome="settled" if (payer_id, entry) in known else None,
            reference=kept.reference.hex(),
            waits_for=None,
            steps=[],
        )

    def give_back(self, payer_id: str, entry: int) -> GivenBack:
        settled = {(each.payer_id, each.entry): each for each in self.settled}
        if (payer_id, entry) not in settled:
            raise Told(404, "voucher-unknown")
        if not self.given_back[payer_id, entry]:
            if self.refuse_returns is not None:
                raise Told(422, self.refuse_returns)
            self.given_back[payer_id, entry] += 1
        return GivenBack(
            payer_id=payer_id,
            entry=entry,
            amount_fen=settled[payer_id, entry].amount_fen,
            to=GivenBackTo.WALLET,
            given_back_at=self.clock(),
        )

    def certificate(self, certificate_hash: str) -> PayerCertificate:
        found = self.certificates.get(bytes.fromhex(certificate_hash))
        if found is None:
            raise Told(404, "certificate-unknown")
        return PayerCertificate(certificate=bytes(found).hex())

    def list_settled(self, cursor: str | None, limit: int) -> Page[SettledVoucher]:
        if not self.is_listing:
            raise Told(503, "unavailable")
        self.pages_listed += 1
        newest_first, start = self.settled[::-1], int(cursor or 0)
        more = start + limit < len(newest_first)
        return Page(
            items=newest_first[start : start + limit],
            next_cursor=str(start + limit) if more else None,
        )

    def merchant(self) -> MerchantShown:
        key = self.webhook_key.public_key().public_bytes_raw()
        return MerchantShown(
            merchant_id=uuid4(),
            wallet_id=uuid4(),
            name="电信",
            latin_name="Telecom",
            latin_city="Beijing",
            category_code="4814",
            credit_code="9" * 18,
            bank_code="1" * 12,
            account_holder="电信",
            account_masked="****",
            webhook_url=self.webhook_url,
            webhook_key=base64.urlsafe_b64encode(key).rstrip(b"=").decode(),
            opened_at=self.clock(),
            suspended_at=None,
        )

    def set_webhook(self, body: bytes) -> MerchantShown:
        self.webhook_url = msgspec.json.decode(body, type=WebhookAddress).url
        return self.merchant()

    def app(self) -> Litestar:
        """Return the application."""
        routes = [*_order_routes(self), *_voucher_routes(self), *_merchant_routes(self)]
        return Litestar(route_handlers=routes, openapi_config=None, logging_config=None)


def _order_routes(bank: TestBank) -> list[Any]:
    @post("/v1/orders")
    async def make(request: AnyRequest) -> Any:
        return await bank.answered(request, bank.make_order)

    @get("/v1/orders/{id_:uuid}")
    async def look(request: AnyRequest, id_: FromPath[UUID]) -> Any:
        return await bank.answered(request, lambda *_: bank.look(id_))

    @get("/v1/orders/{id_:uuid}/code")
    async def code(request: AnyRequest, id_: FromPath[UUID]) -> Any:
        return await bank.answered(
            request, lambda *_: CodeShown(text=f"000201{bank.look(id_).number}")
        )

    @post("/v1/orders/{id_:uuid}/refunds")
    async def refund(request: AnyRequest, id_: FromPath[UUID]) -> Any:
        return await bank.answered(request, lambda body, own: bank.refund(id_, body, own))

    @get("/v1/refunds/{id_:uuid}")
    async def look_at_refund(request: AnyRequest, id_: FromPath[UUID]) -> Any:
        return await bank.answered(request, lambda *_: bank.look_at_refund(id_))

    return [make, look, code, refund, look_at_refund]


def _voucher_routes(bank: TestBank) -> list[Any]:
    @post("/v1/vouchers")
    async def bring(request: AnyRequest) -> Any:
        return await bank.answered(request, lambda body, _: bank.take_all(body))

    @get("/v1/vouchers/{payer:str}/{entry:int}")
    async def fate(request: AnyRequest, payer: FromPath[str], entry: FromPath[int]) -> Any:
        return await bank.answered(request, lambda *_: bank.fate(payer, entry))

    @get("/v1/certificates/{payer:str}/{hash_:str}")
    async def certificate(request: AnyRequest, payer: FromPath[str], hash_: FromPath[str]) -> Any:
        return await bank.answered(request, lambda *_: bank.certificate(hash_))

    @get("/v1/merchant/vouchers")
    async def settled(
        request: AnyRequest, limit: FromQuery[int], cursor: FromQuery[str | None] = None
    ) -> Any:
        return await bank.answered(request, lambda *_: bank.list_settled(cursor, limit))

    @post("/v1/merchant/vouchers/{payer:str}/{entry:int}/return")
    async def give_back(request: AnyRequest, payer: FromPath[str], entry: FromPath[int]) -> Any:
        return await bank.answered(request, lambda *_: bank.give_back(payer, entry))

    return [bring, fate, certificate, settled, give_back]


def _merchant_routes(bank: TestBank) -> list[Any]:
    @get("/v1/shops")
    async def shops(request: AnyRequest) -> Any:
        return await bank.answered(request, lambda *_: Page(items=bank.shops, next_cursor=None))

    @put("/v1/merchant/webhook")
    async def webhook(request: AnyRequest) -> Any:
        return await bank.answered(request, lambda body, _: bank.set_webhook(body))

    return [shops, webhook]


def _voucher_told(taken: bool, sentence: str) -> VoucherTold:
    return VoucherTold(taken=taken, sentence=sentence, sentence_zh="")


def _told(told: Told) -> Response[bytes]:
    problem = told.problem
    return Response(msgspec.json.encode(problem), status_code=problem.status, media_type=MEDIA_TYPE)
