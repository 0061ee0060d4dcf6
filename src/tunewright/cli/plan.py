"""`tunewright plan`: what the run will take, and whether the data is enough, before any work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from tunewright.artifacts import TIMINGS, read_json
from tunewright.cli.plan_judge import judge_lines
from tunewright.cli.plan_reference import EXAMPLES, reference_lines
from tunewright.cli.plan_server import missing_key, where_sent
from tunewright.cli.plan_suites import suite_lines
from tunewright.config.compose import compose
from tunewright.config.schema import Settings
from tunewright.config.stage_settings import read_resolved
from tunewright.data.card import DataCard
from tunewright.data.checking import ToCheck
from tunewright.data.prepare import describe
from tunewright.data.rows import Row, read_rows
from tunewright.data.split import SPLITS
from tunewright.errors import TunewrightError
from tunewright.evaluation.enough_rows import out_of_reach
from tunewright.evaluation.latency import latency_seconds
from tunewright.models.fetch import cached_base_model
from tunewright.models.machine import memory_bytes
from tunewright.scratch import FOLDER
from tunewright.training.count_tokens import RowTokens, counted, estimated
from tunewright.training.lengths import consequence
from tunewright.training.plan import MemoryPlan, optimizer_steps, plan_memory

GIB = 2**30


def plan(root: Path) -> None:
    """Read the configuration and the raw rows, fetch and train nothing, print the plan.

    Raises:
        ConfigError: the configuration does not hold.
        DataError: the raw rows cannot be used.
    """
    settings = compose(root)
    work = ToCheck(root.resolve(), settings.data, settings.task.kind, settings.task.output)
    (root / FOLDER).mkdir(exist_ok=True)
    with TemporaryDirectory(dir=root / FOLDER, prefix="plan-") as folder:
        card = describe(work, Path(folder))
        train, validation, test = (read_rows(Path(folder) / f"{name}.jsonl") for name in SPLITS)
    tokens = _tokens(root, settings, [*train, *validation])
    suites = suite_lines(root, settings, train, test)
    sent = [
        *_engine(settings, len(test)),
        *reference_lines(settings, train, test),
        *judge_lines(settings, test, root),
    ]
    training = _training(settings, len(train), tokens)
    typer.echo("\n".join([*_data(card, settings), *training, *suites, *sent, *_time(root, settings)]))


def _engine(settings: Settings, test: int) -> Iterator[str]:
    """What answers, where it is not this process; and what leaves the house for it."""
    evaluation, server = settings.evaluation, settings.evaluation.server
    if evaluation.engine == "vllm":
        yield "engine    vllm answers the test rows"
    elif evaluation.engine == "server":
        asked = min(test, evaluation.max_rows or test)
        models = f"{server.base_model_name} and {server.tuned_model_name}"
        yield f"engine    {models} on a server answer the test rows"
        yield f"          {where_sent(str(server.base_url), f'{asked} test rows{EXAMPLES}')}"
        yield from missing_key(server.api_key_env)


def _data(card: DataCard, settings: Settings) -> Iterator[str]:
    counts = card.counts()
    yield (
        f"data      {counts['read']} rows read, {counts['rejected']} rejected, "
        f"{counts['removed']} removed; {counts['train']} train, {counts['validation']} validation, "
        f"{counts['test']} test"
    )
    too_few = out_of_reach(settings.task.acceptance, counts["test"])
    yield from (f"          note: {warning}" for warning in (*card.warnings, *too_few))
    if card.enough is not None and not card.enough.short:
        yield f"          {card.enough}"
    elif card.enough is not None and card.enough.policy == "fail":
        yield "          `prepare` will stop for want of rows: data.minimum.policy is fail"


def _tokens(root: Path, settings: Settings, rows: Sequence[Row]) -> RowTokens:
    """Tokens of the rows, counted if the base model's tokenizer is at hand."""
    folder = cached_base_model(root, settings.model)
    if folder is None:
        return estimated(rows, settings.task.instructions, settings.method.max_length)
    from tunewright.models.load import load_tokenizer

    tokenizer = load_tokenizer(folder, trust_remote_code=settings.model.trust_remote_code)
    return counted(tokenizer, rows, settings.task.instructions, settings.method)


