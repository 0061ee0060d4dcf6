"""Which shape rows have: by the names of their fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from tunewright.config.schema.data import DataFormat, Fields
from tunewright.data.reading.shapes import alpaca, sharegpt
from tunewright.errors import DataError

Shape = Literal["chat", "sharegpt", "prompt_completion", "alpaca"]
DECLARED: dict[DataFormat, Shape] = {
    "chat": "chat",
    "openai": "chat",
    "sharegpt": "sharegpt",
    "prompt_completion": "prompt_completion",
    "alpaca": "alpaca",
    # In a table of text there is no list of turns.
    "csv": "prompt_completion",
    "tsv": "prompt_completion",
    "excel": "prompt_completion",
}
"""The shape that a declared format means; the others leave it to be found."""

_PREFERENCE = {"chosen", "rejected", "preferred_output", "non_preferred_output"}
_MOST_NAMES = 20


def shape_of(
    rows: Sequence[Mapping[str, Any]], fields: Fields, prompt_fields: Sequence[str], where: str
) -> tuple[Shape, str]:
    """The shape of rows, and the fields that say so.

    Args:
        rows: some of the file, columns renamed.
        fields: the project's names.
        prompt_fields: of which the prompt is made: `fields.prompt`, or what a template names.
        where: the file.

    Raises:
        DataError: no shape fits, or several do; names the choices.
    """
    found: dict[Shape, str] = {}
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
        for shape, why in _fitting(row, fields, prompt_fields):
            found.setdefault(shape, why)
    if len(found) == 1:
        return next(iter(found.items()))
    if found:
        choices = " or as ".join(f"{shape} (it has {why})" for shape, why in found.items())
        raise DataError(
            f"could be read as {choices}",
            where=where,
            fix=f"set format of this source to {' or '.join(found)}",
        )
    raise _unknown(list(names), fields, where)


def _fitting(
    row: Mapping[str, Any], fields: Fields, prompt_fields: Sequence[str]
) -> Iterable[tuple[Shape, str]]:
    if _turns(row.get(fields.messages), "role"):
        yield "chat", fields.messages
    if _turns(row.get(sharegpt.KEY), "from"):
        yield "sharegpt", sharegpt.KEY
    if all(name in row for name in alpaca.KEYS):
        yield "alpaca", _listed(alpaca.KEYS)
    needed = (*prompt_fields, fields.completion)
    if all(name in row for name in needed):
        yield "prompt_completion", _listed(needed)


def _turns(value: object, key: str) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and key in value[0]


def _unknown(names: list[str], fields: Fields, where: str) -> DataError:
    if not names:
        return DataError(
            "has no row from which its format could be seen",
            where=where,
            fix="fill it, or set format of this source",
        )
    shown = _listed(names[:_MOST_NAMES]) + (" ..." if len(names) > _MOST_NAMES else "")
    fix = f"map the fields in data.fields (prompt: {fields.prompt}, completion: {fields.completion}, " + (
        f"messages: {fields.messages}) or in rename of this source; set its format if a transform makes them"
    )
    if _PREFERENCE & set(names):
        fix = "pairs of a better and a worse answer are not trained on: write the better one as completion"
    elif sharegpt.KEY in names:
        new = f"rename: {{{sharegpt.KEY}: {fields.messages}}}"
        fix = f"if its turns have role and content: {new} in this source"
    return DataError(f"its rows have no shape that is known: they have {shown}", where=where, fix=fix)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name if name.isidentifier() else repr(name[:40]) for name in names)
