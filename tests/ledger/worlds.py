"""Accounts and transfers to draw from: few accounts, so that they meet; few ids, so they repeat."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as st

from zerobar.ledger import Account, Chain, Transfer, TransferKind
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

_names = st.sampled_from((SOURCE, SOURCE, *WALLETS, *WALLETS, DOLLARS, NOBODY))
_amounts = st.one_of(st.integers(1, 120), st.sampled_from((0, -1, 2**62, 2**62 + 1)))
_kinds = st.sampled_from(
    (TransferKind.POST,) * 3 + (TransferKind.HOLD, TransferKind.COMMIT, TransferKind.VOID)
)


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
    )


@st.composite
def ended_holds(draw: st.DrawFn) -> list[Chain]:
    """A hold, and what ends it, with the same accounts: drawn apart they would hardly meet."""
    debit, credit = draw(_names), draw(_names)
    held, amount = draw(st.integers(1, 100)), draw(st.integers(1, 110))
    first, second = draw(st.sampled_from(IDS)), draw(st.sampled_from(IDS))
    kind = draw(st.sampled_from((TransferKind.COMMIT, TransferKind.VOID)))
    end = Fen(held if draw(st.booleans()) else amount)
    return [
        (Transfer(first, debit, credit, Fen(held), kind=TransferKind.HOLD),),
        (Transfer(second, debit, credit, end, kind=kind, hold=first),),
    ]


_singles = transfers().map(lambda t: [(t,)])
_linked = st.lists(transfers(), min_size=2, max_size=4, unique_by=lambda t: t.id).map(
    lambda ts: [tuple(ts)]
)
funding = [
    (Transfer(UUID(int=2000 + i), SOURCE, wallet, Fen(100)),) for i, wallet in enumerate(WALLETS)
]
histories: st.SearchStrategy[list[Chain]] = st.lists(
    st.one_of(_singles, _linked, ended_holds()), max_size=40
).map(lambda parts: funding + [chain for part in parts for chain in part])
