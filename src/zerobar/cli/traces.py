"""`zerobar trace`: what happened to one payment, in all programs, in order and in words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from zerobar.cli.console import complain, out, said
from zerobar.cli.trails import SUBJECTS, Line, read_logs, trail_of
from zerobar.reader import Sentence

_FAILED: Final = 1
_MOST_LINES: Final = 10_000
_ANSWERED: Final = Sentence(
    "answered {method} {route} with {status}, after {took_ms} ms",
    zh="应答 {method} {route}：{status}，用时 {took_ms} 毫秒",
)
_ASKED: Final = Sentence(
    "asked {whom}: {method} {route}, and heard {status} after {took_ms} ms",
    zh="请求 {whom}：{method} {route}，得到 {status}，用时 {took_ms} 毫秒",
)
_NO_ANSWER: Final = Sentence(
    "asked {whom}: {method} {route}, and got no answer in {took_ms} ms ({error})",
    zh="请求 {whom}：{method} {route}，{took_ms} 毫秒内没有应答（{error}）",
)
_NOTED: Final = Sentence("{level}: {message}", zh="{level}：{message}")
_MOMENTS: Final = {
    "payment made": Sentence("the payment is made, in the books", zh="付款完成，已入账"),
    "voucher received": Sentence(
        "the payer's card has signed a voucher, and it has arrived", zh="已收到付款方签署的凭证"
    ),
    "voucher taken along": Sentence(
        "the voucher is kept here, to be brought to the bank", zh="凭证已保存，待提交银行"
    ),
    "voucher brought": Sentence(
        "the voucher is brought to the bank; taken: {taken}", zh="凭证已提交银行；受理：{taken}"
    ),
    "voucher decided": Sentence(
        "the voucher has its outcome: {outcome}", zh="凭证已有结果：{outcome}"
    ),
    "voucher waits": Sentence("the voucher has to wait: {reason}", zh="凭证需等待：{reason}"),
    "voucher signed": Sentence(
        "the bank has signed a voucher for what the wallet paid", zh="银行已为钱包付款签署凭证"
    ),
    "line topped up": Sentence("the phone line is topped up", zh="话费已充值"),
    "money kept apart": Sentence(
        "no line can take the money: it is kept, to be given back", zh="无号码可入账：款项待退回"
    ),
}
_NOTHING: Final = Sentence("These logs name no {id}.", zh="日志中没有 {id}。")
_HOW: Final = Sentence(
    "Check the id, and that the programs run with --verbose or ZEROBAR_LOG_LEVEL=INFO, and log as"
    " JSON.",
    zh="请检查编号；程序须以 --verbose 或 ZEROBAR_LOG_LEVEL=INFO 运行，并以 JSON 写日志。",
)


def trace(
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="a payment's, order's or trace's id, or a voucher's: PURSE/ENTRY"
        ),
    ],
    logs: Annotated[list[Path], typer.Argument(metavar="LOG...", help="logs, or folders of them")],
) -> None:
    """Tell what happened to one payment, in all programs whose logs are given."""
    try:
        found = trail_of(id_, read_logs(logs))
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}", "Name logs, or folders with *.log in them.")
        raise typer.Exit(_FAILED) from None
    if not found:
        complain(_NOTHING.filled(id=id_), _HOW)
        raise typer.Exit(_FAILED)
    for line in found[:_MOST_LINES]:
        _print(line)


def _print(line: Line) -> None:
    at = line.began_at.strftime("%Y-%m-%d %H:%M:%S.") + f"{line.began_at.microsecond // 1000:03d}"
    program = str(line.fields.get("program", ""))
    who = line.source if program in ("", line.source) else f"{line.source} ({program})"
    about = [f"{name}={line.fields[name]}" for name in sorted(SUBJECTS & line.fields.keys())]
    text = f"{at}  {who}: {said(_words(line.fields))}" + "".join(f"  {each}" for each in about)
    out.print(text, soft_wrap=True, markup=False)


def _words(fields: dict[str, Any]) -> Sentence:
    message = str(fields.get("message", ""))
    sentence = _MOMENTS.get(message)
    if sentence is None and message == "answered":
        sentence = _ANSWERED
    elif sentence is None and message == "asked":
        sentence = _ASKED if "status" in fields else _NO_ANSWER
    try:
        return (sentence or _NOTED).filled(**fields)
    except KeyError:
        # Another version's line, with other facts.
        return Sentence(message, zh=message)
