"""The stage's interface over the real programs: what its page sees, and what it may do."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from zerobar.demo.town.people import CASHIER, CASHIERS_PIN
from zerobar.demo.town.screens import TillScreen, WalletScreen, new_id
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow
PATIENCE_S = 120.0
EVERYBODY = {"alice", "bo", "mo", "till", "other-till"}


class StagePage:
    """What the stage's page asks; a context manager that closes every screen."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._open = ExitStack()
        self.http = self._open.enter_context(httpx.Client(base_url=url, timeout=60))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def look(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.http.get("/stage").raise_for_status().json()
        return shown

    def device(self, id_: str) -> dict[str, Any]:
        return next(each for each in self.look()["devices"] if each["id"] == id_)

    def put(self, path: str, **content: Any) -> None:
        self.http.put(f"/stage{path}", json=content).raise_for_status()

    def tap(self, card: str, reader: str, hold_s: float = 20) -> None:
        asked = {"card": card, "reader": reader, "hold_s": hold_s}
        assert self.http.post("/stage/taps", json=asked).status_code == 202

    def events(self) -> list[dict[str, Any]]:
        found = list[dict[str, Any]]()
        last = 0
        while more := self.http.get("/stage/events", params={"after": last}).json()["events"]:
            found, last = found + more, more[-1]["number"]
        return found

    def wallet(self, id_: str) -> WalletScreen:
        url, _, token = self.device(id_)["screen_url"].partition("/#token=")
        screen = self._open.enter_context(WalletScreen(url))
        screen.show(token)
        return screen

    def till(self) -> TillScreen:
        screen = self._open.enter_context(TillScreen(self.device("till")["screen_url"]))
        screen.sign_in(CASHIER, CASHIERS_PIN)
        return screen


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StagePage]:
    """A stage with everybody on it, free to play."""
    log = tmp_path_factory.mktemp("stage") / "log"
    with log.open("wb") as said:
        demo = subprocess.Popen(
            [sys.executable, "-m", "zerobar", "demo", "--free", "--port", "0"],
            stdout=said,
            stderr=said,
        )
    try:
        with StagePage(_address(demo, log)) as page:
            yield page
    finally:
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(60) == 0, log.read_text()


