"""Accounts and chains to draw from: few accounts, so that they meet; few ids, so they repeat."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as st

from zerobar.ledger import Account, Counter, Posting, Transfer, TransferKind
from zerobar.purse.money import Fen

SOURCE = UUID(int=1)
WALLETS = tuple(UUID(int=10 + i) for i in range(4))
DOLLARS = UUID(int=50)
NOBODY = UUID(int=99)
ACCOUNTS = (
    Account(SOURCE, 1, floor=None),
    *(Account(wallet, 2) for wallet in WALLETS[:3]),
    Account(WALLETS[3], 3, floor=-50),
    Account(DOLLARS, 2, currency=840),
)
IDS = tuple(UUID(int=1000 + i) for i in range(30))
KEYS = tuple(UUID(int=3000 + i) for i in range(3))

Step = Posting | UUID
"""A chain to post, or an account to close."""

_names = st.sampled_from((SOURCE, SOURCE, *WALLETS, *WALLETS, DOLLARS, NOBODY))
_amounts = st.one_of(st.integers(1, 120), st.sampled_from((0, -1, 2**62, 2**62 + 1)))
_ceilings = st.one_of(st.none(), st.none(), st.integers(-20, 300))
_kinds = st.sampled_from(
    (TransferKind.POST,) * 4
    + (TransferKind.HOLD, TransferKind.COMMIT, TransferKind.VOID, TransferKind.MARK)
)
_counters = st.builds(
    Counter,
    st.sampled_from(KEYS),
    st.sampled_from((0, 0, 20261125)),
    st.one_of(st.integers(0, 9), st.just(2**62)),
    st.one_of(st.none(), st.integers(0, 20)),
)
_conditions = st.one_of(st.just(()), st.lists(_counters, max_size=3).map(tuple))


@st.composite
def transfers(draw: st.DrawFn) -> Transfer:
    kind = draw(_kinds)
    ends = kind in (TransferKind.COMMIT, TransferKind.VOID)
    return Transfer(
        draw(st.sampled_from(IDS)),
        draw(_names),
        draw(_names),
        Fen(draw(_amounts)),
        kind=kind,
        hold=draw(st.sampled_from(IDS)) if ends else None,
        ceiling=draw(_ceilings),
    )


@st.composite
def ended_holds(draw: st.DrawFn) -> list[Step]:
    """A hold, and what ends it, with the same accounts: drawn apart they would hardly meet."""
    debit, credit = draw(_names), draw(_names)
    held, amount = draw(st.integers(1, 100)), draw(st.integers(1, 110))
    first, second = draw(st.sampled_from(IDS)), draw(st.sampled_from(IDS))
    kind = draw(st.sampled_from((TransferKind.COMMIT, TransferKind.VOID)))
    end = Fen(held if draw(st.booleans()) else amount)
    ceiling = draw(_ceilings)
    hold = Transfer(first, debit, credit, Fen(held), kind=TransferKind.HOLD)
    ended = Transfer(second, debit, credit, end, kind=kind, hold=first, ceiling=ceiling)
    between: list[Step] = [credit] if draw(st.booleans()) else []
    return [alone(hold), *between, Posting((ended,), draw(_conditions))]


def alone(transfer: Transfer) -> Posting:
    return Posting((transfer,))


_singles = st.builds(Posting, st.tuples(transfers()), _conditions).map(lambda p: [p])
_linked = st.builds(
    Posting,
    st.lists(transfers(), min_size=2, max_size=4, unique_by=lambda t: t.id).map(tuple),
    _conditions,
).map(lambda p: [p])
_closings = _names.map(lambda name: [name])
funding = [
    alone(Transfer(UUID(int=2000 + i), SOURCE, wallet, Fen(100)))
    for i, wallet in enumerate(WALLETS)
]
histories: st.SearchStrategy[list[Step]] = st.tuples(
    st.booleans(),
    st.lists(st.one_of(_singles, _singles, _linked, ended_holds(), _closings), max_size=40),
).map(lambda drawn: (funding if drawn[0] else []) + [step for part in drawn[1] for step in part])
