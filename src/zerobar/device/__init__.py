"""What a phone or a till does with purses when the network comes and goes: store, queue, sync.

take, go_on, receive, give_back     money into the device's own purse, with no network
collect_for, push, carry            vouchers for payees that the operator hosts, and for friends
send_all, synchronise               what has to happen once there is a network, as often as it takes
load, finish_loads, unload          between the holder's wallet and the purse
pay_till                            the wallet pays a till that has no network
tell_in_field                       blocklists and keys, from card to card
"""

from zerobar.device.collecting import Collected, carry, collect_for, push
from zerobar.device.device import PHONE_CEILING, TILL_CEILING, Device, RiskCeiling
from zerobar.device.errors import (
    DeviceError,
    OperatorRefused,
    OperatorUnreachable,
    TapUnknown,
    TooMuchAtRisk,
)
from zerobar.device.gossip import tell, tell_in_field
from zerobar.device.loading import finish_loads, load, pay_till, unload
from zerobar.device.operator import Brought, HolderOperator, Operator, Told
from zerobar.device.outgoing import AtRisk, Outgoing
from zerobar.device.sending import send_all, send_one
from zerobar.device.store import DeviceStore
from zerobar.device.syncing import Delivery, Synced, synchronise
from zerobar.device.taking import finish_open, give_back, go_on, receive, take

__all__ = [
    "PHONE_CEILING",
    "TILL_CEILING",
    "AtRisk",
    "Brought",
    "Collected",
    "Delivery",
    "Device",
    "DeviceError",
    "DeviceStore",
    "HolderOperator",
    "Operator",
    "OperatorRefused",
    "OperatorUnreachable",
    "Outgoing",
    "RiskCeiling",
    "Synced",
    "TapUnknown",
    "Told",
    "TooMuchAtRisk",
    "carry",
    "collect_for",
    "finish_loads",
    "finish_open",
    "give_back",
    "go_on",
    "load",
    "pay_till",
    "push",
    "receive",
    "send_all",
    "send_one",
    "synchronise",
    "take",
    "tell",
    "tell_in_field",
    "unload",
]
