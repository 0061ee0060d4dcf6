"""Where a server's address leads: on this machine, within the house, or out of it."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

LOCAL_NAME = "localhost"


def is_within(base_url: str) -> bool:
    """Whether an address names this machine or a private network: what is sent there stays in the house.

    Names other than localhost can lead anywhere, so they count as outside.
    """
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    if host == LOCAL_NAME or host.endswith(f".{LOCAL_NAME}"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private or address.is_link_local


def why_refused(base_url: str) -> str | None:
    """Why rows must not be sent to an address; None if they may."""
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"{base_url!r} is no address: {error}"
    if parts.scheme not in ("http", "https") or not host:
        return f"{base_url!r} is no address of a server; one looks like https://api.openai.com/v1"
    if parts.query or parts.fragment:
        return f"{base_url!r} ends in a query; the address of a server has none"
    if parts.scheme == "http" and not is_within(base_url):
        return (
            f"{base_url!r} is neither https nor within the house: all that is sent could be read on its way"
        )
    return None
