"""Metrics by task kind: one file a kind; each documents source, range and direction of its metrics."""

from tunewright.evaluation.metrics.by_kind import measure, scores
from tunewright.evaluation.metrics.custom import custom_metrics
from tunewright.evaluation.metrics.score import Score, difference

__all__ = ["Score", "custom_metrics", "difference", "measure", "scores"]
