"""Vectors of the messages themselves: fields and bytes, hashes, tags, chains, signatures."""

from __future__ import annotations

import struct
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from zerobar.conformance.under_test import patched
from zerobar.conformance.world import (
    FIRST_DAY,
    P256_ORDER,
    REFERENCE,
    SYNC_NUMBER,
    World,
    private_key,
    public_key,
)
from zerobar.purse.messages import (
    KEEP_OVERRIDE,
    Certificate,
    EntryKind,
    Kind,
    LogEntry,
    Push,
    Receipt,
    ReceiptStatus,
    Role,
    SelectAnswer,
    SelectStatus,
    SignedRequest,
    State,
    SyncAck,
    VoidFlags,
    Voucher,
    class_block_id,
)
from zerobar.purse.money import CNY, MAX_AMOUNT, Fen
from zerobar.purse.suites import P256

FORMAT: Final = "zerobar message vectors"
_INTERNAL_KEY: Final = bytes(range(32))
_KINDS: Final = (Kind.PAYMENT, Kind.REFUND, Kind.LOAD, Kind.UNLOAD, Kind.AUTHORISE)


def message_vectors() -> dict[str, Any]:
    """Return all message vectors as JSON can hold them."""
    valid = _valid(World())
    return {
        "format": FORMAT,
        "version": 1,
        "note": "TEST KEYS: everybody has them",
        "messages": [_told(*message) for message in valid],
        "invalid": _invalid({name: message for name, message, _ in valid}),
        "ids": [_id(name) for name in ("person", "merchant", "operator purse")],
        "tags": [_tag(kind, amount) for kind in (1, 2, 3) for amount in (1, int(MAX_AMOUNT))],
        "chain": _chain(World()),
        "signatures": _signatures(),
    }


# --- messages that are good -----------------------------------------------------------------

_Valid = tuple[str, Any, str]
"""Name, message, and who signed it."""


def _valid(world: World) -> list[_Valid]:
    return [
        *_certificates(world),
        *_requests(world),
        *_vouchers(world),
        *_statements(world),
        *_states(),
        *_operator_messages(world),
        *_answers(world),
    ]


def _certificates(world: World) -> list[_Valid]:
    parties = (world.person, world.anonymous, world.merchant, world.service, world.bank)
    by = "certification authority"
    return [
        (f"CERTIFICATE, class {p.certificate.purse_class:02X}", p.certificate, by) for p in parties
    ]


def _requests(world: World) -> list[_Valid]:
    merchant = world.merchant
    plain = [(f"REQUEST, kind {kind}", merchant.request(kind), "") for kind in _KINDS]
    signed = SignedRequest.parse(merchant.sign_request(merchant.request(amount=MAX_AMOUNT)))
    push = world.service.push_order(time=b"time")
    return [*plain, ("SIGNED REQUEST", signed, ""), ("PUSH", push, "")]


def _vouchers(world: World) -> list[_Valid]:
    person = world.person
    made = [(kind, person.voucher(world.merchant.request(kind))) for kind in _KINDS]
    push = person.voucher(world.merchant.request(), kind=Kind.PUSH, number=0, tag=b"time")
    last = person.voucher(
        world.merchant.request(), entry=0xFFFFFFFF, amount=MAX_AMOUNT, chain=b"\xff" * 8
    )
    every = [*made, (Kind.PUSH, push)]
    told = [(f"VOUCHER, kind {kind}", voucher, "person") for kind, voucher in every]
    return [*told, ("VOUCHER, highest values", last, "person")]


