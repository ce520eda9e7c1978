"""Nobody but its own screen and programs of this machine may speak to a program."""

from __future__ import annotations

import httpx
import pytest

CROSS = {"sec-fetch-site": "cross-site"}
SAME = {"sec-fetch-site": "same-site"}
FOLLOWED = {"sec-fetch-mode": "navigate"}


def name_of(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["detail_zh"] and document["next_step_zh"]
    return str(document["type"]).removeprefix("urn:zerobar:problem:")


@pytest.mark.parametrize(
    "headers, problem",
    [
        ({"authorization": ""}, "token-needed"),
        ({"authorization": "Bearer another"}, "token-needed"),
        ({"authorization": "Basic a token"}, "token-needed"),
        ({"authorization": "Bearer \u00fc".encode()}, "token-needed"),
        ({"host": "evil.example:80"}, "wrong-host"),
        ({"host": "127.0.0.1.evil.example:8070"}, "wrong-host"),
        ({"host": "127.0.0.1"}, "wrong-host"),
        ({"origin": "http://evil.example"}, "foreign-page"),
        ({"origin": "http://127.0.0.1:1"}, "foreign-page"),
        ({"origin": "null"}, "foreign-page"),
        (CROSS, "foreign-page"),
        (SAME, "foreign-page"),
        (CROSS | FOLLOWED, "foreign-page"),
    ],
)
def test_who_has_no_business_here_is_kept_out(
    program: httpx.Client, headers: dict[str, str], problem: str
) -> None:
    answer = program.get("/money", headers=headers)
    assert answer.status_code in (401, 403, 421) and name_of(answer) == problem
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("site", [None, "same-origin", "none"])
def test_the_own_screen_and_programs_are_let_in(program: httpx.Client, site: str | None) -> None:
    own = {"origin": str(program.base_url).rstrip("/")}
    headers = own if site is None else own | {"sec-fetch-site": site}
    assert program.get("/money", headers=headers).json() == {"amount_fen": 5}


@pytest.mark.parametrize("path", ["/", "/sw.js", "/assets/wallet-1a2b.js"])
def test_the_screens_files_need_no_token(program: httpx.Client, path: str) -> None:
    assert program.get(path, headers={"authorization": ""}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/assets/wallet-1a2b.js"])
def test_the_screens_files_keep_to_their_host(program: httpx.Client, path: str) -> None:
    answer = program.get(path, headers={"host": "evil.example:80"})
    assert name_of(answer) == "wrong-host"


@pytest.mark.parametrize("site", [CROSS, SAME])
def test_a_link_from_another_page_may_be_followed_to_the_screen(
    program: httpx.Client, site: dict[str, str]
) -> None:
    assert program.get("/", headers=site | FOLLOWED).status_code == 200
    assert name_of(program.get("/", headers=site)) == "foreign-page"
