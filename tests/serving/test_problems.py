"""Bodies are read as their types say, and what is wrong is told without repeating it."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest

from zerobar.client.outbox import OtherContent
from zerobar.serving.problems import name_of


@pytest.mark.parametrize(
    "body", ['{"amount_fen": "5"}', '{"amount_fen": 5.5}', '{"amount_fen": true}', "[]", "{", ""]
)
def test_a_number_is_a_number_and_nothing_else_is(program: httpx.Client, body: str) -> None:
    answer = program.post("/money", content=body)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:zerobar:problem:invalid-input"
    assert "docs/here.md" in answer.json()["next_step"]


def test_the_field_that_is_wrong_is_named_and_its_content_is_not(program: httpx.Client) -> None:
    answer = program.post("/money", json={"amount_fen": "a secret"})
    (error,) = answer.json()["errors"]
    assert error["key"] == "amount_fen" and "int" in error["message"]
    assert "secret" not in answer.text


def test_what_is_not_known_is_refused(program: httpx.Client) -> None:
    assert program.post("/money", json={"amount_fen": 5, "tip_fen": 1}).status_code == 400
    assert program.post("/money", json={"amount_fen": 5}).json() == {"amount_fen": 5}


def test_an_unknown_path_and_method_are_problems(program: httpx.Client) -> None:
    unknown = program.get("/nothing")
    assert unknown.json()["type"].endswith(":not-found")
    wrong = program.delete("/money")
    assert wrong.json()["type"].endswith(":method-not-allowed")
    assert "GET" in wrong.headers["allow"]


def test_every_answer_is_kept_nowhere_and_framed_by_nobody(program: httpx.Client) -> None:
    for answer in (program.get("/money"), program.get("/nothing")):
        assert answer.headers.get_list("cache-control") == ["no-store"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_an_errors_name_is_its_class_in_small_letters() -> None:
    assert name_of(OtherContent(UUID(int=1))) == "other-content"
