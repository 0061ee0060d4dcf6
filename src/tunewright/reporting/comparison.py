"""Base against tuned: the table with its chart, and what it says in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass

from tunewright.config.metrics import FIELD, metric_of
from tunewright.evaluation.enough_rows import rows_to_show
from tunewright.evaluation.paired import Paired
from tunewright.evaluation.predictions import Contestant
from tunewright.evaluation.statistics import Interval
from tunewright.evaluation.verdict import Judgement
from tunewright.reporting import numbers
from tunewright.reporting.effects import best_prompted, direction
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.names import SHORT, TUNED, in_sentence, metric_name
from tunewright.reporting.rationale import advice_on
from tunewright.reporting.reference_view import how_it_was_asked, reference_notes


@dataclass(frozen=True)
class Bar:
    """One contestant's value: as text, and as places in percent of the scale (None off the scale)."""

    contestant: str
    name: str
    value: str
    interval: str
    x: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Delta:
    """The tuned model against the better of the prompted ones, row by row.

    Attributes:
        test: the paired test, in words.
        detectable: the smallest true difference that these rows would show.
    """

    against: str
    value: str
    interval: str
    meaning: str
    test: str
    detectable: str


@dataclass(frozen=True)
class Block:
    """One metric.

    Attributes:
        bars: of each contestant.
        delta: tuned against the better prompt.
        over_reference: tuned against the reference; null if it was not asked or lacks the metric.
    """

    metric: str
    name: str
    bars: tuple[Bar, ...]
    delta: Delta | None
    over_reference: Delta | None = None


@dataclass(frozen=True)
class Note:
    """Something that a reader must not miss; `decisive` if it speaks against using the model at all."""

    title: str
    text: str
    decisive: bool = False


def blocks(inputs: ReportInputs) -> tuple[Block, ...]:
    """The metrics that the task names, in its order."""
    return tuple(_block(inputs, metric) for metric in dict.fromkeys(inputs.task.metrics))


def further_blocks(inputs: ReportInputs) -> tuple[Block, ...]:
    """The other metrics that were computed, without the fields of an extraction."""
    left_out = {*inputs.task.metrics}
    if inputs.evaluation.too_long == "error":
        left_out.add("prompt_truncated")  # no prompt can be cut
    others = [metric for metric in _computed(inputs) if not metric.startswith(FIELD)]
    return tuple(_block(inputs, metric) for metric in others if metric not in left_out)


def fields(inputs: ReportInputs) -> tuple[Block, ...]:
    """The fields of an extraction's answer, in the schema's order; empty for other tasks."""
    return tuple(_block(inputs, metric) for metric in _computed(inputs) if metric.startswith(FIELD))


def notes(inputs: ReportInputs) -> tuple[Note, ...]:
    """The warnings that belong on the first screen."""
    found: list[Note | None] = []
    found += prompting_notes(inputs)
    advice = advice_on(inputs)
    if advice.approach != "fine-tuning":
        found.append(Note(advice.headline, " ".join((*advice.reasons, advice.try_first))))
    found.append(_cut_prompts(inputs))
    found += [_too_few_rows(inputs, judgement) for judgement in inputs.verdict.criteria]
    return tuple(note for note in found if note is not None)


def prompting_notes(inputs: ReportInputs) -> list[Note]:
    """Whether the base model by prompting alone does as well, and how the reference does."""
    found = [_prompting_note(inputs)] if inputs.prompting.suffices else []
    return [*found, *(Note(title, text) for title, text in reference_notes(inputs))]


def test_in_words(pair: Paired) -> str:
    """The paired test beside a difference: `p = 0.012, McNemar: 12 rows gained, 3 lost`."""
    p = numbers.p_value(pair.p)
    if pair.test == "mcnemar":
        gained, lost = (numbers.count(rows or 0) for rows in (pair.gained, pair.lost))
        return f"{p}, McNemar: {gained} rows gained, {lost} lost"
    return f"{p}, paired bootstrap"


def _cut_prompts(inputs: ReportInputs) -> Note | None:
    """That some test prompts were not asked whole; null if all were."""
    cut = {
        SHORT[contestant]: sum(one.prompt_truncated for one in answers)
        for contestant, answers in inputs.predictions.items()
    }
    if not any(cut.values()):
        return None
    counts = ", ".join(f"{numbers.count(rows)} {name}" for name, rows in cut.items() if rows)
    return Note(
        "Prompts were cut:",
        f"of {numbers.count(len(inputs.predictions[TUNED]))} test rows some were not asked whole, since that "
        f"left the model no room for an answer (evaluation.too_long): {counts}.",
    )


