"""Ways in which a customer's card comes to a till in tests."""

from __future__ import annotations

from collections.abc import Callable

from tests.reader.world import Purse
from zerobar.purse.purse import Interface
from zerobar.reader.errors import CardError, CardTorn
from zerobar.reader.inprocess import InProcessLink
from zerobar.reader.link import CardLink
from zerobar.reader.tap import OpenPayer


def field(purse: Purse, interface: Interface = Interface.CONTACTLESS) -> OpenPayer:
    return lambda: InProcessLink(purse.applet, interface)


def nobody(error: CardError) -> OpenPayer:
    def open_payer() -> CardLink:
        raise error

    return open_payer


class LossyLink(CardLink):
    """Executes every command; the answers from a given command on do not arrive, or are others."""

    def __init__(
        self, link: CardLink, lost_from: int, instead: Callable[[bytes], bytes] | None = None
    ) -> None:
        self._link = link
        self._left = lost_from
        self._instead = instead

    def exchange(self, apdu: bytes) -> bytes:
        answer = self._link.exchange(apdu)
        self._left -= 1
        if self._left >= 0:
            return answer
        if self._instead is None:
            raise CardTorn
        return self._instead(answer)

    def reset(self) -> None:
        self._link.reset()

    def close(self) -> None:
        self._link.close()
