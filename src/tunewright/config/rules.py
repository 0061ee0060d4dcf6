"""The rules between settings, which types alone cannot say. Each yields every problem it finds.

A rule asks for the groups that it needs and is skipped while one of them has wrong types, so that
one mistake never hides another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import PurePosixPath

from tunewright.config.machine_rules import evaluation_on_machine, machine, method_on_machine
from tunewright.config.nearest import did_you_mean
from tunewright.config.schema.data import Data, Split
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.config.schema.model import Model
from tunewright.config.schema.node import Node
from tunewright.config.schema.task import METRICS, Task
from tunewright.config.schema.tracking import Tracking
from tunewright.config.tracking_rules import rows_in_trackers, trackers
from tunewright.errors import Problem

KEYS_OF_SOURCE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pypi": (("package", "package_version", "gguf_file"), ("sha256",)),
    "hub": (("repo_id",), ("revision",)),
    "path": (("path",), ()),
    "tiny": ((), ()),
}
"""For each model source the keys it needs and those it may have."""


def broken_rules(groups: Mapping[str, Node]) -> Iterator[Problem]:
    """Yield the problems of all rules whose groups are present.

    Args:
        groups: the groups that passed the type check, by name.
    """
    task, data, model = groups.get("task"), groups.get("data"), groups.get("model")
    method, hardware, evaluation = groups.get("method"), groups.get("hardware"), groups.get("evaluation")
    tracking = groups.get("tracking")
    if isinstance(task, Task):
        yield from _contract(task)
        yield from _metrics(task)
    if isinstance(data, Data):
        yield from _sources(data)
        yield from _split(data)
    if isinstance(task, Task) and isinstance(data, Data):
        yield from _strata(task, data)
    if isinstance(model, Model):
        yield from _model_source(model)
    if isinstance(method, Method):
        yield from _method(method)
    if isinstance(tracking, Tracking):
        yield from trackers(tracking)
    if isinstance(tracking, Tracking) and isinstance(data, Data):
        yield from rows_in_trackers(tracking, data)
    if isinstance(hardware, Hardware):
        yield from machine(hardware)
    if isinstance(method, Method) and isinstance(hardware, Hardware):
        yield from method_on_machine(method, hardware)
    if isinstance(evaluation, Evaluation) and isinstance(hardware, Hardware):
        yield from evaluation_on_machine(evaluation, hardware)


def _contract(task: Task) -> Iterator[Problem]:
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


def _metrics(task: Task) -> Iterator[Problem]:
    known = METRICS[task.kind]
    for key, name in task.metrics_named():
        if name not in known and not name.startswith("custom."):
            what = f"{name!r} is no metric of kind {task.kind}; allowed: {', '.join(known)}, custom.NAME"
            yield Problem(key, what, fix=_metric_meant(name, known))
    for index, name in enumerate(task.metrics):
        if name in task.metrics[:index]:
            yield Problem(f"task.metrics.{index}", f"{name!r} stands there twice", fix="remove one")
    for index, criterion in enumerate(task.acceptance):
        if criterion.metric != "length_ratio" and criterion.min > 1:
            what = f"{criterion.min:g} can never be reached: {criterion.metric} lies between 0 and 1"
            fix = f"write {criterion.min / 100:g} for {criterion.min:g} %" if criterion.min <= 100 else ""
            yield Problem(f"task.acceptance.{index}.min", what, fix=fix)


def _metric_meant(name: str, known: tuple[str, ...]) -> str:
    kinds = [kind for kind, names in METRICS.items() if name in names]
    return did_you_mean(name, known) or (f"it is a metric of kind {' and '.join(kinds)}" if kinds else "")


def _sources(data: Data) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, source in enumerate(data.sources):
        key = f"data.sources.{index}.path"
        parts = PurePosixPath(source.path).parts
        if parts[:2] != ("data", "raw") or len(parts) < 3 or ".." in parts or "\\" in source.path:
            yield Problem(
                key,
                f"{source.path!r} does not lie under data/raw/",
                fix="move the file to data/raw/, `dvc add` it there and name that path",
            )
        if source.path in seen:
            yield Problem(key, f"{source.path!r} is listed twice", fix="remove one")
        if source.reader is not None and source.format == "csv":
            what = "csv is read by tunewright itself; the rows of a reader are chat or prompt_completion"
            fix = "say what the reader's rows look like, or set reader to null"
            yield Problem(f"data.sources.{index}.format", what, fix=fix)
        seen.add(source.path)


def _split(data: Data) -> Iterator[Problem]:
    split = data.split
    total = split.train + split.validation + split.test
    if abs(total - 1.0) > 1e-6:
        yield Problem(
            "data.split", f"train, validation and test must sum to 1, not {total:g}", fix=_shares(split)
        )
    if split.group_by is not None and split.stratify_by is not None:
        yield Problem(
            "data.split.stratify_by",
            "cannot go with group_by: a group is not cut to balance labels",
            fix="set one of the two to null",
        )


def _shares(split: Split) -> str:
    rest = 1 - split.validation - split.test
    return f"e.g. tunewright set data.split.train={rest:g}" if 0 < rest < 1 else ""


def _strata(task: Task, data: Data) -> Iterator[Problem]:
    head, dot, name = (data.split.stratify_by or "").partition(".")
    if head != "completion" or not dot:
        return
    key = "data.split.stratify_by"
    if task.kind != "extraction":
        what = f"completion.{name} is a field of an answer of kind extraction, not {task.kind}"
        yield Problem(key, what, fix="completion for the answer itself, or the name of a row's field")
        return
    fields = list((task.output.json_schema or {}).get("properties") or {})
    if fields and name not in fields:
        what = f"the answers have no field {name!r}; they have: {', '.join(fields)}"
        yield Problem(key, what, fix=did_you_mean(name, fields))


def _model_source(model: Model) -> Iterator[Problem]:
    required, optional = KEYS_OF_SOURCE[model.source]
    for key in required:
        if getattr(model, key) is None:
            yield Problem(
                f"model.{key}", f"source {model.source} needs it", fix=f"tunewright set model.{key}=VALUE"
            )
    every = {key for groups in KEYS_OF_SOURCE.values() for keys in groups for key in keys}
    for key in sorted(every - {*required, *optional}):
        if getattr(model, key) is not None:
            yield Problem(f"model.{key}", f"means nothing to source {model.source}", fix="remove it")
    if model.trust_remote_code and model.source in ("pypi", "tiny"):
        what = f"means nothing to source {model.source}, which brings no code"
        yield Problem("model.trust_remote_code", what, fix="remove it, or set it to false")


def _method(method: Method) -> Iterator[Problem]:
    if method.quantization is not None and method.lora is None:
        yield Problem(
            "method.quantization",
            "4-bit weights cannot be trained in full",
            fix="tunewright set method=qlora (adapter on 4-bit weights), or method.quantization=null",
        )
    if method.max_steps == 0:
        yield Problem("method.max_steps", "0 trains nothing", fix="-1 for no limit, or 1 and more")
    if method.lr_scheduler_type == "constant" and method.warmup_ratio > 0:
        yield Problem(
            "method.lr_scheduler_type",
            f"constant has no warm-up, but method.warmup_ratio is {method.warmup_ratio:g}",
            fix="tunewright set method.lr_scheduler_type=constant_with_warmup, or method.warmup_ratio=0",
        )
    passes = ceil(method.num_train_epochs) * method.evals_per_epoch
    patience = method.early_stopping_patience
    if patience is not None and method.max_steps == -1 and patience >= passes:
        yield Problem(
            "method.early_stopping_patience",
            f"{patience} never acts: {method.num_train_epochs:g} epochs with {method.evals_per_epoch} "
            f"validation passes each are {passes} passes",
            fix=f"set it below {passes} (null for never), or raise method.evals_per_epoch",
        )
