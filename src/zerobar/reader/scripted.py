"""A card link that plays a script: for tests of whatever talks to a card."""

from __future__ import annotations

from collections.abc import Iterable

from zerobar.reader.errors import CardError
from zerobar.reader.link import CardLink

Step = tuple[bytes, bytes | CardError]
"""The command expected, and the answer (data and status word) or the error to raise."""


class ScriptedLink(CardLink):
    """Expects exactly the commands of a script, in order; AssertionError otherwise.

    Example:
        >>> link = ScriptedLink([(bytes.fromhex("8014000000"), bytes.fromhex("9E03"))])
        >>> link.exchange(bytes.fromhex("8014000000")).hex()
        '9e03'
        >>> link.done()

    Attributes:
        resets: how often the link was reset.
        closed: whether it was closed.
    """

    def __init__(self, script: Iterable[Step]) -> None:
        self._script = list(script)
        self._played = 0
        self.resets = 0
        self.closed = False

    def exchange(self, apdu: bytes) -> bytes:
        """Return the script's answer to this command, or raise its error."""
        where = f"command {self._played + 1} of {len(self._script)}"
        if self._played == len(self._script):
            raise AssertionError(f"the script is over, but there came {apdu.hex().upper()}")
        expected, answer = self._script[self._played]
        if apdu != expected:
            raise AssertionError(
                f"{where}:\nexpected {expected.hex().upper()}\n     got {apdu.hex().upper()}"
            )
        self._played += 1
        if isinstance(answer, CardError):
            raise answer
        return answer

    def reset(self) -> None:
        """Count a reset."""
        self.resets += 1

    def close(self) -> None:
        """Remember that the link was closed."""
        self.closed = True

    def done(self) -> None:
        """Return if the whole script was played; raise AssertionError with what is missing."""
        missing = self._script[self._played :]
        if missing:
            first = missing[0][0].hex().upper()
            raise AssertionError(f"{len(missing)} commands never came, the first is {first}")
