"""What the interface says of itself holds for requests that are made up from it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.telecom.conftest import NUMBER, TOKEN
from zerobar.purse.money import Fen
from zerobar.telecom import Line, Telecom
from zerobar.telecom.api.access import ACCESS_HEADER
from zerobar.telecom.api.app import document
from zerobar.telecom.bank import Bank
from zerobar.telecom.orders import Asked, ask_order

pytestmark = pytest.mark.slow
ORDER = UUID("0190f7a0-0000-4000-8000-0000000000aa")
KNOWN = {
    "number": NUMBER,
    "bucket_id": NUMBER.removeprefix("+"),
    "order_id": str(ORDER),
    "topup_id": str(ORDER),
    "payment_id": str(ORDER),
}
CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]
Operation = Any
"""Schemathesis's own, which is generic in what this test does not care about."""


def operations() -> list[Operation]:
    schema: Any = schemathesis.openapi.from_dict(document())
    return [each.ok() for each in schema.get_all_operations()]


@pytest.mark.parametrize("operation", operations(), ids=lambda o: f"{o.method} {o.path}")
def test_made_up_requests_are_answered_as_described(
    operation: Operation, url: str, telecom: Telecom, bank: Bank, line: Line
) -> None:
    ask_order(telecom, bank, ORDER, Asked(line.number, Fen(5_000)))
    modes = st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    cases = modes.flatmap(lambda mode: operation.as_strategy(generation_mode=mode))
    headers = {ACCESS_HEADER: NUMBER, "authorization": f"Bearer {TOKEN}"}

    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, is_known=st.booleans())
    def send(case: Any, is_known: bool) -> None:
        if is_known:
            for name in case.path_parameters.keys() & KNOWN.keys():
                case.path_parameters[name] = KNOWN[name]
        response = case.call(base_url=url, headers=headers)
        assert response.status_code < 500 or response.status_code == 503, response.text
        case.validate_response(response, checks=CHECKS)

    send()
