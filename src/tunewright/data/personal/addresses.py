"""E-mail addresses, IP addresses, and URLs that carry a password or a token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from tunewright.data.personal.found import Found
from tunewright.data.personal.text import Text

_LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1.1
_LOCAL = re.compile(r"[^\W_](?:[\w.%+'=&-]*[\w+-])?$|_[\w.%+-]*\w$")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,62})\.){1,8}(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})(?![\w@])")
_IPV4 = re.compile(r"(?<![\w.-])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w-]|\.[0-9])")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?:\.[0-9]{1,3}){3})?(?![\w:])")
SIGNS = {"ipv4": [r"[0-9](?:\.[0-9]{1,3}){2}\.[0-9]"]}
"""Stands in `Text.near_numbers` wherever an IPv4 address does."""
SIGNS_OF_IPV6 = {"ipv6": ["[0-9a-f]:[0-9a-f:]"]}
"""Stands in `Text.lower` wherever an IPv6 address does."""
_VERSION = re.compile(r"(?:version|release|firmware|build|\bv)[\s.:]*$")
_MARK = "://"
_LONGEST_SCHEME = 21
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}\Z", re.IGNORECASE)
_BEHIND_SCHEME = re.compile(
    r"://(?:"
    r"[^\s/@:'\"<>]*:[^\s/@'\"<>]+@[^\s'\"<>]+"
    r"|[^\s'\"<>?]+\?[^\s'\"<>]*?\b(?:access_token|api_?key|auth|passw(?:or)?d|secret|session|sig|signature|token)"
    r"=[^\s'\"<>&]{4,}[^\s'\"<>]*)",
    re.IGNORECASE,
)
_SHORTEST_IPV6 = 7
_SENTENCE_END = ".,;:!?)]}"


def email_addresses(text: Text) -> Iterator[Found]:
    """Addresses as RFC 5321 writes them, letters of any script; not "name at domain dot com"."""
    whole = text.whole
    at = whole.find("@")
    while at >= 0:
        local = _LOCAL.search(whole, max(0, at - _LONGEST_LOCAL), at)
        domain = _DOMAIN.match(whole, at + 1)
        if local and domain:
            value = whole[local.start() : domain.end()].lower()
            yield Found("email_address", local.start(), domain.end(), 1.0, value)
        at = whole.find("@", at + 1)


def ipv4_addresses(text: Text) -> Iterator[Found]:
    """IPv4 addresses but for loopback and "any"; four numbers after "version" are none."""
    for number in text.numbers(_IPV4):
        if not _VERSION.search(text.before(number.start)):
            yield from _ip_address(number.start, number.written, IPv4Address)


def ipv6_addresses(text: Text) -> Iterator[Found]:
    """IPv6 addresses but for loopback and "any"."""
    if text.whole.count(":") > 1:
        for match in _IPV6.finditer(text.whole):
            if len(match[0]) >= _SHORTEST_IPV6:
                yield from _ip_address(match.start(), match[0], IPv6Address)


def _ip_address(start: int, written: str, form: type[IPv4Address | IPv6Address]) -> Iterator[Found]:
    try:
        address = form(written)
    except (AddressValueError, ValueError):
        return
    if not (address.is_loopback or address.is_unspecified):
        yield Found("ip_address", start, start + len(written), 0.95, str(address))


def urls_with_credentials(text: Text) -> Iterator[Found]:
    """`scheme://user:password@host` and addresses whose query holds a token; the whole address."""
    whole, last = text.whole, 0
    at = whole.find(_MARK)
    while at >= 0:
        scheme = _SCHEME.search(whole, max(last, at - _LONGEST_SCHEME), at)
        rest = _BEHIND_SCHEME.match(whole, at) if scheme else None
        if scheme and rest:
            last = rest.end()
            value = whole[scheme.start() : last].rstrip(_SENTENCE_END)
            yield Found("url_with_credentials", scheme.start(), scheme.start() + len(value), 1.0, value)
        at = whole.find(_MARK, max(last, at + 1))
