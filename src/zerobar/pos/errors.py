"""What can go wrong at a till that is neither a card's nor the bank's doing.

PosError                    every one says what happened and what to do next, in both languages
+-- SaleUnknown             no sale of that id or number
+-- SaleConflict            that id or order number was used for another sale
+-- ItemsDiffer             the items do not add up to the amount
+-- SaleEnded               it is paid or cancelled: nothing more can be asked for it
+-- MayBePaid               another way of paying is still open, so none may begin
+-- WrongVoucher            a voucher that pays no sale of this till
+-- WrongCode               a code that a till does not take
+-- WrongCard               a refund's card is not the one that paid
+-- NotRefundable           nothing was paid, or not so much is left of it
+-- RefundUnknown, RefundConflict
+-- BillUnknown, BillConflict, BillUnpaid, BillerUnknown, WrongNumber
+-- CashierUnknown, CashierConflict
+-- PinWrong, PinUnfit, CashierLocked
+-- FileUnfit               not the bank's daily file
+-- NotSignedIn, NotAllowed
+-- ShiftsOpen              the day cannot be closed while somebody works
+-- FolderError             the till's folder is not there, or not whole
"""

from __future__ import annotations

from typing import ClassVar

from zerobar.reader import Sentence


class PosError(Exception):
    """Base of all errors of this package; `str()` says what happened.

    Attributes:
        problem: its stable name, for a program to decide by.
        status: of HTTP.
        what_happened: a sentence for the cashier; `.zh` is the Chinese one.
        next_step: a sentence on what to do now.
    """

    problem: ClassVar[str]
    status: ClassVar[int] = 409
    what: ClassVar[Sentence]
    advice: ClassVar[Sentence]

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        self.what_happened = self.what.filled(**facts)
        self.next_step = self.advice.filled(**facts)
        super().__init__(str(self.what_happened))


class SaleUnknown(PosError):
    """No sale of that id or number is kept here."""

    problem, status = "sale-unknown", 404
    what = Sentence("This till knows no such sale.", zh="本机没有这笔交易。")
    advice = Sentence("Look for it in the day's list.", zh="请在当日交易列表中查找。")


class SaleConflict(PosError):
    """The id or the order number belongs to another sale."""

    problem = "sale-conflict"
    what = Sentence(
        "This sale's id or order number was used for another one.",
        zh="该交易编号或订单号已用于另一笔交易。",
    )
    advice = Sentence("Begin a new sale.", zh="请新建一笔交易。")


class ItemsDiffer(PosError):
    """The items do not add up to the amount."""

    problem, status = "items-differ", 400
    what = Sentence("The items do not add up to the amount.", zh="商品金额合计与总额不符。")
    advice = Sentence("Correct an item or the amount.", zh="请更正商品或总额。")


class SaleEnded(PosError):
    """The sale is paid or cancelled."""

    problem = "sale-ended"
    what = Sentence("This sale is over: {state}.", zh="该交易已结束：{state}。")
    advice = Sentence("Begin a new sale.", zh="请新建一笔交易。")


class MayBePaid(PosError):
    """The customer may have paid by another way already."""

    problem = "may-be-paid"
    what = Sentence(
        "The customer may already have paid {amount} another way, and that is not known yet.",
        zh="顾客可能已通过其他方式付款{amount}，结果尚未确认。",
    )
    advice = Sentence(
        "Do not hand over and do not charge again: ask once more, or tap the same card again.",
        zh="请勿交付商品，也勿重复收款；请再次查询，或用同一张卡再碰一碰。",
    )


class WrongVoucher(PosError):
    """The voucher pays no sale of this till."""

    problem, status = "wrong-voucher", 422
    what = Sentence(
        "This voucher does not pay any sale of this till.", zh="该付款凭证不属于本机的任何交易。"
    )
    advice = Sentence(
        "Ask the customer for the voucher that answers the code on this screen.",
        zh="请顾客出示本屏幕收款码对应的付款凭证。",
    )


class WrongCode(PosError):
    """The code is one that a till does not take."""

    problem, status = "wrong-code", 422
    what = Sentence("This code cannot pay here.", zh="此码不能用于付款。")
    advice = Sentence(
        "Scan the customer's payment code or voucher.", zh="请扫描顾客的付款码或付款凭证。"
    )


class WrongCard(PosError):
    """The refund's card is not the one that paid."""

    problem, status = "wrong-card", 422
    what = Sentence("This is not the card that paid.", zh="这不是付款时使用的卡。")
    advice = Sentence("Tap the card that paid.", zh="请使用付款时的那张卡碰一碰。")


class NotRefundable(PosError):
    """Nothing was paid, or less is left of it."""

    problem, status = "not-refundable", 422
    what = Sentence("Of this sale, {left} can be given back.", zh="该交易可退金额为{left}。")
    advice = Sentence("Choose an amount up to that.", zh="请输入不超过该金额的退款。")


