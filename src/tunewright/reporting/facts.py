"""What stands below the comparison: cost, training, data, settings and lineage as names and values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tunewright.evaluation.latency import latency_seconds
from tunewright.reporting import numbers
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.loss_curve import LossPoint
from tunewright.reporting.review_facts import reviewed_by
from tunewright.secret_text import scrub

SPLITS = ("train", "validation", "test")
SECONDS_PER_HOUR = 3600
MOST_CHANGED = 8


@dataclass(frozen=True)
class Step:
    """One bar of the funnel; `role` is all, lost or part."""

    name: str
    rows: str
    share: float
    role: str


@dataclass(frozen=True)
class AnswerRow:
    """How often the answers hold a value, by split."""

    field: str
    value: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Table:
    """A plain table; `numeric` names the columns that hold numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spent:
    """What the stages that compute took.

    Attributes:
        seconds: wall time of all of them, with that of the single requests.
        stages: stage -> its wall time in seconds, without these.
        single_requests: seconds of the single requests of all stages.
        amount: of money, at the price declared for an hour; null where none is.
        currency: of the amount.
    """

    seconds: float
    stages: dict[str, float]
    single_requests: float
    amount: float | None
    currency: str | None


def spent(inputs: ReportInputs) -> Spent:
    """Time and money of baseline, train, evaluate, the suites and a local judge."""
    stages = {stage: float(timing["seconds"]) for stage, timing in inputs.timings.items()}
    waits = sum(map(latency_seconds, inputs.timings.values()))
    total, price = sum(stages.values()) + waits, inputs.hardware.price_per_hour
    if price is None:
        return Spent(total, stages, waits, None, None)
    return Spent(total, stages, waits, price.amount * total / SECONDS_PER_HOUR, price.currency)


def cost_lines(inputs: ReportInputs) -> tuple[str, ...]:
    """Time and money: the sum first, then where it went and at which price."""
    found, price = spent(inputs), inputs.hardware.price_per_hour
    parts = ", ".join(f"{stage} {numbers.duration(seconds)}" for stage, seconds in found.stages.items())
    if found.single_requests:
        parts += f", single requests {numbers.duration(found.single_requests)}"
    if price is None or found.amount is None:
        return (
            numbers.duration(found.seconds),
            parts,
            "No price is declared for this hardware, so no cost is stated.",
        )
    amount = numbers.money(found.amount, price.currency)
    rate = f"at {numbers.money(price.amount, price.currency)} an hour ({price.source}, {price.date})"
    return (f"{numbers.duration(found.seconds)}, {amount}", parts, rate)


def finite_losses(inputs: ReportInputs) -> list[LossPoint]:
    """The logged losses that are numbers."""
    return [point for point in inputs.losses if math.isfinite(point.loss)]


def training_facts(inputs: ReportInputs) -> tuple[tuple[str, str], ...]:
    """The recipe as carried out, and the proof that the adapter acts."""
    train = inputs.train
    trainable, total = train["trainable_parameters"], train["total_parameters"]
    first, best = (numbers.decimal(train[f"validation_loss_{which}"]) for which in ("first", "best"))
    return (
        ("Method", inputs.choices.method),
        ("Learning rate", f"{inputs.method.learning_rate:g}, {inputs.method.lr_scheduler_type}"),
        ("Rows", numbers.count(train["train_rows"])),
        *_too_long(inputs),
        ("Epochs, steps", f"{train['epochs']:g}, {numbers.count(train['steps'])}"),
        ("Rows per step", _batch(inputs)),
        (
            "Tokens learnt from",
            f"{numbers.count(train['trained_tokens'])} of {numbers.count(train['train_tokens'])}",
        ),
        (
            "Weights trained",
            f"{numbers.count(trainable)} ({100 * trainable / total:.2g} % of {numbers.count(total)})",
        ),
        ("Validation loss", f"{first} → {best}"),
        ("Kept weights", f"step {numbers.count(train['best_step'])}, the lowest validation loss"),
        ("Reloaded adapter moves logits by", f"up to {numbers.decimal(train['adapter_max_logit_change'])}"),
    )


def _too_long(inputs: ReportInputs) -> tuple[tuple[str, str], ...]:
    """Rows that training left out or cut since they have too many tokens; none if there are none."""
    names = {"dropped": "Left out as too long", "truncated": "Prompts cut as too long"}
    found = []
    for what, name in names.items():
        of_training, of_validation = (inputs.train[f"{split}_rows_{what}"] for split in SPLITS[:2])
        if of_training or of_validation:
            rows = f"{numbers.count(of_training)} training, {numbers.count(of_validation)} validation rows"
            found.append((name, f"{rows} (over {numbers.count(inputs.method.max_length)} tokens)"))
    return tuple(found)


