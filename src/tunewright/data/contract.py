"""The contract of an extraction's answer: strict JSON, a JSON Schema (2020-12), one way to write it.

`prepare` holds the references to it and evaluation the models' answers, so that both mean the same
by "valid". Messages name paths, types and the schema's own values; of the answer they quote nothing
but a single word outside an `enum` and the name of a key that is not allowed, cut to `QUOTED` characters.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from tunewright.errors import DataError

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

MAX_DEPTH = 64
"""Deeper nesting is refused: no answer needs it, and recursion over it would fail."""

QUOTED = 40
"""Most characters of a value that a message quotes."""

LABEL = re.compile(r"[^\W\d]+([_-][^\W\d]+)*")
"""A word: no digit, @ or space, so no number, address or sentence."""


class ContractError(ValueError):
    """A text is not the JSON that was asked for; says why without quoting it."""


class BrokenSchemaError(DataError):
    """A JSON Schema that cannot be used; `place` is the path in it, empty for the whole."""

    def __init__(self, what: str, *, where: str, fix: str, place: str) -> None:
        """Hold the place apart, since what is said of a schema may quote it."""
        super().__init__(what, where=where, fix=fix)
        self.place = place


def parse_json(text: str) -> object:
    """Parse one JSON document with nothing around it but white space.

    Raises:
        ContractError: not JSON; NaN or an infinite number; a key twice in an object; half of a
            surrogate pair, which no file could hold; nested deeper than `MAX_DEPTH`.
    """
    if _may_nest_too_deeply(text):
        raise ContractError(f"nested deeper than {MAX_DEPTH} levels")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}" if error.lineno > 1 else f"column {error.colno}"
        raise ContractError(f"not JSON: {error.msg} at {place}") from None
    except ContractError:
        raise
    except ValueError:  # Python's limit of digits
        raise ContractError("a number has too many digits") from None
    if "\\u" in text and not is_text(json.dumps(value, ensure_ascii=False)):
        raise ContractError("half of a surrogate pair: the text was cut inside a character")
    return value


def canonical_json(value: object, schema: Mapping[str, Any] | bool = True) -> str:
    """Write a JSON value in the one way in which a model learns it.

    Compact, and keys in the order of the schema's `properties` (through local `$ref`, `allOf`,
    `anyOf` and `oneOf`); keys the schema does not list follow in alphabetical order.

    Raises:
        ValueError, TypeError: the value holds what JSON cannot.
    """
    return _COMPACT.encode(_ordered(value, [schema], schema))


class SchemaContract:
    """A compiled JSON Schema (2020-12, formats included); never fetches anything."""

    def __init__(
        self, schema: Mapping[str, Any], *, whole: str = "answer", known_formats_only: bool = True
    ) -> None:
        """Compile the schema.

        Args:
            schema: of the task's answers, or of what else is held against it.
            whole: what messages call the value as a whole.
            known_formats_only: refuse a schema with a format that is not known, rather than pass over it.

        Raises:
            BrokenSchemaError: it is none, refers to something outside itself or uses an unknown format.
        """
        from jsonschema_rs import Draft202012Validator, ValidationError

        try:
            self._validator = Draft202012Validator(
                dict(schema),
                validate_formats=True,
                ignore_unknown_formats=not known_formats_only,
                retriever=_refuse,
            )
        except ValidationError as error:
            raise BrokenSchemaError(
                f"cannot be used: {error.message}",
                where="task.output.json_schema",
                fix="mend the schema; a `$ref` may only point into the schema itself",
                place=_path(error),
            ) from None
        self._whole = whole

    def violations(self, value: object) -> list[str]:
        """Everything in which a parsed value breaks the schema, as `path: reason`; empty if nothing.

        Raises:
            ValueError: the value is none that `parse_json` returns.
        """
        if self.holds(value):
            return []
        return sorted({_message(error, self._whole) for error in self._validator.iter_errors(value)})

    def holds(self, value: object) -> bool:
        """Whether a parsed value keeps the schema.

        Raises:
            ValueError: the value is none that `parse_json` returns.
        """
        return bool(self._validator.is_valid(value))

    def faults(self, value: object) -> list[tuple[str, str]]:
        """Everything in which a parsed value breaks the schema, as path without indexes and keyword.

        Raises:
            ValueError: the value is none that `parse_json` returns.
        """
        if self.holds(value):
            return []
        return [(_path(error, "[]"), error.kind.name) for error in self._validator.iter_errors(value)]


def properties(schemas: Iterable[object], root: object) -> dict[str, list[object]]:
    """The keys that schemas list for an object, in their order, each with its schemas.

    Args:
        schemas: schemas that hold for the object; what they refer to and combine is followed.
        root: the whole schema, in which local `$ref`s are looked up.
    """
    found: dict[str, list[object]] = {}
    for schema in _parts(schemas, root):
        for key, part in schema.get("properties", {}).items():
            found.setdefault(key, []).append(part)
    return found


def named_values(schemas: Iterable[object], root: object) -> list[object]:
    """The values that schemas name one by one (`enum`, `const`)."""
    parts = list(_parts(schemas, root))
    return [
        *(value for part in parts for value in part.get("enum", [])),
        *(part["const"] for part in parts if "const" in part),
    ]


def is_text(text: str) -> bool:
    """Whether the text can be written as UTF-8: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def quote(value: object) -> str:
    """A value as JSON, cut to `QUOTED` characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1]}…"


def _may_nest_too_deeply(text: str) -> bool:
    """Count brackets, those in strings too: the exact count is only made where that can matter."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    in_string = escaped = False
    steps = []
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "[{":
            steps.append(1)
        elif character in "]}":
            steps.append(-1)
    return max(accumulate(steps), default=0) > MAX_DEPTH


