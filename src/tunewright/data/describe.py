"""What the data card says about prepared rows: counts, lengths and warnings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data.candidate import ABSENT, Candidate
from tunewright.data.card import CHARACTERS_PER_TOKEN, Lengths
from tunewright.data.contract import named_values, properties, quote
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
    if kind == "classification":
        places = {label: dict.fromkeys(SPLITS, 0) for label in output.labels or ()}
        for name, candidate in _with_split(parts):
            places[candidate.row.reference][name] += 1
        return {"label": places}
    return _key_counts(parts, output.json_schema) if kind == "extraction" else {}


def _key_counts(parts: Parts, schema: object) -> AnswerCounts:
    """The counts of each key that the schema lists for an answer."""
    named = {key: named_values(below, schema) for key, below in properties([schema], schema).items()}
    counts: AnswerCounts = {key: {} for key in named}
    for name, candidate in _with_split(parts):
        answer = json.loads(candidate.row.reference)
        if isinstance(answer, dict):
            for key, values in named.items():
                shown = _shown(answer[key], values) if key in answer else ABSENT
                counts[key].setdefault(shown, dict.fromkeys(SPLITS, 0))[name] += 1
    return counts


def _with_split(parts: Parts) -> Iterator[tuple[str, Candidate]]:
    return ((name, candidate) for name, candidates in parts.items() for candidate in candidates)


def _shown(value: object, named: Sequence[object]) -> str:
    """A value that the contract names (or a boolean or null), or a word for any other."""
    if value is None or isinstance(value, bool) or value in named:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _FILLED


def meta_counts(candidates: Iterable[Candidate], names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Meta field -> value -> rows; a field with more than `MOST_VALUES` values lists none."""
    rows = list(candidates)
    counts = {name: Counter(candidate.row.meta.get(name, ABSENT) for candidate in rows) for name in names}
    return {name: _listed(values) for name, values in counts.items()}


def _listed(values: Counter[str]) -> dict[str, int]:
    if len(values) <= MOST_VALUES:
        return dict(values)
    many = Counter(
        {f"(more than {MOST_VALUES} values)": values.total() - values[ABSENT], ABSENT: values[ABSENT]}
    )
    return dict(+many)


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
    unmet = [name for name, values in meta.items() if values.keys() <= {ABSENT}]
    return (
        *_too_few_rows(parts, answers, kind),
        *_rare_strata(parts),
        *_conflicts(conflicts),
        *(f"meta field {quote(name)} stands in no row" for name in unmet),
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
