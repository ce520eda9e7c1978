"""A link to a purse in this very process."""

from __future__ import annotations

from zerobar.purse.applet import Applet
from zerobar.purse.memory import PowerCut
from zerobar.purse.purse import Interface
from zerobar.reader.errors import CardTorn
from zerobar.reader.link import CardLink


class InProcessLink(CardLink):
    """Powers an applet on and speaks to it; a cut of its power is a torn card.

    Args:
        applet: the purse.
        interface: how the card is reached, which decides what it lets through.
    """

    def __init__(self, applet: Applet, interface: Interface) -> None:
        self._applet = applet
        self._interface = interface
        self._closed = False
        self._torn = False
        self.reset()

    def exchange(self, apdu: bytes) -> bytes:
        """Let the applet execute a command; raise CardTorn when its power is cut."""
        assert not self._closed
        if self._torn:
            raise CardTorn
        try:
            return self._applet.exchange(apdu)
        except PowerCut:
            self._torn = True
            raise CardTorn from None

    def reset(self) -> None:
        """Power the applet off and on; raise CardTorn when it is cut while starting."""
        assert not self._closed
        try:
            self._applet.power_off()
            self._applet.power_on(self._interface)
            self._torn = False
        except PowerCut:
            self._torn = True
            raise CardTorn from None

    def close(self) -> None:
        """Power the applet off."""
        if not self._closed:
            self._closed = True
            self._applet.power_off()
