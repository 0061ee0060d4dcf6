"""A dozen test rows side by side: fixed by tuning, broken by it, still wrong, right before and after."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from tunewright.data.contract import ContractError, parse_json
from tunewright.evaluation.predictions import Contestant, Prediction
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
QUOTA = {"fixed": 4, "broken": 3, "wrong": 3, "right": 2}
EXACT_TITLES = {
    "fixed": "Fixed by tuning",
    "broken": "Broken by tuning",
    "wrong": "Still wrong",
    "right": "Right before and after",
}
GRADED_TITLES = {
    "fixed": "Closer to the reference after tuning",
    "broken": "Further from the reference after tuning",
    "wrong": "Far from the reference, before and after",
    "right": "Close to the reference, before and after",
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
        tone: fixed, broken, wrong or right.
        table: the keys to show, if the reference is a JSON object; else empty.
    """

    id: str
    tone: str
    title: str
    meta: Mapping[str, str]
    prompt: str
    reference: str
    reference_cells: Mapping[str, Cell]
    table: tuple[str, ...]
    answers: tuple[ShownAnswer, ...]


def examples(inputs: ReportInputs) -> tuple[Example, ...]:
    """Choose and lay out the examples; the same rows give the same choice."""
    titles = EXACT_TITLES if _exact(inputs) else GRADED_TITLES
    right = {
        row_id: {who for who in inputs.contestants if inputs.row_scores[who][row_id] == 1.0}
        for row_id in inputs.row_scores[TUNED]
    }
    by_id = {who: {row.id: row for row in rows} for who, rows in inputs.predictions.items()}
    return tuple(
        _example(
            tone,
            titles[tone],
            {who: rows[row_id] for who, rows in by_id.items()},
            right[row_id],
            inputs.contestants,
        )
        for tone, row_id in _choose(_kinds(inputs))
    )


def explanation(inputs: ReportInputs, shown: Sequence[Example]) -> str:
    """How many rows are of which kind, and how differences are marked."""
    kinds = _kinds(inputs)
    titles = EXACT_TITLES if _exact(inputs) else GRADED_TITLES
    counts = ", ".join(f"{titles[kind].lower()}: {len(ids)}" for kind, ids in kinds.items() if ids)
    marks = (
        "✕ marks what differs from the reference."
        if any(example.table for example in shown)
        else "Against the reference, underlined words were added and struck-out words are missing."
    )
    return f"{len(shown)} of {len(inputs.predictions[TUNED])} test rows, drawn by hash ({counts}). {marks}"


def _exact(inputs: ReportInputs) -> bool:
    return inputs.task.kind in ("extraction", "classification")


def _kinds(inputs: ReportInputs) -> dict[str, list[str]]:
    """Row ids by kind, each list with the most telling rows first.

    Where answers are right or wrong, order within a kind is by the id's hash. Where they are graded,
    a row counts as fixed or broken when its score moved, and the largest move comes first; rows that
    moved by less than a tenth are split at the middle of the scale.
    """
    tuned = inputs.row_scores[TUNED]
    base = {row_id: max(inputs.row_scores[who][row_id] for who in PROMPTED) for row_id in tuned}
    least_move = 0.1
    kinds: dict[str, list[str]] = {kind: [] for kind in QUOTA}
    for row_id in sorted(tuned, key=lambda row_id: hashlib.sha256(row_id.encode()).hexdigest()):
        gain = tuned[row_id] - base[row_id]
        if abs(gain) >= least_move:
            kinds["fixed" if gain > 0 else "broken"].append(row_id)
        else:
            kinds["right" if tuned[row_id] >= 0.5 else "wrong"].append(row_id)
    if not _exact(inputs):
        kinds["fixed"].sort(key=lambda row_id: base[row_id] - tuned[row_id])
        kinds["broken"].sort(key=lambda row_id: tuned[row_id] - base[row_id])
        kinds["wrong"].sort(key=lambda row_id: tuned[row_id])
        kinds["right"].sort(key=lambda row_id: -tuned[row_id])
    return kinds


def _choose(kinds: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, str]]:
    """Each kind's quota; places that a kind cannot fill go to the others in order."""
    chosen = {kind: list(ids[: QUOTA[kind]]) for kind, ids in kinds.items()}
    for kind, ids in kinds.items():
        free = EXAMPLES - sum(map(len, chosen.values()))
        chosen[kind] += ids[len(chosen[kind]) : len(chosen[kind]) + free]
    return chain.from_iterable(((kind, row_id) for row_id in ids) for kind, ids in chosen.items())


def _example(
    tone: str,
    title: str,
    rows: Mapping[Contestant, Prediction],
    right: Set[Contestant],
    names: Mapping[Contestant, str],
) -> Example:
    row = rows[TUNED]
    expected = as_object(row.reference) or None
    answers = tuple(_answer(name, expected, rows[who], right=who in right) for who, name in names.items())
    own = reference_cells(expected) if expected is not None else {}
    keys = dict.fromkeys(chain(own, *(answer.cells or () for answer in answers)))
    return Example(
        id=row.id,
        tone=tone,
        title=title,
        meta=row.meta,
        prompt=shortened(row.prompt),
        reference=shortened(row.reference),
        reference_cells=own,
        table=tuple(keys),
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
