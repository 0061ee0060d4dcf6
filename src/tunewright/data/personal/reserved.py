"""Values that belong to nobody: domains, addresses and numbers reserved for examples and films.

Documentation and invented rows use them, and so do our pseudonyms; none is personal data.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_DOMAIN = re.compile(
    r"(?:^|[@.])(?:example\.(?:com|net|org)|[\w-]+\.(?:example|test|invalid|localhost))$"
)  # RFC 2606
_HOST = re.compile(r"://(?:[^/@]*@)?([^/:?#]+)")
_NANP = re.compile(r"(?:\+?1)?(?:[2-9][0-9]{2})?55501[0-9]{2}$")  # ATIS-0300115: 555-0100 to 555-0199
# Ofcom, "Telephone numbers for use in TV and radio drama programmes".
_UK = re.compile(
    r"(?:\+44|0)(?:1(?:1[3-8]|21|31|41|51|61)4960|2079460|1914980|2896496|2920180|1632960|7700900|8081570|9098790"
    r"|306999)[0-9]+$"
)
_IP = re.compile(r"(?:192\.0\.2|198\.51\.100|203\.0\.113)\.[0-9]+$|2001:db8:")  # RFC 5737, RFC 3849


def is_reserved(kind: str, value: str, written: str) -> bool:
    """Whether a value is one of those, in its normal form or as it is written."""
    check = _CHECKS.get(kind)
    return check is not None and (check(value) or check("".join(written.split())))


def _is_reserved_url(value: str) -> bool:
    host = _HOST.search(value)
    return host is not None and _DOMAIN.search(host[1].lower()) is not None


def _is_reserved_phone(value: str) -> bool:
    digits = "".join(sign for sign in value if sign.isdigit() or sign == "+")
    return bool(_NANP.match(digits) or _UK.match(digits))


_CHECKS: dict[str, Callable[[str], bool]] = {
    "email_address": lambda value: _DOMAIN.search(value) is not None,
    "url_with_credentials": _is_reserved_url,
    "phone_number": _is_reserved_phone,
    "ip_address": lambda value: _IP.match(value) is not None,
}
