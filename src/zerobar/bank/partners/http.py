"""Partners over HTTP: the bank of the cards, the identity register, the short-message service.

An answer that does not come, or cannot be understood, is never taken for a refusal. What cannot
have arrived is sent again; what may have arrived is sent again only where that changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import httpx
import msgspec

from zerobar.bank.partners.model import (
    BankOrder,
    BankOutcome,
    BankStatus,
    CardHolder,
    Partners,
    PartnerUnavailable,
)
from zerobar.bank.partners.statements import LineKind, StatementLine
from zerobar.purse.money import Fen
from zerobar.tracing.asking import asking

DEFAULT_TIMEOUT: Final = httpx.Timeout(10.0, connect=2.0)
TRIES: Final = 2
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_STATUS: Final = {"done": BankStatus.DONE, "refused": BankStatus.REFUSED}
_UNKNOWN: Final = BankOutcome(BankStatus.UNKNOWN)
_MOST_FEN: Final = 10**15
"""More than any bank books at once; a day's sum of such is still a number that can be stored."""
_LONGEST_WORD: Final = 140
_log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class _Outcome(msgspec.Struct, frozen=True):
    status: str
    reason: str = ""

    def read(self) -> BankOutcome:
        return BankOutcome(_STATUS.get(self.status, BankStatus.UNKNOWN), _plain(self.reason))


class _Binding(msgspec.Struct, frozen=True):
    token: str | None


class _Matches(msgspec.Struct, frozen=True):
    matches: bool


class _Outcomes(msgspec.Struct, frozen=True):
    outcomes: dict[str, _Outcome]


class _Booking(msgspec.Struct, frozen=True):
    kind: LineKind
    reference: str
    amount_fen: Annotated[int, msgspec.Meta(ge=0, le=_MOST_FEN)]

    def read(self) -> StatementLine:
        return StatementLine(self.kind, _plain(self.reference), Fen(self.amount_fen))


class _Statement(msgspec.Struct, frozen=True):
    lines: list[_Booking]


def _plain(text: str) -> str:
    """Return a partner's word as it can be stored and shown: no control characters, not long."""
    return "".join(each if each.isprintable() else "?" for each in text[:_LONGEST_WORD])


