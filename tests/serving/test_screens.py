"""A screen's files come under a strict policy, and nothing comes that is none of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from tests.serving.conftest import FILES, STAGE, create_app
from tests.telecom.serving import served
from zerobar.serving.policy import BadOrigin
from zerobar.serving.screens import screen_routes


def policy_of(answer: httpx.Response) -> dict[str, str]:
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize(
    "path, name, media_type, caching",
    [
        ("/", "wallet.html", "text/html; charset=utf-8", "no-cache"),
        ("/sw.js", "sw.js", "text/javascript; charset=utf-8", "no-cache"),
        (
            "/manifest.webmanifest",
            "manifest-wallet.webmanifest",
            "application/manifest+json",
            "no-cache",
        ),
        ("/icons/zerobar.svg", "icons/zerobar.svg", "image/svg+xml", "no-cache"),
        (
            "/assets/wallet-1a2b.css",
            "assets/wallet-1a2b.css",
            "text/css; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
    ],
)
def test_a_file_is_given_as_it_was_built(
    program: httpx.Client, path: str, name: str, media_type: str, caching: str
) -> None:
    answer = program.get(path)
    assert answer.text == FILES[name]
    assert answer.headers.get_list("content-type") == [media_type]
    assert answer.headers.get_list("cache-control") == [caching]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing.js",
        "/assets/link.js",
        "/assets/..%2Fmade-from",
        "/assets/%2e%2e/made-from",
        "/assets/..%2f..%2fsecret",
        "/assets/%2Fetc%2Fpasswd",
        "/icons/..%5c..%5csecret",
        "/made-from",
        "/till.html",
        "/assets/",
    ],
)
def test_nothing_else_can_be_had(program: httpx.Client, path: str) -> None:
    answer = program.get(path)
    assert answer.status_code == 404 and "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_page_may_load_its_own_files_only(program: httpx.Client) -> None:
    policy = policy_of(program.get("/"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in str(policy) and "http" not in policy["img-src"]


def test_a_page_that_is_named_may_frame_the_screen_and_no_other(program: httpx.Client) -> None:
    page = program.get("/")
    assert policy_of(page)["frame-ancestors"] == STAGE
    assert page.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]
    file = program.get("/assets/wallet-1a2b.js")
    assert file.headers["cross-origin-resource-policy"] == "same-origin"
    assert program.get("/money").headers["content-security-policy"].endswith("'none'")


def test_unless_told_otherwise_nobody_frames_and_nothing_is_framed(build: Path) -> None:
    with served(create_app(folder=build)) as url:
        page = httpx.get(url)
    assert policy_of(page)["frame-ancestors"] == policy_of(page)["frame-src"] == "'none'"
    assert page.headers.get_list("cross-origin-resource-policy") == ["same-origin"]
    assert page.headers["permissions-policy"].startswith("camera=(self), ")


def test_what_a_page_frames_may_use_the_camera_too(build: Path) -> None:
    phone, bank = "http://127.0.0.1:8101", "https://bank.example"
    with served(create_app(folder=build, frames=[phone], connect=[bank])) as url:
        page = httpx.get(url)
    assert policy_of(page)["frame-src"] == phone
    assert policy_of(page)["connect-src"] == f"'self' {bank}"
    assert page.headers["permissions-policy"].startswith(f'camera=(self "{phone}"), ')


@pytest.mark.parametrize(
    "text",
    ["", "*", "stage", "http://a b", "http://a;script-src *", "http://a/", "http://a\r\nx: y"],
)
def test_what_is_no_origin_stands_in_no_policy(build: Path, text: str) -> None:
    with pytest.raises(BadOrigin, match="scheme, host and port"):
        screen_routes("wallet", framed_by=[text], folder=build)


def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    with served(create_app(folder=tmp_path / "nothing")) as url:
        page = httpx.get(url)
        assert httpx.get(f"{url}/sw.js").status_code == 404
    assert page.status_code == 503 and "make setup" in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"


def test_a_build_that_is_taken_away_meanwhile_breaks_nothing(build: Path, tmp_path: Path) -> None:
    folder = tmp_path / "screens"
    shutil.copytree(build, folder)
    with served(create_app(folder=folder)) as url:
        shutil.rmtree(folder)
        assert httpx.get(f"{url}/assets/wallet-1a2b.js").status_code == 404
        assert "make setup" in httpx.get(url).text
