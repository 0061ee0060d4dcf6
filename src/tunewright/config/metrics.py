"""The metrics: each with what it says, its range, which way is better, and where it comes from; the one list.

Configuration takes the names that a task may use from here, evaluation the directions, reports the names
and units, and the reference (docs/reference/metrics.md) all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from tunewright.config.judge_metrics import PREFIX as JUDGE
from tunewright.config.schema.task import TaskKind
from tunewright.config.suite_metrics import PREFIX as SUITES
from tunewright.config.suite_metrics import suite_metric
from tunewright.extensions import METRIC_PREFIX as CUSTOM

Unit = Literal["share", "ratio", "tokens"]
Direction = Literal["higher", "lower", "one"]

FIELD, FORMAT = "field.", "format."
EVERY_KIND: tuple[TaskKind, ...] = ("extraction", "classification", "generation", "chat")
TEXT: tuple[TaskKind, ...] = ("generation", "chat")


@dataclass(frozen=True)
class Metric:
    """What is known of a metric.

    Attributes:
        name: as in `task.metrics` and metrics/*.json; after a dot at its end stands a name of the task's.
        title: what reports call it.
        kinds: of tasks that have it.
        meaning: what it says, exactly.
        unit: `share` lies between 0 and 1 and is shown in percent; `ratio` and `tokens` (a
            number of them) have no upper bound.
        better: `higher`, `lower`, or `one`: the nearer to 1.
        interval: of which method its interval is.
        source: paper or library that defines it; empty where the meaning is the whole definition.
        on_request: needs a pass of the model of its own: computed only where `task.metrics` names it.
    """

    name: str
    title: str
    kinds: tuple[TaskKind, ...]
    meaning: str
    unit: Unit = "share"
    better: Direction = "higher"
    interval: Literal["Wilson", "bootstrap"] = "bootstrap"
    source: str = ""
    on_request: bool = False


F1_SOURCE = "van Rijsbergen 1979; as scikit-learn's f1_score with zero_division=0"
ROUGE_SOURCE = "Lin 2004 (W04-1013); as rouge-score without stemming"

CATALOGUE = (
    Metric(
        "schema_valid",
        "Answers that fit the schema",
        ("extraction",),
        "share of answers that are JSON and keep the JSON Schema",
        interval="Wilson",
        source="JSON Schema 2020-12, by jsonschema-rs",
    ),
    Metric(
        "json_valid",
        "Answers that are valid JSON",
        ("extraction",),
        "share of answers that are one JSON value: no NaN, no key twice, nothing around it",
        interval="Wilson",
        source="RFC 8259",
    ),
    Metric(
        "field_accuracy",
        "Fields right",
        ("extraction",),
        "mean share of the schema's top-level properties with the right value; one absent from the reference "
        "is right where it is absent from the answer; 0 where the answer is no object",
    ),
    Metric(
        "field_f1",
        "F1 over all values",
        ("extraction",),
        "harmonic mean of field_precision and field_recall",
        source=F1_SOURCE,
    ),
    Metric(
        "field_precision",
        "Values given that are right",
        ("extraction",),
        "of all values in the answers (at any depth, null is none), the share that the reference has at the "
        "same path; 0 where there are none",
        source=F1_SOURCE,
    ),
    Metric(
        "field_recall",
        "Values found",
        ("extraction",),
        "of all values in the references, the share that the answer has at the same path; 0 where there "
        "are none",
        source=F1_SOURCE,
    ),
    Metric(
        "accuracy",
        "Labels right",
        ("classification",),
        "share of right labels; case, white space around and one full stop at the end do not count",
        interval="Wilson",
    ),
    Metric(
        "macro_f1",
        "Macro F1 over labels",
        ("classification",),
        "mean F1 of the labels that occur among the references; an answer outside the set is a miss of the "
        "right label",
        source=F1_SOURCE,
    ),
    Metric(
        "micro_f1",
        "Micro F1 over labels",
        ("classification",),
        "F1 of all labels' hits taken together; an answer outside the set lowers recall, not precision",
        source=F1_SOURCE,
    ),
    Metric(
        "weighted_f1",
        "F1 weighted by label frequency",
        ("classification",),
        "mean F1 of the labels, each weighted by how often it is the reference",
        source=F1_SOURCE,
    ),
    Metric(
        "in_label_set",
        "Answers within the label set",
        ("classification",),
        "share of answers that are a label at all",
        interval="Wilson",
    ),
    Metric(
        "chrf",
        "chrF to the reference",
        TEXT,
        "mean of the rows' chrF2 (character n-grams up to 6), divided by 100",
        source="Popović 2015 (W15-3049), by sacrebleu",
    ),
    Metric(
        "bleu",
        "BLEU to the reference",
        TEXT,
        "BLEU of all rows together (word n-grams up to 4, exponential smoothing), divided by 100",
        source="Papineni et al. 2002 (P02-1040); Post 2018 (W18-6319), by sacrebleu",
    ),
    Metric(
        "rouge_1",
        "ROUGE-1 to the reference",
        TEXT,
        "mean of the rows' F1 of words; a word is a run of letters and digits of any script",
        source=ROUGE_SOURCE,
    ),
    Metric("rouge_2", "ROUGE-2 to the reference", TEXT, "the same of pairs of words", source=ROUGE_SOURCE),
    Metric(
        "rouge_l",
        "ROUGE-L to the reference",
        TEXT,
        "the same of the longest common subsequence of words",
        source=ROUGE_SOURCE,
    ),
    Metric(
        "exact_match",
        "Whole answer right",
        ("extraction", "generation", "chat"),
        "share of answers equal to the reference: as parsed values (extraction), as texts without white "
        "space around (free text); of calls of tools the functions and all arguments, in any order of keys",
        interval="Wilson",
    ),
    Metric(
        "length_ratio",
        "Length against the reference",
        TEXT,
        "mean of the rows' characters of the answer over characters of the reference",
        unit="ratio",
        better="one",
    ),
    Metric(
        "perplexity",
        "Perplexity of the reference",
        TEXT,
        "exp of the mean negative log-likelihood of the references' tokens, the end-of-turn token included, "
        "after the contestant's prompt",
        unit="ratio",
        better="lower",
        source="Jelinek et al. 1977",
        on_request=True,
    ),
    Metric(
        "calibration_error",
        "Calibration error",
        ("classification",),
        "how far, on average, the confidence in the likeliest label (its likelihood over that of all labels) "
        "is from the share of right ones among rows of like confidence; 10 bins of equal width",
        better="lower",
        source="Naeini et al. 2015; Guo et al. 2017 (arXiv:1706.04599)",
        on_request=True,
    ),
    Metric(
        "finished",
        "Answers that ended by themselves",
        EVERY_KIND,
        "share of answers that ended before the limit of new tokens",
        interval="Wilson",
    ),
    Metric(
        "prompt_truncated",
        "Prompts that were cut",
        EVERY_KIND,
        "share of prompts whose oldest part was cut, since the whole left no room for an answer; 0 unless "
        "`evaluation.too_long` is `truncate`",
        better="lower",
        interval="Wilson",
    ),
    Metric(
        "prompt_tokens",
        "Tokens of the prompt",
        EVERY_KIND,
        "mean number of tokens of the whole prompt, instructions and examples included; times the rows it is "
        "the total",
        unit="tokens",
        better="lower",
    ),
    Metric(
        "answer_tokens",
        "Tokens of the answer",
        EVERY_KIND,
        "mean number of tokens generated, the end-of-turn token included; times the rows it is the total",
        unit="tokens",
        better="lower",
    ),
)

FAMILIES = (
    Metric(
        FIELD,
        "",
        ("extraction",),
        "share of answers with the right value of one top-level property; computed for every one, not "
        "to be named in a task",
        interval="Wilson",
    ),
    Metric(
        FORMAT,
        "",
        EVERY_KIND,
        "share of answers that keep one rule of `task.output.format_rules`",
        interval="Wilson",
    ),
    Metric(CUSTOM, "", EVERY_KIND, "mean of the rows' scores by a function of the project in extensions/"),
)

_BY_NAME = {metric.name: metric for metric in CATALOGUE}


def metric_of(name: str) -> Metric:
    """What is known of a metric that was scored; of a family's, under its own name and title.

    A suite's has the prefix that criteria name it by.
    One that is not in the catalogue is another version's, found in an older experiment: a share, so far as
    can be said.
    """
    if name.startswith(SUITES):
        suite = suite_metric(name.removeprefix(SUITES))
        unit: Unit = "share" if suite.share else "ratio"
        return Metric(name, suite.title, (), "", unit, "higher" if suite.higher_is_better else "lower")
    if name.startswith(JUDGE):
        own = name.removeprefix(JUDGE)
        unit = "share" if own == "win_rate" else "ratio"
        return Metric(name, f"judge: {own.removeprefix('score.').replace('_', ' ')}", (), "", unit)
    for family in FAMILIES:
        if name.startswith(family.name):
            own = name.removeprefix(family.name)
            title = own if family.name == FIELD else own.replace("_", " ")
            return replace(family, name=name, title=title)
    return _BY_NAME.get(name) or Metric(name, name.replace("_", " "), (), "")


def metrics_of(kind: TaskKind, format_rules: Iterable[str] = ()) -> tuple[str, ...]:
    """The names that a task of this kind may use, without those of its own functions.

    Args:
        kind: of the task.
        format_rules: names of its format rules.
    """
    own = (FORMAT + name for name in format_rules)
    return (*(metric.name for metric in CATALOGUE if kind in metric.kinds), *own)


def gain(name: str, first: float, second: float) -> float:
    """By how much the first value of a metric is better than the second; below zero if it is worse."""
    better = metric_of(name).better
    if better != "one":
        return first - second if better == "higher" else second - first
    return abs(second - 1) - abs(first - 1)
