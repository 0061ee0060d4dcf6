"""What metrics and contestants are called where people read them."""

from __future__ import annotations

from collections.abc import Container

from tunewright.config.metrics import metric_of
from tunewright.evaluation.predictions import Contestant

CONTESTANTS: dict[Contestant, str] = {
    "zero_shot": "Base, zero-shot",
    "few_shot": "Base, few-shot",
    "tuned": "Tuned",
}
SHORT: dict[Contestant, str] = {"zero_shot": "zero-shot", "few_shot": "few-shot", "tuned": "tuned"}
PROMPTED: tuple[Contestant, Contestant] = ("zero_shot", "few_shot")
TUNED: Contestant = "tuned"

MEASURED_NAMES = {
    "seconds_per_answer": "Seconds per answer",
    "tokens_per_second": "Tokens per second",
    "peak_memory_mb": "Memory of scoring",
    "cost_per_1000_answers": "Cost of 1,000 answers",
    "train_seconds": "Seconds of training",
    "train_cost": "Cost of training",
    "validation_loss": "Validation loss",
}


def among(scored: Container[Contestant]) -> dict[Contestant, str]:
    """Those that were scored, by the name that tables show, in the order of CONTESTANTS."""
    return {who: name for who, name in CONTESTANTS.items() if who in scored}


def metric_name(metric: str) -> str:
    """The metric in words; a field, a format rule and a project's own metric keep their names."""
    return metric_of(metric).title
