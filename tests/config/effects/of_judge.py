"""`evaluation.judge` and `task.rubric`: who judges, what it is shown, and what the plan says of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from tests.config.effects import of_reference
from tests.config.effects.effect import Effect
from tests.unit.endpoints.chat_server import MODEL, ChatServer
from tests.unit.evaluation.made_up import make_rows, predictions
from tunewright import artifacts
from tunewright.cli.plan_judge import judge_lines
from tunewright.config.resolved import to_yaml
from tunewright.config.schema import Settings
from tunewright.data.rows import write_rows
from tunewright.evaluation.predictions import PREDICTIONS, write_predictions
from tunewright.stages import judge

ROOT = Path(__file__).parents[3]
WHO = ("zero_shot", "few_shot", "reference", "tuned")


def of_stage(settings: Settings, folder: Path) -> object:
    """What the stage sends, and what it writes of an answer that cannot be read."""
    rows = [replace(row, messages=row.messages[1:]) for row in make_rows(4)]
    write_rows(folder / artifacts.TEST_ROWS, rows)
    made = {
        who: predictions([f"{who} {row.id}" for row in rows], [row.reference for row in rows], who)
        for who in WHO
    }
    write_predictions(folder / artifacts.BASELINE / PREDICTIONS, [*made["zero_shot"], *made["few_shot"]])
    write_predictions(folder / artifacts.REFERENCE / PREDICTIONS, made["reference"])
    write_predictions(folder / artifacts.EVALUATION / PREDICTIONS, made["tuned"])
    shutil.copy(ROOT / "dvc.yaml", folder)
    with ChatServer().running() as server:
        here = settings.evaluation.judge.endpoint.model_copy(update={"base_url": server.base_url})
        asked = settings.evaluation.judge.model_copy(update={"endpoint": here})
        evaluation = settings.evaluation.model_copy(update={"judge": asked})
        (folder / "resolved.yaml").write_text(to_yaml(settings.model_copy(update={"evaluation": evaluation})))
        with patch.dict("os.environ", {"DVC_ROOT": str(folder)}):
            judge.run(folder)
        sent = sorted(f"{body['messages']} {body['max_tokens']}" for body in server.bodies)
    return sent, artifacts.read_json(folder / artifacts.METRICS / "judge.json")


def planned(settings: Settings, folder: Path) -> object:
    """What the plan says."""
    return [*judge_lines(settings, make_rows(6, "test"), folder)]


def with_endpoint_of_judge(
    outcome: Callable[[Settings, Path], object],
) -> Callable[[Settings, Path], object]:
    """What the reference's outcome is with the judge's endpoint: the client is one and the same."""

    def of_judge(settings: Settings, folder: Path) -> object:
        reference = settings.evaluation.reference.model_copy(
            update={"endpoint": settings.evaluation.judge.endpoint}
        )
        evaluation = settings.evaluation.model_copy(update={"reference": reference})
        return outcome(settings.model_copy(update={"evaluation": evaluation}), folder)

    return of_judge


JUDGE, OTHER = "evaluation.judge", "evaluation.reference"
SERVER = {f"{JUDGE}.endpoint.base_url": "http://localhost:8000/v1", f"{JUDGE}.endpoint.model": MODEL}
ON = {**SERVER, f"{JUDGE}.enabled": True}
PRICED = {
    **ON,
    f"{JUDGE}.endpoint.price_per_million_input_tokens": 3.0,
    f"{JUDGE}.endpoint.price_per_million_output_tokens": 9.0,
}
PLANNED = (
    "base_url",
    "price_per_million_input_tokens",
    "price_per_million_output_tokens",
    "currency",
    "max_cost",
)
_CHANGED: dict[int, Callable[[Settings, Path], object]] = {}


def _of_endpoint(name: str) -> Effect:
    """The effect of a setting of the endpoint: that of the reference's, or what the plan says."""
    effect = of_reference.EFFECTS[f"{OTHER}.endpoint.{name}"]
    if name in PLANNED:
        return Effect(planned, effect.to, PRICED)
    given = {key.replace(OTHER, JUDGE): value for key, value in effect.given.items()}
    # One function for each outcome, so that settings share what it is without them.
    outcome = _CHANGED.setdefault(id(effect.outcome), with_endpoint_of_judge(effect.outcome))
    return Effect(outcome, effect.to, given)


EFFECTS = {
    f"{JUDGE}.enabled": Effect(of_stage, True, SERVER),
    f"{JUDGE}.against": Effect(of_stage, "zero_shot", ON),
    f"{JUDGE}.max_rows": Effect(of_stage, 2, ON),
    f"{JUDGE}.show_reference": Effect(of_stage, False, ON),
    f"{JUDGE}.max_new_tokens": Effect(of_stage, 70, ON),
    f"{JUDGE}.folder": Effect(of_stage, "data/suites/judge", ON),
    **{
        f"{JUDGE}.endpoint.{key.rpartition('.')[2]}": _of_endpoint(key.rpartition(".")[2])
        for key in of_reference.EFFECTS
        if key.startswith(f"{OTHER}.endpoint.")
    },
    "task.rubric": Effect(of_stage, [{"name": "tone", "description": "is friendly"}], ON),
    "task.rubric.*.name": Effect(
        of_stage, "manner", {**ON, "task.rubric": [{"name": "tone", "description": "is friendly"}]}
    ),
    "task.rubric.*.description": Effect(
        of_stage, "is warm", {**ON, "task.rubric": [{"name": "tone", "description": "is friendly"}]}
    ),
}
