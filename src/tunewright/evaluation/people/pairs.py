"""The rows of a page: drawn at random by a seed, each with two answers on sides that chance has chosen.

The sides come from the system's source of randomness and are kept in data/comparisons.json: drawn by a seed,
they could be worked out by whoever has the page and this code. On half of the rows the first contestant
stands on the left, so that a liking for one side favours neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import SystemRandom

from tunewright.config.schema.task import TaskKind
from tunewright.data.candidate import digest
from tunewright.data.contract import ContractError, parse_json
from tunewright.data.review.record import row_key
from tunewright.data.review.sample import draw_number
from tunewright.data.rows import Row, shown_turns
from tunewright.errors import EvaluationError
from tunewright.evaluation.people.record import Comparisons, Page, Shown, Which
from tunewright.evaluation.predictions import Prediction


@dataclass(frozen=True)
class Pair:
    """A row with both answers.

    Attributes:
        row: the row itself.
        first, second: the answers, as people read them.
    """

    row: Row
    first: str
    second: str


def pairs_of(
    rows: Mapping[str, Row], first: Sequence[Prediction], second: Sequence[Prediction], kind: TaskKind
) -> list[Pair]:
    """All rows that both have answered, in their order.

    Args:
        rows: test rows by id.
        first, second: answers of the contestants to the same rows, in the same order.
        kind: of the task; the JSON of an extraction is shown with a line for each key.

    Raises:
        EvaluationError: an answered row is no test row any more.
    """
    gone = [one.id for one in first if one.id not in rows]
    if gone:
        raise EvaluationError(
            f"the answers are to rows that are no test rows now (first: {gone[0]})",
            where="artifacts/evaluation/predictions.jsonl",
            fix="dvc repro baseline evaluate",
        )
    return [
        Pair(rows[one.id], shown(one.answer, kind), shown(other.answer, kind))
        for one, other in zip(first, second, strict=True)
    ]


def shown(answer: str, kind: TaskKind) -> str:
    """An answer as people read it: of an extraction with a line for each key, where it is JSON at all."""
    if kind != "extraction":
        return answer.strip()
    try:
        return json.dumps(parse_json(answer), ensure_ascii=False, indent=2)
    except ContractError:
        return answer.strip()


def draw_pairs(pairs: Sequence[Pair], number: int, seed: int) -> list[Pair]:
    """So many of the rows whose answers differ, at random; fewer if there are fewer.

    Raises:
        EvaluationError: no row has answers that differ.
    """
    differing = [pair for pair in pairs if pair.first != pair.second]
    if not differing:
        raise EvaluationError(
            f"both give the same answer on each of {len(pairs)} rows, so there is nothing to compare",
            fix="compare other contestants: --of, --against",
        )
    return sorted(differing, key=lambda pair: draw_number(seed, row_key(pair.row.messages)))[:number]


def make_page(
    drawn: Sequence[Pair],
    everything: Sequence[Pair],
    *,
    first: str,
    second: str,
    seed: int,
    known: Comparisons,
) -> Page:
    """The key of a page; of rows that were exported before with the same answers, the very one.

    Args:
        drawn: the rows of the page, in their order.
        everything: that they were drawn from.
        first, second: the contestants.
        seed: that drew them.
        known: what was exported before.
    """
    for page in known.pages:
        hashes = [(row.row, row.first, row.second) for row in page.rows]
        if (page.first, page.second, page.seed) == (first, second, seed) and hashes == list(
            map(_hashes, drawn)
        ):
            return page
    sides: list[Which] = ["first", "second"] * ((len(drawn) + 1) // 2)
    SystemRandom().shuffle(sides)
    rows = tuple(
        Shown(pair.row.id, *_hashes(pair)[:1], left, *_hashes(pair)[1:])
        for pair, left in zip(drawn, sides, strict=False)
    )
    return Page(
        page=page_hash(drawn, [row.left for row in rows]),
        first=first,
        second=second,
        seed=seed,
        answered=len(everything),
        differing=sum(pair.first != pair.second for pair in everything),
        rows=rows,
    )


def page_hash(drawn: Sequence[Pair], left: Sequence[Which]) -> str:
    """Hex SHA-256 of what a page shows: prompts and answers, in their order and on their sides."""
    text = [
        [[list(turn) for turn in shown_turns(pair.row.prompt)], *sides(pair, side)]
        for pair, side in zip(drawn, left, strict=True)
    ]
    return hashlib.sha256(json.dumps(text).encode()).hexdigest()


def sides(pair: Pair, left: Which) -> tuple[str, str]:
    """The answer on the left and the one on the right."""
    return (pair.first, pair.second) if left == "first" else (pair.second, pair.first)


def _hashes(pair: Pair) -> tuple[str, str, str]:
    return row_key(pair.row.messages), digest(pair.first), digest(pair.second)
