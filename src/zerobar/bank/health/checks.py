"""All that is looked at: what waits, what is late, who has not been seen."""

from __future__ import annotations

from typing import Final

from zerobar.bank.health.model import Check, Words, at_least

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_NEVER: Final = 10_000 * _DAY

SETTLEMENT_QUEUE: Final = Check(
    "settlement-queue",
    """
    SELECT count(*) AS due, coalesce(extract(epoch FROM %(now)s - min(v.stored_at)), 0)::bigint
           AS oldest_s
    FROM bank.voucher_due d JOIN bank.voucher v USING (payer_id, entry)
    WHERE d.waits_for IS NULL AND NOT EXISTS (
        SELECT FROM bank.voucher_outcome o WHERE o.payer_id = d.payer_id AND o.entry = d.entry)
    """,
    at_least("oldest_s", 10 * _MINUTE, _HOUR),
    Words(
        "{due} vouchers are about to be settled.",
        "{due} vouchers wait to be settled, the oldest for {oldest_s}: the queue does not empty.",
        "See whether the ledger answers and the job `vouchers` logs errors; more load needs more"
        " processes.",
    ),
    Words(
        "{due} 张凭证即将结算。",
        "{due} 张凭证等待结算，最早的已等 {oldest_s}：队列未能清空。",
        "检查账本是否响应、任务 vouchers 的日志是否有错误；负载增加时需增加进程。",
    ),
)
SETTLEMENT_RUNS: Final = Check(
    "settlement-runs",
    """
    SELECT count(*) AS unfinished,
           coalesce(extract(epoch FROM %(now)s - min(begun_at)), 0)::bigint AS oldest_s
    FROM bank.settlement_batch WHERE finished_at IS NULL
    """,
    at_least("oldest_s", _HOUR, _DAY),
    Words(
        "No file of vouchers is left half settled.",
        "{unfinished} files of vouchers were begun and not finished, the oldest {oldest_s} ago.",
        "Hand the same files in again: each goes on where it stopped.",
    ),
    Words(
        "没有未完成的凭证文件。",
        "{unfinished} 个凭证文件已开始但未完成，最早的在 {oldest_s}前开始。",
        "重新提交相同文件：将从中断处继续。",
    ),
)
MERCHANT_SETTLEMENT: Final = Check(
    "merchant-settlement",
    """
    SELECT count(*) AS unpaid,
           coalesce(extract(epoch FROM %(now)s - min(made_at)), 0)::bigint AS oldest_s
    FROM bank.settlement WHERE operator_id = %(operator_id)s AND state < 3
    """,
    at_least("oldest_s", _DAY, 3 * _DAY),
    Words(
        "Merchants are being paid out in time.",
        "{unpaid} merchants have not been paid for a day, the oldest since {oldest_s}.",
        "Ask the settlement bank about its transfer file; see the job `settlement` in the log.",
    ),
    Words(
        "商户结算按时进行。",
        "{unpaid} 笔商户结算未完成，最早的已过 {oldest_s}。",
        "向结算银行查询转账文件；查看日志中的任务 settlement。",
    ),
)
RECONCILIATION: Final = Check(
    "reconciliation",
    """
    SELECT (SELECT count(*) FROM bank.reconciliation WHERE operator_id = %(operator_id)s
            AND made_at > %(now)s - interval '7 days' AND differing > 0) AS differing_days,
           (NOT EXISTS (SELECT FROM bank.reconciliation WHERE operator_id = %(operator_id)s
                        AND day >= %(yesterday)s)
            AND EXISTS (SELECT FROM bank.operator WHERE operator_id = %(operator_id)s
                        AND created_at < %(now)s - interval '2 days')
            AND extract(hour FROM %(now)s AT TIME ZONE INTERVAL '+08:00') >= 8)::integer AS missing
    """,
    lambda figures: at_least("bad", 1)({"bad": figures["differing_days"] + figures["missing"]}),
    Words(
        "The cards' bank agrees with the books.",
        "The cards' bank and the books differ on {differing_days} of the last days; yesterday's"
        " statement missing: {missing}.",
        "Open the day under reconciliations and look at each difference.",
    ),
    Words(
        "银行卡侧与账本一致。",
        "最近 {differing_days} 天银行对账有差异；昨日对账单缺失：{missing}。",
        "打开对账页面，逐项核对差异。",
    ),
)
CARD_ORDERS: Final = Check(
    "card-orders",
    """
    SELECT count(*) FILTER (WHERE status = 1 AND asked_at < %(now)s - interval '1 day') AS overdue,
           count(*) FILTER (WHERE status = 4) AS stranded
    FROM bank.card_order WHERE operator_id = %(operator_id)s AND status IN (1, 4)
    """,
    lambda figures: at_least("bad", 1, 100)({"bad": figures["overdue"] + figures["stranded"]}),
    Words(
        "Every order to a card's bank has its outcome.",
        "{overdue} orders to cards' banks are pending for over a day, {stranded} refunds are"
        " stranded.",
        "Ask the cards' bank about the overdue ones; try stranded ones again from their list.",
    ),
    Words(
        "发往银行卡的指令均有结果。",
        "{overdue} 笔银行卡指令超过一天未决，{stranded} 笔退款滞留。",
        "向发卡银行查询超时指令；在列表中重试滞留退款。",
    ),
)
SILENT_TILLS: Final = Check(
    "silent-tills",
    """
    SELECT count(*) FILTER (WHERE coalesce(o.seen_at, t.enrolled_at) < %(now)s - interval '3 days')
           AS silent, count(*) AS tills
    FROM bank.terminal t
    LEFT JOIN LATERAL (SELECT created_at AS seen_at FROM bank.merchant_order m
                       WHERE m.terminal_id = t.terminal_id ORDER BY created_at DESC LIMIT 1) o
        ON true
    WHERE t.enrolled_at IS NOT NULL AND t.revoked_at IS NULL
    """,
    at_least("silent", 1),
    Words(
        "All {tills} tills made an order within three days.",
        "{silent} of {tills} tills have made no order for three days.",
        "Call their shops: a till that is out of use should be revoked.",
    ),
    Words(
        "全部 {tills} 台收款终端三天内均有订单。",
        "{tills} 台收款终端中有 {silent} 台三天没有订单。",
        "联系门店：停用的终端应撤销。",
    ),
)
SILENT_PURSES: Final = Check(
    "silent-shop-purses",
    """
    SELECT count(*) FILTER (WHERE coalesce(y.synced_at, p.registered_at)
                            < %(now)s - interval '3 days') AS silent, count(*) AS purses
    FROM bank.purse p
    LEFT JOIN LATERAL (SELECT taken_at AS synced_at FROM bank.purse_sync s
                       WHERE s.purse_id = p.purse_id ORDER BY taken_at DESC LIMIT 1) y ON true
    WHERE p.class = 3 AND p.status = 1
    """,
    at_least("silent", 1),
    Words(
        "All {purses} shops' purses synced within three days.",
        "{silent} of {purses} shops' purses have not synced for three days: what they took in"
        " offline is not settled.",
        "Have the shops connect their tills to a network.",
    ),
    Words(
        "全部 {purses} 个商户硬钱包三天内均已同步。",
        "{purses} 个商户硬钱包中有 {silent} 个三天未同步：其离线收款尚未结算。",
        "请门店将终端联网。",
    ),
)
BLOCKLIST: Final = Check(
    "blocklist",
    """
    WITH needed AS (
        SELECT coalesce(max(epoch), 0) AS epoch FROM bank.blocklist
        WHERE blocked_id IS NOT NULL AND added_at < %(now)s - interval '7 days'
    )
    SELECT count(*) FILTER (WHERE coalesce(h.epoch, 0) < needed.epoch) AS behind,
           count(*) AS purses
    FROM bank.purse p CROSS JOIN needed LEFT JOIN bank.purse_head h USING (purse_id)
    WHERE p.status = 1 AND p.class IN (1, 2, 3)
    """,
    lambda figures: at_least("share", 10, 50)(
        {"share": figures["behind"] * 100 // max(figures["purses"], 1)}
    ),
    Words(
        "Of {purses} purses, {behind} lack what was blocked over a week ago.",
        "{behind} of {purses} purses lack what was blocked over a week ago: a thief can still pay"
        " them.",
        "Have tills and phones sync; each tap then carries the list from card to card.",
    ),
    Words(
        "{purses} 个硬钱包中有 {behind} 个缺少一周前的黑名单。",
        "{purses} 个硬钱包中有 {behind} 个缺少一周前的黑名单：盗用者仍可向其付款。",
        "请终端和手机同步；此后每次碰一碰都会传递名单。",
    ),
)
BACKUP: Final = Check(
    "backup",
    f"""
    SELECT coalesce(extract(epoch FROM %(now)s - max(finished_at)), {_NEVER})::bigint AS age_s
    FROM bank.backup
    """,  # noqa: S608 - a number of this file
    at_least("age_s", 26 * _HOUR, 3 * _DAY),
    Words(
        "The newest backup is {age_s} old.",
        "No backup was finished within the last day.",
        "Run `zerobar bank backup`, and see why it did not run by itself.",
    ),
    Words(
        "最新备份距今 {age_s}。",
        "最近一天内没有完成备份。",
        "运行 zerobar bank backup，并检查定时任务为何未执行。",
    ),
)
WEBHOOKS: Final = Check(
    "webhooks",
    """
    SELECT count(*) FILTER (WHERE given_up_at IS NULL) AS late,
           count(*) FILTER (WHERE given_up_at > %(now)s - interval '1 day') AS given_up
    FROM bank.webhook_event
    WHERE delivered_at IS NULL AND ((given_up_at IS NULL AND attempts > 3)
                                    OR given_up_at > %(now)s - interval '1 day')
    """,
    lambda figures: at_least("bad", 1)({"bad": figures["late"] + figures["given_up"]}),
    Words(
        "Merchants' servers take their notices.",
        "{late} notices to merchants failed more than three times, {given_up} were given up within"
        " a day.",
        "Tell the merchants that their servers do not answer; they can read the daily file.",
    ),
    Words(
        "商户服务器正常接收通知。",
        "{late} 条商户通知失败超过三次，一天内放弃 {given_up} 条。",
        "告知商户其服务器无响应；可改读每日对账文件。",
    ),
)
APPROVALS: Final = Check(
    "approvals",
    """
    SELECT count(*) FILTER (WHERE approved IS NULL AND expires_at > %(now)s) AS waiting,
           count(*) FILTER (WHERE approved AND outcome IS NULL
                            AND decided_at < %(now)s - interval '10 minutes') AS stuck
    FROM bank.approval WHERE outcome IS NULL AND approved IS DISTINCT FROM false
    """,
    lambda figures: at_least("bad", 1)({"bad": figures["waiting"] + figures["stuck"]}),
    Words(
        "Nothing waits for a second person.",
        "{waiting} proposals wait for a second person, {stuck} approved ones are not carried out.",
        "Look at the proposals; whoever proposed one cannot approve it.",
    ),
    Words(
        "没有等待复核的事项。",
        "{waiting} 项提议等待复核，{stuck} 项已批准但未执行。",
        "查看提议；提议人不能自己批准。",
    ),
)
FRAUD: Final = Check(
    "fraud",
    """
    SELECT count(*) FILTER (WHERE r.seen_at IS NULL) AS unseen, count(*) AS open
    FROM bank.fraud_case f LEFT JOIN bank.fraud_review r USING (purse_id, entry, test)
    WHERE r.closed_at IS NULL
    """,
    at_least("unseen", 1),
    Words(
        "Every case of fraud was looked at; {open} are open.",
        "{unseen} cases of fraud were looked at by nobody; {open} are open.",
        "Open the cases; their purses are blocked already.",
    ),
    Words(
        "欺诈案件均已查看，未结 {open} 件。",
        "{unseen} 件欺诈案件无人查看，未结 {open} 件。",
        "打开案件；涉案硬钱包已被冻结。",
    ),
)
REFUNDS: Final = Check(
    "refunds",
    """
    SELECT count(*) AS late FROM bank.merchant_refund
    WHERE done_at IS NULL AND refused = '' AND asked_at < %(now)s - interval '1 hour'
    """,
    at_least("late", 1, 1_000),
    Words(
        "No refund is late.",
        "{late} refunds were asked for over an hour ago and are not decided.",
        "See the job `refunds` in the log, and whether the ledger answers.",
    ),
    Words(
        "没有延误的退款。",
        "{late} 笔退款申请超过一小时未处理。",
        "查看日志中的任务 refunds，以及账本是否响应。",
    ),
)
CHECKS: Final = (
    SETTLEMENT_QUEUE,
    SETTLEMENT_RUNS,
    MERCHANT_SETTLEMENT,
    RECONCILIATION,
    CARD_ORDERS,
    SILENT_TILLS,
    SILENT_PURSES,
    BLOCKLIST,
    BACKUP,
    WEBHOOKS,
    APPROVALS,
    FRAUD,
    REFUNDS,
)
