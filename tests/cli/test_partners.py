from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.bank.programs import BankProgram, Sandbox
from tests.cli.conftest import Run
from zerobar.client.enrolment import NewDevice, enrolment_bytes, write_64
from zerobar.client.errors import BankSaysNo
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.people import ByAssertion, FirstWallet, WalletOpened
from zerobar.purse.suites import P256

pytestmark = pytest.mark.slow
PHONE = "+8613900000077"


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own folder: run as root, that is closed to the user PostgreSQL runs as.
    path = Path(tempfile.mkdtemp(prefix="zerobar-tests-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


class Telecom:
    """A partner with a key, and its public half in a file."""

    def __init__(self, folder: Path) -> None:
        self._key = ECKey.generate_key("P-256")
        self.file = folder / "telecom.pem"
        self.file.write_bytes(
            self._key.public_key.public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )

    def vouch(self, operator_id: str) -> str:
        now = int(time.time())
        claims = {
            "iss": "telecom.example",
            "aud": operator_id,
            "phone_number": PHONE,
            "jti": str(uuid4()),
            "iat": now,
            "exp": now + 300,
        }
        header = {"alg": "ES256", "kid": "key-1"}
        return jwt.encode(header, claims, self._key, algorithms=["ES256"])


def open_wallet(url: str, assertion: str) -> WalletOpened:
    key, request_id = RequestKey(uuid4(), P256.private_key(bytes(range(40)))), uuid4()
    signed = enrolment_bytes(request_id, key.id, key.public_key)
    device = NewDevice(
        key_id=key.id,
        public_key=write_64(key.public_key),
        label="phone",
        proof=write_64(P256.sign(key.private_key, signed)),
    )
    asked = FirstWallet(evidence=ByAssertion(assertion=assertion), device=device)
    with BankHttp(url) as bank:
        return bank.make(request_id, "/v1/wallets", asked, WalletOpened)


def test_a_partner_s_word_opens_wallets_until_its_key_is_revoked(
    folder: Path, zerobar: Run
) -> None:
    telecom, at = Telecom(folder), ("--folder", str(folder / "bank"))
    with Sandbox(folder) as sandbox, BankProgram(folder, sandbox.url) as bank:
        added = zerobar(
            "bank", "partner", "add", "telecom.example", "key-1", str(telecom.file), *at
        )
        operator_id = re.search(r"`aud`: (\S+)", added.output)
        assert operator_id is not None
        opened = open_wallet(bank.url, telecom.vouch(operator_id[1]))
        assert opened.wallet.category == 4
        assert "telecom.example" in zerobar("bank", "partner", "list", *at).output
        zerobar("bank", "partner", "revoke", "key-1", *at)
        with pytest.raises(BankSaysNo) as refused:
            open_wallet(bank.url, telecom.vouch(operator_id[1]))
        assert refused.value.problem == "assertion-refused"
        unknown = zerobar("bank", "partner", "revoke", "key-2", *at, code=1)
        assert "no key key-2" in unknown.output


def test_invalid_what_is_no_key_is_told_so(folder: Path, zerobar: Run) -> None:
    wrong = folder / "wrong.pem"
    wrong.write_text("not a key")
    told = zerobar("bank", "partner", "add", "telecom.example", "key-1", str(wrong), code=1)
    assert "P-256 in PEM form" in told.output