def _statements(world: World) -> list[_Valid]:
    voucher = world.person.voucher(world.merchant.request())
    voided = world.merchant.statement(voucher)
    never = world.merchant.statement(voucher, flags=VoidFlags.NEVER_MY_REQUEST, payee_entry=0)
    too_old = world.merchant.statement(voucher, flags=VoidFlags.TOO_OLD, payee_entry=0)
    receipt = Receipt(
        status=ReceiptStatus.CREDITED,
        payer_id=world.person.id,
        payer_entry=voucher.entry,
        payee_id=world.merchant.id,
        number=voucher.number,
        amount=voucher.amount,
    )
    held = replace(receipt, status=ReceiptStatus.CREDITED_PARTLY_TO_HELD)
    return [
        ("VOID STATEMENT, flags 00", voided, "merchant"),
        ("VOID STATEMENT, flags 01", never, "merchant"),
        ("VOID STATEMENT, flags 02", too_old, "merchant"),
        ("RECEIPT, status 00", receipt, ""),
        ("RECEIPT, status 01", held, ""),
    ]


def _states() -> list[_Valid]:
    signer = World().person
    new = State(
        flags=0,
        nonce=b"nonce001",
        id=signer.id,
        entry=0,
        base=0,
        number=0,
        window=0,
        balance=Fen(0),
        held=Fen(0),
        out_total=0,
        out_count=0,
        chain=bytes(16),
    )
    used = replace(
        new,
        flags=3,
        entry=0xFFFFFFFF,
        base=0xFFFFFFFE,
        number=0xFFFFFFFF,
        window=0x8000000000000001,
        balance=MAX_AMOUNT,
        out_total=0xFFFFFFFF,
        out_count=0xFFFF,
        chain=bytes(range(16)),
    )
    sign = signer.signer.sign
    return [
        ("STATE, of a new purse", new.signed(sign), "person"),
        ("STATE, highest values", used.signed(sign), "person"),
    ]


def _operator_messages(world: World) -> list[_Valid]:
    ack = SyncAck(
        key_number=SYNC_NUMBER,
        id=world.person.id,
        entry=5,
        chain=bytes(range(16)),
        time=FIRST_DAY * 86_400,
        flags=0,
        per_payment=KEEP_OVERRIDE,
        without_pin=KEEP_OVERRIDE,
        holding=KEEP_OVERRIDE,
        nonce=b"nonce001",
    )
    block = replace(ack, flags=1, per_payment=100_00, without_pin=0, holding=50_00)
    sign = world.sync.sign
    return [
        ("SYNC ACK, limits kept", ack.signed(sign), "sync"),
        ("SYNC ACK, blocked, limits overridden", block.signed(sign), "sync"),
        *_deltas(world),
        *_key_messages(world),
    ]


def _deltas(world: World) -> list[_Valid]:
    many = tuple(b"nobody" + i.to_bytes(2) for i in range(17))
    lists = ((), (world.person.id,), (*many, class_block_id(world.person.certificate.purse_class)))
    made = [world.operator.blocklist(7, 8 + len(ids), ids) for ids in lists]
    return [(f"BLOCKLIST DELTA, {len(delta.ids)} ids", delta, "sync") for delta in made]


def _key_messages(world: World) -> list[_Valid]:
    authority = world.authority
    put = authority.key_update(5, Role.CA, FIRST_DAY, public_key("second authority"))
    deleted = authority.key_update(5, Role.CA, FIRST_DAY + 1, bytes(64))
    unblock = world.operator.unblock(world.person.id, 1, "4321")
    return [
        ("KEY UPDATE", put, "root"),
        ("KEY UPDATE, deletion", deleted, "root"),
        ("UNBLOCK", unblock, "sync"),
    ]


def _answers(world: World) -> list[_Valid]:
    voucher = world.person.voucher(world.merchant.request())
    statement = bytes(world.merchant.statement(voucher)) + bytes(10)
    entries = [
        (
            f"log entry, kind {kind}",
            LogEntry(
                kind=kind,
                entry=kind,
                balance=Fen(100),
                held=Fen(0),
                payload=statement if kind == EntryKind.UNDO else bytes(voucher),
            ),
            "",
        )
        for kind in EntryKind
    ]
    status = SelectStatus(flags=0, purse_class=1, number=258, epoch=3, free_slots=62)
    veiled = replace(status, flags=1, number=0, epoch=0)
    return [
        *entries,
        ("answer to SELECT, by contact", SelectAnswer(1, status, world.person.certificate), ""),
        ("answer to SELECT, in a field", SelectAnswer(1, veiled, None), ""),
    ]


