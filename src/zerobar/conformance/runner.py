"""Runs cases on the cards of a provider and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any, Final

from zerobar.conformance.case import Case, cases
from zerobar.conformance.exchange_log import ExchangeLog
from zerobar.conformance.provider import CardProvider, CardUnderTest
from zerobar.conformance.settling import settle
from zerobar.conformance.under_test import Make, PurseUnderTest
from zerobar.conformance.verdicts import Nonconformity, NotRun
from zerobar.conformance.world import World
from zerobar.purse.wire import FormError
from zerobar.reader.errors import CardError

_NEEDS_OWN_CARD: Final = "needs a blank card of its own"
_NEEDS_ANTENNA: Final = "the antenna of this card cannot be reached"
_NEEDS_RAW_LINK: Final = "this reader does not carry malformed commands"


class Verdict(Enum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    Attributes:
        reason: what the purse did wrong, or why the case was not run; empty if it passed.
        exchanges: for a failed case, what was said, line by line.
    """

    case: Case
    verdict: Verdict
    reason: str = ""
    exchanges: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "name": self.case.name,
            "sections": list(self.case.sections),
            "sentence": self.case.sentence,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "exchanges": list(self.exchanges),
        }


Progress = Callable[[Outcome], None]


@dataclass(frozen=True)
class Report:
    """The outcomes of a run, in order."""

    outcomes: tuple[Outcome, ...]

    def of(self, verdict: Verdict) -> tuple[Outcome, ...]:
        """Return the outcomes of one kind."""
        return tuple(outcome for outcome in self.outcomes if outcome.verdict is verdict)

    @property
    def conforms(self) -> bool:
        """Whether something was run and nothing failed."""
        return bool(self.of(Verdict.PASSED)) and not self.of(Verdict.FAILED)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "format": "zerobar conformance report",
            "version": 1,
            "conforms": self.conforms,
            "counts": {verdict.value: len(self.of(verdict)) for verdict in Verdict},
            "outcomes": [outcome.as_json() for outcome in self.outcomes],
        }


class Bench:
    """Puts cards under the cases: a new one for each, or the only one for all."""

    def __init__(self, provider: CardProvider) -> None:
        self._provider = provider
        self._kept: PurseUnderTest | None = None
        self._card: CardUnderTest | None = None

    def run(self, case: Case) -> Outcome:
        """Run one case; the card may be anything, so nothing it does raises."""
        log = ExchangeLog()
        try:
            self._run(case, log)
        except NotRun as reason:
            return Outcome(case, Verdict.NOT_RUN, str(reason))
        except (Nonconformity, CardError, FormError) as error:
            return Outcome(case, Verdict.FAILED, _told(error), tuple(log.lines()))
        finally:
            if self._provider.unlimited:
                self.close()
        return Outcome(case, Verdict.PASSED)

    def close(self) -> None:
        """Let the card go."""
        if self._card is not None:
            self._card.close()
            self._card = None

    def _run(self, case: Case, log: ExchangeLog) -> None:
        if case.own_card and not self._provider.unlimited:
            raise NotRun(_NEEDS_OWN_CARD)
        if self._card is None:
            self._card = self._provider.fresh()
        if case.antenna and not self._card.has_antenna:
            raise NotRun(_NEEDS_ANTENNA)
        if case.any_apdu and not self._card.passes_any_apdu:
            raise NotRun(_NEEDS_RAW_LINK)
        case.run(self._purse(self._card, case, log))

    def _purse(self, card: CardUnderTest, case: Case, log: ExchangeLog) -> PurseUnderTest:
        if self._kept is not None:
            self._kept.log = log
            settle(self._kept)
            return self._kept
        purse = made(card, World(), log, case.make)
        if not self._provider.unlimited:
            self._kept = purse
        return purse


def made(card: CardUnderTest, world: World, log: ExchangeLog, make: Make | None) -> PurseUnderTest:
    """Return a blank card, personalised as wanted and selected by contact."""
    purse = PurseUnderTest(card, world, log)
    if make is None:
        purse.contact()
    else:
        purse.personalise(make)
    return purse


def run(
    provider: CardProvider,
    only: Iterable[str] = ("*",),
    progress: Progress = lambda outcome: None,
) -> Report:
    """Run the cases whose names fit a pattern, and report.

    Args:
        provider: of blank cards.
        only: names, or patterns such as `pay.*`.
        progress: told of each outcome as it comes.
    """
    # A variant's name stands in brackets, which mean no set of letters here.
    patterns = tuple(pattern.replace("[", "[[]") for pattern in only)
    bench = Bench(provider)
    outcomes = []
    try:
        for case in cases():
            if any(fnmatchcase(case.name, pattern) for pattern in patterns):
                outcomes.append(bench.run(case))
                progress(outcomes[-1])
    finally:
        bench.close()
    return Report(tuple(outcomes))


def _told(error: Exception) -> str:
    told = str(error)
    return told if isinstance(error, Nonconformity) else f"{type(error).__name__}: {told}"
