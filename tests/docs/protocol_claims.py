"""What the code says that docs/protocol.md should say, table by table."""

from dataclasses import astuple, dataclass, replace
from enum import IntEnum, IntFlag
from itertools import pairwise

from tests.docs.protocol_scenario import Heard
from tests.docs.protocol_vectors import VECTOR_INPUTS, payer_certificate
from zerobar.purse import (
    accepting,
    apdu,
    applet,
    contents,
    limits,
    messages,
    money,
    pin,
    purse,
    records,
    ring,
    status,
    store,
    wire,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    Kind,
    PurseClass,
    Push,
    Receipt,
    Request,
    Role,
    SelectAnswer,
    VoidStatement,
    Voucher,
)
from zerobar.purse.status import Status


@dataclass(frozen=True)
class Claim:
    """What some columns of the table under a heading hold; None: not said here."""

    heading: str
    columns: tuple[str, ...]
    rows: list[tuple[str | None, ...]]


def claims(heard: Heard) -> list[Claim]:
    return [
        Claim("2. Constants", ("constant", "value"), constants()),
        *enumerations(),
        *layouts(),
        Claim("5. Commands", COMMAND_COLUMNS, commands(heard)),
        Claim("Status words", ("code", "name"), status_words()),
        Claim("Sessions, and SELECT", ("tag", "contents"), select_objects()),
        Claim("6. Limits", ("class", *LIMIT_COLUMNS), limit_rows()),
        Claim("8. The tap", ("payer", "payee"), tap_counts(heard)),
        Claim("12. Vectors", ("value",), [(value,) for value in VECTOR_INPUTS]),
    ]


def constants() -> list[tuple[str | None, ...]]:
    values = {
        "AID": apdu.AID.hex().upper(),
        "VERSION": applet.VERSION,
        "CURRENCY": money.CNY,
        "MAX_DATA": apdu.MAX_DATA,
        "MAX_AMOUNT": f"0x{int(money.MAX_AMOUNT):X}",
        "PERSON_SLOTS": ring.PERSON_SLOTS,
        "MERCHANT_SLOTS": ring.MERCHANT_SLOTS,
        "SLOT_SIZE": ring.SLOT_SIZE,
        "MAX_SHOWN_SLOTS": applet._MAX_SHOWN_SLOTS,
        "RESERVED_SLOTS": purse.RESERVED_SLOTS,
        "WINDOW_SIZE": purse.WINDOW_SIZE,
        "MAX_CONTACTLESS_REQUESTS": accepting.MAX_CONTACTLESS_REQUESTS,
        "COUNTER_END": f"0x{purse.COUNTER_END:X}",
        "COUNTER_MARGIN": purse.COUNTER_MARGIN,
        "GRACE_DAYS": purse.GRACE_DAYS,
        "BLOCKLIST_SIZE": store.BLOCKLIST_SIZE,
        "MAX_BLOCKED_IDS": messages.MAX_BLOCKED_IDS,
        "CLASS_BLOCK_PREFIX": messages.CLASS_BLOCK_PREFIX.hex().upper(),
        "CHAIN_LENGTH": {name: size for _, size, name in wire.field_table(ring.Slot)}["chain"],
        "CACHE_SIZE": store.CACHE_SIZE,
        "KEY_TABLE_SIZE": contents.KEY_TABLE_SIZE,
        "MAX_TRIES": pin.MAX_TRIES,
        "MIN_DIGITS": pin._MIN_DIGITS,
        "PIN_LENGTH": pin.PIN_LENGTH,
        "KEEP_OVERRIDE": f"0x{messages.KEEP_OVERRIDE:X}",
        "VALID": f"0x{records.VALID.hex().upper()}",
        "CLEARED": f"0x{records.CLEARED.hex().upper()}",
    }
    return [(f"`{name}`", str(value)) for name, value in values.items()]


class SlotFlags(IntFlag):
    """The bits of a slot's flags, two bytes."""

    PAID_WITH_PIN = ring.PAID_WITH_PIN
    CREDITED_PARTLY_TO_HELD = ring.CREDITED_PARTLY_TO_HELD


def enumerations() -> list[Claim]:
    enums: list[type[IntEnum] | type[IntFlag]] = [
        Kind,
        PurseClass,
        Role,
        EntryKind,
        messages.VoidFlags,
        messages.ReceiptStatus,
        messages.StateFlags,
        SlotFlags,
    ]
    return [
        Claim(
            "Enumerations",
            (enum.__name__, "value"),
            [
                (name, f"{value:0{4 if enum is SlotFlags else 2}X}")
                for name, value in _members(enum)
            ],
        )
        for enum in enums
    ]


def _members(enum: type[IntEnum] | type[IntFlag]) -> list[tuple[str, int]]:
    return [(name, int(member)) for name, member in enum.__members__.items()]


