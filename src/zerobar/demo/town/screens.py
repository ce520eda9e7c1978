"""What a person does at a screen, as the screen asks it of the program behind it."""

from __future__ import annotations

import time
from typing import Any, Final, Self
from uuid import uuid4

import httpx

from zerobar.client.problems import TYPE_PREFIX
from zerobar.demo.narrator import Deviation
from zerobar.phone.finality import Finality
from zerobar.purse.money import Fen

Json = dict[str, Any]
OPEN: Final = Finality.UNKNOWN.value
_ANSWER_WITHIN_S: Final = 60.0
_POLL_S: Final = 0.1


class Refused(Deviation):
    """A program refused what was asked at its screen.

    Attributes:
        name: of the problem.
    """

    def __init__(self, path: str, problem: Json) -> None:
        self.name = str(problem["type"]).removeprefix(TYPE_PREFIX)
        super().__init__(f"{path}: {problem['detail']} {problem['next_step']}")


class Screen:
    """A screen's way to the program behind it; a context manager.

    Args:
        url: of the program.
    """

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=_ANSWER_WITHIN_S)

    def show(self, token: str) -> None:
        """Show what lets this screen in from now on."""
        self._http.headers["authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: Any) -> Any:
        """Ask for something; raises Refused."""
        return _read(path, self._http.get(path, params=query))

    def post(self, path: str, **content: Any) -> Any:
        """Ask for something to be done; raises Refused."""
        return _read(path, self._http.post(path, json=content))

    def put(self, path: str, **content: Any) -> Any:
        """Ask for something to be so; raises Refused."""
        return _read(path, self._http.put(path, json=content))

    def close(self) -> None:
        """Close what is open."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class WalletScreen(Screen):
    """What a phone's holder does."""

    def open_wallet_in_one_tap(self) -> Json:
        """Open a wallet by the telecom's word for the number."""
        answer: Json = self.post("/wallet/by-telecom")
        return answer

    def open_wallet_by_code(self, number: str, code: str) -> Json:
        """Open a wallet by the code that came as a message."""
        answer: Json = self.post("/wallet", phone=number, code=code)
        return answer

    def choose_pin(self, pin: str) -> None:
        """Choose the payment PIN, and enter it."""
        self.put("/pin", pin=pin)
        self.enter_pin(pin)

    def enter_pin(self, pin: str) -> None:
        """Enter the payment PIN: payments are possible for five minutes."""
        self.post("/grant", pin=pin)

    def pay(self, kind: str, value: str, amount: Fen, payment_id: str | None = None) -> Json:
        """Pay a payee; the same id pays once."""
        answer: Json = self.post(
            "/payments",
            id=payment_id or new_id(),
            payee={"kind": kind, "value": value},
            amount_fen=int(amount),
        )
        return answer

    def pay_scanned(self, text: str) -> Json:
        """Scan a merchant's code, and pay what it asks for."""
        found = self.post("/scans", text=text)
        payee = found["payee"]
        return self.pay(payee["kind"], payee["value"], Fen(found["amount_fen"]))

    def exchange(self, card_id: str, amount: Fen) -> Json:
        """Take money from a card into the wallet, and wait until the card's bank has answered."""
        return self._order("/exchanges", card_id, amount)

    def save(self, card_id: str, amount: Fen) -> Json:
        """Give money from the wallet to a card, and wait until the card's bank has answered."""
        return self._order("/saves", card_id, amount)

    def _order(self, path: str, card_id: str, amount: Fen) -> Json:
        answer: Json = self.post(path, id=new_id(), card_id=card_id, amount_fen=int(amount))
        until = time.monotonic() + _ANSWER_WITHIN_S
        while answer["finality"] == OPEN and time.monotonic() < until:
            time.sleep(_POLL_S)
            answer = self.get(f"/card-orders/{answer['id']}")
        return answer

    def load(self, amount: Fen) -> Json:
        """Put money from the wallet on the SIM."""
        answer: Json = self.post("/purse/loads", id=new_id(), amount_fen=int(amount))
        return answer

    def take(self, antenna: str, amount: Fen, tap_id: str) -> Json:
        """Let the card in the field pay."""
        answer: Json = self.post("/taps", id=tap_id, antenna=antenna, amount_fen=int(amount))
        return answer

    def balance(self) -> Fen:
        """Return what the bank says that the wallet can spend."""
        return Fen(self.get("/balance")["available_fen"])

    def purse_balance(self) -> Fen:
        """Return what the SIM says that it can spend."""
        return Fen(self.get("/purse")["balance_fen"])

    def synchronise(self) -> Json:
        """Bring phone and SIM in sync with the bank; how it went is in the answer."""
        answer: Json = self.post("/sync")
        return answer


class TillScreen(Screen):
    """What a cashier does."""

    def sign_in(self, name: str, pin: str) -> None:
        """Begin to work."""
        self.show(self.post("/session", name=name, pin=pin)["token"])

    def begin(self, amount: Fen, name: str = "noodles") -> str:
        """Begin a sale, and return its id."""
        sale_id = new_id()
        line = {"name": name, "quantity": 1, "amount_fen": int(amount)}
        self.put(f"/sales/{sale_id}", amount_fen=int(amount), items=[line])
        return sale_id

    def step(self, sale_id: str, action: str, **content: Any) -> Json:
        """Take a step with a sale: scan, tap, ask, cancel, give-up."""
        answer: Json = self.post(f"/sales/{sale_id}/{action}", **content)
        return answer

    def look(self, sale_id: str) -> Json:
        """Look at a sale."""
        answer: Json = self.get(f"/sales/{sale_id}")
        return answer

    def synchronise(self) -> Json:
        """Go through what is not known, and sync; how far it came is in the answer."""
        answer: Json = self.post("/sync")
        return answer


def new_id() -> str:
    """Return an id for one thing, as a screen makes it."""
    return str(uuid4())


def _read(path: str, answer: httpx.Response) -> Any:
    if answer.status_code >= 400:
        raise Refused(path, answer.json())
    return answer.json() if answer.content else None
