"""Passkeys without a finger: what Chromium offers for tests."""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import Page

_AUTHENTICATOR: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Authenticator:
    """Chromium's own virtual authenticator, in one page."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        options = {"options": _AUTHENTICATOR}
        made = self._session.send("WebAuthn.addVirtualAuthenticator", options)
        self._id = made["authenticatorId"]

    def give(self, passkey: Any) -> None:
        """Put a passkey on it that was made on another."""
        self._session.send(
            "WebAuthn.addCredential", {"authenticatorId": self._id, "credential": passkey}
        )

    def passkey(self) -> Any:
        """Return the passkey that is on it."""
        found = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return found["credentials"][0]
