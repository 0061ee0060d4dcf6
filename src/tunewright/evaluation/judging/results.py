"""What a judge's opinions make together: win rate, scores, steadiness; files, and agreement with people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tunewright.agreement import cohen_kappa
from tunewright.artifacts import read_json, write_json, write_jsonl
from tunewright.config.judge_metrics import SCORE, WIN_RATE
from tunewright.config.schema.evaluation import Statistics
from tunewright.evaluation.judging.opinion import LEAST, MOST
from tunewright.evaluation.judging.pairwise import Exchange, RowJudgement
from tunewright.evaluation.metrics.score import Score, difference, proportion, shares
from tunewright.evaluation.people.record import Comparisons
from tunewright.evaluation.people.standing import WORTH
from tunewright.evaluation.predictions import Contestant
from tunewright.evaluation.statistics import Interval

JUDGEMENTS, EXCHANGES = "judgements.json", "exchanges.jsonl"


@dataclass(frozen=True)
class Judged:
    """A judge's work, as artifacts/judge/judgements.json has it.

    Attributes:
        judge: the model's name, or its folder; empty where no judge is asked.
        against: the contestant that the tuned model was compared with.
        rows: a judgement each.
    """

    judge: str = ""
    against: Contestant = "few_shot"
    rows: tuple[RowJudgement, ...] = ()

    def count(self, outcome: str) -> int:
        """Rows with an outcome."""
        return sum(row.outcome == outcome for row in self.rows)


@dataclass(frozen=True)
class JudgeResults:
    """The judge's work as numbers.

    Attributes:
        intervals: by name: `win_rate`, `position_consistent`, and of each dimension `score.NAME` of the tuned
            model, `against.NAME` of the other and `difference.NAME`; those that no row gives are left out.
        counts: rows by outcome, and `position_inconsistent`.
    """

    intervals: Mapping[str, Interval] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class WithPeople:
    """How far the judge agrees with what people chose on the same rows and answers.

    Attributes:
        rater: who.
        rows: that both judged.
        alike: of these, judged alike: first, second or tie.
        kappa: Cohen's kappa; null where both gave one verdict to all rows.
    """

    rater: str
    rows: int
    alike: int
    kappa: float | None


def judge_scores(judged: Judged) -> dict[Contestant, dict[str, Score]]:
    """The scores of both contestants under the names that criteria have for them."""
    read = [row for row in judged.rows if row.outcome in ("same", *WORTH)]
    if not read:
        return {}
    tuned = {WIN_RATE: shares([WORTH.get(row.outcome, WORTH["tie"]) for row in read])}
    other: dict[str, Score] = {}
    scored = [row for row in read if row.first]
    for name in scored[0].first if scored else ():
        tuned[f"{SCORE}{name}"] = _grades([row.first[name] for row in scored])
        other[f"{SCORE}{name}"] = _grades([row.second[name] for row in scored])
    return {"tuned": tuned, judged.against: other}


def judge_results(judged: Judged, statistics: Statistics) -> JudgeResults:
    """Everything with intervals: bootstrap over rows, Wilson's for the share of consistent rows."""
    scored = judge_scores(judged)
    found: dict[str, Interval] = {}
    for name, score in scored.get("tuned", {}).items():
        if name == WIN_RATE:
            found["win_rate"] = score.interval(statistics)
            continue
        own, other = name.removeprefix(SCORE), scored[judged.against][name]
        found[f"score.{own}"] = score.interval(statistics)
        found[f"against.{own}"] = other.interval(statistics)
        found[f"difference.{own}"] = difference(score, other, statistics)
    steady = [row.consistent for row in judged.rows if row.consistent is not None]
    if steady:
        found["position_consistent"] = proportion(steady).interval(statistics)
    counts = {name: judged.count(name) for name in ("first", "tie", "second", "same", "unreadable")}
    return JudgeResults(
        found, {**counts, "position_inconsistent": steady.count(False)} if judged.rows else {}
    )


def with_people(
    judged: Judged, hashes: Mapping[str, tuple[str, str]], known: Comparisons
) -> list[WithPeople]:
    """How far the judge agrees with each rater of the same two contestants.

    Args:
        judged: what the judge said.
        hashes: of both answers as they are now, by row; only rows count whose answers people saw.
        known: what people chose.
    """
    said = {row.id: row.outcome for row in judged.rows if row.outcome in WORTH}
    both: dict[str, list[tuple[str, str]]] = {}
    for rating in known.ratings:
        page = known.page(rating.page)
        if page is None or {page.first, page.second} != {"tuned", judged.against}:
            continue
        turned = page.first != "tuned"
        for row, choice in zip(page.rows, rating.choices, strict=True):
            seen = (row.second, row.first) if turned else (row.first, row.second)
            if choice == "skip" or row.id not in said or hashes.get(row.id) != seen:
                continue
            other = {"first": "second", "second": "first"}.get(choice, choice) if turned else choice
            both.setdefault(rating.rater, []).append((other, said[row.id]))
    return [
        WithPeople(rater, len(pairs), sum(a == b for a, b in pairs), cohen_kappa(*zip(*pairs, strict=True)))
        for rater, pairs in both.items()
    ]


def write_judged(
    folder: Path, metrics: Path, judged: Judged, exchanges: Sequence[Exchange], results: JudgeResults
) -> None:
    """Write the judgements, what was asked and answered, and metrics/judge.json."""
    write_json(folder / JUDGEMENTS, asdict(judged))
    said = ({**asdict(one), "messages": [turn.laid_out() for turn in one.messages]} for one in exchanges)
    write_jsonl(folder / EXCHANGES, said)
    intervals = {name: interval.as_dict() for name, interval in results.intervals.items()}
    write_json(metrics, {**intervals, **results.counts})


def read_judged(folder: Path) -> Judged:
    """Read what `write_judged` wrote.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    raw: dict[str, Any] = read_json(folder / JUDGEMENTS)
    return Judged(**{**raw, "rows": tuple(RowJudgement(**row) for row in raw["rows"])})


def _grades(rows: Sequence[float]) -> Score:
    score = shares(rows)
    return Score(score.rows, bounds=(float(LEAST), float(MOST)))
