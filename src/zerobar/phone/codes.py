"""The 19 digits that this phone shows: derived here, so that they need no network."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable

from zerobar.client.paying import CodeSecretShown
from zerobar.codes.customer import SEQUENCES, STEP_S, derive_code
from zerobar.phone.errors import NoCodeSecret
from zerobar.phone.memory import CodeSecret, PhoneMemory


class OwnCodes:
    """The phone's own codes; safe to share between threads.

    Args:
        clock_unix_s: the phone's own clock.
    """

    def __init__(self, memory: PhoneMemory, clock_unix_s: Callable[[], float]) -> None:
        self._memory = memory
        self._clock_unix_s = clock_unix_s
        self._showing = threading.Lock()

    def enrol(self, shown: CodeSecretShown) -> None:
        """Keep the secret that the bank gave; codes of an earlier one end."""
        secret = base64.urlsafe_b64decode(shown.secret + "=")
        self._memory.write(CodeSecret(handle=shown.handle, secret=secret))

    def next(self) -> str:
        """Return a code that was not shown before; raises NoCodeSecret.

        What was shown is kept before it is: a code that a till has read is never shown for a second
        payment, also after a restart. The eleventh within 15 seconds is the tenth again.
        """
        with self._showing:
            known = self._memory.read(CodeSecret)
            if known is None:
                raise NoCodeSecret
            now = int(self._clock_unix_s())
            sequence = _next_sequence(known, now // STEP_S)
            self._memory.write(
                CodeSecret(
                    handle=known.handle, secret=known.secret, step=now // STEP_S, sequence=sequence
                )
            )
            return derive_code(known.secret, known.handle, now, sequence)


def _next_sequence(known: CodeSecret, step: int) -> int:
    return min(known.sequence + 1, SEQUENCES - 1) if known.step == step else 0