def _told(name: str, message: Any, signer: str) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "fields": _fields(message), "bytes": bytes(message).hex()}
    if signer:
        told |= {"signed_by": signer, "public_key": public_key(signer).hex()}
    if isinstance(message, Certificate):
        told |= {"id": message.id.hex(), "hash": message.hash.hex()}
    if isinstance(message, Voucher):
        told["hash"] = message.hash.hex()
    return told


def _fields(message: Any) -> dict[str, Any]:
    return {f.name: _value(getattr(message, f.name)) for f in fields(message) if f.name != "suite"}


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if is_dataclass(value):
        return _fields(value)
    return value if value is None else int(value)


# --- messages that are not ------------------------------------------------------------------

_AMOUNTS: Final = {"amount 0": bytes(4), "amount above 7FFFFFFF": b"\x80\x00\x00\x00"}
_BAD_FIELDS: Final[dict[str, list[tuple[str, int, bytes]]]] = {
    "REQUEST, kind 1": [
        ("kind 0", 1, b"\x00"),
        ("kind 7", 1, b"\x07"),
        *((reason, 14, value) for reason, value in _AMOUNTS.items()),
    ],
    "PUSH": [*((reason, 9, value) for reason, value in _AMOUNTS.items())],
    "VOUCHER, kind 1": [
        ("kind 0", 1, b"\x00"),
        ("kind 7", 1, b"\x07"),
        *((reason, 26, value) for reason, value in _AMOUNTS.items()),
    ],
    "VOID STATEMENT, flags 00": [
        ("flags 03", 1, b"\x03"),
        *((reason, 30, value) for reason, value in _AMOUNTS.items()),
    ],
    "RECEIPT, status 00": [("status 02", 1, b"\x02"), ("reserved byte", 31, b"\x01")],
    "STATE, of a new purse": [("balance above 7FFFFFFF", 38, b"\x80\x00\x00\x00")],
    "SYNC ACK, limits kept": [("reserved byte", 30, b"\x01"), ("reserved byte", 38, b"\x01")],
    "BLOCKLIST DELTA, 1 ids": [
        ("count of 2 for one id", 10, b"\x02"),
        ("count of 0 for one id", 10, b"\x00"),
        ("epochs equal", 6, struct.pack(">I", 7)),
        ("epochs falling", 6, struct.pack(">I", 6)),
    ],
    "KEY UPDATE": [("role 0", 3, b"\x00"), ("role 5", 3, b"\x05")],
    "CERTIFICATE, class 01": [("class 00", 2, b"\x00"), ("class 05", 2, b"\x05")],
}


def _invalid(valid: dict[str, Any]) -> list[dict[str, str]]:
    """Return messages that no parser may take, each with the reason, whoever signed them."""
    found = []
    for name, message in _one_of_each(valid).items():
        raw = bytes(message)
        found += [
            _bad(name, raw[:-1], "a byte too short"),
            _bad(name, raw + b"\0", "a byte too long"),
        ]
        found.append(_bad(name, b"", "nothing"))
        if not isinstance(message, (Push, LogEntry, SelectAnswer)):
            found += _bad_heads(name, raw)
    for name, changes in _BAD_FIELDS.items():
        raw = bytes(valid[name])
        found += [_bad(name, patched(raw, offset, new), reason) for reason, offset, new in changes]
    return found


def _one_of_each(valid: dict[str, Any]) -> dict[str, Any]:
    kinds: dict[type, str] = {}
    for name, message in valid.items():
        kinds.setdefault(type(message), name)
    return {name: valid[name] for name in kinds.values()}


