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
"""Those that there always are."""
SHORT: dict[Contestant, str] = {
    "zero_shot": "zero-shot",
    "few_shot": "few-shot",
    "reference": "the reference",
    "tuned": "tuned",
}
PROMPTED: tuple[Contestant, Contestant] = ("zero_shot", "few_shot")
TUNED: Contestant = "tuned"

MEASURED_NAMES = {
    "seconds_per_answer": "Seconds per answer",
    "tokens_per_second": "Tokens per second",
    "seconds_to_first_token": "Seconds to the first token",
    "request_seconds_median": "Seconds of a request, median",
    "request_seconds_p95": "Seconds of a request, 95th percentile",
    "peak_memory_mb": "Memory of scoring",
    "cost_per_1000_answers": "Cost of 1,000 answers",
    "train_seconds": "Seconds of training",
    "train_cost": "Cost of training",
    "validation_loss": "Validation loss",
}


def among(scored: Container[Contestant], reference: str = "Reference") -> dict[Contestant, str]:
    """Those that were scored, by the name that tables show, in the order of all tables: the tuned model last.

    Args:
        scored: who was.
        reference: what the reference is called.
    """
    named: dict[Contestant, str] = {who: CONTESTANTS[who] for who in PROMPTED}
    named |= {"reference": reference, TUNED: CONTESTANTS[TUNED]}
    return {who: name for who, name in named.items() if who in scored}


def metric_name(metric: str) -> str:
    """The metric in words; a field, a format rule and a project's own metric keep their names."""
    return metric_of(metric).title


def in_sentence(title: str) -> str:
    """A title amid a sentence: a small first letter, but for what begins with an abbreviation (ROUGE-L)."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title
