"""What stands behind the scores: tables by label, by field, by violation and by slice.

They lie in artifacts/, not in metrics/: `dvc metrics show` is for single numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from tunewright.artifacts import read_json, write_json
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.task import Task
from tunewright.evaluation.metrics.classification import LabelResult, label_results
from tunewright.evaluation.metrics.extraction import FieldResult, Violation, field_results, violations
from tunewright.evaluation.metrics.score import Score
from tunewright.evaluation.metrics.text import signatures
from tunewright.evaluation.predictions import Contestant, Prediction
from tunewright.evaluation.slices import SliceScores, slice_scores, slices_of

DETAILS = "details.json"


@dataclass(frozen=True)
class Details:
    """Tables of one contestant; those that its kind of task does not have are empty.

    Attributes:
        labels: of a classification, each label: precision, recall, F1 and its row of the confusion matrix.
        fields: of an extraction, each path of the answer: precision, recall and F1.
        violations: of an extraction, in what answers broke the contract, most frequent first.
        slices: the task's metrics on groups of rows.
        signatures: of chrF and BLEU, how sacrebleu computes them.
    """

    labels: tuple[LabelResult, ...] = ()
    fields: tuple[FieldResult, ...] = ()
    violations: tuple[Violation, ...] = ()
    slices: tuple[SliceScores, ...] = ()
    signatures: Mapping[str, str] | None = None


def details_of(
    predictions: Sequence[Prediction], scored: Mapping[str, Score], task: Task, evaluation: Evaluation
) -> Details:
    """Everything of one contestant that `metrics.scores` does not say.

    Args:
        predictions: the contestant's.
        scored: its scores on these very rows.
        task: kind, contract and metrics are read.
        evaluation: statistics and slices are read.

    Raises:
        EvaluationError: a reference breaks the contract.
    """
    output, slices = task.output, slices_of(predictions, evaluation.slices, task.output)
    schema = output.json_schema if task.kind == "extraction" else None
    return Details(
        labels=label_results(predictions, output.labels or ()) if task.kind == "classification" else (),
        fields=() if schema is None else field_results(predictions, schema, output.field_rules),
        violations=() if schema is None else violations(predictions, schema),
        slices=slice_scores(scored, slices, task.metrics, evaluation.statistics, evaluation.slices.min_rows),
        signatures=signatures() if task.kind in ("generation", "chat") else None,
    )


def write_details(path: Path, details: Mapping[Contestant, Details]) -> None:
    """Write `{contestant: details}`."""
    write_json(path, _FILE.dump_python(dict(details), mode="json"))


def read_details(path: Path) -> Mapping[Contestant, Details]:
    """Read what `write_details` wrote.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    return _FILE.validate_python(read_json(path))


_FILE: TypeAdapter[dict[Contestant, Details]] = TypeAdapter(dict[Contestant, Details])
