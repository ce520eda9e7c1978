"""The operator over HTTP, for a phone and for a till: what the rules of this package ask.

    with BankHttp(url, key, outbox=outbox) as http:
        device = Device(store, open_purse, OperatorOverHttp(http), os.urandom)
        holder = HolderOverHttp(http, purse_id, wallet_id)

The bank's word is final only when it names a reason that lasts. Whatever else comes back (nothing,
a 503, a refusal after an attempt without an answer) leaves open what was done, so it is raised as
OperatorUnreachable, and the rules ask the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from zerobar.client.errors import (
    BankSaysNo,
    ClientError,
    NotSignedIn,
    NotUnderstood,
    TooMany,
    Unavailable,
    Unreachable,
)
from zerobar.client.http import BankHttp
from zerobar.client.problems import CONFIRMATION_NEEDED
from zerobar.client.purses import PursesClient
from zerobar.client.syncing import MOST_STATEMENTS, SyncClient
from zerobar.device.errors import DeviceError, OperatorRefused, OperatorUnreachable
from zerobar.device.operator import Brought, Told
from zerobar.issuer import SyncAnswer, Undo
from zerobar.purse.messages import LogEntry, Request, SignedRequest, State
from zerobar.purse.money import Fen
from zerobar.purse.wire import FormError
from zerobar.reader import Payment, Sentence

T = TypeVar("T")
Renew = Callable[[], object]
"""Begins a new session; raises ClientError."""

_NOT_FOR_GOOD: Final = (Unavailable, TooMany)


class OperatorUndecided(OperatorUnreachable):
    """Something answered, but not for good: what was asked may be done, or may be done later.

    Attributes:
        problem: the stable name of what the bank said; empty when it was not the bank.
    """

    def __init__(self, problem: str, what_happened: str, next_step: str) -> None:
        DeviceError.__init__(self, what_happened, next_step)
        self.problem = problem


class OperatorOverHttp:
    """The operator, for the purse in a device and for vouchers that it carries; an `Operator`.

    Args:
        http: the way there, with the device's or the till's key.
        renew: begins a new session when the old one is over; a till's key needs none.
    """

    def __init__(self, http: BankHttp, renew: Renew | None = None) -> None:
        self._bank = SyncClient(http)
        self._renew = renew

    def known_entry(self, purse_id: bytes) -> int:
        """Return up to where the operator holds a purse's log."""
        return self._asked(lambda: self._bank.begin(purse_id)).known_entry

    def sync(self, brought: Brought) -> SyncAnswer:
        """Bring a signed state and the log that leads to it; the same again, the same answer."""
        return self._asked(
            lambda: self._bank.sync(
                brought.state,
                list(brought.entries),
                epoch=brought.epoch,
                certificate_day=brought.certificate_day,
            )
        )

    def keep_part(self, state: State, entries: Sequence[LogEntry]) -> None:
        """Bring a part of the log that leads to a state."""
        self._asked(lambda: self._bank.keep_part(state, entries))

    def take_vouchers(self, payments: Sequence[Payment]) -> Sequence[Told]:
        """Bring vouchers with their payers' certificates; one answer each, in order."""
        records = [bytes(payment) for payment in payments]
        told = self._asked(lambda: self._bank.take_vouchers(records))
        if len(told) != len(records):
            raise _strange()
        return [Told(one.taken, Sentence(one.sentence, zh=one.sentence_zh)) for one in told]

    def take_statements(self, statements: Sequence[Undo]) -> None:
        """Bring void statements with their payees' certificates."""
        for first in range(0, len(statements), MOST_STATEMENTS):
            some = statements[first : first + MOST_STATEMENTS]
            self._asked(partial(self._bank.take_statements, some))

    def _asked(self, ask: Callable[[], T]) -> T:
        return asked(ask, self._renew)


class HolderOverHttp:
    """The operator, for the holder of a wallet; a `HolderOperator`.

    Every id is in the outbox of `http` with what was asked before it is sent.

    Args:
        http: the way there; it has an outbox.
        purse_id: of the purse in the device, which unloads.
        wallet_id: that pays; for a till, which only unloads, its merchant's.
        renew: begins a new session when the old one is over.
    """

    def __init__(
        self, http: BankHttp, purse_id: bytes, wallet_id: UUID, renew: Renew | None = None
    ) -> None:
        self._bank = PursesClient(http)
        self._purse_id = purse_id
        self._wallet_id = wallet_id
        self._renew = renew

    def load(self, load_id: UUID, request: Request) -> Payment:
        """Pay a purse's LOAD request from the wallet; the same id, the same voucher."""
        return self._asked(lambda: Payment(*self._bank.load(load_id, self._wallet_id, request)))

    def unload_request(self, unload_id: UUID, amount: Fen) -> SignedRequest:
        """Return the operator's request for a purse to give value back."""
        return self._asked(lambda: self._bank.unload_request(unload_id, self._purse_id, amount))

    def pay_purse(self, payment_id: UUID, request: SignedRequest) -> Payment:
        """Pay a till's request from the wallet, as a voucher that its purse takes offline."""
        return self._asked(
            lambda: Payment(*self._bank.pay_purse(payment_id, self._wallet_id, request))
        )

    def _asked(self, ask: Callable[[], T]) -> T:
        return asked(ask, self._renew)


def asked(ask: Callable[[], T], renew: Renew | None = None) -> T:
    """Ask the bank, in a new session if the old one is over.

    Raises OperatorUnreachable while it is open what was done, or OperatorRefused for good.
    """
    with _translated():
        if renew is None:
            return ask()
        try:
            return ask()
        except NotSignedIn:
            renew()
            return ask()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (ClientError, FormError) as error:
        raise device_error(error) from None


def device_error(error: ClientError | FormError) -> DeviceError:
    """Return what a failure of asking the bank is for the rules of this package."""
    if isinstance(error, Unreachable):
        return OperatorUnreachable()
    if not isinstance(error, BankSaysNo):
        return _strange(str(error) if isinstance(error, NotUnderstood) else "")
    words = error.problem, error.what_happened, error.next_step
    lasts = not isinstance(error, _NOT_FOR_GOOD) and error.problem != CONFIRMATION_NEEDED
    return OperatorRefused(*words) if lasts and not error.in_doubt else OperatorUndecided(*words)


def _strange(what: str = "") -> OperatorUndecided:
    return OperatorUndecided(
        "",
        what or "What answers at the bank's address does not speak as the bank does.",
        "Check the bank's address and this network's sign-in page; what was asked is kept here.",
    )
