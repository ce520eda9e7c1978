"""Requests made up from the interface's own description, sent with real credentials.

Half of them name what is really there, so that they get past the door; the other half are as they
were drawn: mostly unknown ids and now and then no value that the description allows.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.bank.api.serving import signing_headers
from tests.bank.conftest import Clock
from tests.bank.holders import Key
from zerobar.bank.api.app import document
from zerobar.client.problems import MEDIA_TYPE, TYPE_PREFIX

CHECKS: Final = [content_type_conformance, response_schema_conformance, status_code_conformance]
Operation = Any
Case = Any
"""Schemathesis's own, which are generic in what this test does not care about."""


@dataclass(frozen=True)
class Credentials:
    """Who asks, and what there is to ask about.

    Attributes:
        keys: which sign requests; one is drawn for each.
        known: ids that exist, by the name of the parameter.
    """

    person_token: str
    staff_token: str
    keys: tuple[Key, ...]
    clock: Clock
    known: Mapping[str, UUID | str] = field(default_factory=dict)


def operations() -> list[Operation]:
    """Return all operations of the interface."""
    schema: Any = schemathesis.openapi.from_dict(document())
    return [each.ok() for each in schema.get_all_operations()]


def name_of(operation: Operation) -> str:
    """Return an operation as a test's id."""
    return f"{operation.method.upper()} {operation.path}"


def bombard(operation: Operation, url: str, credentials: Credentials, examples: int) -> int:
    """Send made-up requests to one operation; return how many; raises on what must not be."""
    sent = 0
    modes = st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    cases = modes.flatmap(lambda mode: operation.as_strategy(generation_mode=mode))

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, draw=st.integers(0, 2**32 - 1))
    def send(case: Case, draw: int) -> None:
        nonlocal sent
        sent += 1
        _send(case, url, credentials, random.Random(draw))

    send()
    return sent


def _send(case: Case, url: str, credentials: Credentials, draw: random.Random) -> None:
    if draw.random() < 0.5:
        for name in case.path_parameters.keys() & credentials.known.keys():
            case.path_parameters[name] = str(credentials.known[name])
    security = {name for each in case.operation.definition.raw.get("security", []) for name in each}
    answer = case.call(base_url=url, auth=_Auth(credentials, security, draw))
    _check_error(case, answer)
    case.validate_response(answer, checks=CHECKS, headers={})


def _check_error(case: Case, answer: Any) -> None:
    said = f"{case.method} {case.formatted_path}: {answer.status_code} {answer.content[:500]!r}"
    assert answer.status_code < 500, said
    if answer.status_code >= 400:
        assert answer.headers["content-type"][0] == MEDIA_TYPE, said
        problem = answer.json()
        assert problem["type"].startswith(TYPE_PREFIX) and problem["next_step"], said
        assert problem["status"] == answer.status_code, said


class _Auth(requests.auth.AuthBase):
    """Shows the credentials that an operation wants, over exactly what is sent."""

    def __init__(self, credentials: Credentials, security: set[str], draw: random.Random) -> None:
        self._credentials = credentials
        self._security = security
        self._draw = draw

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        asker = self._credentials
        if "staff" in self._security:
            request.headers["authorization"] = f"Bearer {asker.staff_token}"
        if "session" in self._security:
            request.headers["authorization"] = f"Bearer {asker.person_token}"
        if "signed" in self._security:
            request.headers.update(self._signature(request))
        return request

    def _signature(self, request: requests.PreparedRequest) -> dict[str, str]:
        body: Any = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        id_ = str(request.headers.get("Idempotency-Key", ""))
        now = int(self._credentials.clock().timestamp())
        place = (str(request.method), request.path_url)
        key = self._draw.choice(self._credentials.keys)
        return signing_headers(key, place, content, now, id_)
