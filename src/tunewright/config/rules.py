"""The rules between settings, which types alone cannot say. Each yields every problem it finds.

A rule asks for the groups that it needs and is skipped while one of them has wrong types, so that
one mistake never hides another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from tunewright.config.schema.data import Data
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.config.schema.model import Model
from tunewright.config.schema.node import Node
from tunewright.config.schema.task import METRICS, Task
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
    if isinstance(task, Task):
        yield from _contract(task)
        yield from _metrics(task)
    if isinstance(data, Data):
        yield from _sources(data)
        yield from _split(data)
    if isinstance(model, Model):
        yield from _model_source(model)
    if isinstance(method, Method):
        yield from _method(method)
    if isinstance(hardware, Hardware):
        yield from _hardware(hardware)
    if isinstance(method, Method) and isinstance(hardware, Hardware):
        yield from _method_on_hardware(method, hardware)
    if isinstance(evaluation, Evaluation) and isinstance(hardware, Hardware):
        yield from _evaluation_on_hardware(evaluation, hardware)


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
    named = [(f"task.metrics.{index}", name) for index, name in enumerate(task.metrics)]
    named += [
        (f"task.acceptance.{i}.metric", criterion.metric) for i, criterion in enumerate(task.acceptance)
    ]
    for key, name in named:
        if name not in known and not name.startswith("custom."):
            yield Problem(
                key, f"{name!r} is no metric of kind {task.kind}; allowed: {', '.join(known)}, custom.NAME"
            )


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
            yield Problem(key, f"{source.path!r} is listed twice")
        seen.add(source.path)


def _split(data: Data) -> Iterator[Problem]:
    split = data.split
    total = split.train + split.validation + split.test
    if abs(total - 1.0) > 1e-6:
        yield Problem("data.split", f"train, validation and test must sum to 1, not {total:g}")
    if split.group_by is not None and split.stratify_by is not None:
        yield Problem(
            "data.split.stratify_by",
            "cannot go with group_by: a group is not cut to balance labels",
            fix="set one of the two to null",
        )


def _model_source(model: Model) -> Iterator[Problem]:
    required, optional = KEYS_OF_SOURCE[model.source]
    for key in required:
        if getattr(model, key) is None:
            yield Problem(f"model.{key}", f"source {model.source} needs it")
    every = {key for groups in KEYS_OF_SOURCE.values() for keys in groups for key in keys}
    for key in sorted(every - {*required, *optional}):
        if getattr(model, key) is not None:
            yield Problem(f"model.{key}", f"means nothing to source {model.source}", fix="remove it")


def _method(method: Method) -> Iterator[Problem]:
    if method.quantization is not None and method.lora is None:
        yield Problem(
            "method.quantization",
            "4-bit weights cannot be trained in full",
            fix="tunewright set method=qlora (adapter on 4-bit weights), or method.quantization=null",
        )
    if method.max_steps == 0:
        yield Problem("method.max_steps", "0 trains nothing: -1 for no limit, or 1 and more")


def _hardware(hardware: Hardware) -> Iterator[Problem]:
    if hardware.precision == "bf16" and not hardware.supports_bf16:
        yield Problem("hardware.precision", "bf16 on hardware without it", fix="set it to fp16 or fp32")
    if hardware.precision == "fp16" and hardware.device == "cpu":
        yield Problem("hardware.precision", "fp16 is for GPUs", fix="set it to bf16 or fp32")
    if hardware.devices > 1 and hardware.strategy == "none":
        yield Problem("hardware.strategy", f"{hardware.devices} devices need ddp or fsdp")
    if hardware.devices == 1 and hardware.strategy != "none":
        yield Problem("hardware.strategy", f"{hardware.strategy} needs more than one device")
    if hardware.devices > 1 and hardware.device == "mps":
        yield Problem("hardware.devices", f"mps has one device, not {hardware.devices}")
    if hardware.attn_implementation == "flash_attention_2" and (
        hardware.device != "cuda" or hardware.precision == "fp32"
    ):
        yield Problem("hardware.attn_implementation", "flash_attention_2 needs device cuda and bf16 or fp16")


def _method_on_hardware(method: Method, hardware: Hardware) -> Iterator[Problem]:
    if method.optim.startswith("paged_") and hardware.device != "cuda":
        yield Problem(
            "method.optim",
            f"{method.optim} needs device cuda, not {hardware.device}",
            fix="set it to adamw_torch",
        )
    if method.quantization is not None and hardware.device == "mps":
        yield Problem(
            "method.quantization",
            "bitsandbytes has no 4-bit training on mps",
            fix="tunewright set method=lora",
        )
    if method.quantization is not None and hardware.strategy == "fsdp":
        yield Problem(
            "hardware.strategy",
            "4-bit base weights are not sharded here",
            fix="set it to ddp (4-bit weights are small), or method=lora",
        )
    micro = hardware.micro_batch_size if isinstance(hardware.micro_batch_size, int) else 1
    if method.global_batch_size % (micro * hardware.devices):
        yield Problem(
            "method.global_batch_size",
            f"{method.global_batch_size} is no multiple of micro_batch_size x devices = {micro} x "
            f"{hardware.devices}",
            fix="change hardware.micro_batch_size, which does not change the recipe",
        )


def _evaluation_on_hardware(evaluation: Evaluation, hardware: Hardware) -> Iterator[Problem]:
    if evaluation.precision == "bf16" and not hardware.supports_bf16:
        yield Problem("evaluation.precision", "bf16 on hardware without it", fix="set it to fp16 or fp32")
    if evaluation.precision == "fp16" and hardware.device == "cpu":
        yield Problem("evaluation.precision", "fp16 is for GPUs", fix="set it to bf16 or fp32")
    if evaluation.load_in_4bit and hardware.device == "mps":
        yield Problem("evaluation.load_in_4bit", "bitsandbytes has no 4-bit weights on mps")
