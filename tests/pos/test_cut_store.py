"""The till's file cut in the middle of a write: what is found is what was before, or after."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from tests.pos.test_selling import TornAway
from tests.pos.town import QUICK, Town
from zerobar.pos import purse_road
from zerobar.pos.model import Sale, SaleState
from zerobar.pos.scanning import take_scanned
from zerobar.pos.store import PosStore

CUTS = 40


def test_a_file_that_is_cut_anywhere_shows_a_sale_as_it_was_or_is(
    town: Town, tmp_path: Path
) -> None:
    seen: list[Sale | None] = [None]
    sale = town.sale()
    payer = town.person()
    seen.append(town.read(sale))
    take_scanned(town.till, sale.id, _poor(town))
    seen.append(town.read(sale))
    purse_road.tap(town.till, sale.id, lambda: TornAway(payer.in_field()))
    seen.append(town.read(sale))
    purse_road.tap(town.till, sale.id, payer.in_field)
    seen.append(town.read(sale))
    log = tmp_path / "pos.db-wal"
    whole = log.read_bytes()
    for cut in sorted(random.Random(1).sample(range(len(whole)), CUTS)):
        found = _opened(tmp_path, whole[:cut], sale)
        assert found is None or found.amount == sale.amount
        assert found is None or (found.state is SaleState.PAID) == (found.paid_by is not None)
        # Exposed is on the disk before a card is asked, and paid only after its voucher is.
        if found is not None and found.state is SaleState.PAID:
            assert found == seen[-1]
    assert _opened(tmp_path, whole, sale) == seen[-1]


def _poor(town: Town) -> str:
    code = town.code()
    town.bank.poor.add(code)
    return code


def _opened(folder: Path, log: bytes, sale: Sale) -> Sale | None:
    """Open a copy of the till's file with a log that is cut; None: the sale is not in it."""
    copy = folder / "cut"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    shutil.copy(folder / "pos.db", copy / "pos.db")
    (copy / "pos.db-wal").write_bytes(log)
    with PosStore(copy / "pos.db", lambda: 0.0, QUICK) as store:
        found = [kept for kept in store.sales.newest(10) if kept.id == sale.id]
    return found[0] if found else None
