"""Settlement as one would write it down: dictionaries, one record after the other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from zerobar.bank.settlement.batch import RECORD_LENGTH
from zerobar.bank.settlement.drawing import Drawn
from zerobar.purse.messages import Certificate, Kind, Request, Voucher, terms_of
from zerobar.purse.suites import SignatureRefused
from zerobar.purse.wire import FormError


@dataclass
class PlainBank:
    """What a bank must hold after its batches.

    Attributes:
        wallets: by purse id.
        balances: by wallet; `float` is the float's.
        vouchers: bodies by payer id and entry.
        shadows: by purse id: what it paid, what it was paid, in fen.
        outcomes: SETTLED is True, DECLINED False.
        forked: payer id and entry of two bodies.
    """

    ca: bytes
    operator_id: bytes
    wallets: dict[bytes, UUID]
    payees: set[bytes]
    balances: dict[UUID, int]
    float: int
    requests: dict[tuple[bytes, int], Request] = field(default_factory=dict)
    settled: set[tuple[bytes, int]] = field(default_factory=set)
    vouchers: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    shadows: defaultdict[bytes, list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0])
    )
    outcomes: dict[tuple[bytes, int], bool] = field(default_factory=dict)
    forked: set[tuple[bytes, int]] = field(default_factory=set)

    def settle(self, drawn: Drawn) -> None:
        for request in drawn.requests:
            self.requests[request.payee_id, request.number] = request
        for place in range(drawn.batch.present):
            self._take(drawn.batch.content[place * RECORD_LENGTH :][:RECORD_LENGTH])
        # A batch is stored as a whole before money moves, in the order of payers and entries.
        for key in sorted(set(self.vouchers) - set(self.outcomes)):
            self._post(Voucher.parse(self.vouchers[key] + bytes(64)))

    def _take(self, record: bytes) -> None:
        try:
            voucher = Voucher.parse(record[: Voucher.LENGTH])
            certificate = Certificate.parse(record[Voucher.LENGTH :])
            certificate.verify(self.ca)
            voucher.verify(certificate.public_key)
        except (FormError, SignatureRefused):
            return
        if certificate.id != voucher.payer_id or voucher.currency != certificate.currency:
            return
        key = voucher.payer_id, voucher.entry
        if key in self.vouchers:
            if self.vouchers[key] != voucher.body:
                self.forked.add(key)
            return
        self.vouchers[key] = voucher.body
        if voucher.kind is not Kind.AUTHORISE:
            self.shadows[voucher.payer_id][0] += voucher.amount
            self.shadows[voucher.payee_id][1] += voucher.amount

    def _post(self, voucher: Voucher) -> None:
        key = voucher.payer_id, voucher.entry
        target = (voucher.payee_id, voucher.number)
        payer_wallet = self.wallets[voucher.payer_id]
        if voucher.kind is Kind.UNLOAD:
            if voucher.payer_id in self._flagged:
                return
            self._from_float(key, payer_wallet, voucher.amount)
        elif voucher.kind is Kind.PUSH:
            self._from_float(key, self.wallets[voucher.payee_id], voucher.amount)
        elif voucher.payee_id in self.payees:
            asked = self.requests.get(target)
            open_ = asked is not None and target not in self.settled
            answers = open_ and asked is not None and terms_of(asked) == terms_of(voucher)
            if voucher.kind is Kind.AUTHORISE:
                self._authorise(key, voucher, answers and voucher.payer_id not in self._flagged)
            elif answers:
                self.settled.add(target)
                self._from_float(key, self.wallets[voucher.payee_id], voucher.amount)

    @property
    def _flagged(self) -> set[bytes]:
        return {payer_id for payer_id, _ in self.forked}

    def _authorise(self, key: tuple[bytes, int], voucher: Voucher, allowed: bool) -> None:
        payer_wallet = self.wallets[voucher.payer_id]
        if not allowed or self.balances[payer_wallet] < voucher.amount:
            self.outcomes[key] = False
            return
        self.settled.add((voucher.payee_id, voucher.number))
        self.balances[payer_wallet] -= voucher.amount
        self.balances[self.wallets[voucher.payee_id]] += voucher.amount
        self.outcomes[key] = True

    def _from_float(self, key: tuple[bytes, int], wallet: UUID, amount: int) -> None:
        self.float -= amount
        self.balances[wallet] += amount
        self.outcomes[key] = True