def _bad_heads(name: str, raw: bytes) -> list[dict[str, str]]:
    nibbles = [n for n in range(16) if n != raw[0] >> 4]
    types = [_bad(name, patched(raw, 0, bytes((n << 4 | 1,))), f"type {n:X}") for n in nibbles]
    suites = [
        _bad(name, patched(raw, 0, bytes((raw[0] & 0xF0 | n,))), f"suite {n}") for n in (0, 3, 15)
    ]
    return types[:3] + suites


def _bad(name: str, raw: bytes, reason: str) -> dict[str, str]:
    return {"name": name.partition(",")[0], "bytes": raw.hex(), "reason": reason}


# --- hashes, tags, chains, signatures ---------------------------------------------------------


def _id(name: str) -> dict[str, str]:
    key = public_key(name)
    return {
        "private_key": private_key(name).hex(),
        "public_key": key.hex(),
        "id": P256.hash(key)[:8].hex(),
    }


def _tag(kind: int, amount: int) -> dict[str, Any]:
    """Return a tag and what it is for: kind, payee, number, amount, currency, reference."""
    payee = P256.hash(public_key("merchant"))[:8]
    terms = struct.pack(">B8sIIH8s", kind, payee, 9, amount, CNY, REFERENCE)
    return {
        "internal_key": _INTERNAL_KEY.hex(),
        "terms": terms.hex(),
        "tag": P256.hash(_INTERNAL_KEY + terms)[:4].hex(),
    }


def _chain(world: World) -> list[dict[str, Any]]:
    """Return a log's chain: it takes in a voucher's body, of an undo the whole void statement."""
    chain, found = bytes(16), []
    for entry, kind in enumerate(EntryKind, 1):
        voucher = world.person.voucher(world.merchant.request())
        undone = bytes(world.merchant.statement(voucher))
        content = undone if kind is EntryKind.UNDO else voucher.body
        chain = P256.hash(chain + struct.pack(">BI", kind, entry) + content)[:16]
        told = {"kind": int(kind), "entry": entry}
        found.append({**told, "content": content.hex(), "chain": chain.hex()})
    return found


def _signatures() -> list[dict[str, Any]]:
    """Return signatures over one message, good and bad ones."""
    message = b"what is signed"
    good = P256.sign(private_key("person"), message)
    r, s, n = good[:32], good[32:], P256_ORDER.to_bytes(32)
    other = (P256_ORDER - int.from_bytes(s)).to_bytes(32)
    off_curve = patched(public_key("person"), 63, bytes((public_key("person")[63] ^ 1,)))
    at_infinity = bytes(64)
    made = [
        ("good", r + s, True),
        ("the other s is as good", r + other, True),
        ("r is 0", bytes(32) + s, False),
        ("s is 0", r + bytes(32), False),
        ("r is the order", n + s, False),
        ("s is the order", r + n, False),
        ("both are all ones", b"\xff" * 64, False),
        ("r and s swapped", s + r, False),
        ("all zeros", bytes(64), False),
        ("another bit", patched(good, 63, bytes((good[63] ^ 1,))), False),
    ]
    found = [_signature(reason, "person", message, sig, valid) for reason, sig, valid in made]
    found.append(_signature("another message", "person", message + b".", good, False))
    found.append(_signature("another key", "merchant", message, good, False))
    for reason, key in (("key off the curve", off_curve), ("key of zeros", at_infinity)):
        bad = _signature(reason, "person", message, good, False)
        found.append({**bad, "public_key": key.hex()})
    return found


def _signature(
    reason: str, signer: str, message: bytes, signature: bytes, valid: bool
) -> dict[str, Any]:
    return {
        "reason": reason,
        "public_key": public_key(signer).hex(),
        "message": message.hex(),
        "signature": signature.hex(),
        "valid": valid,
    }
