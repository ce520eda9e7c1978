"""The town's programs killed at any moment, again and again, while people pay in every way.

Nobody who pays knows of it: whoever gets no certain answer asks the same again, as screens do.
At the end all is where it should be, to the fen: in wallets and cards, at the shop, on the line.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from zerobar.demo.narrator import Deviation
from zerobar.demo.stage.stage import Stage
from zerobar.demo.story.moving_in import move_in
from zerobar.demo.story.scene import purse_balance
from zerobar.demo.town.building import Around, build
from zerobar.demo.town.device import Device, PhoneDevice, TillDevice
from zerobar.demo.town.folder import new_folder
from zerobar.demo.town.people import CARD_PIN, PIN
from zerobar.demo.town.programs import Program
from zerobar.demo.town.screens import Json, Refused, new_id
from zerobar.demo.town.town import Town
from zerobar.purse.money import Fen

pytestmark = [pytest.mark.slow, pytest.mark.deep]
PATIENCE_S = 180.0
ACTIONS = 80
"""That each of two people does."""


class Killer:
    """Kills programs, up to three at once, and starts them again; a context manager."""

    def __init__(self, programs: list[Program], chance: random.Random) -> None:
        self._programs, self._chance = programs, chance
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.killed: Counter[str] = Counter()
        self.failed: Exception | None = None

    def _run(self) -> None:
        try:
            while not self._stopping.wait(self._chance.uniform(0, 0.8)):
                self._kill(self._chance.sample(self._programs, self._chance.randint(1, 3)))
        except (Deviation, OSError) as error:
            self.failed = error

    def _kill(self, victims: list[Program]) -> None:
        for program in victims:
            program.kill()
            self.killed[program.name] += 1
            time.sleep(self._chance.uniform(0, 0.2))
        for program in victims:
            program.launch()
        for program in victims:
            program.wait()

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()


@dataclass
class Money:
    """How much more there has to be in each place than at the beginning."""

    more: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def move(self, payer: str, payee: str, amount: int) -> None:
        with self._lock:
            self.more[payer] -= amount
            self.more[payee] += amount


class Person:
    """Somebody with a phone, who goes to one till, and is as patient as need be."""

    def __init__(
        self, place: Place, phone: PhoneDevice, till: TillDevice, chance: random.Random
    ) -> None:
        self.place, self.phone, self.till, self.chance = place, phone, till, chance
        self.wallet, self.purse = f"{phone.id}'s wallet", f"{phone.id}'s purse"
        self.sam = f"{till.id}'s purse"

    def live(self) -> None:
        """Do everything there is, in some order."""
        deeds = [
            *(self.transfer, self.pay_shops_code, self.pay_by_own_code, self.tap, self.tap_at_bank),
            *(self.tap_friend, self.load, self.unload, self.pay_bill, self.pay_request),
            self.pay_request_by_sim,
        ]
        todo = [deeds[n % len(deeds)] for n in range(ACTIONS)]
        self.chance.shuffle(todo)
        for deed in todo:
            deed(self.chance.randint(1_00, 3_00))

    # --- what is done, each of it once ----------------------------------------------------

    def transfer(self, amount: int) -> None:
        mo = self.place.mo
        self._pay({"kind": "phone", "value": mo.person.number}, amount)
        self.place.money.move(self.wallet, "mo's wallet", amount)

    def pay_shops_code(self, amount: int) -> None:
        sale = self._begin(amount)
        text = self._until(lambda: self._step(sale, "code"), lambda told: True)["text"]
        found = self._until(lambda: self.phone.screen.post("/scans", text=text), lambda told: True)
        self._pay(found["payee"], amount)
        self._until(lambda: self._step(sale, "ask"), _is_paid)
        self.place.money.move(self.wallet, "shop", amount)
        refund, back = new_id(), self.chance.randint(1, amount)
        given = {"sale_id": sale, "amount_fen": back}
        self._until(
            lambda: self.till.screen.put(f"/refunds/{refund}", **given),
            lambda told: bool(told["state"] == "done"),
        )
        self.place.money.move("shop", self.wallet, back)

    def pay_by_own_code(self, amount: int) -> None:
        sale = self._begin(amount)

        def scan() -> Json:
            now: Json = self._step(sale, "ask") if self._is_doubtful(sale) else {"state": "open"}
            if now["state"] != "open":
                return now
            return self._step(sale, "scan", text=self.phone.screen.get("/code")["digits"])

        self._until(scan, _is_paid)
        self.place.money.move(self.wallet, "shop", amount)

    def tap(self, amount: int) -> None:
        sale = self._begin(amount)
        self._until(lambda: self._held(lambda: self._step(sale, "tap")), _is_paid)
        self.place.money.move(self.purse, self.sam, amount)

    def tap_at_bank(self, amount: int) -> None:
        sale = self._begin(amount)
        self._until(
            lambda: self._held(lambda: self._step(sale, "hosted-tap", pays="purse")), _is_paid
        )
        self.place.money.move(self.purse, "shop", amount)

    def pay_request(self, amount: int) -> None:
        sale, payment = self._begin(amount), new_id()
        asked = self._until(lambda: self._step(sale, "request"), lambda told: True)["text"]
        paid = self._until(
            lambda: self.phone.screen.post("/till-payments", id=payment, text=asked),
            lambda told: bool(told.get("text")),
        )
        self._until(lambda: self._step(sale, "scan", text=paid["text"]), _is_paid)
        self.place.money.move(self.wallet, self.sam, amount)

    def pay_request_by_sim(self, amount: int) -> None:
        sale, payment = self._begin(amount), new_id()
        asked = self._until(lambda: self._step(sale, "request"), lambda told: True)["text"]
        paid = self._until(
            lambda: self.phone.screen.post("/purse/payments", id=payment, text=asked),
            lambda told: bool(told.get("text")),
        )
        self._until(lambda: self._step(sale, "scan", text=paid["text"]), _is_paid)
        self.place.money.move(self.purse, self.sam, amount)

    def tap_friend(self, amount: int) -> None:
        mo, tap = self.place.mo, new_id()
        with self.place.at_mos:
            self._until(
                lambda: self._held(
                    lambda: mo.screen.take(mo.field.target, Fen(amount), tap), by=mo
                ),
                _is_final,
            )
        self.place.money.move(self.purse, "mo's purse", amount)

    def load(self, amount: int) -> None:
        self._ask_until_final("/purse/loads", amount)
        self.place.money.move(self.wallet, self.purse, amount)

    def unload(self, amount: int) -> None:
        self._ask_until_final("/purse/unloads", amount)
        self.place.money.move(self.purse, self.wallet, amount)

    def pay_bill(self, amount: int) -> None:
        bill, biller = new_id(), self._until(lambda: self.till.screen.get("/billers"), bool)[0]
        new = {"biller_id": biller["biller_id"], "line": self.place.line, "amount_fen": amount}
        path = f"/bills/{bill}"
        self._until(lambda: self.till.screen.put(path, **new), lambda told: True)
        self._until(
            lambda: self._held(lambda: self.till.screen.post(f"{path}/tap", pin=CARD_PIN)),
            lambda told: bool(told["finality"].startswith("final")),
        )
        self.place.money.move(self.purse, "telecom", amount)

    # --- how it is asked for ----------------------------------------------------------------

    def _pay(self, payee: Json, amount: int) -> None:
        asked = {"id": new_id(), "payee": payee, "amount_fen": amount}
        self._until(lambda: self.phone.screen.post("/payments", **asked), _is_final)

    def _ask_until_final(self, path: str, amount: int) -> None:
        asked = {"id": new_id(), "amount_fen": amount}
        self._until(lambda: self.phone.screen.post(path, **asked), _is_final)

    def _begin(self, amount: int) -> str:
        sale = new_id()
        self._until(
            lambda: self.till.screen.put(f"/sales/{sale}", amount_fen=amount), lambda told: True
        )
        return sale

    def _step(self, sale: str, step: str, **content: Any) -> Json:
        return self.till.screen.step(sale, step, **content)

    def _is_doubtful(self, sale: str) -> bool:
        return bool(self.till.screen.look(sale)["state"] == "unknown")

    def _held(self, ask: Callable[[], Json], by: Device | None = None) -> Json:
        with self.place.stage.held(self.phone.id, (by or self.till).id):
            return ask()

    def _until(self, ask: Callable[[], Any], is_done: Callable[[Any], bool]) -> Any:
        """Ask the same again and again, until it is certain."""
        until, seen = time.monotonic() + PATIENCE_S, None
        while time.monotonic() < until:
            try:
                seen = ask()
                if is_done(seen):
                    return seen
            except httpx.TransportError as error:
                seen = error
            except Refused as refusal:
                seen = refusal
            self._mend()
        raise AssertionError(f"{self.phone.id} waited in vain: {seen}")

    def _mend(self) -> None:
        """Do what the words of a refusal say: sign in, enter the PIN, sync."""
        time.sleep(0.2)
        for mend in (
            self.till.enter,
            lambda: self.phone.screen.enter_pin(PIN),
            self.phone.screen.synchronise,
        ):
            with suppress(httpx.TransportError, Refused):
                mend()


@dataclass
class Place:
    """A town, its stage, and what has to be in it."""

    town: Town
    stage: Stage
    money: Money = field(default_factory=Money)
    at_mos: threading.Lock = field(default_factory=threading.Lock)

    @property
    def mo(self) -> PhoneDevice:
        return self.town.phone("mo")

    @property
    def line(self) -> str:
        return self.town.phone("alice").person.number

    def counted(self) -> dict[str, int]:
        """Where money is now, as each holder is told."""
        found = {f"{device.id}'s purse": int(purse_balance(device)) for device in self._devices()}
        for phone in self.town.phones():
            found[f"{phone.id}'s wallet"] = int(phone.screen.balance())
        found["shop"] = int(self.town.people.noodles.balance(self.town.bank.url))
        found["telecom"] = int(self.town.telecoms_balance())
        shown = self.town.phone("alice").screen.get("/line")
        return found | {"line": int(shown["balance_fen"])}

    def programs(self) -> list[Program]:
        cards = [device.card for device in self._devices() if device.card is not None]
        there = self.town.there
        return [there.bank, there.telecom, *cards, *(each.program for each in self._devices())]

    def settle(self) -> None:
        """Sync everybody, twice: what the first brought may be news for another."""
        for device in [*self._devices(), *self._devices()]:
            device.enter()
            until = time.monotonic() + PATIENCE_S
            while _failure(told := device.screen.post("/sync")):
                assert time.monotonic() < until, told
                time.sleep(0.5)

    def _devices(self) -> list[Device]:
        return self.town.in_order()


def _failure(told: Json) -> Any:
    return told.get("failed") or told.get("error")


def _is_paid(told: Json) -> bool:
    return bool(told["state"] == "paid")


def _is_final(told: Json) -> bool:
    return bool(told["finality"] == "final now")


@contextmanager
def opened() -> Iterator[Place]:
    with ExitStack() as stack:
        town, stage = Town(new_folder(stack)), Stage()
        stack.callback(town.close)
        stage.open(town)
        build(town, Around("http://127.0.0.1:1", lambda: False, lambda _: None))
        move_in(town)
        yield Place(town, stage)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_killed_and_whenever_everything_happens_once(seed: int) -> None:
    with opened() as place:
        place.settle()
        before = place.counted()
        pairs = [("alice", "till"), ("bo", "other-till")]
        people = [
            Person(place, place.town.phone(phone), place.town.till(till), random.Random(seed + n))
            for n, (phone, till) in enumerate(pairs)
        ]
        with (
            Killer(place.programs(), random.Random(seed)) as killer,
            ThreadPoolExecutor() as living,
        ):
            list(living.map(Person.live, people))
        assert killer.failed is None, killer.failed
        assert sum(killer.killed.values()) > ACTIONS / 8, killer.killed
        place.settle()
        more = dict(place.money.more) | {"line": place.money.more["telecom"]}
        expected = {name: amount + more.get(name, 0) for name, amount in before.items()}
        until = time.monotonic() + PATIENCE_S
        while (now := place.counted()) != expected and time.monotonic() < until:
            time.sleep(0.5)
        assert now == expected
        agrees, report = place.town.bank.check()
        assert agrees, report
        supply = place.town.people.officer.supply()
        assert supply.difference_fen == 0 and supply.uncovered_fen == 0
        assert place.town.people.risk.cases() == []
