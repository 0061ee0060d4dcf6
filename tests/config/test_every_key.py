"""Every key of the schema, wrong in every way it can be: each is named, with what it takes.

All keys are wrong at once in one composition a way, which also shows that no mistake hides another.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_origin

import pytest

from tests.config.mistakes.kind import params
from tunewright.config.compose import compose
from tunewright.config.mistakes.allowed import allowed_values
from tunewright.config.mistakes.value_hints import shown
from tunewright.config.schema import GENERATED, Settings
from tunewright.config.schema.walk import Slot, alternatives, slots, without_annotated
from tunewright.errors import ConfigError

SLOTS = {slot.key: slot for slot in slots(Settings) if slot.key.split(".")[0] not in GENERATED}
PARENTS = {key.rpartition(".")[0] for key in SLOTS}
LEAVES = [slot for key, slot in SLOTS.items() if key not in PARENTS]
LISTS = [slot for slot in SLOTS.values() if slot.key + ".0" in SLOTS]
MAPPINGS = [slot for slot in SLOTS.values() if slot.nodes and not slot.key.endswith(".0")]
SCHEMA = "task.output.json_schema"  # any mapping is right at first sight; its own rows check what is in it


def kinds(slot: Slot) -> set[Any]:
    """The bare types that a slot takes."""
    bare = [without_annotated(part)[0] for part in alternatives(slot.annotation)]
    return {get_origin(kind) or kind for kind in bare}


def limits(slot: Slot) -> dict[str, Any]:
    """The constraints on a slot's value, by name."""
    own = [c for part in alternatives(slot.annotation) for c in without_annotated(part)[1]]
    names = ("gt", "ge", "lt", "le", "min_length", "pattern")
    found = [(n, getattr(c, n, None)) for c in (*slot.constraints, *own) for n in names]
    return {name: value for name, value in found if value is not None}


def another_type(slot: Slot) -> Any:
    return 3.5 if str in kinds(slot) or slot.key == SCHEMA else "neither this nor that"


def null(slot: Slot) -> Any:
    return ... if type(None) in kinds(slot) else None


def in_a_list(slot: Slot) -> Any:
    return ... if tuple in kinds(slot) else [1, 2]


def in_a_mapping(slot: Slot) -> Any:
    return ... if dict in kinds(slot) else {"a": 1}


def number_in_quotes(slot: Slot) -> Any:
    return "1e-4" if kinds(slot) & {int, float} else ...


def too_small(slot: Slot) -> Any:
    found = limits(slot)
    if "gt" in found or "ge" in found:
        return found["gt"] if "gt" in found else found["ge"] - 1
    if "pattern" in found:
        return "~"
    return ("" if str in kinds(slot) else []) if "min_length" in found else ...


def too_large(slot: Slot) -> Any:
    found = limits(slot)
    return found["lt"] if "lt" in found else found["le"] + 1 if "le" in found else ...


def no_such_name(slot: Slot) -> Any:
    return "nowhere" if Literal in kinds(slot) else ...


WAYS = [another_type, null, in_a_list, in_a_mapping, number_in_quotes, too_small, too_large, no_such_name]


def nested(values: dict[str, Any]) -> dict[str, Any]:
    """Values by dotted key as they stand in `set`; `0` is the one entry of a list."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        node: Any = found
        parts = [int(part) if part.isdigit() else part for part in key.split(".")]
        for part, following in pairwise(parts):
            if part != 0:
                node.setdefault(part, [{}] if following == 0 else {})
            node = node[part]
        node[parts[-1]] = value
    return found


def told(project: Path, values: dict[str, Any]) -> dict[str, str]:
    """What compose says of values in `set`, by key."""
    # qlora, since it has both an adapter and quantization
    with pytest.raises(ConfigError) as caught:
        compose(project, params(method="qlora", set=nested(values)))
    return {problem.key: str(problem) for problem in caught.value.problems}


def check(project: Path, slots_wrong: list[Slot], way: Callable[[Slot], Any]) -> int:
    """Make every slot wrong in one way, and see that each is named with what it takes."""
    wrong = {slot.key: value for slot in slots_wrong if (value := way(slot)) is not ...}
    found = told(project, wrong)
    assert set(wrong) <= set(found)
    for key, value in wrong.items():
        if key == SCHEMA and value is not None:
            assert "is no JSON Schema" in found[key]
            continue
        assert f"must be {allowed_values(SLOTS[key])}, not {shown(value)}" in found[key]
        assert found[key].startswith("params.yaml:8: ")
        assert "\n    fix: " in found[key]
    return len(wrong)


def test_the_schema_is_walked_to_the_end() -> None:
    assert len(LEAVES) >= 90
    assert len(MAPPINGS) >= 18
    assert {"method.lora.r", "data.sources.0.reader", "task.acceptance.0.over", "project.slug"} <= set(SLOTS)


@pytest.mark.parametrize(("way", "least"), list(zip(WAYS, [90, 60, 80, 88, 40, 65, 18, 17], strict=True)))
def test_every_value_is_wrong_in_this_way(project: Path, way: Callable[[Slot], Any], least: int) -> None:
    assert check(project, LEAVES, way) >= least


def test_every_list_is_wrong(project: Path) -> None:
    within = [slot for slot in LISTS if "0" in slot.key.split(".")]  # not together with the list around
    around = [slot for slot in LISTS if slot not in within]
    for way in (another_type, null, in_a_mapping, too_small):
        for slots_wrong in (around, within):
            check(project, slots_wrong, way)
    assert len(around) >= 7
    assert len(within) >= 1


@pytest.mark.parametrize("depth", [0, 1])
def test_every_mapping_is_given_a_value(project: Path, depth: int) -> None:
    chosen = [slot for slot in MAPPINGS if slot.key.count(".") == depth]
    assert check(project, chosen, lambda slot: 3) >= (8, 10)[depth]


def test_every_key_is_misspelt(project: Path) -> None:
    misspelt = {}
    for slot in SLOTS.values():
        parents, _, name = slot.key.rpartition(".")
        if name != "0" and "0" not in slot.key.split(".") and slot.key not in PARENTS:
            misspelt[f"{parents}.{name}{name[-1]}".removeprefix(".")] = name
    found = told(project, dict.fromkeys(misspelt, 1))
    for key, name in misspelt.items():
        assert "unknown key; allowed: " in found[key]
        assert f"did you mean {name!r}?" in found[key]
    assert len(misspelt) >= 80
