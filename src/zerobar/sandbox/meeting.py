"""Where a call meets its fault."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeVar

from litestar import Request

from zerobar.sandbox.faults import Call, Fault, FaultKind, Faults
from zerobar.sandbox.model import SandboxRefusal

LONGEST_SILENCE_S: Final = 60.0
"""After which whoever is still waiting is told that it was silence on purpose."""

AnyRequest = Request[Any, Any, Any]
Answer = TypeVar("Answer")

_ORDERS: Final = (Call.DEBIT, Call.CREDIT)


async def answered(
    request: AnyRequest, faults: Faults, call: Call, act: Callable[[Fault | None], Answer]
) -> Answer:
    """Do what was asked, or what its fault makes of it.

    Args:
        request: who asks.
        faults: that wait.
        call: of which kind this is.
        act: does it, and heeds REFUSE and PENDING if they can be heeded here.
    """
    fault = faults.take(call)
    if fault is None:
        return act(None)
    if fault.fault is FaultKind.DELAY:
        await asyncio.sleep(min(fault.seconds, LONGEST_SILENCE_S))
    if fault.fault is FaultKind.LOST_REQUEST:
        await _say_nothing(request)
    if fault.fault is FaultKind.REFUSE and call not in _ORDERS:
        raise SandboxRefusal(503, "The sandbox was told to refuse this call.", "Ask again.")
    answer = act(fault)
    if fault.fault is FaultKind.LOST_ANSWER:
        await _say_nothing(request)
    return answer


async def _say_nothing(request: AnyRequest) -> None:
    """Keep whoever asks waiting until they hang up."""
    try:
        async with asyncio.timeout(LONGEST_SILENCE_S):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass
    raise SandboxRefusal(504, "The sandbox was told not to answer.", "Ask what became of it.")
