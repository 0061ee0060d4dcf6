"""Rules of `task`: contract, metrics and criteria fit its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from tunewright.config.answer_schema import schema_paths, schema_problems
from tunewright.config.metrics import CATALOGUE, metrics_of
from tunewright.config.mistakes.nearest import did_you_mean
from tunewright.config.re2_syntax import RE2_SYNTAX, why_not_re2
from tunewright.config.schema.task import FieldRule, FormatRule, Task
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


def field_rules(task: Task) -> Iterator[Problem]:
    """Each is for one field of the schema, once, and declares something that can be understood."""
    rules, schema = task.output.field_rules, task.output.json_schema
    if rules and task.kind != "extraction":
        yield Problem(
            "task.output.field_rules", f"are for kind extraction, not {task.kind}", fix="remove them"
        )
        return
    for index, rule in enumerate(rules):
        key = f"task.output.field_rules.{index}"
        if any(rule.path == other.path for other in rules[:index]):
            yield Problem(f"{key}.path", f"{rule.path!r} stands there twice", fix="make one rule of both")
        if rule == FieldRule(path=rule.path):
            yield Problem(key, f"declares nothing for {rule.path!r}", fix="ignore_case: true, for one")
        if rule.ignore_order and not rule.path.endswith("[]"):
            yield Problem(f"{key}.ignore_order", f"is for lists: write path: {rule.path}[]")
        known = schema_paths(schema or {})
        if known is not None and rule.path not in known:
            what = f"the schema has no {rule.path!r}; it has {', '.join(known)}"
            yield Problem(f"{key}.path", what, fix=did_you_mean(rule.path, known))
        for form in rule.date_formats:
            if not _is_date_format(form):
                what = f"{form!r} does not hold a whole date"
                yield Problem(f"{key}.date_formats", what, fix="year, month and day, such as %d.%m.%Y")


def format_rules(task: Task) -> Iterator[Problem]:
    """Each has a name of its own and asks for something that can be checked."""
    rules = task.output.format_rules
    for index, rule in enumerate(rules):
        key = f"task.output.format_rules.{index}"
        if any(rule.name == other.name for other in rules[:index]):
            yield Problem(f"{key}.name", f"{rule.name!r} stands there twice", fix="choose another name")
        if rule == FormatRule(name=rule.name):
            yield Problem(
                key, f"{rule.name!r} asks for nothing", fix="give regex, json_schema, contains or lacks"
            )
        for text in sorted({*rule.contains} & {*rule.lacks}):
            yield Problem(f"{key}.lacks", f"{text!r} stands in `contains` too: no answer could keep both")
        if rule.regex is not None:
            fault = why_not_re2(rule.regex)
            if fault:
                yield Problem(f"{key}.regex", fault, fix=RE2_SYNTAX)
        if rule.json_schema is not None:
            yield from schema_problems(f"{key}.json_schema", rule.json_schema)


def metrics(task: Task) -> Iterator[Problem]:
    """Every metric to show is one of the kind, once."""
    known = metrics_of(task.kind, (rule.name for rule in task.output.format_rules))
    for index, name in enumerate(task.metrics):
        key = f"task.metrics.{index}"
        if name not in known and not name.startswith("custom."):
            what = f"{name!r} is no metric of kind {task.kind}; allowed: {', '.join(known)}, custom.NAME"
            yield Problem(key, what, fix=metric_meant(name, known))
        if name in task.metrics[:index]:
            yield Problem(key, f"{name!r} stands there twice", fix="remove one")


def metric_meant(name: str, known: tuple[str, ...]) -> str:
    """The metric that was probably meant, or the kind that has one of that name; empty if there is none."""
    kinds = next((metric.kinds for metric in CATALOGUE if metric.name == name), ())
    return did_you_mean(name, known) or (f"it is a metric of kind {' and '.join(kinds)}" if kinds else "")


def _is_date_format(form: str) -> bool:
    """Whether a day that is written so is read as that day."""
    day = datetime(1999, 12, 31)
    try:
        return datetime.strptime(day.strftime(form), form).date() == day.date()
    except (ValueError, re.error):
        return False
