"""Rules of `task`: contract, metrics and criteria fit its kind."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.schema.task import METRICS, Task
from tunewright.errors import Problem


def contract(task: Task) -> Iterator[Problem]:
    """What an answer must look like fits the task's kind."""
    labels, schema = task.output.labels, task.output.json_schema
    if task.kind == "classification" and labels is None:
        yield Problem("task.output.labels", "kind classification needs the set of allowed answers")
    if task.kind != "classification" and labels is not None:
        yield Problem("task.output.labels", f"is for kind classification, not {task.kind}", fix="remove it")
    if task.kind == "extraction" and schema is None:
        yield Problem("task.output.json_schema", "kind extraction needs the JSON Schema of an answer")
    if task.kind != "extraction" and schema is not None:
        yield Problem("task.output.json_schema", f"is for kind extraction, not {task.kind}", fix="remove it")
    if labels is not None:
        if len(labels) < 2:
            yield Problem("task.output.labels", f"a label set needs two labels or more, not {list(labels)}")
        folded = [label.strip().casefold() for label in labels]
        for label in sorted({label for label in folded if folded.count(label) > 1}):
            yield Problem(
                "task.output.labels", f"{label!r} stands there twice (case and spaces do not count)"
            )
    if schema is not None and not (schema.get("type") == "object" and schema.get("properties")):
        yield Problem(
            "task.output.json_schema",
            "must describe an object: `type: object` with `properties`, one per field",
        )


def metrics(task: Task) -> Iterator[Problem]:
    """Every metric to show is one of the kind, once."""
    known = METRICS[task.kind]
    for index, name in enumerate(task.metrics):
        key = f"task.metrics.{index}"
        if name not in known and not name.startswith("custom."):
            what = f"{name!r} is no metric of kind {task.kind}; allowed: {', '.join(known)}, custom.NAME"
            yield Problem(key, what, fix=metric_meant(name, known))
        if name in task.metrics[:index]:
            yield Problem(key, f"{name!r} stands there twice", fix="remove one")


def metric_meant(name: str, known: tuple[str, ...]) -> str:
    """The metric that was probably meant, or the kind that has one of that name; empty if there is none."""
    kinds = [kind for kind, names in METRICS.items() if name in names]
    return did_you_mean(name, known) or (f"it is a metric of kind {' and '.join(kinds)}" if kinds else "")
