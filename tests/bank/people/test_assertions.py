from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.bank.conftest import Clock
from tests.bank.holders import new_key
from tests.bank.people.asking import PHONE, device_with
from zerobar.bank.context import Bank
from zerobar.bank.people.assertions import (
    read_assertion,
    register_partner,
    revoke_partner_key,
)
from zerobar.bank.people.errors import AssertionRefused
from zerobar.bank.people.opening import open_by_assertion

PARTNER = "telecom.example"


class Telecom:
    """A partner that signs assertions."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.key = ECKey.generate_key("P-256")
        numbers = self.key.public_key.public_numbers()
        self.public_key = numbers.x.to_bytes(32) + numbers.y.to_bytes(32)

    def claims(self) -> dict[str, Any]:
        now = int(self.bank.clock().timestamp())
        return {
            "iss": PARTNER,
            "aud": str(self.bank.operator_id),
            "phone_number": PHONE,
            "jti": str(self.bank.new_id()),
            "iat": now,
            "exp": now + 300,
        }

    def sign(self, key_name: str = "key-1", **changes: Any) -> str:
        header = {"alg": "ES256", "kid": key_name}
        return jwt.encode(header, self.claims() | changes, self.key, algorithms=["ES256"])


@pytest.fixture
def telecom(bank: Bank) -> Telecom:
    telecom = Telecom(bank)
    register_partner(bank, PARTNER, "key-1", telecom.public_key)
    return telecom


def reason(bank: Bank, text: str) -> object:
    with pytest.raises(AssertionRefused) as refused:
        read_assertion(bank, text)
    return refused.value.facts["reason"]


def open_with(bank: Bank, text: str, wallet_id: UUID) -> str:
    device = device_with(new_key(bank), wallet_id)
    return open_by_assertion(bank, wallet_id, text, device, "Wallet").wallet.number


def test_a_partner_s_word_opens_a_wallet_without_any_message(bank: Bank, telecom: Telecom) -> None:
    text, wallet_id = telecom.sign(), bank.new_id()
    number = open_with(bank, text, wallet_id)
    assert open_with(bank, text, wallet_id) == number


def test_an_assertion_opens_one_wallet(bank: Bank, telecom: Telecom) -> None:
    text = telecom.sign()
    open_with(bank, text, bank.new_id())
    with pytest.raises(AssertionRefused) as refused:
        open_with(bank, text, bank.new_id())
    assert refused.value.facts == {"reason": "used"}


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"iss": "another.example"}, "issuer"),
        ({"aud": "another operator"}, "audience"),
        ({"phone_number": "+8601062345678"}, "phone-number"),
        ({"jti": ""}, "not-a-signed-assertion"),
        ({"exp": "soon"}, "not-a-signed-assertion"),
        ({"iat": 0, "exp": 300}, "time"),
        ({"iat": 0}, "lives-too-long"),
    ],
)
def test_each_claim_must_be_right(
    bank: Bank, telecom: Telecom, changes: dict[str, Any], expected: str
) -> None:
    assert reason(bank, telecom.sign(**changes)) == expected


def test_an_assertion_is_good_for_five_minutes(bank: Bank, telecom: Telecom, clock: Clock) -> None:
    text = telecom.sign()
    clock.advance(seconds=299)
    assert read_assertion(bank, text).phone == PHONE
    clock.advance(seconds=1)
    assert reason(bank, text) == "time"


def test_only_a_registered_key_counts_and_only_until_it_is_revoked(
    bank: Bank, telecom: Telecom
) -> None:
    assert reason(bank, telecom.sign("key-2")) == "key-unknown"
    assert reason(bank, Telecom(bank).sign()) == "not-a-signed-assertion"
    revoke_partner_key(bank, "key-1")
    assert reason(bank, telecom.sign()) == "key-unknown"


def test_an_assertion_without_a_signature_is_none(bank: Bank, telecom: Telecom) -> None:
    head, body, _ = telecom.sign().split(".")
    # The header says that there is no algorithm.
    unsigned = "eyJhbGciOiJub25lIiwia2lkIjoia2V5LTEifQ"
    assert reason(bank, f"{head}.{body}.") == "not-a-signed-assertion"
    assert reason(bank, f"{unsigned}.{body}.") == "not-a-signed-assertion"


@pytest.mark.parametrize("seed", range(20))
def test_a_changed_assertion_is_refused(bank: Bank, telecom: Telecom, seed: int) -> None:
    text = telecom.sign()
    place = seed * len(text) // 20
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    reason(bank, changed)


def test_rubbish_is_refused(bank: Bank) -> None:
    for text in ("", ".", "..", "a.b.c", "x" * 3_000, "eyJ9.e30.AA", "é.é.é", "[].[].[]"):
        reason(bank, text)
