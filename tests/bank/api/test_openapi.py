"""The interface describes itself, and whoever reads it asks nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

import jsonschema_rs
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.bank.api.serving import application
from zerobar.bank.api.app import document
from zerobar.bank.context import Bank


@pytest.fixture
def client(bank: Bank) -> Iterator[TestClient[Litestar]]:
    with application(bank) as app, TestClient(app) as client:
        yield client


def test_the_description_is_openapi_3_1(client: TestClient[Litestar]) -> None:
    described = client.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert "/health" in described["paths"]


def test_every_operation_tells_that_errors_are_problem_documents() -> None:
    operations = [each for path in document()["paths"].values() for each in path.values()]
    for operation in operations:
        assert operation["responses"]["4XX"] == {"$ref": "#/components/responses/Problem"}
    names = [operation["operationId"] for operation in operations]
    assert sorted(set(names)) == sorted(names)


def test_every_shape_is_a_valid_schema() -> None:
    for schema in document()["components"]["schemas"].values():
        jsonschema_rs.meta.validate(
            schema | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
        )


def test_the_page_shows_every_operation_and_loads_nothing_from_elsewhere(
    client: TestClient[Litestar],
) -> None:
    answer = client.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text)
    for path in document()["paths"]:
        assert f"<code>{path}</code>" in answer.text
    sheet = re.search(r'rel="stylesheet" href="([^"]+)"', answer.text)
    assert sheet and client.get(sheet[1]).headers["content-type"].startswith("text/css")


def test_links_within_the_page_lead_somewhere(client: TestClient[Litestar]) -> None:
    text = client.get("/docs").text
    targets = set(re.findall(r'id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= targets


def test_the_page_tells_beside_each_operation_what_it_does(client: TestClient[Litestar]) -> None:
    text = client.get("/docs").text
    for item in document()["paths"].values():
        for operation in item.values():
            line = operation["description"].partition("\n")[0]
            assert line and f"<span>{escape(line)}</span></summary>" in text
    assert text.count("</summary>") == sum(len(item) for item in document()["paths"].values())


def test_the_page_is_dark_for_whoever_wants_it_dark(client: TestClient[Litestar]) -> None:
    assert "<title>Zerobar bank " in client.get("/docs").text
    assert "prefers-color-scheme: dark" in client.get("/docs/style.css").text