def _batch(inputs: ReportInputs) -> str:
    parts = f"{inputs.train['micro_batch_size']} × {inputs.train['gradient_accumulation_steps']}"
    devices = f" × {inputs.hardware.devices} devices" if inputs.hardware.devices > 1 else ""
    return f"{inputs.method.global_batch_size} ({parts}{devices})"


def funnel(inputs: ReportInputs) -> tuple[Step, ...]:
    """From the rows read to the splits, with what was lost on the way."""
    counts = inputs.card.counts()
    names = {
        "read": ("Read", "all"),
        "rejected": ("rejected", "lost"),
        "removed": ("removed as duplicates", "lost"),
        "kept": ("Kept", "all"),
        **{split: (split, "part") for split in SPLITS},
    }
    read = max(counts["read"], 1)
    return tuple(
        Step(name, numbers.count(counts[key]), round(100 * counts[key] / read, 2), role)
        for key, (name, role) in names.items()
    )


def answer_rows(inputs: ReportInputs) -> tuple[AnswerRow, ...]:
    """The values that the answers' fields take."""
    return tuple(
        AnswerRow(field, value, tuple(counts.get(split, 0) for split in SPLITS))
        for field, values in inputs.card.answers.items()
        for value, counts in values.items()
    )


def settings_values(inputs: ReportInputs) -> dict[str, Any]:
    """Every setting that this report depends on, without secrets."""
    groups = ("task", "data", "model", "method", "hardware", "evaluation")
    values: dict[str, Any] = {"seed": inputs.seed}
    values |= {group: getattr(inputs, group).model_dump(mode="json") for group in groups}
    clean: dict[str, Any] = scrub(values)
    return clean


def settings_text(inputs: ReportInputs) -> str:
    """The same as YAML."""
    import yaml

    return str(yaml.safe_dump(settings_values(inputs), sort_keys=False, allow_unicode=True, width=100))


def lineage(inputs: ReportInputs) -> tuple[Table, ...]:
    """Hashes, versions, machines and times."""
    record = inputs.base_model
    return (
        Table("What it was made from", ("What", "Which"), made_from(inputs)),
        Table(
            f"Base model: {record} from {record.source}, licence {record.licence}",
            ("File", "SHA-256"),
            tuple(sorted(record.files.items())),
        ),
        Table("Data and tuned weights", ("File", "SHA-256"), tuple(sorted(inputs.hashes.items()))),
        Table(
            "Where it ran",
            ("Stage", "Time", "Tokens/s", "Peak memory", "Device", "Machine"),
            tuple(_stage_row(stage, timing) for stage, timing in inputs.timings.items()),
            numeric=("Time", "Tokens/s", "Peak memory"),
        ),
        Table("Versions", ("Package", "Version"), versions(inputs)),
    )


def made_from(inputs: ReportInputs) -> tuple[tuple[str, str], ...]:
    """Commit, what differed from it, experiment, seed, version and who reviewed the data."""
    source = inputs.source
    rows = [("Commit", source.commit or "none: not in a git repository")]
    if source.changed:
        first, more = source.changed[:MOST_CHANGED], len(source.changed[MOST_CHANGED:])
        rows.append(("Changed since", ", ".join((*first, *([f"and {more} more"] if more else [])))))
    if source.experiment:
        rows.append(("Experiment", source.experiment))
    return (
        *rows,
        ("Seed", str(inputs.seed)),
        ("tunewright", inputs.version),
        ("Data reviewed by", reviewed_by(inputs.card.review)),
    )


def _stage_row(stage: str, timing: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON of timings/*.json
    machine = timing["machine"]
    processor = f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']:g} GB"
    return (
        stage,
        numbers.duration(timing["seconds"]),
        numbers.count(timing["tokens_per_second"]),
        f"{numbers.count(timing['peak_memory_mb'])} MB",
        timing["device"],
        f"{machine['gpu']}; {processor}" if machine["gpu"] else processor,
    )


def versions(inputs: ReportInputs) -> tuple[tuple[str, str], ...]:
    """Package and version; where stages ran with different ones, which stage with which."""
    found: dict[str, dict[str, list[str]]] = {"tunewright": {inputs.version: []}}
    for stage, timing in inputs.timings.items():
        for package, version in timing["packages"].items():
            if package != "tunewright":
                found.setdefault(package, {}).setdefault(version, []).append(stage)
    return tuple(
        (
            package,
            next(iter(versions))
            if len(versions) == 1
            else "; ".join(f"{version} ({', '.join(stages)})" for version, stages in versions.items()),
        )
        for package, versions in sorted(found.items())
    )
