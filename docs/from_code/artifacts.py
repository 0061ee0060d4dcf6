"""The files that stages write, each with its form; the fields are those of the dataclass that is written.

`FILES` says which class stands behind which file. A test holds it against a real run: every file that
dvc.yaml declares is in it, and has the very fields of its class.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from pydantic import TypeAdapter

from tunewright.agreement import Agreement
from tunewright.data.card import (
    DataCard,
    DuplicateExample,
    FlagCounts,
    KeptPair,
    LanguageCounts,
    Lengths,
    Neighbours,
    SourceCounts,
)
from tunewright.data.coverage import Slice
from tunewright.data.describe_training import ClassBalance, ClassRows
from tunewright.data.enough import Enough
from tunewright.data.frozen import Change
from tunewright.data.raw_row import Place
from tunewright.data.review.standing import Reviewer, ReviewStanding
from tunewright.data.rows import Message, Row
from tunewright.data.tools import Tool, ToolCall
from tunewright.endpoints.use import EndpointUse
from tunewright.evaluation.compare import Prompting
from tunewright.evaluation.details import Details
from tunewright.evaluation.judging.pairwise import Exchange, RowJudgement
from tunewright.evaluation.judging.results import Judged, JudgeResults, WithPeople
from tunewright.evaluation.judging.use import JudgeUse
from tunewright.evaluation.latency import Latency, ScoringRecord
from tunewright.evaluation.metrics.classification import LabelResult
from tunewright.evaluation.metrics.extraction import FieldResult, Violation
from tunewright.evaluation.paired import Paired
from tunewright.evaluation.people.standing import Tally
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.slice_differences import SliceDifference
from tunewright.evaluation.slices import SliceScores
from tunewright.evaluation.statistics import Interval
from tunewright.evaluation.suites.question import ItemScore
from tunewright.evaluation.verdict import Judgement, Verdict
from tunewright.models.machine import MachineRecord, TimingRecord
from tunewright.models.record import BaseModelRecord
from tunewright.reporting.document import (
    ComparedMetric,
    GroupCounts,
    JudgeNumbers,
    PeopleNumbers,
    ReportDocument,
    ShownRow,
    SuiteNumbers,
)
from tunewright.reporting.effects import Effect
from tunewright.reporting.effort import Tokens
from tunewright.reporting.facts import Spent
from tunewright.reporting.loss_curve import LossPoint
from tunewright.tracking.source import Source
from tunewright.training.result import TrainingMetrics

from .docstrings import attributes, code_in_backticks, summary
from .json_words import in_words
from .tables import anchor, code, table


@dataclass(frozen=True)
class File:
    """A file that a stage writes.

    Attributes:
        form: what it is, in a sentence.
        fields: the class whose fields stand in it; none where the form says it all.
        parts: the classes that some of these fields hold.
    """

    form: str
    fields: type | None = None
    parts: tuple[type, ...] = ()


ROWS = File(
    "JSON Lines, a prepared row each. A turn has `role` and `content`; calls, results and tools stand in "
    "OpenAI's layout with arguments as objects, the tools beside `messages` and not in the first turn.",
    Row,
    (Message, ToolCall, Tool),
)
PREDICTIONS = File("JSON Lines, an answer each.", Prediction)
DETAILS = File(
    "JSON: `{contestant: details}`: what stands behind the scores.",
    Details,
    (LabelResult, FieldResult, Violation, SliceScores),
)
SCORES = File("JSON: `{contestant: {metric: score}}`; each score has these fields.", Interval)
SUITE_SCORES = File('JSON: `{"items": [...]}`, an item of a suite each.', ItemScore)
TIMING = File("JSON. Differs from run to run, so nothing compares it.", TimingRecord, (MachineRecord,))

SCORING = File(
    "JSON. Differs from run to run, so nothing compares it.", ScoringRecord, (Latency, MachineRecord)
)

FILES = {
    "resolved.yaml": File("YAML: every setting with its value, in the order of [the settings](settings.md)."),
    "artifacts/base_model.json": File("JSON. In git: it pins the base model.", BaseModelRecord),
    "artifacts/data/train.jsonl": ROWS,
    "artifacts/data/validation.jsonl": ROWS,
    "artifacts/data/test.jsonl": ROWS,
    "artifacts/data/rejected.jsonl": File(
        "JSON Lines, a rejected or removed row each: its place, `reason`, and `fix`, what to do "
        "about it. Never its text. Where rows have no lines (Parquet, Excel, readers of the project's own) "
        "`row`, their number, stands in place of `line`.",
        Place,
    ),
    "artifacts/data/card.json": File(
        "JSON.",
        DataCard,
        (
            SourceCounts,
            Lengths,
            Change,
            DuplicateExample,
            KeptPair,
            Neighbours,
            FlagCounts,
            LanguageCounts,
            Enough,
            ClassBalance,
            ClassRows,
            Slice,
            ReviewStanding,
            Reviewer,
            Agreement,
        ),
    ),
    "artifacts/data/clearance.json": File(
        "JSON: `refusal`, why training must not begin (empty if it may), and `fix`, what to do about it."
    ),
    "artifacts/baseline/predictions.jsonl": PREDICTIONS,
    "artifacts/baseline/details.json": DETAILS,
    "artifacts/evaluation/predictions.jsonl": PREDICTIONS,
    "artifacts/reference/predictions.jsonl": PREDICTIONS,
    "artifacts/reference/details.json": DETAILS,
    "artifacts/judge/judgements.json": File("JSON.", Judged, (RowJudgement,)),
    "artifacts/judge/exchanges.jsonl": File(
        "JSON Lines: what the judge was asked of a row in one order, and all that it answered.",
        Exchange,
        (Message,),
    ),
    "artifacts/base_suites/scores.json": SUITE_SCORES,
    "artifacts/tuned_suites/scores.json": SUITE_SCORES,
    "artifacts/evaluation/details.json": DETAILS,
    "artifacts/adapter/": File(
        "What peft's `PeftModel.from_pretrained` takes: `adapter_config.json`, `adapter_model.safetensors`. "
        "With `method=full` a whole model, as transformers' `from_pretrained` takes it."
    ),
    "metrics/data.json": File(
        "JSON: rows read, kept, rejected, removed and in each split; `conflicts`, `flags`; where there are "
        "classes, `classes` with the training rows of each before balancing and its lines after."
    ),
    "metrics/baseline.json": SCORES,
    "metrics/evaluation.json": SCORES,
    "metrics/reference.json": SCORES,
    "metrics/judge.json": File(
        "JSON: `win_rate`, `position_consistent`, and of each dimension `score.NAME` (tuned), `against.NAME` "
        "and `difference.NAME`, each with its interval; rows by outcome. `{}` where no judge is asked."
    ),
    "metrics/train.json": File("JSON.", TrainingMetrics),
    "metrics/acceptance.json": File("JSON.", Verdict, (Judgement,)),
    "metrics/suites.json": File(
        "JSON: of each metric of the suites the tuned model's value by its name, then `_base`, "
        "`_difference`, the ends of the intervals (`_low`, `_high`) and `_passed`."
    ),
    "timings/baseline.json": SCORING,
    "timings/base_suites.json": TIMING,
    "timings/reference.json": File("JSON. All 0 where the reference is off.", EndpointUse),
    "timings/judge.json": File(
        "JSON. All 0 where the judge is off.", JudgeUse, (TimingRecord, MachineRecord)
    ),
    "timings/tuned_suites.json": TIMING,
    "timings/evaluate.json": SCORING,
    "timings/train.json": TIMING,
    "plots/loss.csv": File("CSV with a header: the loss by step, of training and of validation."),
    "reports/report.html": File("The report: one HTML file that loads nothing from elsewhere."),
    "reports/report.md": File(
        "The report as a comment of a pull request: Markdown without a link and without a text of any row."
    ),
    "reports/report.json": File(
        "JSON: every number of the report, and what it is of; no text of any row.",
        ReportDocument,
        (
            ComparedMetric,
            Paired,
            Effect,
            Prompting,
            SliceDifference,
            SuiteNumbers,
            GroupCounts,
            ShownRow,
            JudgeNumbers,
            JudgeResults,
            WithPeople,
            PeopleNumbers,
            Tally,
            Spent,
            Tokens,
            LossPoint,
            Source,
        ),
    ),
    "reports/data_card.html": File(
        "The data card for people: where rows come from, what became of them, personal data. Holds rows "
        "where it shows duplicates. Loads nothing from elsewhere."
    ),
    "reports/data_card.md": File("The same as Markdown, without a text of any row."),
    "reports/model_card.md": File("The model card: Markdown with the metadata block that model hubs read."),
}
RENAMED = {"sha256": "row_sha256"}
"""rejected.jsonl says whose hash it is, since the row is not there."""


def markdown() -> str:
    """A row a file, then the fields of each class."""
    rows = [
        [code(name), file.form + (f" [Fields](#{file.fields.__name__.lower()})" if file.fields else "")]
        for name, file in FILES.items()
    ]
    classes = dict.fromkeys(
        cls for file in FILES.values() if file.fields for cls in (file.fields, *file.parts)
    )
    return "\n".join([table(["file", "form"], rows), *map(_fields, classes)])


def names(cls: type) -> list[str]:
    """The names of a class's fields as they stand in the file."""
    found = [field.name for field in dataclasses.fields(cls)]
    return [RENAMED.get(name, name) for name in found] if cls is Place else found


def _fields(cls: type) -> str:
    """A section a class, with those that its fields are made of below it."""
    schema = TypeAdapter(cls).json_schema()
    parts = {name: part for name, part in schema.get("$defs", {}).items() if "properties" in part}
    links = {name: f"[{name}](#{anchor(name)})" for name in parts}
    meanings = attributes(cls)
    rows = [
        [
            code(name),
            in_words(value, schema.get("$defs", {}), links),
            code_in_backticks(meanings.get(field, "")),
        ]
        for name, (field, value) in zip(names(cls), schema["properties"].items(), strict=True)
    ]
    return f"## {cls.__name__}\n\n{summary(cls)}\n\n{table(['field', 'values', 'meaning'], rows)}"
