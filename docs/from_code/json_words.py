"""JSON Schema in words: `integer from 1 up to 64`, `list of text`, the allowed names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .tables import code, codes

Schema = dict[str, Any]


def in_words(value: Schema, defs: Mapping[str, Schema], links: Mapping[str, str] | None = None) -> str:
    """The allowed values.

    Args:
        value: of one key.
        defs: what its references name.
        links: by that name, what stands for a mapping in place of the word.
    """

    def words(part: Schema) -> str:
        return in_words(part, defs, links)

    if "anyOf" in value:
        return " or ".join(map(words, value["anyOf"]))
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return (links or {}).get(name) or words(defs[name])
    if "enum" in value:
        return codes(value["enum"])
    if "const" in value:
        return code(value["const"])
    match value.get("type"):
        case "integer" | "number" as kind:
            return f"{kind}{_range(value)}"
        case "string":
            return f"text like {code(value['pattern'])}" if "pattern" in value else "text"
        case "array":
            least = f", {value['minItems']} or more" if "minItems" in value else ""
            return f"list of {words(value['items'])}{least}"
        case "boolean":
            return codes(["true", "false"])
        case "null":
            return code("null")
        case _:
            items = value.get("additionalProperties")
            return f"mapping of names to {words(items)}" if isinstance(items, dict) else "mapping"


def _range(value: Schema) -> str:
    low, high = value.get("minimum"), value.get("maximum")
    above, below = value.get("exclusiveMinimum"), value.get("exclusiveMaximum")
    bounds = [
        f"from {low}" if low is not None else "",
        f"above {above}" if above is not None else "",
        f"up to {high}" if high is not None else "",
        f"below {below}" if below is not None else "",
    ]
    return "".join(f" {bound}" for bound in bounds if bound)
