"""Which settings get a column: those that differ and do not merely follow from a choice that differs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tunewright.config.schema import GROUPS
from tunewright.experiments.experiment import Experiment, Value

ABSENT = None
"""Stands for a setting that an experiment does not have (`method.quantization.x` without quantization)."""

CHOICES = "choices."


def differing(experiments: Sequence[Experiment]) -> tuple[str, ...]:
    """The keys of the settings that differ, choices first, then in the schema's order.

    A value that each option of a differing choice brings along is left out, as long as params.yaml does not
    set it: `method=lora,qlora` is one column, not one for each setting of the quantization.
    """
    complete = [one for one in experiments if one.complete]
    varied = {
        key for key in _keys(complete) if len({_hashable(one.settings.get(key)) for one in complete}) > 1
    }
    choices = [f"{CHOICES}{group}" for group in GROUPS if f"{CHOICES}{group}" in varied]
    explicit = frozenset().union(*(one.chosen for one in experiments))
    kept = {key for key in varied if key in explicit or not _follows(key, choices, complete)}
    kept |= _varied_when_stated(experiments)
    order = [*_keys(complete), *sorted(kept)]
    first = [key for key in dict.fromkeys(order) if key in kept]
    return tuple(sorted(first, key=lambda key: not key.startswith(CHOICES)))


def value_of(experiment: Experiment, key: str) -> Value:
    """The setting's value; ABSENT if there is none."""
    return experiment.settings.get(key, ABSENT)


def labels(keys: Sequence[str]) -> dict[str, str]:
    """Keys without their group, where that leaves no two alike: `lora.r`, `method`."""
    short = {key: key.partition(".")[2] or key for key in keys}
    told = list(short.values())
    return {key: label if told.count(label) == 1 else key for key, label in short.items()}


def _keys(experiments: Sequence[Experiment]) -> list[str]:
    return list(dict.fromkeys(key for one in experiments for key in one.settings))


def _varied_when_stated(experiments: Sequence[Experiment]) -> set[str]:
    """What unfinished experiments state and others do not share."""
    found = set()
    for one in experiments:
        if not one.complete:
            for key, value in one.settings.items():
                others = (other.settings[key] for other in experiments if key in other.settings)
                if any(_hashable(other) != _hashable(value) for other in others):
                    found.add(key)
    return found


def _follows(key: str, choices: Sequence[str], complete: Sequence[Experiment]) -> bool:
    """Whether the choice of the key's group differs, and settles the key's value."""
    choice = f"{CHOICES}{key.partition('.')[0]}"
    if choice not in choices:
        return False
    by_option: dict[Any, Any] = {}
    return all(
        by_option.setdefault(one.settings.get(choice), _hashable(one.settings.get(key)))
        == _hashable(one.settings.get(key))
        for one in complete
    )


def _hashable(value: Value) -> object:
    if isinstance(value, list | Mapping):
        return json.dumps(value, sort_keys=True)
    return (isinstance(value, bool), value)
