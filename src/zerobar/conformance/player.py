"""Plays recorded command vectors against any card, from their JSON alone.

It shares nothing with the cases that were recorded: it knows four operations and the suite's
arithmetic. docs/conformance.md describes the format, so that the same can be written in any
language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

from zerobar.conformance.provider import CardUnderTest
from zerobar.purse.suites import P256, SignatureRefused

FORMAT: Final = "zerobar command vectors"
VERSION: Final = 1

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_PART: Final = re.compile(
    r"(?P<hex>[0-9a-f]+)"
    r"|\{(?P<name>\w+)(?::(?P<start>\d+):(?P<length>\d+))?\}"
    r"|\{\?(?P<any>\w+):(?P<size>\d+)\}"
    r"|\{\+(?P<signature>\w+)\}"
)
_SIGNATURE_LENGTH: Final = 64


class VectorFailed(Exception):
    """The card did not do what a vector says.

    Attributes:
        script: the vector's name.
        step: number of the step, from 1.
    """

    def __init__(self, script: str, step: int, problem: str) -> None:
        super().__init__(f"{script}, step {step}: {problem}")
        self.script = script
        self.step = step


class _Mismatch(Exception):
    """One answer is wrong."""


class Player:
    """Plays scripts, each on a blank card of its own.

    Args:
        setup: what stands in `setup.json`: test keys, constants and preludes.
    """

    def __init__(self, setup: Mapping[str, Any]) -> None:
        assert (setup["format"], setup["version"]) == (FORMAT, VERSION)
        self._keys = {name: bytes.fromhex(key) for name, key in setup["keys"].items()}
        self._constants = {n: bytes.fromhex(value) for n, value in setup["constants"].items()}
        self._preludes: Mapping[str, Any] = setup["preludes"]

    def play(self, script: Mapping[str, Any], card: CardUnderTest) -> None:
        """Play one script against a blank card.

        Raises VectorFailed when an answer is wrong, and LinkError when none comes.
        """
        steps = [*self._preludes[script["begin"]], *script["steps"]]
        values = dict(self._constants)
        for number, step in enumerate(steps, 1):
            try:
                self._step(step, card, values)
            except _Mismatch as problem:
                raise VectorFailed(script["name"], number, str(problem)) from None

    def _step(self, step: Mapping[str, str], card: CardUnderTest, values: dict[str, bytes]) -> None:
        if "let" in step:
            values[step["let"]] = self._made(step, values)
        elif "send" in step:
            answer = card.exchange(_told(step["send"], values))
            _compare(step["answer"], answer, values)
        elif step["power"] == "contact":
            card.power_on_contact()
        else:
            card.power_on_contactless()

    def _made(self, step: Mapping[str, str], values: Mapping[str, bytes]) -> bytes:
        if "sign" in step:
            return P256.sign(self._keys[step["key"]], _told(step["sign"], values))
        operation = next(name for name in _OPERATIONS if name in step)
        return _OPERATIONS[operation](_told(step[operation], values))


def setup() -> dict[str, Any]:
    """Return the keys and preludes of the vectors that come with this package."""
    return _read("setup.json")


def scripts() -> Iterator[dict[str, Any]]:
    """Return the scripts that come with this package, file by file."""
    for name in setup()["files"]:
        yield from _read(name)["scripts"]


def _read(name: str) -> dict[str, Any]:
    text = files("zerobar.conformance").joinpath("vectors", name).read_text(encoding="ascii")
    read: dict[str, Any] = json.loads(text)
    return read


def _other_s(signature: bytes) -> bytes:
    s = _ORDER - int.from_bytes(signature[32:])
    return signature[:32] + s.to_bytes(32)


_OPERATIONS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "bytes": lambda data: data,
    "hash": P256.hash,
    "other_s": _other_s,
}


def _parts(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        assert part is not None, f"{text[at:]} is no part of a vector"
        yield part
        at = part.end()


def _told(text: str, values: Mapping[str, bytes]) -> bytes:
    """Return the bytes that a text says, all of whose names are known."""
    return b"".join(_known(part, values) for part in _parts(text))


def _known(part: re.Match[str], values: Mapping[str, bytes]) -> bytes:
    if part["hex"]:
        return bytes.fromhex(part["hex"])
    value = values[part["name"]]
    if part["start"] is None:
        return value
    start = int(part["start"])
    return value[start : start + int(part["length"])]


def _compare(text: str, answer: bytes, values: dict[str, bytes]) -> None:
    """Compare an answer with its text, keeping what it is the first to tell."""
    at = 0
    for part in _parts(text):
        if part["any"]:
            length = int(part["size"])
            values[part["any"]] = answer[at : at + length]
        elif part["signature"]:
            length = _SIGNATURE_LENGTH
            _check_signature(values["key"], answer[:at], answer[at : at + length])
            values[part["signature"]] = answer[at : at + length]
        else:
            wanted = _known(part, values)
            length = len(wanted)
            _check_equal(wanted, answer[at : at + length], at)
        at += length
    if len(answer) != at:
        raise _Mismatch(f"{len(answer)} bytes instead of {at}: {answer.hex()}")


def _check_equal(wanted: bytes, got: bytes, at: int) -> None:
    if got != wanted:
        raise _Mismatch(f"from byte {at} on {got.hex()} instead of {wanted.hex()}")


def _check_signature(key: bytes, message: bytes, signature: bytes) -> None:
    try:
        P256.verify(key, message, signature)
    except SignatureRefused as error:
        raise _Mismatch(str(error)) from None