def _training(settings: Settings, rows: int, tokens: RowTokens) -> Iterator[str]:
    method, hardware, choices = settings.method, settings.hardware, settings.choices
    lengths = tokens.lengths
    used = 1 - lengths.over / lengths.rows if method.too_long == "drop" else 1.0
    steps = optimizer_steps(method, round(rows * used))
    yield (
        f"recipe    {choices.method}: {steps} steps of {method.global_batch_size} rows, "
        f"{method.num_train_epochs:g} epochs, learning rate {method.learning_rate:g}"
    )
    yield f"tokens    {lengths}"
    yield f"          {tokens.how}"
    if lengths.over:
        yield f"          note: of rows over the limit, {consequence(method.too_long)}"
    if settings.model.sizes is None:
        yield f"memory    unknown: model.sizes of {choices.model} is null"
        return
    available = hardware.memory_gb * GIB if hardware.memory_gb else memory_bytes()
    longest = lengths.max if method.too_long == "error" else min(lengths.max, method.max_length)
    memory = plan_memory(
        settings.model.sizes,
        method,
        hardware,
        memory_bytes=available,
        length=longest,
        trained=tokens.most_trained,
    )
    yield _memory(memory, settings, available)


def _memory(memory: MemoryPlan, settings: Settings, available: float) -> str:
    verdict = "fits" if memory.fits else "DOES NOT FIT: a smaller model, method=qlora or other hardware"
    return (
        f"memory    about {memory.needed / GIB:.1f} GB of {available / GIB:.0f} GB on each of "
        f"{settings.hardware.devices} {settings.choices.hardware} (estimate): {verdict}; "
        f"{memory.trainable_parameters / 1e6:.1f} million trainable weights, "
        f"{memory.micro_batch_size} rows a pass"
    )


def _time(root: Path, settings: Settings) -> Iterator[str]:
    """Time and cost as measured by the last run of the same model, method and hardware."""
    try:
        last = read_resolved(root)
        scoring = [read_json(root / TIMINGS / f"{stage}.json") for stage in ("baseline", "evaluate")]
        training = float(read_json(root / TIMINGS / "train.json")["seconds"])
    except TunewrightError:
        yield "time      unknown before a first run; `dvc repro` measures it"
        return
    same = (last.model, last.hardware, last.method.lora) == (
        settings.model,
        settings.hardware,
        settings.method.lora,
    )
    if not same or last.data != settings.data:
        yield "time      unknown: the last run was of another model, machine, adapter or data"
        return
    epochs = settings.method.num_train_epochs / last.method.num_train_epochs
    requests, asked = settings.evaluation.latency.requests, last.evaluation.latency.requests
    waits = sum(map(latency_seconds, scoring)) * requests / asked if asked else 0.0
    seconds = sum(float(timing["seconds"]) for timing in scoring) + waits
    total = seconds + training * epochs
    yield (
        f"time      about {total / 60:.0f} min: training {training * epochs / 60:.0f}, "
        f"scoring {seconds / 60:.0f} (last run, scaled by epochs)"
    )
    if requests and not asked:
        yield "          and that of single requests, which the last run did not measure (evaluation.latency)"
    elif requests:
        yield f"          of which single requests: {waits:.0f} s (evaluation.latency.requests={requests})"
    price = settings.hardware.price_per_hour
    if price is None:
        yield "cost      not stated: hardware.price_per_hour is null"
    else:
        yield (
            f"cost      about {price.amount * total / 3600:.2f} {price.currency} at {price.amount:g} "
            f"an hour ({price.source}, {price.date})"
        )