def layouts() -> list[Claim]:
    typed: dict[str, type[wire.Message]] = {
        "CERTIFICATE": Certificate,
        "REQUEST": Request,
        "VOUCHER": Voucher,
        "VOID STATEMENT": VoidStatement,
        "RECEIPT": Receipt,
        "STATE": messages.State,
        "SYNC ACK": messages.SyncAck,
        "KEY UPDATE": messages.KeyUpdate,
        "UNBLOCK": messages.Unblock,
    }
    untyped: dict[str, type[wire.Record]] = {
        "PUSH": Push,
        "SELECT STATUS": messages.SelectStatus,
        "LOG ENTRY": messages.LogEntry,
    }
    found = [_layout(f"{n} (type {_type(r):X}, {r.LENGTH} bytes)", r) for n, r in typed.items()]
    found += [_layout(f"{name} ({r.LENGTH} bytes)", r) for name, r in untyped.items()]
    delta = messages._BlocklistHead
    return [*found, _layout(f"BLOCKLIST DELTA (type {_type(delta):X})", delta), slot_layout()]


def _type(record: type[wire.Message]) -> int:
    default = record.__dataclass_fields__["head"].default
    assert isinstance(default, int)
    return default >> 4


def _layout(heading: str, record: type[wire.Record], shift: int = 0) -> Claim:
    rows = [(str(at + shift), str(size), name) for at, size, name in wire.field_table(record)]
    return Claim(heading, ("offset", "length", "field"), [*rows])


def slot_layout() -> Claim:
    claim = _layout("The ring", ring.Slot, shift=len(records.VALID))
    guard_at = ring.SLOT_SIZE - records.HASH_LENGTH
    marker, guard = ("0", "1", "marker"), (str(guard_at), str(records.HASH_LENGTH), "hash")
    return replace(claim, rows=[marker, *claim.rows, guard])


COMMAND_COLUMNS = ("CLA INS", "command", "P1", "data", "answer", "life")


def commands(heard: Heard) -> list[tuple[str | None, ...]]:
    rows = []
    for instruction in Instruction:
        lengths, p1s, life = _taken(instruction)
        for p1 in p1s:
            answers = ", ".join(map(str, sorted(heard.answers[instruction, p1])))
            code = bytes(instruction.value).hex(" ").upper()
            name = instruction.name.replace("_", " ")
            rows.append((code, name, f"{p1:02X}", lengths, answers, life))
    return [*rows]


def _taken(instruction: Instruction) -> tuple[str, tuple[int, ...], str]:
    if instruction is Instruction.SELECT:
        return str(len(apdu.AID)), (applet._SELECT_BY_NAME,), "both"
    handler = applet._HANDLERS[instruction]
    assert handler.in_factory or handler.when_active
    life = "both" if handler.in_factory and handler.when_active else "active"
    return _listed(handler.lengths), handler.p1s, life if handler.when_active else "factory"


def _listed(lengths: tuple[int, ...]) -> str:
    ordered = sorted(lengths)
    if len(ordered) <= 3:
        return ", ".join(map(str, ordered))
    assert len({b - a for a, b in pairwise(ordered)}) == 1
    return f"{ordered[0]} to {ordered[-1]} by {ordered[1] - ordered[0]}"


def status_words() -> list[tuple[str | None, ...]]:
    rows = [(f"{word:04X}", word.name) for word in Status]
    wrong_pin = (f"{status.WRONG_PIN_BASE:04X}"[:3] + "x", "")
    return [rows[0], wrong_pin, *sorted(rows[1:])]


def tap_counts(heard: Heard) -> list[tuple[str | None, ...]]:
    payer, payee = heard.costs["payer in the field"], heard.costs["payee"]
    cached = heard.costs["payee, cached"]
    return [
        (str(payer.commands), "0"),
        (str(payer.signatures), str(payee.signatures)),
        (str(payer.verifications), str(payee.verifications)),
        (str(payer.verifications), str(cached.verifications)),
    ]


def select_objects() -> list[tuple[str | None, ...]]:
    status_of = messages.SelectStatus(flags=0, purse_class=1, number=0, epoch=0, free_slots=9)
    return _object_rows(bytes(SelectAnswer(applet.VERSION, status_of, payer_certificate())))


def _object_rows(raw: bytes) -> list[tuple[str | None, ...]]:
    """Return an object's row, then those of what is inside it; only these name their contents."""
    rows: list[tuple[str | None, ...]] = []
    for tag, value in _objects(raw):
        inside = _objects(value) if tag & 0x20 else []
        contents_told = ", ".join(f"{inner:02X}" for inner, _ in inside) or None
        rows += [(f"{tag:02X}", contents_told), *(_object_rows(value) if inside else [])]
    return rows


def _objects(raw: bytes) -> list[tuple[int, bytes]]:
    found = []
    while raw:
        tag = raw[0]
        value, raw = messages._first(raw, tag)
        found.append((tag, value))
    return found


LIMIT_COLUMNS = (
    "per payment",
    "without PIN",
    "no-PIN total",
    "holding",
    "count out",
    "value out",
    "value in",
    "blocklist age",
)
COUNTED = {"count out", "blocklist age"}


def limit_rows() -> list[tuple[str | None, ...]]:
    return [
        (purse_class.name, *map(_limit, LIMIT_COLUMNS, astuple(of_class)))
        for purse_class, of_class in limits.DEFAULT_LIMITS.items()
    ]


def _limit(column: str, value: int) -> str:
    return str(value) if column in COUNTED else f"{value // 100:,}.{value % 100:02d}"
