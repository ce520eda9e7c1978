"""Whatever is sent to the interface, it answers as it describes itself, and never with a 5xx."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bank.api.fuzzing import Credentials, Operation, bombard, name_of, operations
from tests.bank.api.serving import served_bank
from tests.bank.conftest import Clock
from tests.bank.employees import found
from tests.bank.holders import Holder, fill, grant
from tests.bank.merchants.trading import begin, new_order
from zerobar.bank.context import Bank
from zerobar.bank.staff.model import Role
from zerobar.purse.money import Fen

AT_ONE_BANK = 7
EXAMPLES = 15
DEEP_EXAMPLES = 400


@pytest.fixture
def url(bank: Bank) -> Iterator[str]:
    with served_bank(bank) as url:
        yield url


@pytest.fixture
def credentials(bank: Bank, anna: Holder, bea: Holder, clock: Clock) -> Credentials:
    fill(bank, anna.wallet, Fen(5_000_00))
    grant(bank, anna)
    tea = begin(bank)
    order = new_order(bank, tea, 12_50)
    everybody = found(bank, "everybody", *Role)
    known = {
        "wallet_id": anna.wallet,
        "key_id": bea.key.id,
        "merchant_id": tea.server.merchant.id,
        "shop_id": tea.shop.id,
        "order_id": order.id,
        "staff_id": everybody.id,
        "operator_id": bank.operator_id,
    }
    keys = (anna.key, tea.server_key, tea.till_key)
    return Credentials(anna.token, everybody.token, keys, clock, known)


def _together() -> list[list[Operation]]:
    """Return the operations in handfuls that share one bank, for that is slow to make.

    Those that may lock somebody out come last among theirs.
    """
    mild_first = sorted(operations(), key=lambda each: each.method.upper() == "DELETE")
    many = -(-len(mild_first) // AT_ONE_BANK)
    return [mild_first[first::many] for first in range(many)]


@pytest.mark.slow
@pytest.mark.parametrize("some", _together(), ids=lambda some: name_of(some[0]))
def test_operations_answer_as_described(
    some: list[Operation], url: str, credentials: Credentials
) -> None:
    for operation in some:
        assert bombard(operation, url, credentials, EXAMPLES) > 0


@pytest.mark.deep
@pytest.mark.parametrize("operation", operations(), ids=name_of)
def test_every_operation_answers_as_described_however_often(
    operation: Operation, url: str, credentials: Credentials
) -> None:
    assert bombard(operation, url, credentials, DEEP_EXAMPLES) > 0
