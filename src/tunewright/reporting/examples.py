"""A dozen test rows side by side: the worst, fixed by tuning, broken by it, drawn at random."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from tunewright.data.contract import ContractError, parse_json
from tunewright.evaluation.predictions import Contestant, Prediction
from tunewright.reporting import numbers
from tunewright.reporting.differences import (
    Cell,
    Piece,
    as_object,
    key_differences,
    reference_cells,
    shortened,
    word_differences,
)
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import PROMPTED, TUNED

EXAMPLES = 12
QUOTA = {"worst": 3, "fixed": 3, "broken": 3, "random": 3}
MOST_OF_META = 120
MOST_KEYS = 30
"""Keys of an answer that are shown; a model may invent any number of them."""
GROUP_TITLES = {
    "worst": "The worst answers",
    "fixed": "Fixed by tuning",
    "broken": "Broken by tuning",
    "random": "Drawn at random",
}
GRADED_GROUP_TITLES = {
    **GROUP_TITLES,
    "fixed": "Closer to the reference after tuning",
    "broken": "Further from the reference after tuning",
}
EXACT_TITLES = {
    "fixed": "fixed by tuning",
    "broken": "broken by tuning",
    "wrong": "wrong before and after",
    "right": "right before and after",
}
GRADED_TITLES = {
    "fixed": "closer to the reference after tuning",
    "broken": "further from the reference after tuning",
    "wrong": "far from the reference, before and after",
    "right": "close to the reference, before and after",
}


@dataclass(frozen=True)
class ShownAnswer:
    """One contestant's answer.

    Attributes:
        cells: key by key, if the reference and the answer are JSON objects.
        pieces: word by word, if the reference is text.
        is_json: whether the answer parses at all.
    """

    name: str
    text: str
    finished: bool
    cells: Mapping[str, Cell] | None
    pieces: tuple[Piece, ...]
    is_json: bool


@dataclass(frozen=True)
class Example:
    """One test row with all answers.

    Attributes:
        tone: what tuning did to it: fixed, broken, wrong or right.
        title: the same in words.
        table: the keys to show, if the reference is a JSON object; else empty.
        more_keys: how many are left out of the table.
    """

    id: str
    tone: str
    title: str
    meta: Mapping[str, str]
    prompt: str
    reference: str
    reference_cells: Mapping[str, Cell]
    table: tuple[str, ...]
    more_keys: int
    answers: tuple[ShownAnswer, ...]


@dataclass(frozen=True)
class ExampleGroup:
    """Examples that were chosen for one reason.

    Attributes:
        name: worst, fixed, broken or random.
        title: the same in words.
        rows: how many test rows there were to choose from.
        examples: the chosen ones.
    """

    name: str
    title: str
    rows: int
    examples: tuple[Example, ...]


def example_groups(inputs: ReportInputs) -> tuple[ExampleGroup, ...]:
    """Choose and lay out the examples, the same of the same rows; a group without a row is left out."""
    exact = _exact(inputs)
    titles, groups = (EXACT_TITLES, GROUP_TITLES) if exact else (GRADED_TITLES, GRADED_GROUP_TITLES)
    tones, candidates = tones_of_rows(inputs), _candidates(inputs)
    by_id = {who: {row.id: row for row in inputs.predictions[who]} for who in inputs.contestants}
    laid_out = {
        name: tuple(
            _example(
                inputs, tones[row_id], titles[tones[row_id]], {w: rows[row_id] for w, rows in by_id.items()}
            )
            for row_id in ids
        )
        for name, ids in chosen_rows(candidates).items()
    }
    return tuple(
        ExampleGroup(name, groups[name], len(candidates[name]), shown)
        for name, shown in laid_out.items()
        if shown
    )


def explanation(inputs: ReportInputs, shown: Sequence[ExampleGroup]) -> str:
    """How many rows are of which kind, and how differences are marked."""
    tones = tones_of_rows(inputs)
    titles = EXACT_TITLES if _exact(inputs) else GRADED_TITLES
    counted = Counter(tones.values())
    counts = ", ".join(
        f"{numbers.count(counted[tone])} {title}" for tone, title in titles.items() if counted[tone]
    )
    examples = [example for group in shown for example in group.examples]
    marks = (
        "✕ marks what differs from the reference."
        if any(example.table for example in examples)
        else "Against the reference, underlined words were added and struck-out words are missing."
    )
    return f"Of {numbers.count(len(tones))} test rows: {counts}. {len(examples)} of them are shown. {marks}"


def tones_of_rows(inputs: ReportInputs) -> dict[str, str]:
    """Row id -> fixed, broken, wrong or right, in the order of the ids' hashes.

    Where answers are graded, a row counts as fixed or broken when its score moved; rows that moved by
    less than a tenth are split at the middle of the scale.
    """
    tuned = inputs.row_scores[TUNED]
    least_move = 0.1
    tones = {}
    for row_id in sorted(tuned, key=lambda row_id: hashlib.sha256(row_id.encode()).hexdigest()):
        gain = tuned[row_id] - _base_score(inputs, row_id)
        if abs(gain) >= least_move:
            tones[row_id] = "fixed" if gain > 0 else "broken"
        else:
            tones[row_id] = "right" if tuned[row_id] >= 0.5 else "wrong"
    return tones


def _base_score(inputs: ReportInputs, row_id: str) -> float:
    return max(inputs.row_scores[who][row_id] for who in PROMPTED)


def _candidates(inputs: ReportInputs) -> dict[str, list[str]]:
    """Row ids by group, each list in the order in which it is drawn from.

    Random is the order of the ids' hashes. The worst are those with the lowest grade; of fixed and broken
    ones where answers are graded the largest move comes first.
    """
    tuned = inputs.row_scores[TUNED]
    tones = tones_of_rows(inputs)
    worst = sorted(
        (row_id for row_id in tones if tuned[row_id] < 1), key=lambda row_id: inputs.row_grades[row_id]
    )
    found = {tone: [row_id for row_id in tones if tones[row_id] == tone] for tone in ("fixed", "broken")}
    for ids in found.values():
        ids.sort(key=lambda row_id: -abs(tuned[row_id] - _base_score(inputs, row_id)))
    return {"worst": worst, **found, "random": list(tones)}


def chosen_rows(candidates: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Each group's quota, no row twice; random ones are drawn first, so that nothing is picked from them.

    Places that a group cannot fill go to the random ones, then to the others.
    """
    chosen: dict[str, list[str]] = {name: [] for name in QUOTA}
    taken: set[str] = set()

    def draw(name: str, count: int) -> None:
        new = [row_id for row_id in candidates[name] if row_id not in taken][:count]
        chosen[name] += new
        taken.update(new)

    for name in ("random", "broken", "fixed", "worst"):
        draw(name, QUOTA[name])
    for name in ("random", "fixed", "worst", "broken"):
        draw(name, EXAMPLES - len(taken))
    return chosen


