"""What a run measures once: latency, memory, cost. A criterion may name it; it has no interval."""

from __future__ import annotations

from dataclasses import dataclass

MONEY = "money"
WAITS = ("seconds_to_first_token", "request_seconds_median", "request_seconds_p95")
"""Measured of the single requests that `evaluation.latency` asks for."""


@dataclass(frozen=True)
class Quantity:
    """A quantity that a run measures once.

    Attributes:
        unit: of the number; `MONEY` for an amount in the currency of `hardware.price_per_hour`.
        source: the file it comes from, with what is done to it.
    """

    unit: str
    source: str


MEASURED: dict[str, Quantity] = {
    "seconds_per_answer": Quantity("s", "timings/evaluate.json: seconds over test rows, answered in batches"),
    "tokens_per_second": Quantity("tokens/s", "timings/evaluate.json: tokens of the answers over seconds"),
    "seconds_to_first_token": Quantity("s", "timings/evaluate.json: latency, of single requests: median"),
    "request_seconds_median": Quantity("s", "timings/evaluate.json: latency, of single requests"),
    "request_seconds_p95": Quantity("s", "timings/evaluate.json: latency, of single requests"),
    "peak_memory_mb": Quantity("MiB", "timings/evaluate.json"),
    "cost_per_1000_answers": Quantity(MONEY, "seconds_per_answer at hardware.price_per_hour"),
    "train_seconds": Quantity("s", "timings/train.json: seconds"),
    "train_cost": Quantity(MONEY, "train_seconds at hardware.price_per_hour"),
    "validation_loss": Quantity("nats/token", "metrics/train.json: validation_loss_best"),
}
"""By the name that a criterion uses. All but tokens_per_second are better when they are lower."""
