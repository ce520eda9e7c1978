"""The patterns that are looked for.

A voucher carries no time, so purses are looked at by when their vouchers came in: who was offline
for long comes in all at once. A hit is a reason to look, never a proof; nothing is blocked by it.
"""

from __future__ import annotations

from typing import Final

from zerobar.bank.patterns.model import Parameter, Pattern

_MOST_HOURS: Final = 24 * 31
_MOST_FEN: Final = 10**12


def _hours(usual: int) -> Parameter:
    return Parameter("hours", "Within hours", "时间范围（小时）", "hours", usual, 1, _MOST_HOURS)


VELOCITY: Final = Pattern(
    name="velocity",
    subject="purse",
    title="Many payments from one purse",
    title_zh="单个硬钱包付款过频",
    explanation="More vouchers that one purse paid came in within the time than a person makes.",
    explanation_zh="在规定时间内，某个硬钱包付出的凭证数量超过常人。",
    parameters=(
        Parameter("payments", "Payments, at least", "付款次数下限", "count", 60, 2, 100_000),
        _hours(24),
    ),
    query="""
        SELECT encode(v.payer_id, 'hex'), max(v.stored_at), count(*), sum(v.amount_fen)::bigint,
               count(DISTINCT v.payee_id)
        FROM bank.voucher v JOIN bank.purse p ON p.purse_id = v.payer_id
        WHERE v.stored_at >= %(since)s AND p.class IN (1, 2)
        GROUP BY v.payer_id HAVING count(*) >= %(payments)s
        ORDER BY 3 DESC, v.payer_id LIMIT %(limit)s
    """,
    figures=("payments", "amount_fen", "payees"),
    sentence="{payments} payments of it came in within {hours} hours, {amount} to {payees} payees.",
    sentence_zh="{hours} 小时内收到其 {payments} 笔付款，共 {amount}，收款方 {payees} 个。",
)
WALLET_VELOCITY: Final = Pattern(
    name="wallet-velocity",
    subject="wallet",
    title="Many payments from one wallet",
    title_zh="单个钱包付款过频",
    explanation="A wallet paid online more often within the time than a person does.",
    explanation_zh="在规定时间内，某个钱包的联机付款次数超过常人。",
    parameters=(
        Parameter("payments", "Payments, at least", "付款次数下限", "count", 60, 2, 100_000),
        _hours(24),
    ),
    query="""
        SELECT b.payer_wallet_id::text, max(b.made_at), count(*), sum(b.amount_fen)::bigint,
               count(DISTINCT b.payee_wallet_id)
        FROM bank.payment b JOIN bank.wallet w ON w.wallet_id = b.payer_wallet_id
        WHERE b.made_at >= %(since)s AND w.kind = 1
        GROUP BY b.payer_wallet_id HAVING count(*) >= %(payments)s
        ORDER BY 3 DESC, b.payer_wallet_id LIMIT %(limit)s
    """,
    figures=("payments", "amount_fen", "payees"),
    sentence="It paid {payments} times within {hours} hours, {amount} to {payees} payees.",
    sentence_zh="{hours} 小时内付款 {payments} 次，共 {amount}，收款方 {payees} 个。",
)
RECEIVES_ONLY: Final = Pattern(
    name="receives-only",
    subject="purse",
    title="A purse that only receives",
    title_zh="只收不付的硬钱包",
    explanation="A person's purse was paid by others and spent nothing: it may collect for"
    " somebody, or wait for its holder to disappear. Loads from its wallet do not count.",
    explanation_zh="个人硬钱包只从他人收款而从不支出：可能在为他人归集资金，或准备失联。"
    "自有钱包的圈存不计。",
    parameters=(
        Parameter(
            "credits", "Payments received, at least", "收款次数下限", "count", 10, 1, 100_000
        ),
        Parameter("amount_fen", "Received, at least", "收款金额下限", "fen", 50_000, 1, _MOST_FEN),
        _hours(168),
    ),
    query="""
        SELECT encode(v.payee_id, 'hex'), max(v.stored_at), count(*), sum(v.amount_fen)::bigint,
               count(DISTINCT v.payer_id)
        FROM bank.voucher v JOIN bank.purse p ON p.purse_id = v.payee_id
        WHERE v.stored_at >= %(since)s AND p.class IN (1, 2) AND v.kind = 1
          AND NOT EXISTS (SELECT FROM bank.voucher paid WHERE paid.payer_id = v.payee_id
                          AND paid.stored_at >= %(since)s)
        GROUP BY v.payee_id
        HAVING count(*) >= %(credits)s AND sum(v.amount_fen) >= %(amount_fen)s
        ORDER BY 4 DESC, v.payee_id LIMIT %(limit)s
    """,
    figures=("credits", "amount_fen", "payers"),
    sentence="It was paid {credits} times by {payers} purses within {hours} hours, {amount}, and"
    " paid nothing.",
    sentence_zh="{hours} 小时内从 {payers} 个硬钱包收款 {credits} 次，共 {amount}，没有任何付款。",
)
MANY_PAYERS: Final = Pattern(
    name="many-payers",
    subject="purse",
    title="One payee for many purses",
    title_zh="众多硬钱包付给同一收款人",
    explanation="Many different purses paid one purse that is no merchant's: a shop that hides"
    " from its taxes, or one hand that empties many purses.",
    explanation_zh="许多不同的硬钱包付给同一个非商户硬钱包：可能是隐匿经营的商户，"
    "或同一人在清空许多钱包。",
    parameters=(
        Parameter(
            "payers", "Different payers, at least", "付款方数量下限", "count", 20, 2, 100_000
        ),
        _hours(168),
    ),
    query="""
        SELECT encode(v.payee_id, 'hex'), max(v.stored_at), count(DISTINCT v.payer_id), count(*),
               sum(v.amount_fen)::bigint
        FROM bank.voucher v JOIN bank.purse p ON p.purse_id = v.payee_id
        WHERE v.stored_at >= %(since)s AND p.class IN (1, 2) AND v.kind = 1
        GROUP BY v.payee_id HAVING count(DISTINCT v.payer_id) >= %(payers)s
        ORDER BY 3 DESC, v.payee_id LIMIT %(limit)s
    """,
    figures=("payers", "payments", "amount_fen"),
    sentence="{payers} different purses paid it within {hours} hours: {payments} payments,"
    " {amount}.",
    sentence_zh="{hours} 小时内有 {payers} 个不同的硬钱包付给它：{payments} 笔，共 {amount}。",
)
PATTERNS: Final = {
    each.name: each for each in (VELOCITY, WALLET_VELOCITY, RECEIVES_ONLY, MANY_PAYERS)
}
"""By name, in the order in which they are shown."""
