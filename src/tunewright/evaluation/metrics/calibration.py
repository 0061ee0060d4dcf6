"""Is a classifier as sure as it is right? Expected calibration error from the likelihoods of the labels.

Source: Naeini, Cooper and Hauskrecht (2015), AAAI; Guo et al. (2017), arXiv:1706.04599.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunewright.evaluation.metrics.score import Score
from tunewright.evaluation.resampling import Statistic, Sums

if TYPE_CHECKING:
    from tunewright.evaluation.resampling import FloatArray, IntArray

BINS = 10


def calibration_error(label_nll: Sequence[Sequence[float]], right: IntArray) -> Score:
    """The calibration error of the likeliest labels.

    Args:
        label_nll: negative log-likelihood of each label as the answer, shape (rows, labels).
        right: code of each row's right label, shape (rows,).
    """
    import numpy as np

    logits = -np.asarray(label_nll, dtype=np.float64)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    sure = weights.max(axis=1) / weights.sum(axis=1)
    return expected_calibration_error(sure, logits.argmax(axis=1) == right)


def expected_calibration_error(confidence: FloatArray, right: FloatArray) -> Score:
    """How far, on average over rows, confidence is from the share of right answers among rows like it.

    Args:
        confidence: of each row's answer, 0 to 1, shape (rows,).
        right: whether it is right, shape (rows,).

    Returns:
        Its rows are |right - confidence|; the score is that of `BINS` bins of equal width.
    """
    import numpy as np

    bins = np.ceil(confidence * BINS).astype(np.int64).clip(1, BINS) - 1
    gaps = np.zeros((len(confidence), BINS + 1))
    gaps[np.arange(len(confidence)), bins] = right - confidence
    gaps[:, BINS] = 1
    return Score(np.abs(right - confidence), statistic=Statistic((Sums(gaps),), _mean_gap))


def _mean_gap(sums: FloatArray) -> FloatArray:
    import numpy as np

    gaps: FloatArray = np.abs(sums[:, :BINS]).sum(axis=1) / sums[:, BINS]
    return gaps
