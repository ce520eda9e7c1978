"""A village of real purses, and three of its people.

village  everybody and the bank; village.sync(who), village.pay(payer, payee, amount); whatever a
         test did, the money of all purses adds up after it
alice    a person with 200 yuan in the purse
bob      a person with nothing in it
shop     a merchant
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.bank.syncing.village import Village, Villager, new_village
from zerobar.bank.context import Bank
from zerobar.issuer import AuthorityFile, TestAuthority


@pytest.fixture(scope="session")
def keys() -> TestAuthority:
    return AuthorityFile.generate(random.Random(7).randbytes, 1_790_000_000).open()


@pytest.fixture
def village(bank: Bank, keys: TestAuthority) -> Iterator[Village]:
    made = new_village(bank, keys)
    yield made
    assert made.books().is_exact, made.books()


@pytest.fixture
def alice(village: Village) -> Villager:
    made = village.person("Alice")
    village.load(made, 200_00)
    return made


@pytest.fixture
def bob(village: Village) -> Villager:
    return village.person("Bob")


@pytest.fixture
def shop(village: Village) -> Villager:
    return village.shop("Shop")
