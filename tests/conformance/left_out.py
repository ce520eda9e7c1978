"""Purses that forget one check: each statement of the applet that only refuses, left out once."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

import pytest

MODULES: Final = ("accepting", "applet", "factory", "paying", "pin", "purse", "syncing")
FAR_AWAY: Final = "Status.COUNTER_EXHAUSTED"
"""No case writes four billion entries."""
NO_DIFFERENCE: Final = {
    # The tag, looked at next, is for this payee too.
    "accepting.accept: request not mine, line 4",
    # What is not acknowledged is always in the ring.
    "syncing._totals_at: entry not in log, line 7",
}
"""Checks that stand twice, so that the purse is the same without one of them."""


@dataclass(frozen=True)
class LeftOut:
    """A check that a purse forgets.

    Attributes:
        place: module and function, and what it would have answered.
        line: of the check in the module's file.
    """

    place: str
    module: str
    function: str
    line: int

    def seed(self, patch: pytest.MonkeyPatch) -> None:
        """Take the check out of the running applet, until the patch ends."""
        module = importlib.import_module(f"zerobar.purse.{self.module}")
        tree = _parsed(module)
        _Without(self.line).visit(tree)
        code = compile(ast.fix_missing_locations(tree), str(module.__file__), "exec")
        function = _function(module, self.function)
        patch.setattr(function, "__code__", _code_of(code, self.function))


def checks_left_out() -> list[LeftOut]:
    """Return a mutant for every check in the applet that makes a difference."""
    every = [mutant for name in MODULES for mutant in _of_module(name)]
    assert {mutant.place for mutant in every} >= NO_DIFFERENCE
    return [mutant for mutant in every if mutant.place not in NO_DIFFERENCE]


def _of_module(name: str) -> Iterator[LeftOut]:
    module = importlib.import_module(f"zerobar.purse.{name}")
    for function, check, refusal in _checks(_parsed(module)):
        if refusal != FAR_AWAY:
            answer = refusal.removeprefix("Status.").lower().replace("_", " ")
            line = check.lineno - _function(module, function).__code__.co_firstlineno
            place = f"{name}.{function}: {answer}, line {line}"
            yield LeftOut(place, name, function, check.lineno)


def _parsed(module: ModuleType) -> ast.Module:
    assert module.__file__ is not None
    return ast.parse(Path(module.__file__).read_text(encoding="utf-8"))


def _checks(tree: ast.Module) -> Iterator[tuple[str, ast.stmt, str]]:
    """Find statements that only refuse, each with its function and what it refuses with."""
    for function, node in _functions(tree):
        for statement in ast.walk(node):
            refusal = _refusal(statement)
            if refusal and isinstance(statement, ast.stmt):
                yield function, statement, refusal


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name != "refuse_if":
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def _refusal(node: ast.AST) -> str:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="refuse_if"), args=[_, status])):
            return ast.unparse(status)
        case ast.If(body=[ast.Raise(exc=ast.Call(func=ast.Name(), args=[what, *_]))], orelse=[]):
            return ast.unparse(what) if isinstance(what, ast.Attribute) else "form"
    return ""


class _Without(ast.NodeTransformer):
    """Replaces the check of one line by nothing."""

    def __init__(self, line: int) -> None:
        self._line = line

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.stmt) and node.lineno == self._line and _refusal(node):
            return ast.copy_location(ast.Pass(), node)
        return self.generic_visit(node)


def _function(module: ModuleType, name: str) -> FunctionType:
    found: Any = module
    for part in name.split("."):
        found = vars(found)[part]
    found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
    assert isinstance(found, FunctionType)
    return found


def _code_of(code: CodeType, name: str) -> CodeType:
    for part in name.split("."):
        inner = (c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == part)
        code = next(inner)
    return code
