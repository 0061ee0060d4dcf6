"""Values in `set` that the chosen options have no use for: settings of another method, tracker or model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tunewright.config.params_file import Params
from tunewright.config.places import files_of_option, options_of, shown
from tunewright.config.yaml_file import read_yaml
from tunewright.errors import Problem

PARTS_OF_A_METHOD = ("lora", "quantization")
"""What a method has or has not (null): a value in it does not turn one method into another."""


def without_use(params: Params, root: Path) -> Iterator[Problem]:
    """Yield a problem for each value in `set` that could not act under the chosen options.

    Args:
        params: what params.yaml says, its choices being known options.
        root: the project's folder.
    """
    method = params.choices["method"]
    given = params.values.get("method")
    for part in PARTS_OF_A_METHOD:
        below = given.get(part) if isinstance(given, dict) else None
        if isinstance(below, dict) and _value_in(method, part, root) is None:
            having = [o for o in options_of(root, "method") if _value_in(o, part, root) is not None]
            having.sort(key=lambda option: option != part)  # lora is the plain one of its kind
            for name in below:
                yield Problem(
                    f"method.{part}.{name}",
                    f"belongs to method {', '.join(having)}, not to {method}",
                    fix=f"tunewright set method={having[0]} method.{part}.{name}={below[name]}, "
                    f"or take it back: tunewright set '~method.{part}.{name}'"
                    if having
                    else "remove it",
                )
    model = params.values.get("model")
    if (
        isinstance(model, Mapping)
        and "adapter_learning_rate" in model
        and _value_in(method, "lora", root) is None
    ):
        yield Problem(
            "model.adapter_learning_rate",
            f"is the rate of adapters; method {method} trains the weights themselves",
            fix="tunewright set '~model.adapter_learning_rate' method.learning_rate=VALUE",
        )


def _value_in(option: str, key: str, root: Path) -> Any:  # noqa: ANN401 - a plain value
    """The value of a key in the files of a method, the nearest file first; null if none has it."""
    for path in files_of_option("method", option, root):
        content = read_yaml(path, shown(path, root))
        if key in content:
            return content[key]
    return None
