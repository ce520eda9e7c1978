"""Finding in the programs' logs what happened to one payment, order, voucher or trace.

Lines that name it are found first; then what these lines name together with it, as a payment and
the order that it paid; then all that belongs to the same traces, in whichever program, except what
only tells of something else that was done in one go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec

SUBJECTS: Final = frozenset(
    {
        *("payment_id", "order_id", "refund_id", "voucher", "top_up_id", "confirmation_id"),
        *("money_request_id", "exchange_id", "save_id", "card_order_id"),
        *("load_id", "unload_id", "tap_id", "sale_id", "bill_id", "carried_voucher_id"),
    }
)
"""Names of what a line may be about; other ids are of people, places and purses, who do much."""
MOST_HOPS: Final = 4
"""From a sale to its order, from that to a payment and on: more is no longer the same matter."""
_TRACE, _REQUEST, _PURSE = "trace_id", "request_id", "purse_id"
_ENDING: Final = ".log"

Fields: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a program's log.

    Attributes:
        began_at: when what it tells of began.
        source: the log's name, without its ending.
    """

    began_at: datetime
    source: str
    fields: Fields

    @property
    def about(self) -> frozenset[str]:
        """The ids of what it tells of."""
        return frozenset(str(id_) for name, id_ in self.fields.items() if name in SUBJECTS)

    def names(self, ids: frozenset[str]) -> bool:
        """Whether it names one of these, be it what it is about, a trace, a request or a purse."""
        others = {str(self.fields.get(name)) for name in (_TRACE, _REQUEST, _PURSE)}
        payers = {id_.partition("/")[0] for id_ in self.about if "/" in id_}
        return bool(ids & (self.about | others | payers))


def read_logs(paths: Iterable[Path]) -> list[Line]:
    """Read logs, and all `*.log` of folders, in order of time; raises OSError."""
    found = [line for path in _files(paths) for line in _read(path)]
    return sorted(found, key=lambda line: line.began_at)


def trail_of(id_: str, lines: Sequence[Line]) -> list[Line]:
    """Return what has to do with an id, in the lines' order."""
    ids = _forms(id_.strip().lower())
    for _ in range(MOST_HOPS):
        named = [line for line in lines if line.names(ids)]
        wider = ids.union(*(line.about for line in named))
        if wider == ids:
            break
        ids = wider
    traces = {line.fields.get(_TRACE) for line in lines if line.names(ids)} - {None}
    return [line for line in lines if line.names(ids) or _is_part(line, traces)]


def _is_part(line: Line, traces: set[Any]) -> bool:
    """Whether it belongs to one of the traces, and is not about something else."""
    return line.fields.get(_TRACE) in traces and not line.about


def _forms(id_: str) -> frozenset[str]:
    """Return how an id may be written: a UUID, and the trace that has its digits."""
    try:
        uuid = UUID(id_)
    except ValueError:
        return frozenset({id_})
    return frozenset({id_, str(uuid), uuid.hex})


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.iterdir() if each.suffix == _ENDING)
        else:
            yield path


def _read(path: Path) -> Iterator[Line]:
    with path.open("rb") as log:
        for text in log:
            line = _line(path.name.removesuffix(_ENDING), text)
            if line is not None:
                yield line


def _line(source: str, text: bytes) -> Line | None:
    """Read a line; None for what a program says besides, which is no JSON."""
    if not text.startswith(b"{"):
        return None
    try:
        fields = msgspec.json.decode(text, type=Fields)
        written_at = datetime.fromisoformat(str(fields["time"]))
        took = timedelta(milliseconds=float(fields.get("took_ms", 0)))
    except (msgspec.MsgspecError, KeyError, ValueError, TypeError):
        return None
    return Line(written_at - took, source, fields) if written_at.tzinfo else None