def _address(demo: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + PATIENCE_S
    while "Ctrl-C" not in (said := log.read_text()):
        assert demo.poll() is None and time.monotonic() < until, said
        time.sleep(0.1)
    found = re.search(r"stage: (\S+)", said)
    assert found is not None, said
    return found[1]


def test_everybody_is_there_with_a_screen_of_their_own(page: StagePage) -> None:
    shown = page.look()
    assert {each["id"] for each in shown["devices"]} == EVERYBODY
    assert shown["story"]["state"] == "waiting" and not shown["tear_next"]
    for device in shown["devices"]:
        assert device["is_on"] and not device["is_silent"] and device["name_zh"]
        assert httpx.get(device["screen_url"]).headers["content-type"].startswith("text/html")
        policy = httpx.get(device["screen_url"]).headers["content-security-policy"]
        assert f"frame-ancestors {page.url}" in policy
    for institution in ("bank", "telecom"):
        assert httpx.get(shown[institution]["url"] + "/health").status_code == 200


def test_a_page_from_elsewhere_is_kept_out(page: StagePage) -> None:
    for headers, status in (
        ({"host": "evil.example"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ):
        answer = page.http.put("/stage/tear", json={"armed": True}, headers=headers)
        assert answer.status_code == status
        assert page.http.get("/stage", headers=headers).status_code == status
    assert not page.look()["tear_next"]


def test_what_cannot_be_is_refused_with_a_sentence(page: StagePage) -> None:
    for path, content, status in (
        ("/stage/taps", {"card": "eve", "reader": "till"}, 404),
        ("/stage/taps", {"card": "bo", "reader": "bo"}, 409),
        ("/stage/taps", {"card": "bo", "reader": "till", "hold_s": "4"}, 400),
    ):
        answer = page.http.post(path, json=content)
        assert answer.status_code == status and answer.json()["detail"], answer.text


def test_a_tap_on_the_stage_pays_at_the_till_and_is_told(page: StagePage) -> None:
    till = page.till()
    sale_id = till.begin(Fen(5_00))
    page.tap("bo", "till")
    assert {"card": "bo", "reader": "till"} in page.look()["in_field"]
    assert till.step(sale_id, "tap")["state"] == "paid"
    time.sleep(0.5)
    passed = [(each["device"], each["step"], each["card"]) for each in page.events()]
    assert ("till", "PAY", "bo") in passed
    assert ("till", "tap", "bo") in passed


def test_a_card_leaves_by_itself(page: StagePage) -> None:
    page.tap("mo", "alice", hold_s=0.5)
    assert {"card": "mo", "reader": "alice"} in page.look()["in_field"]
    time.sleep(1)
    assert {"card": "mo", "reader": "alice"} not in page.look()["in_field"]


def test_a_torn_tap_is_tapped_again_and_charges_once(page: StagePage) -> None:
    till, bo = page.till(), page.wallet("bo")
    before, sale_id = bo.purse_balance(), till.begin(Fen(7_00))
    page.put("/tear", armed=True)
    page.tap("bo", "till")
    assert till.step(sale_id, "tap")["finality"] == "unknown"
    shown = page.look()
    assert not shown["tear_next"] and {"card": "bo", "reader": "till"} not in shown["in_field"]
    page.tap("bo", "till")
    assert till.step(sale_id, "tap")["state"] == "paid"
    assert bo.purse_balance() == before - 7_00


def test_a_phone_without_network_gets_no_answer_until_it_is_back(page: StagePage) -> None:
    alice = page.wallet("alice")
    page.put("/devices/alice/network", is_silent=True)
    assert page.device("alice")["is_silent"]
    assert alice.post("/sync")["failed"] is not None
    page.put("/devices/alice/network", is_silent=False)
    assert alice.post("/sync")["failed"] is None


def test_the_banks_silence_is_everybodys(page: StagePage) -> None:
    page.put("/bank/network", is_silent=True)
    shown = page.look()
    assert shown["bank"]["is_silent"] and all(each["is_silent"] for each in shown["devices"])
    till = page.till()
    sale = till.begin(Fen(3_00))
    page.tap("alice", "till")
    assert till.step(sale, "tap")["finality"] == "final-settles-at-sync"
    page.put("/bank/network", is_silent=False)
    assert not any(each["is_silent"] for each in page.look()["devices"])


def test_the_bank_is_silent_when_every_device_is_and_no_sooner(page: StagePage) -> None:
    everybody = [each["id"] for each in page.look()["devices"]]
    try:
        for id_ in everybody:
            assert not page.look()["bank"]["is_silent"]
            page.put(f"/devices/{id_}/network", is_silent=True)
        assert page.look()["bank"]["is_silent"]
    finally:
        page.put("/bank/network", is_silent=False)


def test_a_phone_that_is_off_still_pays_by_its_sim(page: StagePage) -> None:
    mo = page.wallet("mo")
    before = mo.purse_balance()
    page.put("/devices/mo/power", is_on=False)
    assert not page.device("mo")["is_on"]
    till = page.till()
    sale = till.begin(Fen(2_00))
    page.tap("mo", "till")
    assert till.step(sale, "tap")["state"] == "paid"
    page.put("/devices/mo/power", is_on=True)
    assert page.device("mo")["is_on"] and page.wallet("mo").purse_balance() == before - 2_00


def test_one_phone_takes_money_from_anothers_card_at_its_own_reader(page: StagePage) -> None:
    alice = page.wallet("alice")
    before = alice.purse_balance()
    page.tap("bo", "alice")
    taken = alice.post("/taps", id=new_id(), amount_fen=1_00)
    assert taken["finality"] == "final now", taken
    assert alice.purse_balance() == before + 1_00
