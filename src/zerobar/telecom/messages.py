"""Short messages from the SMSC: a voucher in a binary one is kept, all else is left alone."""

from __future__ import annotations

import logging
from typing import Final

from zerobar.purse.wire import FormError
from zerobar.telecom.bank import Bank
from zerobar.telecom.binary_sms import read_message
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import VoucherForOthers
from zerobar.telecom.smpp.model import ShortMessage
from zerobar.telecom.vouchers import take_message
from zerobar.tracing.spans import own_work, voucher_name

_log: Final = logging.getLogger(__name__)


class Inbox:
    """Where the receiver puts messages."""

    def __init__(self, telecom: Telecom, bank: Bank) -> None:
        self._telecom = telecom
        self._bank = bank

    def take(self, message: ShortMessage) -> None:
        """Keep a voucher; a message that is none, or not for this telecom, will never be one.

        Whatever this raises, the SMSC is not told that the message has arrived, and so sends it
        again.
        """
        if not message.is_binary:
            return
        try:
            read = read_message(message.user_data)
            with own_work("take", voucher=voucher_name(read.voucher.payer_id, read.voucher.entry)):
                take_message(self._telecom, self._bank, read)
        except (FormError, VoucherForOthers) as error:
            # Never who sent it: a number is personal data.
            _log.info("a binary message is left alone: %s", type(error).__name__)
