"""Every example runs as its own words say, and shows what it promises."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.bank.programs import BankProgram, Sandbox
from tests.phone.conftest import folder, sandbox
from zerobar.client.webhooks import ID_HEADER, SIGNATURE_HEADER, TIME_HEADER, webhook_bytes

__all__ = ["folder", "sandbox"]
EXAMPLES = Path(__file__).parents[2] / "examples"
BODY = b'{"kind":"order-paid"}'
PATIENCE_S = 120


def command(name: str, *arguments: str) -> list[str]:
    return [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments]


def run(name: str, *arguments: str) -> str:
    done = subprocess.run(
        command(name, *arguments),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def test_each_example_is_tested_here() -> None:
    here = Path(__file__).read_text()
    for path in EXAMPLES.glob("*.py"):
        assert f'"{path.stem}"' in here, path.stem


def test_a_torn_tap_is_resumed() -> None:
    told = run("tap_torn_and_resumed")
    assert "It is charged at most once." in told
    assert told.endswith("The desk: ¥200.00 in purses, ¥0.00 on its way.\n")


def test_codes_are_made_and_read() -> None:
    told = run("codes_without_network")
    assert "The phone reads: ¥18.00 to 街角面馆" in told
    assert "The code is damaged (its checksum)" in told


@pytest.mark.slow
def test_transfers_are_posted() -> None:
    assert run("post_transfers").splitlines() == [
        "Funded: POSTED.",
        "Paid: POSTED.",
        "Asked again, with the same id: POSTED, as answered before.",
        "The same id for something else: OTHER_CONTENT.",
        "Set aside: POSTED.",
        "More than is available: BELOW_FLOOR.",
        "Less than was set aside is taken: POSTED.",
        "In the wallet: ¥25.00, ¥25.00 available.",
        "In the shop: ¥75.00, ¥75.00 available.",
    ]


@pytest.mark.slow
def test_a_wallet_is_opened_and_pays(folder: Path, sandbox: Sandbox) -> None:
    with BankProgram(folder, sandbox.url) as bank:
        told = run("open_a_wallet", bank.url, sandbox.url).splitlines()
        assert bank.check().returncode == 0
    first, second = (line for line in told if line.startswith("Payment"))
    assert first == second
    assert {"Exchanged ¥500.00: done.", "林安娜 has ¥480.00.", "王小明 has ¥20.00."} <= set(told)
    assert told[-1].startswith("Too much: ")


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@contextmanager
def listening(key: Ed25519PrivateKey) -> Iterator[tuple[str, Iterator[str]]]:
    public = text_of(key.public_key().public_bytes_raw())
    with subprocess.Popen(
        command("receive_webhooks", public), stdout=subprocess.PIPE, text=True
    ) as receiver:
        assert receiver.stdout is not None
        try:
            yield receiver.stdout.readline().split()[-1], receiver.stdout
        finally:
            receiver.terminate()


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def signed(key: Ed25519PrivateKey, event_id: str) -> dict[str, str]:
    time_unix_s = str(int(datetime.now(UTC).timestamp()))
    signature = text_of(key.sign(webhook_bytes(event_id, time_unix_s, BODY)))
    return {ID_HEADER: event_id, TIME_HEADER: time_unix_s, SIGNATURE_HEADER: signature}


def test_notices_are_taken_once_and_forged_ones_never(key: Ed25519PrivateKey) -> None:
    with listening(key) as (address, told):
        for _ in range(2):
            answer = httpx.post(address, content=BODY, headers=signed(key, "first"))
            assert answer.status_code == 204
        forged = signed(Ed25519PrivateKey.generate(), "second")
        assert httpx.post(address, content=BODY, headers=forged).status_code == 400
        assert [next(told).split()[0] for _ in range(3)] == ["Taken:", "Known", "Refused:"]
