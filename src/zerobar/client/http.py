"""Asking the bank over HTTP: signed, kept before it is sent, sent again while nobody knows.

key = RequestKey(key_id, private_key)
with Outbox(path, time.time) as outbox, BankHttp("https://bank", key, outbox=outbox) as bank:
    payment = bank.make(payment_id, "/v1/payments", order, Payment)
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Self, TypeVar
from uuid import UUID, uuid4

import httpx
import msgspec

from zerobar.client.errors import (
    BankSaysNo,
    ClientError,
    NotSignedIn,
    NotUnderstood,
    TooMany,
    Unavailable,
    Unreachable,
    error_from,
)
from zerobar.client.outbox import Kept, Outbox
from zerobar.client.outcomes import Outcome, read_outcome
from zerobar.client.problems import CONFIRMATION_NEEDED
from zerobar.client.signing import (
    IDEMPOTENCY_HEADER,
    KEY_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    encode_signature,
    signed_bytes,
)
from zerobar.purse.suites import P256
from zerobar.tracing.asking import asking
from zerobar.tracing.naming import made_id
from zerobar.tracing.spans import own_work, work_on

PAUSES_S: Final = (0.1, 0.3, 1.0, 2.0, 4.0)
"""Between one attempt and the next; after the last, the outcome is left unknown."""
LONGEST_WAIT_S: Final = 10
"""How long the bank may ask us to wait; if it is longer, the caller is told instead."""
TIMEOUT_S: Final = 10.0
LATE_AFTER_S: Final = 900
"""When a signed request that got lost is too old to be done, however late it arrives."""

_ONE_PAUSE_S: Final = (0.1,)
_MOST_SILENT: Final = 2
"""Requests without an answer in a row after which `resume` takes the bank for unreachable."""

_AT_THE_DOOR: Final = frozenset({400, 401, 403, 429})
"""Answers that are given before the bank looks up whether it has done a request already."""

Answer = TypeVar("Answer")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The key that signs requests: a device's, a terminal's or a merchant's.

    Attributes:
        id: as enrolled at the bank.
        private_key: P-256, 32 bytes.
    """

    id: UUID
    private_key: bytes = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """X||Y, 64 bytes."""
        return P256.public_key(self.private_key)


