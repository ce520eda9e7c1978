"""Cases: small functions that do one thing to a purse and say what it must do."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from zerobar.conformance.under_test import Make, PurseUnderTest

CASE_MODULES: Final = (
    "transport",
    "select",
    "personalisation",
    "renewal",
    "prepare",
    "pay",
    "pay_order",
    "pay_limits",
    "signed_requests",
    "unload",
    "authorise",
    "push",
    "arm",
    "accept",
    "accept_order",
    "accept_payers",
    "cache",
    "void",
    "undo",
    "get_voucher",
    "get_certificate",
    "state",
    "read_log",
    "sync_ack",
    "overrides",
    "blocklist",
    "key_update",
    "verify",
    "change_pin",
    "reset_pin",
    "classes",
    "ring",
    "expiry",
    "signatures",
    "confusion",
)


@dataclass(frozen=True)
class Case:
    """One thing that a purse must do.

    Attributes:
        name: module and function, and the variant in brackets.
        sections: of the protocol that it proves.
        sentence: what must happen.
        make: how the card is personalised before; None: it stays blank.
        own_card: it cannot be run on a card that has other cases to run.
        antenna: the card is also brought into a field.
        any_apdu: it sends what a reader might not carry.
        recorded: it becomes a vector.
    """

    name: str
    sections: tuple[str, ...]
    sentence: str
    run: Callable[[PurseUnderTest], None]
    make: Make | None
    own_card: bool
    antenna: bool
    any_apdu: bool
    recorded: bool

    @property
    def module(self) -> str:
        """The part of its name before the point: a command, or what it is about."""
        return self.name.partition(".")[0]


_REGISTERED: list[Case] = []
_Function = TypeVar("_Function", bound=Callable[..., None])


def case(
    *sections: str,
    over: Mapping[str, Any] | None = None,
    make: Make | None = Make(),  # noqa: B008 - frozen
    own_card: bool = False,
    antenna: bool = False,
    any_apdu: bool = False,
    recorded: bool = True,
) -> Callable[[_Function], _Function]:
    """Register a function as a case, or as one case for each named variant.

    Args:
        sections: of the protocol that it proves.
        over: the variants by name; each is passed as second argument, and `{}` in the
            docstring stands for its name.
        make: how the card is personalised before; None: it stays blank.
        own_card: it cannot be run on a card that has other cases to run.
        antenna: the card is also brought into a field.
        any_apdu: it sends what a reader might not carry.
        recorded: it becomes a vector.
    """

    def register(function: _Function) -> _Function:
        assert function.__doc__, f"{function.__name__} needs a sentence"
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        for variant, value in (over or {"": None}).items():
            _REGISTERED.append(
                Case(
                    name=f"{name}[{variant}]" if over else name,
                    sections=sections,
                    sentence=function.__doc__.format(variant),
                    run=partial(function, **{_variant_name(function): value}) if over else function,
                    make=make,
                    own_card=own_card or make != Make(),
                    antenna=antenna,
                    any_apdu=any_apdu,
                    recorded=recorded,
                )
            )
        return function

    return register


def cases() -> tuple[Case, ...]:
    """Return every case, in the order in which they are best run."""
    for module in CASE_MODULES:
        importlib.import_module(f"zerobar.conformance.{module}")
    return tuple(sorted(_REGISTERED, key=_place))


def _place(registered: Case) -> int:
    return CASE_MODULES.index(registered.module)


def _variant_name(function: Callable[..., None]) -> str:
    names: tuple[str, ...] = function.__code__.co_varnames
    return names[1]
