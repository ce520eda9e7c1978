"""Who is signed in at the till's screen: by PIN, for a while; a restart signs everybody out."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from zerobar.pos.cashiers import Cashier
from zerobar.pos.errors import NotAllowed, NotSignedIn
from zerobar.pos.till import Till

LASTS_S: Final = 12 * 3600
_TOKEN_LENGTH: Final = 24
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Session:
    """A cashier at work."""

    cashier: Cashier
    shift_id: UUID
    ends_at_unix_s: float

    def require_chief(self) -> None:
        """Let only a chief through; raises NotAllowed."""
        if not self.cashier.is_chief:
            raise NotAllowed


class Sessions:
    """Sessions by their token, of which only the hash is kept; safe between threads.

    Args:
        till: whose cashiers sign in.
        random: as os.urandom.
    """

    def __init__(self, till: Till, random: Callable[[int], bytes]) -> None:
        self._till = till
        self._random = random
        self._open: dict[bytes, Session] = {}
        self._lock = threading.Lock()

    def sign_in(self, name: str, pin: str) -> tuple[str, Session]:
        """Sign in, and begin a shift unless one is open; return the token, once.

        Raises CashierUnknown, CashierLocked or PinWrong.
        """
        cashier = self._till.store.cashiers.check_pin(name, pin)
        shift = self._till.store.cashiers.begin_shift(name, self._till.new_id)
        token = self._random(_TOKEN_LENGTH).hex()
        session = Session(cashier, shift.id, self._till.clock_unix_s() + LASTS_S)
        with self._lock:
            while len(self._open) >= _MOST:
                self._open.pop(next(iter(self._open)))
            self._open[_hashed(token)] = session
        return token, session

    def session(self, token: str) -> Session:
        """Return the session of a token; raises NotSignedIn."""
        with self._lock:
            found = self._open.get(_hashed(token))
        if found is None or found.ends_at_unix_s <= self._till.clock_unix_s():
            raise NotSignedIn
        return found

    def sign_out(self, token: str) -> None:
        """End a session; the shift goes on."""
        with self._lock:
            self._open.pop(_hashed(token), None)

    def end_shift(self, session: Session) -> None:
        """End a cashier's shift, and every session in it."""
        self._till.store.cashiers.end_shift(session.shift_id)
        with self._lock:
            self._open = {
                key: one for key, one in self._open.items() if one.shift_id != session.shift_id
            }


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
