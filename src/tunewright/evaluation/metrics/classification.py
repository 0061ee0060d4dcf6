"""Metrics of a classification: an answer is one label of a set.

Answers and labels are compared without case, surrounding white space and one trailing full stop.
All lie between 0 and 1, higher is better:

- accuracy: share of right labels.
- macro_f1: mean of the labels' F1 (harmonic mean of precision and recall) over the labels that occur
  among the references; a label that is never answered has F1 0; an answer outside the set is a miss
  of the right label. As scikit-learn's `f1_score(average="macro", labels=..., zero_division=0)`.
- in_label_set: share of answers that are a label at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunewright.errors import EvaluationError
from tunewright.evaluation.metrics.score import Score, proportion
from tunewright.evaluation.predictions import Prediction

if TYPE_CHECKING:
    from tunewright.evaluation.statistics import FloatArray, IntArray, Statistic


def classification_scores(predictions: Sequence[Prediction], labels: Sequence[str]) -> dict[str, Score]:
    """Score the answers of one contestant.

    Raises:
        EvaluationError: a reference is not in the label set.
    """
    import numpy as np

    codes = {normalised(label): code for code, label in enumerate(labels)}
    outside = len(labels)
    right = np.array([_reference_code(prediction, codes) for prediction in predictions], dtype=np.int64)
    given = np.array(
        [codes.get(normalised(prediction.answer), outside) for prediction in predictions], dtype=np.int64
    )
    hits = given == right
    return {
        "accuracy": proportion(hits.tolist()),
        "macro_f1": Score(hits.astype(np.float64), statistic=macro_f1_of(right, given, outside)),
        "in_label_set": proportion((given != outside).tolist()),
    }


def normalised(text: str) -> str:
    """An answer as it is compared."""
    return text.strip().removesuffix(".").strip().casefold()


def macro_f1_of(right: IntArray, given: IntArray, labels: int) -> Statistic:
    """Macro-F1 as a statistic of resamples.

    Args:
        right: code of each row's right label, below `labels`.
        given: code of each row's answer; `labels` for one outside the set.
        labels: size of the set.
    """

    import numpy as np

    hits = np.where(given == right, right, labels)

    def macro_f1(indices: IntArray) -> FloatArray:
        true_positives, answered, support = (
            _counts(codes[indices], labels) for codes in (hits, given, right)
        )
        # 2 TP / (TP + FP + TP + FN), and TP + FP is how often a label was answered, TP + FN was right
        f1 = 2 * true_positives / (answered + support).clip(min=1)
        occurs = support > 0
        scores: FloatArray = (f1 * occurs).sum(axis=1) / occurs.sum(axis=1)
        return scores

    return macro_f1


def _counts(codes: IntArray, labels: int) -> IntArray:
    """How often each label stands in each resample: shape (samples, labels)."""
    import numpy as np

    samples = len(codes)
    offsets = np.arange(samples)[:, None] * (labels + 1)
    counts = np.bincount((codes + offsets).ravel(), minlength=samples * (labels + 1))
    return counts.reshape(samples, labels + 1)[:, :labels]


def _reference_code(prediction: Prediction, codes: dict[str, int]) -> int:
    try:
        return codes[normalised(prediction.reference)]
    except KeyError:
        raise EvaluationError(
            "the reference is not in task.output.labels",
            where=f"test row {prediction.id}",
            fix="dvc repro --force prepare",
        ) from None
