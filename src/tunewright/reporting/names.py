"""What metrics and contestants are called where people read them."""

from __future__ import annotations

from tunewright.evaluation.predictions import Contestant
from tunewright.extensions import METRIC_PREFIX

CONTESTANTS: dict[Contestant, str] = {
    "zero_shot": "Base, zero-shot",
    "few_shot": "Base, few-shot",
    "tuned": "Tuned",
}
SHORT: dict[Contestant, str] = {"zero_shot": "zero-shot", "few_shot": "few-shot", "tuned": "tuned"}
PROMPTED: tuple[Contestant, Contestant] = ("zero_shot", "few_shot")
TUNED: Contestant = "tuned"
FIELD_PREFIX = "field."

METRIC_NAMES = {
    "schema_valid": "Answers that fit the schema",
    "json_valid": "Answers that are valid JSON",
    "field_accuracy": "Fields right",
    "exact_match": "Whole answer right",
    "accuracy": "Labels right",
    "macro_f1": "Macro F1 over labels",
    "in_label_set": "Answers within the label set",
    "chrf": "chrF to the reference",
    "rouge_l": "ROUGE-L to the reference",
    "length_ratio": "Length against the reference",
    "finished": "Answers that ended by themselves",
}

MEASURED_NAMES = {
    "seconds_per_answer": "Seconds per answer",
    "tokens_per_second": "Tokens per second",
    "peak_memory_mb": "Memory of scoring",
    "cost_per_1000_answers": "Cost of 1,000 answers",
    "train_seconds": "Seconds of training",
    "train_cost": "Cost of training",
    "validation_loss": "Validation loss",
}


def metric_name(metric: str) -> str:
    """The metric in words; a field and a project's own metric keep their names."""
    if metric.startswith(FIELD_PREFIX):
        return metric.removeprefix(FIELD_PREFIX)
    return METRIC_NAMES.get(metric, metric.removeprefix(METRIC_PREFIX).replace("_", " "))
