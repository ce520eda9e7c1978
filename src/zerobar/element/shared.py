"""One applet behind two interfaces: whichever has the field owns it, and changing is a reset."""

from __future__ import annotations

from zerobar.purse.applet import Applet
from zerobar.purse.purse import Interface


class SharedApplet:
    """An applet reached through a reader's slot and through an antenna.

    While a field is on, the antenna has the applet; afterwards the slot finds it freshly
    powered on, with nothing selected.

    Args:
        applet: the purse.
        slot_interface: what the slot's reader is: contacts, or a contactless reader.
    """

    def __init__(self, applet: Applet, slot_interface: Interface) -> None:
        self._applet = applet
        self._slot_interface = slot_interface
        self.slot_powered = False
        self.in_field = False

    def slot_on(self) -> None:
        """The slot's reader gives power, or resets a powered card."""
        self.slot_powered = True
        if not self.in_field:
            self._applet.power_on(self._slot_interface)

    def slot_off(self) -> None:
        """The slot's reader takes the power away."""
        self.slot_powered = False
        if not self.in_field:
            self._applet.power_off()

    def field_on(self) -> None:
        """A reader's field reaches the antenna."""
        assert not self.in_field
        self.in_field = True
        self._applet.power_on(Interface.CONTACTLESS)

    def field_off(self) -> None:
        """The field is gone; the slot takes over if it has power."""
        assert self.in_field
        self.in_field = False
        if self.slot_powered:
            self._applet.power_on(self._slot_interface)
        else:
            self._applet.power_off()

    def exchange(self, apdu: bytes) -> bytes:
        """Return the applet's answer to whoever owns it; PowerCut passes through."""
        assert self.in_field or self.slot_powered
        return self._applet.exchange(apdu)
