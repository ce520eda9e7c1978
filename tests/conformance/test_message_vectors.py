"""The message vectors, read by the purse's own parsers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zerobar.conformance.vectors import FOLDER
from zerobar.purse.messages import (
    BlocklistDelta,
    Certificate,
    EntryKind,
    KeyUpdate,
    LogEntry,
    Push,
    Receipt,
    Request,
    SelectAnswer,
    SignedRequest,
    State,
    SyncAck,
    Unblock,
    VoidStatement,
    Voucher,
    chain_after,
)
from zerobar.purse.suites import P256, SignatureRefused
from zerobar.purse.wire import FormError

VECTORS: dict[str, Any] = json.loads((FOLDER / "messages.json").read_text())
PARSERS: dict[str, Any] = {
    "CERTIFICATE": Certificate,
    "REQUEST": Request,
    "SIGNED REQUEST": SignedRequest,
    "PUSH": Push,
    "VOUCHER": Voucher,
    "VOID STATEMENT": VoidStatement,
    "RECEIPT": Receipt,
    "STATE": State,
    "SYNC ACK": SyncAck,
    "BLOCKLIST DELTA": BlocklistDelta,
    "KEY UPDATE": KeyUpdate,
    "UNBLOCK": Unblock,
    "log entry": LogEntry,
    "answer to SELECT": SelectAnswer,
}


def parser(vector: dict[str, Any]) -> Any:
    return PARSERS[vector["name"].partition(",")[0]]


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda vector: vector["name"])
def test_a_message_is_parsed_to_its_fields_and_back(vector: dict[str, Any]) -> None:
    raw = bytes.fromhex(vector["bytes"])
    message = parser(vector).parse(raw)
    assert bytes(message) == raw
    for name, value in vector["fields"].items():
        if not isinstance(value, dict):
            assert plain(getattr(message, name)) == value
    for name in {"id", "hash"} & vector.keys():
        assert getattr(message, name).hex() == vector[name]


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS["messages"] if "signed_by" in vector],
    ids=lambda vector: vector["name"],
)
def test_a_signed_message_is_its_signer_s(vector: dict[str, Any]) -> None:
    message = parser(vector).parse(bytes.fromhex(vector["bytes"]))
    message.verify(bytes.fromhex(vector["public_key"]))
    with pytest.raises(SignatureRefused):
        message.verify(P256.public_key(bytes(31) + b"\x01"))


def test_every_message_has_vectors_of_both_kinds() -> None:
    assert {vector["name"].partition(",")[0] for vector in VECTORS["messages"]} == set(PARSERS)
    assert {vector["name"] for vector in VECTORS["invalid"]} == set(PARSERS)


def test_a_bad_message_is_refused_by_its_parser() -> None:
    for vector in VECTORS["invalid"]:
        raw = bytes.fromhex(vector["bytes"])
        with pytest.raises(FormError):
            parser(vector).parse(raw)


def test_ids_and_tags_are_hashes() -> None:
    for vector in VECTORS["ids"]:
        assert P256.public_key(bytes.fromhex(vector["private_key"])).hex() == vector["public_key"]
        assert P256.hash(bytes.fromhex(vector["public_key"]))[:8].hex() == vector["id"]
    for vector in VECTORS["tags"]:
        hashed = bytes.fromhex(vector["internal_key"] + vector["terms"])
        assert P256.hash(hashed)[:4].hex() == vector["tag"]


def test_the_chain_goes_on_from_entry_to_entry() -> None:
    chain = bytes(16)
    for vector in VECTORS["chain"]:
        kind, content = EntryKind(vector["kind"]), bytes.fromhex(vector["content"])
        chain = chain_after(P256, chain, kind, vector["entry"], content)
        assert chain.hex() == vector["chain"]


@pytest.mark.parametrize("vector", VECTORS["signatures"], ids=lambda vector: vector["reason"])
def test_a_signature_is_good_or_bad(vector: dict[str, Any]) -> None:
    signed = [bytes.fromhex(vector[name]) for name in ("public_key", "message", "signature")]
    if vector["valid"]:
        P256.verify(*signed)
    else:
        with pytest.raises(SignatureRefused):
            P256.verify(*signed)