def _too_few_rows(inputs: ReportInputs, judgement: Judgement) -> Note | None:
    """That a criterion fails for want of test rows, and how many would do."""
    statistics = inputs.evaluation.statistics
    needed = rows_to_show(judgement, statistics)
    if needed is None or judgement.value is None or judgement.min is None:
        return None
    shown = numbers.difference if judgement.over else numbers.score
    over = f" over {SHORT[judgement.over]}" if judgement.over else ""
    value, least = (shown(judgement.metric, number) for number in (judgement.value, judgement.min))
    return Note(
        "Too few test rows for a criterion:",
        f"{in_sentence(metric_name(judgement.metric))}{over} was measured as {value}, "
        f"at least {least} is asked. If the measured value is the true one, "
        f"about {numbers.count(needed)} test rows would show it ({100 * statistics.power:g} % power); "
        f"there are {numbers.count(judgement.n or 0)}.",
    )


def _prompting_note(inputs: ReportInputs) -> Note:
    found = inputs.prompting
    metric, gap = found.metric, found.difference
    base, tuned = (inputs.scores[who][metric].value for who in (found.contestant, TUNED))
    better = gap.high < 0
    return Note(
        f"Prompting alone does {'better' if better else 'as well'}:",
        f"the base model, {SHORT[found.contestant]}, reaches {numbers.score(metric, base)} "
        f"and the tuned model {numbers.score(metric, tuned)} ({in_sentence(metric_name(metric))}; difference "
        f"{numbers.difference(metric, gap.value)} {numbers.interval(metric, gap.low, gap.high)}). "
        + (
            "Do not use the tuned model: fine-tuning was not worth it."
            if better
            else "These rows give no reason to fine-tune: it is not worth it."
        ),
        decisive=True,
    )


def explanation(inputs: ReportInputs) -> str:
    """What the table compares, and how texts were scored."""
    signatures = inputs.details[TUNED].signatures or {}
    return (
        f"Everyone answers the same {numbers.count(len(inputs.predictions[TUNED]))} test rows with the same "
        f"settings; few-shot puts {_examples(inputs)} into the prompt. "
        f"{how_it_was_asked(inputs)}"
        "The line around a value is its interval. Beside a difference stands how likely chance alone would "
        "make one as large (p), and the smallest true difference that so many rows would show with "
        f"{100 * inputs.evaluation.statistics.power:g} % probability."
        + "".join(
            f" {metric_name(name)} by sacrebleu: {signature}." for name, signature in signatures.items()
        )
    )


def shown_metrics(inputs: ReportInputs) -> tuple[str, ...]:
    """All metrics: those that the task names, then further ones, the fields of an extraction among them."""
    return tuple(dict.fromkeys((*inputs.task.metrics, *_computed(inputs))))


def _examples(inputs: ReportInputs) -> str:
    few_shot = inputs.evaluation.few_shot
    near = " that are most like the question" if few_shot.by == "nearest" else ""
    return f"{few_shot.k} training rows{near}"


def _computed(inputs: ReportInputs) -> list[str]:
    """All metrics, in the order in which evaluation computes them; the metrics' files are sorted by name."""
    return [metric for metric in inputs.paired if metric in inputs.scores[TUNED]]


def _block(inputs: ReportInputs, metric: str) -> Block:
    bars = tuple(
        _bar(who, name, metric, inputs.scores[who].get(metric)) for who, name in inputs.contestants.items()
    )
    rival = best_prompted(inputs, metric)
    return Block(
        metric,
        metric_name(metric),
        bars,
        _delta(inputs, metric, rival, SHORT[rival]),
        _delta(inputs, metric, "reference", inputs.evaluation.reference.title),
    )


def _bar(who: Contestant, name: str, metric: str, score: Interval | None) -> Bar:
    if score is None:  # no server tells likelihoods
        return Bar(who, name, numbers.score(metric, None), "", None, None, None)
    shown = numbers.is_share(metric)
    return Bar(
        contestant=who,
        name=name,
        value=numbers.score(metric, score.value),
        interval=numbers.interval(metric, score.low, score.high),
        x=_place(score.value) if shown else None,
        low=_place(score.low) if shown else None,
        high=_place(score.high) if shown else None,
    )


def _place(value: float | None) -> float | None:
    return None if value is None else round(100 * min(max(value, 0.0), 1.0), 2)


def _delta(inputs: ReportInputs, metric: str, rival: Contestant, name: str) -> Delta | None:
    pair = inputs.paired.get(metric, {}).get(rival)
    if pair is None or metric_of(metric).better == "one":
        return None
    score = pair.difference
    meanings = {1: "clearly better", 0: "no clear difference", -1: "clearly worse"}
    return Delta(
        against=name,
        value=numbers.difference(metric, score.value),
        interval=numbers.interval(metric, score.low, score.high),
        meaning=meanings[direction(metric, score)],
        test=test_in_words(pair),
        detectable=numbers.difference(metric, pair.detectable).lstrip("+"),
    )
