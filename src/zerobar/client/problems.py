"""Problem documents (RFC 9457): how the bank says that something did not work."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:zerobar:problem:"
"""What every `type` begins with; the rest is the problem's stable name."""

CONFIRMATION_NEEDED: Final = "confirmation-needed"
"""The one refusal that may turn into a payment: the same is to be asked again until it ends."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error. Further members, such as `tries_left`, tell the facts that a program may need.

    Attributes:
        detail, next_step: what happened, and what to do now; `_zh`: the same in Chinese.
    """

    type: Annotated[str, msgspec.Meta(pattern="^urn:zerobar:problem:[a-z0-9-]+$")]
    title: str
    status: Annotated[int, msgspec.Meta(ge=400, le=599)]
    detail: str
    next_step: str
    detail_zh: str | None = None
    next_step_zh: str | None = None

    @property
    def name(self) -> str:
        """The problem's stable name, by which a program decides."""
        return self.type.removeprefix(TYPE_PREFIX)


_OWN_MEMBERS: Final = frozenset(Problem.__struct_fields__)


def facts_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return the further members of a problem document."""
    return {name: value for name, value in document.items() if name not in _OWN_MEMBERS}


def document_of(problem: Problem, facts: dict[str, object]) -> dict[str, object]:
    """Return a problem with its facts, ready to be encoded; facts never hide what every one has."""
    assert not _OWN_MEMBERS & facts.keys()
    own = {name: getattr(problem, name) for name in Problem.__struct_fields__}
    return {name: value for name, value in own.items() if value is not None} | facts
