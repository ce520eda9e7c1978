"""Addresses that merchants give: where the bank may send to, and where it must not.

A merchant chooses the address, and the bank's program sends to it from inside the bank's network;
so nothing but the public internet may be reached by it, whatever a name resolves to.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Final

import httpx

from zerobar.bank.merchants.errors import WebhookUrlRefused

LONGEST_URL: Final = 500
_LOOPBACK_NAMES: Final = frozenset(("127.0.0.1", "::1", "localhost"))


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send: an address that was checked, in place of a name that may change.

    Attributes:
        url: with the address as its host.
        host: the header's value, as in the merchant's URL.
        server_name: whose certificate is expected.
    """

    url: httpx.URL
    host: str
    server_name: str


class AddressRefused(Exception):
    """A name that leads to no public address; the message is a stable word."""


def check_url(text: str) -> httpx.URL:
    """Check what can be checked without asking the network; raises WebhookUrlRefused.

    Plain http is taken for this machine only, which the sender refuses unless it was told that it
    serves development.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise WebhookUrlRefused("it is no address") from None
    if len(text) > LONGEST_URL or not url.host or not text.isascii():
        raise WebhookUrlRefused("it is no address, or too long")
    if url.userinfo or url.fragment:
        raise WebhookUrlRefused("it has a user or a fragment")
    local = url.host in _LOOPBACK_NAMES
    if url.scheme != "https" and not (url.scheme == "http" and local):
        raise WebhookUrlRefused("it is not https")
    if not local and _is_inside(url.host):
        raise WebhookUrlRefused("it is not on the public internet")
    return url


def resolve(text: str, *, loopback: bool) -> Target:
    """Find the address behind a URL; raises AddressRefused.

    Args:
        text: a URL that `check_url` let through.
        loopback: whether this machine may be sent to, as in development.
    """
    url = httpx.URL(text)
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused("name-unknown") from None
    addresses = [str(entry[4][0]) for entry in found]
    # One address inside is enough to refuse: a name with both is no honest one.
    if not addresses or not all(_may_reach(address, loopback=loopback) for address in addresses):
        raise AddressRefused("address-refused")
    return Target(url.copy_with(host=addresses[0]), url.netloc.decode("ascii"), url.host)


def _may_reach(address: str, *, loopback: bool) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    return (loopback and found.is_loopback) or _is_public(found)


def _is_inside(host: str) -> bool:
    try:
        return not _is_public(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return "." not in host


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return _is_public(inner)
        if address.teredo is not None or address in _NAT64:
            return False
    return address.is_global and not address.is_multicast


_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