def _exact(inputs: ReportInputs) -> bool:
    return inputs.task.kind in ("extraction", "classification")


def _example(inputs: ReportInputs, tone: str, title: str, rows: Mapping[Contestant, Prediction]) -> Example:
    row = rows[TUNED]
    expected = as_object(row.reference) or None
    answers = tuple(
        _answer(name, expected, rows[who], right=inputs.row_scores[who][row.id] == 1.0)
        for who, name in inputs.contestants.items()
    )
    own = reference_cells(expected) if expected is not None else {}
    keys = tuple(dict.fromkeys(chain(own, *(answer.cells or () for answer in answers))))
    return Example(
        id=row.id,
        tone=tone,
        title=title,
        meta={
            shortened(key, MOST_OF_META): shortened(value, MOST_OF_META) for key, value in row.meta.items()
        },
        prompt=shortened(row.prompt),
        reference=shortened(row.reference),
        reference_cells=own,
        table=keys[:MOST_KEYS],
        more_keys=len(keys[MOST_KEYS:]),
        answers=answers,
    )


def _answer(name: str, expected: Mapping[str, object] | None, row: Prediction, *, right: bool) -> ShownAnswer:
    found = as_object(row.answer) if expected is not None else None
    return ShownAnswer(
        name=name,
        text=shortened(row.answer) if row.answer.strip() else "(empty)",
        finished=row.finished,
        cells=key_differences(expected, found) if expected is not None and found is not None else None,
        pieces=() if expected is not None else _pieces(row, right=right),
        is_json=_parses(row.answer),
    )


def _pieces(row: Prediction, *, right: bool) -> tuple[Piece, ...]:
    """Word by word; an answer that counts as right (case, a full stop) shows no difference."""
    if not row.answer.strip():
        return ()
    return (Piece("same", shortened(row.answer)),) if right else word_differences(row.reference, row.answer)


def _parses(text: str) -> bool:
    try:
        parse_json(text)
    except ContractError:
        return False
    return True
