"""Rules of `evaluation.engine` and of how it chooses tokens: what an engine needs, and what it cannot do."""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.metrics import metric_of
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Method
from tunewright.config.schema.task import Task
from tunewright.config.server_address import why_refused
from tunewright.errors import Problem

KEY = "evaluation.engine"
SERVER = "evaluation.server"
OURS = "tunewright set evaluation.engine=transformers"


def sampling(evaluation: Evaluation) -> Iterator[Problem]:
    """What acts on drawn tokens needs tokens to be drawn."""
    if evaluation.temperature > 0:
        return
    for name, given, unused in (("top_p", evaluation.top_p, 1.0), ("seed", evaluation.seed, 0)):
        if given != unused:
            yield Problem(
                f"evaluation.{name}",
                f"{given} would change nothing: at temperature 0 the likeliest token is taken",
                fix=f"tunewright set evaluation.temperature=0.7, or evaluation.{name}={unused}",
            )


def server(evaluation: Evaluation) -> Iterator[Problem]:
    """A server that is asked has an address and a name for each of the two models."""
    given = evaluation.server
    if given.base_url is not None and (refusal := why_refused(given.base_url)):
        fix = "write https://, or the address of a server on this machine or in a private network"
        yield Problem(f"{SERVER}.base_url", refusal, fix=fix)
    if evaluation.engine != "server":
        return
    for name, example in (
        ("base_url", "http://localhost:8000/v1"),
        ("base_model_name", "NAME"),
        ("tuned_model_name", "NAME"),
    ):
        if getattr(given, name) is None:
            fix = f"tunewright set {SERVER}.{name}={example}"
            yield Problem(f"{SERVER}.{name}", "needs a value, since evaluation.engine is server", fix=fix)
    if given.tuned_model_name is not None and given.base_model_name == given.tuned_model_name:
        what = (
            f"{given.tuned_model_name!r} is the name of the base model too: it would be compared with itself"
        )
        yield Problem(
            f"{SERVER}.tuned_model_name", what, fix="write the name under which the adapter is served"
        )


def engine_on_machine(evaluation: Evaluation, hardware: Hardware) -> Iterator[Problem]:
    """vLLM is for GPUs."""
    if evaluation.engine == "vllm" and hardware.device != "cuda":
        yield Problem(KEY, f"vllm needs device cuda, not {hardware.device}", fix=OURS)


def engine_of_method(evaluation: Evaluation, method: Method) -> Iterator[Problem]:
    """vLLM takes plain LoRA adapters beside the base model."""
    if evaluation.engine != "vllm":
        return
    if method.lora is None:
        what = "vllm would have to hold base and tuned model at once to compare them: it answers for adapters"
        fix = f"serve both models and take evaluation.engine=server, or {OURS}"
        yield Problem(KEY, what, fix=fix)
    elif method.lora.use_dora:
        yield Problem(KEY, "vllm loads no DoRA adapters", fix=f"tunewright set method=lora, or {OURS}")


def engine_for_metrics(evaluation: Evaluation, task: Task) -> Iterator[Problem]:
    """Likelihoods of given answers, and the memory that scoring took, are had from transformers alone."""
    if evaluation.engine == "transformers":
        return
    for index, name in enumerate(task.metrics):
        if metric_of(name).on_request:
            what = f"{name} needs the likelihood of given answers; engine {evaluation.engine} gives none"
            yield Problem(f"task.metrics.{index}", what, fix=f"remove it, or {OURS}")
    for index, criterion in enumerate(task.acceptance):
        if criterion.metric == "peak_memory_mb":
            what = f"peak_memory_mb is that of this process, and engine {evaluation.engine} is another one"
            yield Problem(f"task.acceptance.{index}.metric", what, fix=f"remove it, or {OURS}")
