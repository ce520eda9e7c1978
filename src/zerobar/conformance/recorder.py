"""Turns a run of a case into a script that another card, with other keys, must play as well.

Whatever depends on the card's own randomness is replaced by how it came about: taken from an
answer, hashed, or signed by a test key. A script is a list of steps; docs/conformance.md
describes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from zerobar.conformance.exchange_log import ExchangeLog
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import StateFlags, Voucher
from zerobar.purse.suites import P256

Step = dict[str, Any]

_FEWEST_BYTES: Final = 4
"""A shorter value could be found where it does not belong."""
_SIGNATURE: Final = 64


@dataclass
class _Definition:
    """How a value is made; written into the script before it is first used."""

    step: Step
    needs: tuple[str, ...]
    written: bool = False


@dataclass
class _Text:
    """Bytes as the script says them, and the names that it uses."""

    text: str = ""
    names: list[str] = field(default_factory=list)


class Recorder(ExchangeLog):
    """Keeps a log and makes a script of it; it is the world's witness too.

    Args:
        constants: bytes that are long and often said, by name.

    Attributes:
        steps: the script so far.
        keys: names of the test keys that sign in it.
        reaches: after how many steps the purse was in a condition.
    """

    def __init__(self, constants: Mapping[str, bytes]) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self.keys: set[str] = set()
        self.reaches: dict[str, int] = {}
        self._known: dict[bytes, list[tuple[bytes, str, str]]] = {}
        self._definitions: dict[str, _Definition] = {}
        self._counts: dict[str, int] = {}
        for name, value in constants.items():
            self._learn(value, name)

    # --- as the world's witness -----------------------------------------------------------

    def signed(self, key: str, message: bytes, signature: bytes) -> None:
        """Learn how a signature came about, unless nothing in it varies."""
        if self._is_known(signature) or not self._tell(message).names:
            return
        if not self._is_known(message):
            body = self._define("m", {}, "bytes", message)
            self._learn(message, body)
        name = self._define("s", {"key": key}, "sign", message)
        self._learn_signature(signature, name)

    def mirrored(self, signature: bytes, other: bytes) -> None:
        """Learn the other s of a signature."""
        if self._tell(signature).names and not self._is_known(other):
            self._learn_signature(other, self._define("s", {}, "other_s", signature))

    def hashed(self, data: bytes, digest: bytes) -> None:
        """Learn a hash, of which messages carry 8 or 16 bytes."""
        if self._is_known(digest) or not self._tell(data).names:
            return
        name = self._define("h", {}, "hash", data)
        self._learn(digest, name)
        for length in (16, 8):
            self._learn(digest[:length], name, f":0:{length}")

    # --- as a log -------------------------------------------------------------------------

    def powered_on(self, *, contactless: bool) -> None:
        """Write a reset."""
        super().powered_on(contactless=contactless)
        self.steps.append({"power": "contactless" if contactless else "contact"})

    def exchanged(self, apdu: bytes, answer: bytes) -> None:
        """Write a command and what it must be answered."""
        super().exchanged(apdu, answer)
        command = self._tell(apdu)
        expected = self._expected(apdu, answer)
        self._write({"send": command.text, "answer": expected.text}, command, expected)

    def reached(self, condition: str) -> None:
        """Remember where the script brings the purse into a condition."""
        self.reaches[condition] = len(self.steps)

    # --- answers --------------------------------------------------------------------------

    def _expected(self, apdu: bytes, answer: bytes) -> _Text:
        if answer[-2:] == b"\x90\x00":
            describe = _ANSWERS.get(apdu[:2])
            if describe is not None:
                return describe(self, apdu, answer)
        return self._tell(answer)

    def _key(self, _apdu: bytes, answer: bytes) -> _Text:
        self._learn(answer[:64], "key")
        return _joined(_Text("{?key:64}"), self._tell(answer[64:]))

    def _request(self, _apdu: bytes, answer: bytes) -> _Text:
        before, tag, rest = answer[:20], answer[20:24], answer[24:]
        told = _joined(self._tell(before), self._new("t", tag))
        if len(rest) == 8 + 2:
            return _joined(told, self._tell(rest))
        return _joined(
            told, self._tell(rest[:8]), self._new_signature(rest[8:72]), self._tell(rest[72:])
        )

    def _voucher(self, _apdu: bytes, answer: bytes) -> _Text:
        """A voucher paid before must come with the very signature it had then."""
        if self._is_known(answer[52:116]):
            return self._tell(answer)
        body = answer[: Voucher.BODY_LENGTH]
        self._learn(body, self._define("m", {}, "bytes", body))
        return self._ends_signed(answer, Voucher.BODY_LENGTH)

    def _statement(self, apdu: bytes, answer: bytes) -> _Text:
        voucher = apdu[5 : 5 + Voucher.BODY_LENGTH]
        self.hashed(voucher, P256.hash(voucher))
        return self._ends_signed(answer, 42)

    def _state(self, _apdu: bytes, answer: bytes) -> _Text:
        """Half of the nonce is the purse's own."""
        before, own, rest = answer[:6], answer[6:10], answer[10:68]
        body = _joined(self._tell(before), self._new("n", own), self._tell(rest))
        return _joined(body, self._new_signature(answer[68:132]), self._tell(answer[132:]))

    def _selected(self, _apdu: bytes, answer: bytes) -> _Text:
        """In factory state most of the status is the card's own business."""
        start = answer.find(b"\xc1\x0c") + 2
        if answer[start] != StateFlags.FACTORY:
            return self._tell(answer)
        return _Text(answer[: start + 1].hex() + "{?any:11}" + answer[start + 12 :].hex())

    def _ends_signed(self, answer: bytes, length: int) -> _Text:
        end = length + _SIGNATURE
        signature = self._new_signature(answer[length:end])
        return _joined(self._tell(answer[:length]), signature, self._tell(answer[end:]))

    def _new(self, kind: str, value: bytes) -> _Text:
        name = self._name(kind)
        self._learn(value, name)
        return _Text(f"{{?{name}:{len(value)}}}")

    def _new_signature(self, signature: bytes) -> _Text:
        name = self._name("s")
        if not self._is_known(signature):
            self._learn_signature(signature, name)
        return _Text(f"{{+{name}}}")

    # --- values ---------------------------------------------------------------------------

    def _tell(self, value: bytes) -> _Text:
        """Say bytes by the names of what is known of them, the rest in hexadecimal."""
        told, at = _Text(), 0
        while at < len(value):
            found, text, name = self._longest_at(value, at)
            if found:
                told.text += text
                told.names.append(name)
            else:
                told.text += f"{value[at]:02x}"
            at += found or 1
        return told

    def _longest_at(self, value: bytes, at: int) -> tuple[int, str, str]:
        for known, text, name in self._known.get(value[at : at + _FEWEST_BYTES], ()):
            if value.startswith(known, at):
                return len(known), text, name
        return 0, "", ""

    def _is_known(self, value: bytes) -> bool:
        return any(known == value for known, _, _ in self._known.get(value[:_FEWEST_BYTES], ()))

    def _learn(self, value: bytes, name: str, part: str = "") -> None:
        assert len(value) >= _FEWEST_BYTES
        found = self._known.setdefault(value[:_FEWEST_BYTES], [])
        found.append((value, f"{{{name}{part}}}", name))
        found.sort(key=lambda known: -len(known[0]))

    def _learn_signature(self, signature: bytes, name: str) -> None:
        self._learn(signature, name)
        self._learn(signature[:32], name, ":0:32")
        self._learn(signature[32:], name, ":32:32")

    # --- steps ----------------------------------------------------------------------------

    def _define(self, kind: str, step: Step, operation: str, operand: bytes) -> str:
        name, told = self._name(kind), self._tell(operand)
        written = {"let": name, operation: told.text, **step}
        self._definitions[name] = _Definition(written, tuple(told.names))
        return name

    def _name(self, kind: str) -> str:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{kind}{self._counts[kind]}"

    def _write(self, step: Step, *texts: _Text) -> None:
        for text in texts:
            for name in text.names:
                self._write_definition(name)
        self.steps.append(step)

    def _write_definition(self, name: str) -> None:
        definition = self._definitions.get(name)
        if definition is None or definition.written:
            return
        definition.written = True
        for needed in definition.needs:
            self._write_definition(needed)
        if "key" in definition.step:
            self.keys.add(definition.step["key"])
        self.steps.append(definition.step)


def _joined(*texts: _Text) -> _Text:
    names = [name for text in texts for name in text.names]
    return _Text("".join(text.text for text in texts), names)


_Describe = Callable[[Recorder, bytes, bytes], _Text]
_ANSWERS: Final[dict[bytes, _Describe]] = {
    bytes(instruction.value): describe
    for instruction, describe in {
        Instruction.SELECT: Recorder._selected,
        Instruction.GENERATE_KEY: Recorder._key,
        Instruction.PREPARE: Recorder._request,
        Instruction.PAY: Recorder._voucher,
        Instruction.VOID: Recorder._statement,
        Instruction.STATE: Recorder._state,
    }.items()
}
