"""What the data card says about prepared rows: counts, lengths and warnings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data.candidate import ABSENT, Candidate
from tunewright.data.card import CHARACTERS_PER_TOKEN, Lengths
from tunewright.data.contract import quote
from tunewright.data.split import GROUPS_TO_STRATIFY, SPLITS, Parts

LEAST_TEST_ROWS = 30
LEAST_TRAINING_ROWS: dict[TaskKind, int] = {"extraction": 200, "generation": 100, "chat": 100}
LEAST_ROWS_PER_LABEL = 50
MOST_VALUES = 20
"""A meta field with more different values than this is not listed: it may name people."""

_FILLED = "(filled)"
_NAMED = 5

AnswerCounts = dict[str, dict[str, dict[str, int]]]


def answer_counts(parts: Parts, kind: TaskKind, output: OutputContract) -> AnswerCounts:
    """Field of the answer -> value -> rows in each split; see `DataCard.answers`."""
    counts: AnswerCounts = {}
    if kind == "classification":
        counts["label"] = {label: dict.fromkeys(SPLITS, 0) for label in output.labels or ()}
    for name, candidates in parts.items():
        for candidate in candidates:
            for field, value in _values(candidate.row.reference, kind, output):
                places = counts.setdefault(field, {}).setdefault(value, dict.fromkeys(SPLITS, 0))
                places[name] += 1
    return counts


def _values(answer: str, kind: TaskKind, output: OutputContract) -> Iterator[tuple[str, str]]:
    """The fields of an answer with their values, where the contract names those, or a word instead."""
    if kind == "classification":
        yield "label", answer
    elif kind == "extraction" and output.json_schema is not None:
        value = json.loads(answer)
        if isinstance(value, dict):
            properties = output.json_schema.get("properties", {})
            for field, schema in properties.items():
                yield field, _shown(value[field], schema) if field in value else ABSENT


def _shown(value: object, schema: object) -> str:
    """A value that the schema names (or a boolean or null), or a word for any other."""
    schema = schema if isinstance(schema, Mapping) else {}
    named: list[Any] = [*schema.get("enum", []), *([schema["const"]] if "const" in schema else [])]
    if value is None or isinstance(value, bool) or value in named:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _FILLED


def meta_counts(candidates: Iterable[Candidate], names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Meta field -> value -> rows; a field with more than `MOST_VALUES` values lists none."""
    rows = list(candidates)
    counts = {name: Counter(candidate.row.meta.get(name, ABSENT) for candidate in rows) for name in names}
    return {
        name: dict(values)
        if len(values) <= MOST_VALUES
        else {f"(more than {MOST_VALUES} values)": values.total() - values[ABSENT], ABSENT: values[ABSENT]}
        for name, values in counts.items()
    }


def lengths(texts: Iterable[str]) -> Lengths:
    """Percentiles (nearest rank) of the texts' lengths in characters.

    Raises:
        ValueError: there is no text.
    """
    sizes = sorted(map(len, texts))
    if not sizes:
        raise ValueError("no texts")
    p50, p90, p99 = (sizes[-(-len(sizes) * percent // 100) - 1] for percent in (50, 90, 99))
    return Lengths(sizes[0], p50, p90, p99, sizes[-1], round(sum(sizes) / CHARACTERS_PER_TOKEN))


def warnings(
    parts: Parts, answers: AnswerCounts, conflicts: int, meta: Mapping[str, Mapping[str, int]], kind: TaskKind
) -> tuple[str, ...]:
    """What a careful person would want to know before training on these rows."""
    return tuple(
        [
            *_too_few_rows(parts, answers, kind),
            *_rare_strata(parts),
            *_conflicts(conflicts),
            *(f"meta field {quote(name)} stands in no row" for name in meta if meta[name].keys() <= {ABSENT}),
        ]
    )


def _too_few_rows(parts: Parts, answers: AnswerCounts, kind: TaskKind) -> Iterator[str]:
    test, train = len(parts["test"]), len(parts["train"])
    if test < LEAST_TEST_ROWS:
        yield f"the test split has {test} rows, fewer than {LEAST_TEST_ROWS}: it will decide little"
    if kind == "classification":
        training = {label: places["train"] for label, places in answers["label"].items()}
        few = sorted((rows, label) for label, rows in training.items() if rows < LEAST_ROWS_PER_LABEL)
        if few:
            shown = ", ".join(f"{label} {rows}" for rows, label in few[:_NAMED])
            more = f" and {len(few) - _NAMED} more" if len(few) > _NAMED else ""
            yield f"labels with fewer than {LEAST_ROWS_PER_LABEL} training rows: {shown}{more}"
    elif train < LEAST_TRAINING_ROWS[kind]:
        yield f"{train} training rows, fewer than the {LEAST_TRAINING_ROWS[kind]} advised for {kind}"


def _rare_strata(parts: Parts) -> Iterator[str]:
    groups: dict[str, set[str]] = {}
    for candidates in parts.values():
        for candidate in candidates:
            groups.setdefault(candidate.stratum, set()).add(candidate.row.group)
    rare = sum(len(members) < GROUPS_TO_STRATIFY for members in groups.values()) if len(groups) > 1 else 0
    if rare:
        yield (
            f"{rare} value{'s' if rare > 1 else ''} of split.stratify_by in fewer than "
            f"{GROUPS_TO_STRATIFY} prompts: not met in every split"
        )


def _conflicts(conflicts: int) -> Iterator[str]:
    if conflicts:
        yield (
            f"{conflicts} prompt{'s' if conflicts > 1 else ''} with different answers: "
            "the model cannot learn both; decide for one"
        )
