"""Cells of Excel and Arrow files as the plain values that JSON has."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Dates and times in ISO 8601, decimals as text; lists and objects all the way down.

    Raises:
        TypeError: a value is of another kind (bytes, an image); names its type.
    """
    match value:
        case None | str() | bool() | int() | float():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case Decimal():
            return str(value)
        case list() | tuple():
            return [plain(entry) for entry in value]
        case dict():
            return {str(key): plain(below) for key, below in value.items()}
        case _:
            raise TypeError(type(value).__name__)


def row_sha256(values: dict[str, Any]) -> str:
    """Hex SHA-256 of a row that has no line: of its JSON with sorted keys."""
    text = json.dumps(values, sort_keys=True, default=lambda value: type(value).__name__)
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()
