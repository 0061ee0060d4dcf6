"""`evaluation`: what the baseline stage asks of the model, what is generated, how sure scores are."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from tests.config.effects.effect import SHARED, Effect
from tests.unit.evaluation.made_up import make_rows, predictions
from tunewright import artifacts
from tunewright.config.resolved import to_yaml
from tunewright.config.schema import Settings
from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import write_rows
from tunewright.evaluation.details import details_of
from tunewright.evaluation.engines import server
from tunewright.evaluation.engines.in_process import TransformersEngine
from tunewright.evaluation.generate import generate
from tunewright.evaluation.latency import Wait, measure_latency
from tunewright.evaluation.metrics import measure, scores
from tunewright.evaluation.paired import smallest_detectable
from tunewright.evaluation.prompt_room import fit_prompts
from tunewright.models import tiny
from tunewright.models.load import load_model, load_tokenizer
from tunewright.models.record import BaseModelRecord, write_record
from tunewright.stages import baseline, loading

ROOT = Path(__file__).parents[3]


@cache
def tiny_folder() -> Path:
    folder = Path(SHARED.name) / "tiny"
    folder.mkdir()
    tiny.build(folder)
    return folder


@cache
def tiny_model() -> Any:
    return load_model(tiny_folder(), device="cpu", precision="fp32")


class Asked(Exception):  # noqa: N818 - no error: it ends the stage where the answers would begin
    """What the stage asked for."""


def asked(settings: Settings, folder: Path) -> object:
    """How the baseline stage loads the model, and the prompts that it asks first and second."""
    for path, name in ((artifacts.TRAIN_ROWS, "train"), (artifacts.TEST_ROWS, "test")):
        rows = [replace(row, messages=row.messages[1:]) for row in make_rows(12, name)]  # no system turn
        write_rows(folder / path, rows)
    write_record(folder / artifacts.BASE_MODEL, BaseModelRecord("tiny", "tiny", "1", "Apache-2.0", {}))
    shutil.copy(ROOT / "dvc.yaml", folder)
    (folder / "extensions").mkdir()
    (folder / "resolved.yaml").write_text(to_yaml(settings))
    told: list[object] = []

    def note(*_: object, **keywords: object) -> Any:
        told.append(keywords)
        return SimpleNamespace()

    def answer(_engine: object, _rows: object, prompts: object, **keywords: Any) -> Any:
        told.append(prompts)
        if keywords["contestant"] == "few_shot":
            raise Asked
        return SimpleNamespace(new_tokens=0, predictions=[])

    def opened(how: object, _tokenizer: object, evaluation: Evaluation, *_: object) -> Any:
        told.append((how, evaluation.engine))
        return SimpleNamespace(room=None)

    with ExitStack() as stack:
        stack.enter_context(patch.object(loading, "resolve", lambda _: Path("tiny")))
        for name, stand_in in {
            "load_tokenizer": note,
            "base_engine": opened,
            "prompt_room": lambda *_: None,
            "generate": answer,
        }.items():
            stack.enter_context(patch.object(baseline, name, stand_in))
        try:
            baseline.run(folder)
        except Asked:
            return told
    raise AssertionError("the stage asked nothing")


def generated(settings: Settings, folder: Path) -> object:
    """The batches and answers of the tiny model."""
    rows = make_rows(7)
    folder.mkdir(exist_ok=True)
    made = generate(
        TransformersEngine(tiny_model(), load_tokenizer(tiny_folder()), settings.evaluation),
        rows,
        [one.prompt for one in rows],
        contestant="zero_shot",
        folder=folder,
    )
    return [one.answer for one in made.predictions], (folder / "zero_shot.jsonl").read_text()


def fitted(settings: Settings, _: Path) -> object:
    """Prompts as they are asked where there is little room."""
    rows = make_rows(5)
    prompts = [row.prompt for row in rows]
    return fit_prompts(load_tokenizer(tiny_folder()), rows, prompts, 40, settings.evaluation)


def waited(settings: Settings, folder: Path) -> object:
    """How many requests were timed."""
    rows = make_rows(5)
    prompts = [row.prompt for row in rows]
    requests = settings.evaluation.latency.requests
    return measure_latency(
        lambda *_: Wait(0.1, 0.2), rows, prompts, contestant="tuned", requests=requests, folder=folder
    )


def sent(settings: Settings, folder: Path) -> object:
    """How the server is asked: address, key, names of both models, how long it is waited for."""
    told: list[object] = []

    def connect(endpoint: object, **_: object) -> object:
        told.append(endpoint)
        return SimpleNamespace()

    with patch.object(server, "ChatClient", connect):
        for role in ("base", "tuned"):
            server.ServerEngine(
                role, load_tokenizer(tiny_folder()), settings.evaluation, room=None, folder=folder
            )
    return told


def measured(settings: Settings, _: Path) -> object:
    """Intervals of a proportion and of a mean."""
    answers = [f"some answer {number}" for number in range(30)]
    references = [f"some answer {number * 2}" for number in range(30)]
    found = scores(
        predictions(answers, references), kind="generation", output=settings.task.output, custom={}
    )
    return measure(found, settings.evaluation.statistics)


def sliced(settings: Settings, _: Path) -> object:
    """Names and sizes of the slices of some answers, and which are too small."""
    rows = [
        replace(row, prompt="why? " * (index % 7 + 1), meta={"channel": "web" if index % 3 else "mail"})
        for index, row in enumerate(predictions(["a"] * 30, ["a"] * 30))
    ]
    evaluation, task = settings.evaluation, settings.task
    found = scores(rows, kind=task.kind, output=task.output, custom={})
    return [
        (one.by, one.value, one.n, one.too_small) for one in details_of(rows, found, task, evaluation).slices
    ]


def detectable(settings: Settings, _: Path) -> object:
    """The smallest difference that a standard error of 1 lets be shown."""
    return smallest_detectable(1.0, settings.evaluation.statistics)


FEW = {"evaluation.max_new_tokens": 3}
SERVED = {
    "evaluation.engine": "server",
    "evaluation.server": {
        "base_url": "http://localhost:8000/v1",
        "base_model_name": "a",
        "tuned_model_name": "b",
    },
}
WARM = {"evaluation.temperature": 1.5}
EFFECTS = {
    "evaluation.precision": Effect(asked, "bf16", {"hardware.supports_bf16": True}),
    "evaluation.load_in_4bit": Effect(asked, True),
    "evaluation.max_new_tokens": Effect(generated, 4, FEW),
    "evaluation.too_long": Effect(fitted, "truncate"),
    "evaluation.batch_size": Effect(generated, 2, FEW),
    "evaluation.temperature": Effect(generated, 1.5, FEW),
    "evaluation.top_p": Effect(generated, 0.05, FEW | WARM),
    "evaluation.seed": Effect(generated, 1, FEW | WARM),
    "evaluation.server.base_url": Effect(sent, "http://localhost:9/v1", SERVED),
    "evaluation.server.base_model_name": Effect(sent, "other", SERVED),
    "evaluation.server.tuned_model_name": Effect(sent, "other", SERVED),
    "evaluation.server.api_key_env": Effect(sent, "KEY", SERVED),
    "evaluation.server.timeout_seconds": Effect(sent, 5.0, SERVED),
    "evaluation.engine": Effect(asked, "vllm", {"hardware.device": "cuda"}),
    "evaluation.max_rows": Effect(asked, 3),
    "evaluation.few_shot.k": Effect(asked, 2),
    "evaluation.few_shot.by": Effect(asked, "nearest"),
    "evaluation.few_shot.seed": Effect(asked, 1),
    "evaluation.latency.requests": Effect(waited, 2),
    "evaluation.statistics.confidence": Effect(measured, 0.8),
    "evaluation.statistics.bootstrap_samples": Effect(measured, 100),
    "evaluation.statistics.power": Effect(detectable, 0.9),
    "evaluation.slices.by": Effect(sliced, ["length"]),
    "evaluation.slices.length_bands": Effect(sliced, 2),
    "evaluation.slices.min_rows": Effect(sliced, 3),
}
