"""The page that explains the sandbox to whoever opens its address."""

from __future__ import annotations

from html import escape
from typing import Final

from zerobar.sandbox.faults import Call, FaultKind
from zerobar.sandbox.town import Town

_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Zerobar sandbox</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto }}
table {{ border-collapse: collapse }} td, th {{ padding: .2rem .8rem .2rem 0; text-align: left }}
td:last-child {{ text-align: right }} pre {{ background: #f3f3f3; padding: .6rem; overflow: auto }}
</style>
<h1>Sandbox</h1>
<p>A bank, an identity register and a short-message service for development. Nobody here exists;
the money is test money.</p>
<h2>People and cards</h2>
<table><tr><th>name<th>resident ID<th>phone<th>card<th>yuan</tr>
{rows}
</table>
<h2>Messages</h2>
<p>The newest first; <code>code</code> is the six digits of a message.</p>
<pre>curl '{base}sms/messages?phone=%2B8613800000001'</pre>
<h2>Faults</h2>
<p>The next calls of a kind go wrong. Calls: {calls}. Faults: {faults}.</p>
<pre>curl -H 'Content-Type: application/json' {base}faults -d \\
  '{{"call": "bank.debit", "fault": "lost-answer", "times": 1}}'
curl -X DELETE {base}faults</pre>
<p><code>delay</code> takes <code>seconds</code>, <code>refuse</code> a <code>reason</code>,
<code>pending</code> the number of <code>queries</code> after which the outcome is known.</p>
</html>
"""


def page_of(town: Town, base: str) -> str:
    """Return the page as HTML.

    Args:
        town: that it describes.
        base: its address, with a slash at the end.
    """
    rows = "\n".join(
        f"<tr><td>{escape(name)}<td>{resident_id}<td>{phone}<td>{number}<td>{_yuan(fen)}</tr>"
        for name, resident_id, phone, number, fen in town.cards()
    )
    return _PAGE.format(
        base=escape(base), rows=rows, calls=_listed(Call), faults=_listed(FaultKind)
    )


def _listed(names: type[Call] | type[FaultKind]) -> str:
    return ", ".join(f"<code>{name.value}</code>" for name in names)


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"
