"""Metrics of a classification: an answer is one label of a set.

Answers and labels are compared without case, surrounding white space and one trailing full stop. What each
metric says stands in `config.metrics`. F1 is taken over the labels that occur among the references; one
that is never answered has F1 0, an answer outside the set is a miss of the right label. All equal
scikit-learn's `f1_score` and `precision_recall_fscore_support` with `labels=` and `zero_division=0`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.calibration import calibration_error
from tunewright.evaluation.metrics.score import Score, proportion
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.resampling import Statistic, Tally

if TYPE_CHECKING:
    from tunewright.evaluation.resampling import FloatArray, IntArray


@dataclass(frozen=True)
class LabelResult:
    """How one label did.

    Attributes:
        label: as in `task.output.labels`.
        precision: of the answers with this label, the share that is right; 0 if there are none.
        recall: of the rows whose reference it is, the share with the right answer; 0 if there are none.
        f1: harmonic mean of both.
        support: rows whose reference it is.
        given: how often each label was the answer to those rows, in the order of the labels; last,
            answers outside of the set: a row of the confusion matrix.
    """

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    given: tuple[int, ...]


def classification_scores(predictions: Sequence[Prediction], labels: Sequence[str]) -> dict[str, Score]:
    """Score the answers of one contestant.

    Raises:
        EvaluationError: a reference is not in the label set.
    """
    import numpy as np

    right, given = _codes(predictions, labels)
    outside = len(labels)
    hits = given == right
    by_row = hits.astype(np.float64)
    parts = (
        Tally(np.where(hits, right, outside), outside + 1),
        Tally(given, outside + 1),
        Tally(right, outside + 1),
    )
    return {
        "accuracy": proportion(hits.tolist()),
        "macro_f1": Score(by_row, statistic=Statistic(parts, _macro_f1)),
        "micro_f1": Score(by_row, statistic=Statistic(parts, _micro_f1)),
        "weighted_f1": Score(by_row, statistic=Statistic(parts, _weighted_f1)),
        "in_label_set": proportion((given != outside).tolist()),
        **_calibration(predictions, right),
    }


def _calibration(predictions: Sequence[Prediction], right: IntArray) -> dict[str, Score]:
    """None if the likelihoods of the labels were not asked for."""
    found = [row.label_nll for row in predictions if row.label_nll is not None]
    if not found or len(found) < len(predictions):
        return {}
    return {"calibration_error": calibration_error(found, right)}


def label_results(predictions: Sequence[Prediction], labels: Sequence[str]) -> tuple[LabelResult, ...]:
    """Each label's precision, recall and row of the confusion matrix, in the order of the labels.

    Raises:
        EvaluationError: a reference is not in the label set.
    """
    import numpy as np

    right, given = _codes(predictions, labels)
    width = len(labels) + 1
    confusion = np.bincount(right * width + given, minlength=width * width).reshape(width, width)
    answered, support, hits = confusion.sum(axis=0), confusion.sum(axis=1), confusion.diagonal()
    return tuple(
        LabelResult(
            label=label,
            precision=float(hits[code] / max(answered[code], 1)),
            recall=float(hits[code] / max(support[code], 1)),
            f1=float(2 * hits[code] / max(answered[code] + support[code], 1)),
            support=int(support[code]),
            given=tuple(confusion[code].tolist()),
        )
        for code, label in enumerate(labels)
    )


def normalised(text: str) -> str:
    """An answer as it is compared."""
    return text.strip().removesuffix(".").strip().casefold()


def _codes(predictions: Sequence[Prediction], labels: Sequence[str]) -> tuple[IntArray, IntArray]:
    """Of each row the codes of the right label and of the given one; that of no label is `len(labels)`."""
    import numpy as np

    codes = {normalised(label): code for code, label in enumerate(labels)}
    right = [_reference_code(prediction, codes) for prediction in predictions]
    given = [codes.get(normalised(prediction.answer), len(labels)) for prediction in predictions]
    return np.array(right, dtype=np.int64), np.array(given, dtype=np.int64)


def _f1(hits: FloatArray, answered: FloatArray, support: FloatArray) -> FloatArray:
    """Of each label: 2 TP / (TP + FP + TP + FN); TP + FP is how often it was answered, TP + FN right."""
    found: FloatArray = 2 * hits[:, :-1] / (answered + support)[:, :-1].clip(min=1)
    return found


def _macro_f1(hits: FloatArray, answered: FloatArray, support: FloatArray) -> FloatArray:
    occurs = support[:, :-1] > 0
    scores: FloatArray = (_f1(hits, answered, support) * occurs).sum(axis=1) / occurs.sum(axis=1)
    return scores


def _weighted_f1(hits: FloatArray, answered: FloatArray, support: FloatArray) -> FloatArray:
    rows = support[:, :-1]
    scores: FloatArray = (_f1(hits, answered, support) * rows).sum(axis=1) / rows.sum(axis=1)
    return scores


def _micro_f1(hits: FloatArray, answered: FloatArray, support: FloatArray) -> FloatArray:
    pairs = (answered + support)[:, :-1].sum(axis=1)
    scores: FloatArray = 2 * hits[:, :-1].sum(axis=1) / pairs.clip(min=1)
    return scores


def _reference_code(prediction: Prediction, codes: dict[str, int]) -> int:
    try:
        return codes[normalised(prediction.reference)]
    except KeyError:
        raise EvaluationError(
            "the reference is not in task.output.labels",
            where=f"test row {prediction.id}",
            fix="dvc repro --force prepare",
        ) from None
