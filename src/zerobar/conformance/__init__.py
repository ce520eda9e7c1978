"""The suite that holds any purse to the protocol, through a card link and nothing else."""

from zerobar.conformance.case import Case, cases
from zerobar.conformance.provider import CardProvider, CardUnderTest, InProcessCards, OneCard
from zerobar.conformance.runner import Bench, Outcome, Report, Verdict, run

__all__ = [
    "Bench",
    "CardProvider",
    "CardUnderTest",
    "Case",
    "InProcessCards",
    "OneCard",
    "Outcome",
    "Report",
    "Verdict",
    "cases",
    "run",
]
