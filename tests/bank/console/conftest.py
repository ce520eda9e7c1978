"""A village of real purses whose bank is looked at by its staff, over HTTP.

client      the bank's application
operations  somebody of operations who is signed in; risk, second_risk and clerk (an administrator)
ask         ask(employee, method, path, json) -> the answer's JSON, after a look at its status
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.bank.employees import Employee, found
from tests.bank.staff.asking import Client, as_, asked
from tests.bank.syncing.conftest import alice, bob, keys, shop, village
from tests.bank.syncing.village import Village
from zerobar.bank.context import Bank
from zerobar.bank.staff.model import Role

__all__ = ["alice", "bob", "keys", "shop", "village"]


@pytest.fixture
def operations(bank: Bank) -> Employee:
    return found(bank, "Olga", Role.OPERATIONS)


@pytest.fixture
def risk(bank: Bank) -> Employee:
    return found(bank, "Rita", Role.RISK)


@pytest.fixture
def second_risk(bank: Bank) -> Employee:
    return found(bank, "Ralf", Role.RISK)


@pytest.fixture
def officers(risk: Employee, second_risk: Employee) -> tuple[Employee, Employee]:
    return risk, second_risk


@pytest.fixture
def clerk(bank: Bank) -> Employee:
    return found(bank, "Clara", Role.ADMINISTRATOR)


@pytest.fixture
def client(village: Village) -> Iterator[Client]:
    with asked(village.bank) as made:
        yield made


class Asker:
    """Asks the bank as its staff, and returns what it answers."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get(self, who: Employee, path: str, **query: Any) -> Any:
        answer = self._client.get(path, headers=as_(who.token), params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, who: Employee, path: str, body: object, id_: Any = None) -> Any:
        answer = self._client.post(path, headers=as_(who.token, id_), json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def put(self, who: Employee, path: str, body: object) -> Any:
        answer = self._client.put(path, headers=as_(who.token), json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pages(self, who: Employee, path: str, **query: Any) -> list[Any]:
        """Read a list to its end, two items at a time."""
        items: list[Any] = []
        cursor: str | None = None
        while True:
            page = self.get(who, path, limit=2, **query, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items


@pytest.fixture
def ask(client: Client) -> Asker:
    return Asker(client)
