"""What the data card says about prepared rows: counts, lengths and warnings."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tunewright.config.schema.enough import LEAST_TEST_ROWS
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data.candidate import ABSENT
from tunewright.data.card import CHARACTERS_PER_TOKEN, Lengths
from tunewright.data.contract import named_values, properties, quote
from tunewright.data.enough import Enough
from tunewright.data.rows import Row
from tunewright.data.shown import MANY_VALUES, MOST_VALUES, shown
from tunewright.data.split import GROUPS_TO_STRATIFY, SPLITS, Parts

AnswerCounts = dict[str, dict[str, dict[str, int]]]


class Description:
    """Counts of rows that are seen one by one.

    Attributes:
        answers: field of the answer -> value -> rows in each split; see `DataCard.answers`.
        with_tools, calling: rows that declare tools, and those whose answer is a call.

    Args:
        kind: the task's kind.
        output: the contract of an answer.
        meta: names of the meta fields.
    """

    def __init__(self, kind: TaskKind, output: OutputContract, meta: Sequence[str]) -> None:
        """Nothing seen yet."""
        self.with_tools = self.calling = 0
        self._kind = kind
        self._named: dict[str, list[object]] = {}
        self.answers: AnswerCounts = {}
        if kind == "classification":
            self.answers = {"label": {label: dict.fromkeys(SPLITS, 0) for label in output.labels or ()}}
        if kind == "extraction":
            below = properties([output.json_schema], output.json_schema)
            self._named = {key: named_values(schemas, output.json_schema) for key, schemas in below.items()}
            self.answers = {key: {} for key in self._named}
        self._meta = {name: Counter[str]() for name in meta}
        self._prompts = array("L")
        self._answers = array("L")

    def see(self, split: str, row: Row) -> None:
        """Count a row."""
        self.with_tools += bool(row.tools)
        self.calling += bool(row.messages[-1].tool_calls)
        if self._kind == "classification":
            self.answers["label"][row.reference][split] += 1
        if self._kind == "extraction":
            self._see_keys(split, json.loads(row.reference))
        for name, counts in self._meta.items():
            counts[row.meta.get(name, ABSENT)] += 1
        self._prompts.append(sum(len(turn.text) for turn in row.prompt) + len(row.prompt) - 1)
        self._answers.append(len(row.reference))

    def _see_keys(self, split: str, answer: object) -> None:
        if not isinstance(answer, dict):
            return
        for key, named in self._named.items():
            value = shown(answer[key], named) if key in answer else ABSENT
            self.answers[key].setdefault(value, dict.fromkeys(SPLITS, 0))[split] += 1

    def meta(self) -> dict[str, dict[str, int]]:
        """Meta field -> value -> rows; a field with more than `MOST_VALUES` values lists none."""
        return {name: _listed(values) for name, values in self._meta.items()}

    def prompt_lengths(self) -> Lengths:
        """Of the turns before the answer, together."""
        return lengths(self._prompts)

    def answer_lengths(self) -> Lengths:
        """Of the answers."""
        return lengths(self._answers)


def lengths(sizes: Sequence[int]) -> Lengths:
    """Percentiles (nearest rank) of the texts' lengths in characters.

    Raises:
        ValueError: there is no text.
    """
    ranked = sorted(sizes)
    if not ranked:
        raise ValueError("no texts")
    p50, p90, p99 = (ranked[-(-len(ranked) * percent // 100) - 1] for percent in (50, 90, 99))
    return Lengths(ranked[0], p50, p90, p99, ranked[-1], round(sum(ranked) / CHARACTERS_PER_TOKEN))


def _listed(values: Counter[str]) -> dict[str, int]:
    if len(values) <= MOST_VALUES:
        return dict(values)
    many = Counter({MANY_VALUES: values.total() - values[ABSENT], ABSENT: values[ABSENT]})
    return dict(+many)


def warnings(
    parts: Parts, conflicts: int, meta: Mapping[str, Mapping[str, int]], found: Enough
) -> tuple[str, ...]:
    """What a careful person would want to know before training on these rows."""
    unmet = [name for name, values in meta.items() if values.keys() <= {ABSENT}]
    return (
        *_little_to_test_on(len(parts["test"])),
        *([str(found)] if found.short else []),
        *_rare_strata(parts),
        *_conflicts(conflicts),
        *(f"meta field {quote(name)} stands in no row" for name in unmet),
    )


def _little_to_test_on(rows: int) -> Iterator[str]:
    if rows < LEAST_TEST_ROWS:
        yield f"the test split has {rows} rows, fewer than {LEAST_TEST_ROWS}: it will decide little"


def _rare_strata(parts: Parts) -> Iterator[str]:
    groups: dict[str, set[str]] = {}
    for members in parts.values():
        for member in members:
            groups.setdefault(member.row.stratum, set()).add(member.unit)
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


def partly_compared(rows: int) -> Iterator[str]:
    """A sentence on rows that were compared with some of their look-alikes alone, if there are any."""
    if rows:
        yield (
            f"{rows} rows have so many look-alikes that each was compared with some of them alone: "
            "near-duplicates may be left among them"
        )
