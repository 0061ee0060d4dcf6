"""One JSON text as a row, or why it is none."""

from __future__ import annotations

from tunewright.data.contract import ContractError, json_type, parse_json
from tunewright.data.raw_row import Discarded, Place, RawRow
from tunewright.data.reading.text import TextFile

_FIXES = (
    ("not JSON", "write one JSON object: double quotes, no comma before a closing bracket"),
    ("nested deeper", "flatten the row"),
    ("key ", "keep one of the two"),
    ("a number", "write the number as text"),
    ("half of a surrogate", "write the character whole, or remove its half"),
)


def json_row(file: TextFile, place: Place, content: bytes) -> RawRow | Discarded:
    """The object that a JSON text holds as a row.

    Args:
        file: the text's file, for its encoding.
        place: where the text stands.
        content: UTF-8, perhaps with invalid bytes; nothing around the object but white space.
    """
    try:
        values = parse_json(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        start = content.rfind(b"\n", 0, error.start) + 1
        reason, where = file.fault_place(content[start:], error.start - start)
        breaks = content.count(b"\n", 0, start)
        line = f"line {place.line + breaks}" if breaks else "the line"
        return Discarded(place, reason, f"{where} of {line}", fix=file.invalid_fix)
    except ContractError as error:
        return _rejected(place, str(error))
    if not isinstance(values, dict):
        return Discarded(place, f"is {json_type(values)}, not object", fix="write each row as a JSON object")
    return RawRow(place, values)


def _rejected(place: Place, message: str) -> Discarded:
    """The same words for the same mistake: where in the row it is goes into the detail."""
    reason, at, where = message.partition(" at ") if message.startswith("not JSON") else (message, "", "")
    fix = next((fix for start, fix in _FIXES if reason.startswith(start)), "write null, or a number")
    return Discarded(place, reason, f"at {where}" if at else "", fix=fix)
