"""`zerobar demo --free` as a process, and what people do at the devices' own screens in it."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections import deque
from typing import Any, Final, Self

import httpx
from playwright.sync_api import Page

from zerobar.demo.town.screens import WalletScreen
from zerobar.purse.money import Fen

UP_AT_MOST_S: Final = 180.0
ENDS_AT_MOST_S: Final = 60.0
_POLL_S: Final = 0.3
MOST_LINES_KEPT: Final = 200
_ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:\d+")


class FreePlay:
    """A stage on which everybody has money; a context manager that stops it.

    Attributes:
        url: of the stage's page.
    """

    def __init__(self) -> None:
        command = [sys.executable, "-m", "zerobar", "demo", "--free", "--port", "0"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._told: deque[str] = deque(maxlen=MOST_LINES_KEPT)
        # What else it tells must not fill the pipe.
        self._listener = threading.Thread(target=self._listen, daemon=True)
        try:
            self.url = self._address()
            self._listener.start()
            self._http = httpx.Client(base_url=self.url, timeout=30.0)
            self._wait_until_free()
        except BaseException:
            self._end()
            raise

    def shown(self) -> Any:
        """Return the stage as its page sees it."""
        return self._http.get("/stage").raise_for_status().json()

    def device(self, id_: str) -> Any:
        """Return a device as the page sees it."""
        return next(device for device in self.shown()["devices"] if device["id"] == id_)

    def tidy_up(self) -> None:
        """Bring every network back, switch everybody on, and let nothing be torn."""
        self._put("/stage/bank/network", is_silent=False)
        self._put("/stage/tear", armed=False)
        for device in self.shown()["devices"]:
            self._put(f"/stage/devices/{device['id']}/power", is_on=True)
        while self.shown()["in_field"]:
            time.sleep(_POLL_S)

    def purse_fen(self, who: str) -> Fen:
        """Return what is in somebody's SIM, as the phone reads it."""
        url, token = self.device(who)["screen_url"].split("/#token=")
        with WalletScreen(url) as wallet:
            wallet.show(token)
            return wallet.purse_balance()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._end()

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(ENDS_AT_MOST_S)
        if self._listener.is_alive():
            self._listener.join(ENDS_AT_MOST_S)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _address(self) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._told.append(line)
            if found := _ADDRESS.search(line):
                return found[0]
        raise AssertionError("".join(["the demo has ended:\n", *self._told]))

    def _listen(self) -> None:
        assert self._process.stdout is not None
        self._told.extend(self._process.stdout)

    def _wait_until_free(self) -> None:
        until = time.monotonic() + UP_AT_MOST_S
        while not self._is_free():
            assert self._process.poll() is None, "".join(["the demo has ended:\n", *self._told])
            assert time.monotonic() < until, "".join(["nobody has moved in:\n", *self._told])
            time.sleep(_POLL_S)

    def _is_free(self) -> bool:
        try:
            return any(event["step"] == "chapter" for event in self._events())
        except httpx.TransportError:
            # It is ending; what it told says why.
            return False

    def _events(self) -> Any:
        events: list[Any] = []
        while True:
            after = events[-1]["number"] if events else 0
            more = self._http.get("/stage/events", params={"after": after}).json()["events"]
            if not more:
                return events
            events += more

    def _put(self, path: str, **content: Any) -> None:
        self._http.put(path, json=content).raise_for_status()


class TillInFrame:
    """The till's own screen, in its frame on the stage.

    Args:
        page: the stage's.
        pins: what the cashier types, as the stage tells it.
    """

    def __init__(self, page: Page, pins: Any) -> None:
        self._screen = page.frame_locator('iframe[title="Screen of the till"]')
        self._pins = pins

    def charge(self, yuan: str) -> None:
        """Sign the cashier in, and ask a customer for so much."""
        self._screen.get_by_role("button", name=self._pins["cashier"]).click()
        self._type(self._pins["cashier_pin"])
        self._press("Sign in")
        self._screen.get_by_role("button", name="Charge", exact=True).wait_for()
        self._type(yuan)
        self._press("Charge")
        self.expect("To pay")

    def expect(self, words: str) -> None:
        """Wait until the words stand on the screen."""
        self._screen.get_by_text(words).first.wait_for()

    def _type(self, keys: str) -> None:
        for key in keys:
            self._screen.get_by_role("button", name=key, exact=True).last.click()

    def _press(self, name: str) -> None:
        self._screen.get_by_role("button", name=name, exact=True).click()