class BankHttp:
    """A way to the bank for one asker; a context manager, safe to share between threads.

    Args:
        base_url: where the bank is.
        key: signs requests; without it only what needs no signature can be asked.
        token: of a session.
        outbox: keeps what is asked by `make`.
        clock_unix_s: the device's own time, which may be wrong.
        sleep: waits so many seconds.
        pauses_s: between one attempt and the next; fewer, where a person waits for the answer.
        transport: of httpx, for another way to the bank.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the outside that a test replaces
        self,
        base_url: str,
        key: RequestKey | None = None,
        *,
        token: str | None = None,
        outbox: Outbox | None = None,
        clock_unix_s: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        pauses_s: Sequence[float] = PAUSES_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base_url = base_url
        self._key = key
        self._token = token
        self._outbox = outbox
        self._clock_unix_s = clock_unix_s
        self._sleep = sleep
        self._pauses_s = pauses_s
        self._offset_s = 0.0
        self._http = httpx.Client(
            base_url=base_url,
            timeout=TIMEOUT_S,
            transport=transport,
            verify=_trusted(),
            follow_redirects=False,
        )

    def use_session(self, token: str, key: RequestKey | None = None) -> None:
        """Ask in a session, and with the key that was enrolled with it, from now on."""
        self._token = token
        self._key = key or self._key

    @property
    def clock_offset_s(self) -> float:
        """How far the bank's clock was found to be ahead of ours."""
        return self._offset_s

    def get(self, path: str, answer: type[Answer], **query: str | int | None) -> Answer:
        """Read something, as often as it takes; raises ClientError."""
        given = {name: value for name, value in query.items() if value is not None}
        target = f"{path}?{httpx.QueryParams(given)}" if given else path
        return self._read(self._ask("GET", target, b"", ""), answer)

    def download(self, path: str) -> bytes:
        """Read a file, as often as it takes; raises ClientError."""
        return self._ask("GET", path, b"", "")

    def send(
        self, method: str, path: str, body: msgspec.Struct | None, answer: type[Answer]
    ) -> Answer:
        """Ask once; raises ClientError.

        What is sent may be secret (a code, a PIN), so it is kept nowhere.
        """
        # Whatever is signed carries an id, also where asking twice does no harm.
        id_ = "" if self._key is None else str(uuid4())
        return self._read(self._once(method, path, _encoded(body), id_), answer)

    def make(
        self,
        id_: UUID,
        path: str,
        body: msgspec.Struct | None,
        answer: type[Answer],
        *,
        keep: bool = True,
        outcome_at: str | None = None,
    ) -> Answer:
        """Ask for something to be made, as often as it takes; the id sees to it that it is once.

        Args:
            id_: made by whoever asks, for this and nothing else.
            path: where.
            body: what.
            answer: its type.
            keep: in the outbox, unless it is secret.
            outcome_at: the path where the bank shows what became of it.

        Raises Unreachable when it is still not known: it stays in the outbox for `resume`. An
        error that is `in_doubt` leaves open whether an earlier attempt is done.
        """
        with work_on("make", **made_id(path, str(id_))):
            content = _encoded(body)
            if self._outbox is None or not keep:
                return self._read(self._ask("POST", path, content, str(id_)), answer)
            kept = self._outbox.keep(id_, path, content, outcome_at)
            return self._read(kept.answer or self._settled(self._outbox, kept), answer)

    def resume(self) -> list[UUID]:
        """Ask again for what is not known, each once; return the ids that are known now.

        Nothing is done that its caller was told to be refused. A request that never gets an
        answer comes last in the next round, so it does not hold up the others.
        """
        assert self._outbox is not None, "nothing is kept"
        before, silent = self._outbox.unknown(), 0
        for kept in before:
            try:
                with own_work("resume", **made_id(kept.target, str(kept.id))):
                    self._resume_one(self._outbox, kept)
            except Unreachable:
                silent += 1
                if silent == _MOST_SILENT:
                    break
            except ClientError as error:
                # Whoever asks with that id again is told the same.
                _log.info("%s stays open: %s", kept.id, type(error).__name__)
            else:
                silent = 0
        still = {kept.id for kept in self._outbox.unknown()}
        return [kept.id for kept in before if kept.id not in still]

    def close(self) -> None:
        """Close what is open; the outbox belongs to the caller."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _resume_one(self, outbox: Outbox, kept: Kept) -> None:
        if not kept.is_refused:
            self._settled(outbox, kept, _ONE_PAUSE_S)
            return
        outbox.note_refused(kept.id)
        outcome = self._look(kept)
        if outcome is Outcome.DONE:
            self._settled(outbox, kept, _ONE_PAUSE_S)
        elif outcome is Outcome.REFUSED or self._is_late(kept):
            outbox.forget(kept.id)

    def _settled(
        self, outbox: Outbox, kept: Kept, pauses_s: Sequence[float] | None = None
    ) -> bytes:
        """Ask for what is kept, and keep what is known of it then."""
        in_doubt = kept.sent_at_unix_s is not None
        outbox.note_sent(kept.id)
        try:
            answer = self._ask(
                "POST", kept.target, kept.body, str(kept.id), pauses_s, in_doubt=in_doubt
            )
        except BankSaysNo as error:
            if isinstance(error, Unavailable):
                raise
            answer = self._after_refusal(outbox, kept, error)
        outbox.settle(kept.id, answer)
        return answer

    def _after_refusal(self, outbox: Outbox, kept: Kept, error: BankSaysNo) -> bytes:
        """Raise a refusal, or return the answer after all if an earlier attempt was done."""
        if error.problem == CONFIRMATION_NEEDED:
            raise error
        if not error.in_doubt:
            outbox.forget(kept.id)
            raise error
        if error.status in _AT_THE_DOOR:
            raise error
        outcome = self._look(kept)
        if outcome is Outcome.DONE:
            request = "POST", kept.target, kept.body, str(kept.id)
            return self._ask(*request, _ONE_PAUSE_S, in_doubt=True)
        error.in_doubt = outcome is not Outcome.REFUSED
        if error.in_doubt:
            outbox.note_refused(kept.id)
        else:
            outbox.forget(kept.id)
        raise error

    def _look(self, kept: Kept) -> Outcome:
        """Ask what became of a request, where the bank tells it."""
        if kept.outcome_at is None:
            return Outcome.OPEN
        try:
            shown = self._once("GET", kept.outcome_at, b"", "")
            return read_outcome(shown, kept.outcome_at, kept.id)
        except (ClientError, msgspec.MsgspecError):
            # Not known to the bank is not enough: it may still be on its way.
            return Outcome.OPEN

    def _is_late(self, kept: Kept) -> bool:
        """Tell whether what was sent is too old to be done, for the bank takes nothing so old."""
        sent_at_s = kept.sent_at_unix_s
        return sent_at_s is not None and self._clock_unix_s() - sent_at_s > LATE_AFTER_S

    def _ask(
        self,
        method: str,
        target: str,
        body: bytes,
        id_: str,
        pauses_s: Sequence[float] | None = None,
        *,
        in_doubt: bool = False,
    ) -> bytes:
        """Ask until there is an answer that lasts, a bounded number of times."""
        for pause_s in (*(self._pauses_s if pauses_s is None else pauses_s), None):
            try:
                return self._once(method, target, body, id_)
            except (Unreachable, Unavailable) as error:
                in_doubt = True
                wait_s: float | None = pause_s
                last: ClientError = error
            except BankSaysNo as error:
                error.in_doubt = in_doubt
                wait_s = self._worth_waiting_s(error)
                last = error
            if wait_s is None or pause_s is None:
                raise last
            _log.info("asked again after %s", type(last).__name__)
            self._sleep(wait_s)
        raise AssertionError("the last round returns or raises")

    def _worth_waiting_s(self, error: BankSaysNo) -> float | None:
        """Return after what time the same may be answered otherwise; None: it will not be."""
        if isinstance(error, TooMany) and error.retry_after_s <= LONGEST_WAIT_S:
            return error.retry_after_s
        server_time = error.facts.get("server_time_unix_s")
        if isinstance(error, NotSignedIn) and isinstance(server_time, int):
            self._offset_s = server_time - self._clock_unix_s()
            return 0
        return None

    def _once(self, method: str, target: str, body: bytes, id_: str) -> bytes:
        request = self._http.build_request(method, target, content=body)
        # What httpx sends is what is signed, even where it writes a character otherwise.
        sent_target = request.url.raw_path.decode("ascii")
        request.headers.update(self._headers(method, sent_target, id_, body))
        try:
            with asking(request) as asked:
                response = asked.heard(self._http.send(request))
        except httpx.TransportError:
            raise Unreachable(self._base_url) from None
        if not response.is_success:
            raise error_from(self._base_url, response.status_code, response.content)
        return response.content

    def _headers(self, method: str, target: str, id_: str, body: bytes) -> dict[str, str]:
        headers = {"content-type": "application/json"} if body else {}
        if id_:
            headers[IDEMPOTENCY_HEADER] = id_
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        if self._key is not None:
            headers |= self._signature_headers(self._key, (method, target, id_), body)
        return headers

    def _signature_headers(
        self, key: RequestKey, place: tuple[str, str, str], body: bytes
    ) -> dict[str, str]:
        time_text = str(int(self._clock_unix_s() + self._offset_s))
        signature = P256.sign(key.private_key, signed_bytes(*place, time_text, body))
        return {
            KEY_HEADER: str(key.id),
            TIME_HEADER: time_text,
            SIGNATURE_HEADER: encode_signature(signature),
        }

    def _read(self, content: bytes, answer: type[Answer]) -> Answer:
        try:
            return msgspec.json.decode(content or b"null", type=answer)
        except msgspec.MsgspecError:
            raise NotUnderstood(self._base_url, 200) from None


def _encoded(body: msgspec.Struct | None) -> bytes:
    return b"" if body is None else msgspec.json.encode(body)


@cache
def _trusted() -> ssl.SSLContext:
    """Return what a bank proves itself by; to read all authorities of the world takes 30 ms."""
    return httpx.create_ssl_context()