@dataclass(frozen=True)
class Partner:
    """Whoever answers at a base URL.

    Attributes:
        name: for errors and logs.
        client: with its base URL and time-outs.
    """

    name: str
    client: httpx.Client = field(repr=False)

    def ask(
        self, method: str, path: str, shape: type[Answer], *, again: bool, **sent: Any
    ) -> Answer:
        """Send a request and read the answer.

        Args:
            method: of HTTP.
            path: below the base URL.
            shape: of the answer's body.
            again: whether sending it a second time changes nothing.
            sent: its content, as httpx takes it.

        Raises PartnerUnavailable; then it may have arrived, unless nothing could be sent at all.
        """
        response = self._send(method, path, again, sent)
        try:
            return msgspec.json.decode(response.content, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            # The content stays out of the log: it may be about a person.
            _log.warning("%s answered what cannot be understood", self.name)
            raise PartnerUnavailable(self.name) from error

    def tell(self, method: str, path: str, *, again: bool, **sent: Any) -> None:
        """Send a request whose answer has no body; as `ask`."""
        self._send(method, path, again, sent)

    def _send(self, method: str, path: str, again: bool, sent: dict[str, Any]) -> httpx.Response:
        for tries_left in reversed(range(TRIES)):
            request = self.client.build_request(method, path, **sent)
            try:
                with asking(request) as asked:
                    response = asked.heard(self.client.send(request))
            except httpx.RequestError as error:
                _log.warning("%s does not answer: %s", self.name, type(error).__name__)
                if tries_left and (again or isinstance(error, _NOT_SENT)):
                    continue
                raise PartnerUnavailable(self.name) from error
            if response.is_success:
                return response
            _log.warning("%s answered %d", self.name, response.status_code)
            if not (tries_left and again and response.is_server_error):
                raise PartnerUnavailable(self.name)
        raise AssertionError("the last try returns or raises")


@dataclass(frozen=True)
class HttpBank:
    """The bank of the cards, as `BankLink`.

    Attributes:
        partner: who answers.
        account: the operator's account there.
    """

    partner: Partner
    account: str

    def bind(self, holder: CardHolder) -> str | None:
        """Check the four elements; see BankLink."""
        body = {
            "card_number": holder.card_number,
            "name": holder.name,
            "resident_id": holder.resident_id,
            "phone": holder.phone,
        }
        return self.partner.ask("POST", "/bank/bindings", _Binding, again=True, json=body).token

    def debit(self, order: BankOrder) -> BankOutcome:
        """Take money from a card's account; see BankLink."""
        return self._carry_out("debit", order)

    def credit(self, order: BankOrder) -> BankOutcome:
        """Give money to a card's account; see BankLink."""
        return self._carry_out("credit", order)

    def outcome(self, order_id: UUID) -> BankOutcome:
        """Say what became of an order; see BankLink."""
        path = f"{self._account}/orders/{order_id}/outcome"
        try:
            return self.partner.ask("POST", path, _Outcome, again=True).read()
        except PartnerUnavailable:
            return _UNKNOWN

    def submit_transfers(self, file_name: str, pain_001: bytes) -> None:
        """Hand in a file of transfers; see BankLink."""
        self.partner.tell(
            "PUT",
            f"{self._account}/files/{file_name}",
            again=True,
            content=pain_001,
            headers={"content-type": "application/xml"},
        )

    def transfer_outcomes(self, file_name: str) -> dict[str, BankOutcome]:
        """Return what became of a file's transfers; see BankLink."""
        path = f"{self._account}/files/{file_name}/outcomes"
        answer = self.partner.ask("GET", path, _Outcomes, again=True)
        return {end_to_end_id: one.read() for end_to_end_id, one in answer.outcomes.items()}

    def statement(self, day: date) -> Sequence[StatementLine]:
        """Return what moved in the operator's account on a day; see BankLink."""
        path = f"{self._account}/statements/{day.isoformat()}"
        answer = self.partner.ask("GET", path, _Statement, again=True)
        return [line.read() for line in answer.lines]

    @property
    def _account(self) -> str:
        return f"/bank/accounts/{self.account}"

    def _carry_out(self, way: str, order: BankOrder) -> BankOutcome:
        body = {"way": way, "card_token": order.card_token, "amount_fen": int(order.amount)}
        path = f"{self._account}/orders/{order.id}"
        try:
            # Not again: whoever waits is better told soon, and the outcome is asked for by the id.
            return self.partner.ask("PUT", path, _Outcome, again=False, json=body).read()
        except PartnerUnavailable:
            return _UNKNOWN


@dataclass(frozen=True)
class HttpIdentityVerifier:
    """The identity register, as `IdentityVerifier`."""

    partner: Partner

    def matches(self, name: str, resident_id: str) -> bool:
        """Return whether name and resident ID belong together; raises PartnerUnavailable."""
        body = {"name": name, "resident_id": resident_id}
        return self.partner.ask(
            "POST", "/identity/matches", _Matches, again=True, json=body
        ).matches


@dataclass(frozen=True)
class HttpSmsSender:
    """The short-message service, as `SmsSender`."""

    partner: Partner

    def send(self, phone: str, text: str) -> None:
        """Send a text; raises PartnerUnavailable. A message that may have left is not repeated."""
        body = {"phone": phone, "text": text}
        self.partner.tell("POST", "/sms/messages", again=False, json=body)


@dataclass(frozen=True)
class PartnerUrls:
    """Where each partner answers, and the operator's account at the bank."""

    bank: str
    identity: str
    sms: str
    account: str = "zerobar-operator"


@contextmanager
def http_partners(
    urls: PartnerUrls, timeout: httpx.Timeout = DEFAULT_TIMEOUT
) -> Iterator[Partners]:
    """Give all partners; connections are kept open between calls, and closed at the end."""
    with ExitStack() as stack:

        def partner(name: str, url: str) -> Partner:
            # The environment's proxies are for the world outside, not for partners.
            client = httpx.Client(base_url=url, timeout=timeout, trust_env=False)
            return Partner(name, stack.enter_context(client))

        yield Partners(
            HttpBank(partner("The card's bank", urls.bank), urls.account),
            HttpIdentityVerifier(partner("The identity register", urls.identity)),
            HttpSmsSender(partner("The message service", urls.sms)),
        )