class RefundUnknown(PosError):
    """No refund of that id."""

    problem, status = "refund-unknown", 404
    what = Sentence("This till knows no such refund.", zh="本机没有这笔退款。")
    advice = Sentence("Look for it at its sale.", zh="请在原交易中查找。")


class RefundConflict(PosError):
    """The id or number belongs to another refund."""

    problem = "refund-conflict"
    what = Sentence(
        "This refund's id or number was used for another one.", zh="该退款编号已用于另一笔退款。"
    )
    advice = Sentence("Begin a new refund.", zh="请新建一笔退款。")


class BillUnknown(PosError):
    """No bill of that id is kept here."""

    problem, status = "bill-unknown", 404
    what = Sentence("This till knows no such bill.", zh="本机没有这笔账单。")
    advice = Sentence("Begin it again.", zh="请重新录入。")


class BillConflict(PosError):
    """The id belongs to another bill."""

    problem = "bill-conflict"
    what = Sentence("This bill's id was used for another one.", zh="该账单编号已用于另一笔账单。")
    advice = Sentence("Begin a new bill.", zh="请重新录入账单。")


class BillUnpaid(PosError):
    """There is no receipt of a bill that nobody has paid yet."""

    problem = "bill-unpaid"
    what = Sentence("This bill is not known to be paid.", zh="该账单尚未确认付款。")
    advice = Sentence(
        "Tap the customer's card; after a torn tap, the same card again.",
        zh="请让顾客碰一碰；若曾中断，请用同一张卡再碰一碰。",
    )


class BillerUnknown(PosError):
    """This till collects for no such biller."""

    problem, status = "biller-unknown", 422
    what = Sentence("This till collects no bills for that biller.", zh="本机不代收该机构的账单。")
    advice = Sentence("Choose one of the till's billers.", zh="请选择本机支持的缴费机构。")


class WrongNumber(PosError):
    """What was typed is no phone number."""

    problem, status = "wrong-number", 422
    what = Sentence("That is no phone number.", zh="手机号码格式不正确。")
    advice = Sentence("Ask the customer for the number again.", zh="请向顾客核对手机号码。")


class CashierUnknown(PosError):
    """No cashier of that name."""

    problem, status = "cashier-unknown", 404
    what = Sentence("No cashier of that name works here.", zh="没有该收银员。")
    advice = Sentence("Check the name, or have the chief add it.", zh="请核对姓名，或由店长添加。")


class CashierConflict(PosError):
    """A cashier of that name is there already."""

    problem = "cashier-conflict"
    what = Sentence("A cashier of that name is there already.", zh="已有同名收银员。")
    advice = Sentence("Choose another name.", zh="请换一个名字。")


class PinWrong(PosError):
    """The PIN does not match."""

    problem, status = "pin-wrong", 401
    what = Sentence("Wrong PIN; tries left: {tries_left}.", zh="密码错误，还可尝试{tries_left}次。")
    advice = Sentence("Type it again, with care.", zh="请仔细重新输入。")


class PinUnfit(PosError):
    """The chosen PIN is not one."""

    problem, status = "pin-unfit", 400
    what = Sentence("A PIN is 6 to 12 digits.", zh="密码应为6至12位数字。")
    advice = Sentence("Choose another one.", zh="请另选密码。")


class CashierLocked(PosError):
    """Too many wrong PINs."""

    problem, status = "cashier-locked", 403
    what = Sentence(
        "After too many wrong PINs, this cashier is locked.", zh="密码错误次数过多，收银员已锁定。"
    )
    advice = Sentence("The chief sets a new PIN.", zh="请店长重设密码。")


class NotSignedIn(PosError):
    """No cashier is signed in."""

    problem, status = "not-signed-in", 401
    what = Sentence("Nobody is signed in.", zh="尚未登录。")
    advice = Sentence("Sign in with name and PIN.", zh="请用姓名和密码登录。")


class NotAllowed(PosError):
    """Only a chief may."""

    problem, status = "not-allowed", 403
    what = Sentence("Only the chief may do this.", zh="只有店长可以执行此操作。")
    advice = Sentence("Ask the chief to sign in.", zh="请店长登录。")


class ShiftsOpen(PosError):
    """Somebody still works."""

    problem = "shifts-open"
    what = Sentence("Shifts are still open: {names}.", zh="仍有未交班的收银员：{names}。")
    advice = Sentence("End them, then close the day.", zh="请先交班，再日结。")


class FileUnfit(PosError):
    """The reconciliation file cannot be read."""

    problem, status = "file-unfit", 400
    what = Sentence("This is not the bank's daily file.", zh="这不是银行的对账文件。")
    advice = Sentence(
        "Download the day again, and give it as it came.", zh="请重新下载当日文件，原样上传。"
    )


class FolderError(PosError):
    """The till's folder cannot be used."""

    problem, status = "folder", 500
    what = Sentence(
        "The till's folder {folder} is not usable: {why}.", zh="{folder}不可用：{why}。"
    )
    advice = Sentence(
        "Make one with `zerobar pos init`, or name another.", zh="请用 zerobar pos init 新建。"
    )