def _object_without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ContractError(f"key {quote(repeated)} stands twice in an object")
    return value


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ContractError("a number is too large")
    return number


def _no_constant(name: str) -> float:
    raise ContractError(f"{name} is not JSON")


_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object_without_repeats, parse_float=_finite, parse_constant=_no_constant
)


def _ordered(value: object, schemas: Iterable[object], root: object) -> object:
    """The value with its objects' keys in the order that the schemas give."""
    if isinstance(value, Mapping):
        below = properties(schemas, root)
        keys = [*(key for key in below if key in value), *sorted(key for key in value if key not in below)]
        return {key: _ordered(value[key], below.get(key, []), root) for key in keys}
    if isinstance(value, list | tuple):
        items = [schema["items"] for schema in _parts(schemas, root) if "items" in schema]
        return [_ordered(item, items, root) for item in value]
    return value


def _parts(schemas: Iterable[object], root: object) -> Iterator[Mapping[str, Any]]:
    """The schemas and all that they refer to or combine, each once."""
    waiting = list(schemas)
    seen: set[int] = set()
    while waiting:
        schema = waiting.pop(0)
        if not isinstance(schema, Mapping) or id(schema) in seen:
            continue
        seen.add(id(schema))
        yield schema
        if isinstance(schema.get("$ref"), str):
            waiting.append(_pointed_at(schema["$ref"], root))
        waiting += [part for name in ("allOf", "anyOf", "oneOf") for part in schema.get(name, [])]


def _pointed_at(reference: str, root: object) -> object:
    """What a local `$ref` (a JSON pointer after `#`) points at; None for any other."""
    head, _, pointer = reference.partition("#")
    target = root if not head else None
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        target = target.get(name) if isinstance(target, Mapping) else None
    return target


def _refuse(uri: str) -> Any:  # noqa: ANN401 - jsonschema-rs's signature
    raise LookupError(f"{uri} lies outside the schema")


def _message(error: ValidationError, whole: str) -> str:
    """One violation as `path: reason`, without the value where that could be personal."""
    return f"{_path(error) or whole}: {_reason(error)}"


def _path(error: ValidationError, index: str = "[{}]") -> str:
    """Where in the answer, empty for the whole; indexes of lists as `index` writes them."""
    parts = (
        index.format(part) if isinstance(part, int) else f".{quote(part)[1:-1]}"
        for part in error.instance_path
    )
    return "".join(parts).removeprefix(".")


def _reason(error: ValidationError) -> str:
    kind: Any = error.kind
    match kind.name:
        case "type":
            return f"is {json_type(error.instance)}, not {' or '.join(kind.types)}"
        case "enum":
            return f"{named(error.instance)} is not one of {', '.join(map(quote, kind.options))}"
        case "const":
            return f"is not {quote(kind.expected_value)}"
        case "required":
            return f"lacks the key {quote(kind.property)}"
        case "additionalProperties" | "unevaluatedProperties":
            return f"has keys that are not allowed: {', '.join(map(quote, kind.unexpected))}"
        case "pattern":
            return f"does not match {kind.pattern}"
        case "format":
            return f"is not a {kind.format}"
        case name if hasattr(kind, "limit"):
            return f"breaks `{name}` {kind.limit}"
        case name:
            return f"breaks `{name}`"


def named(value: object) -> str:
    """A value that is a single word, as labels are; of any other, which may be personal, the type alone."""
    plain = value is None or isinstance(value, bool) or (isinstance(value, str) and LABEL.fullmatch(value))
    return quote(value) if plain else f"a value of type {json_type(value)}"


def json_type(value: object) -> str:
    """The JSON name of a parsed value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
