"""`python -m bench`: the table of all benchmarks, in Markdown."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench import machine, online, posting, screens, settlement, tap, timing
from bench.purses import MOST_TAPS_PER_ROUND
from bench.report import table

PARTS = ("all", "tap", "posting", "online", "settlement", "screens")


def main() -> None:
    given = _arguments()
    print("## Machine\n")
    print(table(("what", ""), [*machine.description(), ("purse files", _file_system())]))
    if given.part in ("all", "tap"):
        _tap(given)
    if given.part in ("all", "posting"):
        _posting(given)
    if given.part in ("all", "online"):
        _online(given)
    if given.part in ("all", "settlement"):
        _settlement(given)
    if given.part in ("all", "screens"):
        print("\n## Screens: their first load\n")
        print(screens.screens_table())


def _tap(given: argparse.Namespace) -> None:
    counts = tap.count()
    print("\n## The tap, counted\n")
    print(tap.counts_table(counts))
    print("\n## How long the tap holds a card (model)\n")
    print(tap.hold_table(counts))
    print(f"\n## The tap, timed: {given.rounds} rounds of {given.taps}, in milliseconds\n")
    print(timing.times_table(given.rounds, given.taps, counts.payer.barriers))


def _posting(given: argparse.Namespace) -> None:
    size = posting.QUICK if given.quick else posting.Size(rounds=given.rounds)
    print(f"\n## Posting: {size.rounds} rounds, pgbench {size.seconds} s in each\n")
    print(posting.posting_table(size))


def _online(given: argparse.Namespace) -> None:
    size = online.QUICK if given.quick else online.Size(rounds=given.rounds)
    print(f"\n## Paying online: {size.rounds} rounds, pgbench {size.seconds} s in each\n")
    print(online.online_table(size))


def _settlement(given: argparse.Namespace) -> None:
    size = settlement.Size(rounds=given.rounds, stored=given.stored)
    size = settlement.QUICK if given.quick else size
    print(f"\n## Settlement: {size.rounds} rounds, openssl {size.seconds} s in each\n")
    print(settlement.settlement_table(size))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="at least 5 to be quoted")
    parser.add_argument("--taps", type=int, default=MOST_TAPS_PER_ROUND, help="in a round")
    parser.add_argument(
        "--stored", type=int, default=1_000_000, help="vouchers beside settled ones"
    )
    parser.add_argument("--part", choices=PARTS, default="all")
    parser.add_argument("--quick", action="store_true", help="see that it runs: quote nothing")
    return parser.parse_args()


def _file_system() -> str:
    with tempfile.TemporaryDirectory() as folder:
        kind = machine.file_system_of(Path(folder).resolve())
    return f"{kind}, fdatasync at every commit"


if __name__ == "__main__":
    main()
