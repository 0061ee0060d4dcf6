"""`evaluation.reference`: what is sent to a server, how it is asked, and what the plan says of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.config.effects.effect import Effect
from tests.unit.endpoints.chat_server import BROKEN, KEY, LATE, MODEL, ChatServer, Reply
from tests.unit.evaluation.made_up import make_rows
from tunewright import artifacts
from tunewright.cli.plan_reference import reference_lines
from tunewright.config.resolved import to_yaml
from tunewright.config.schema import Settings
from tunewright.data.rows import write_rows
from tunewright.endpoints import line, pace
from tunewright.endpoints.answer import ChatRequest
from tunewright.endpoints.chat import ChatClient
from tunewright.errors import EndpointError
from tunewright.stages import reference

ROOT = Path(__file__).parents[3]
VARIABLE = "A_VARIABLE_OF_THIS_TEST"
REQUESTS = [ChatRequest(row.id, row.prompt) for row in make_rows(3)]


def ask(server: ChatServer, settings: Settings, folder: Path) -> object:
    """The answers' texts, or what went wrong."""
    here = {"base_url": server.base_url, "model": settings.evaluation.reference.endpoint.model or MODEL}
    endpoint = settings.evaluation.reference.endpoint.model_copy(update=here)
    client = ChatClient(endpoint, where="here", folder=folder / "answers", environment={VARIABLE: KEY})
    try:
        return [one.text for one in client.complete(REQUESTS, max_new_tokens=9)]
    except EndpointError as error:
        return error.what


def sent(settings: Settings, folder: Path) -> object:
    """What the server is sent, the key included."""
    with ChatServer().running() as server:
        ask(server, settings, folder)
        return [*server.bodies, *(headers["authorization"] for headers in server.headers)]


def at_once(settings: Settings, folder: Path) -> object:
    """Requests under way at the same time: one, or several."""
    with ChatServer(seconds=0.05).running() as server:
        ask(server, settings, folder)
        return server.most_at_once > 1


def waited(settings: Settings, folder: Path) -> object:
    """Seconds between the requests, by a clock that only waiting moves."""
    now = [0.0]

    def sleep(_: object, seconds: float) -> None:
        now[0] += max(seconds, 0.0)

    with (
        ChatServer().running() as server,
        patch.object(pace.time, "monotonic", lambda: now[0]),
        patch.object(pace.Pace, "sleep", sleep),
    ):
        ask(server, settings, folder)
    return now[0]


def after(*replies: Reply) -> Any:
    """The outcome of asking a server that fails so."""

    def outcome(settings: Settings, folder: Path) -> object:
        with (
            ChatServer(replies=replies).running() as server,
            patch.object(line, "FIRST_WAIT_SECONDS", 0.001),
        ):
            return ask(server, settings, folder)

    return outcome


def of_stage(settings: Settings, folder: Path) -> object:
    """The conversations that the stage sends."""
    for path, name in ((artifacts.TRAIN_ROWS, "train"), (artifacts.TEST_ROWS, "test")):
        write_rows(folder / path, [replace(row, messages=row.messages[1:]) for row in make_rows(6, name)])
    shutil.copy(ROOT / "dvc.yaml", folder)
    (folder / "extensions").mkdir()
    with ChatServer().running() as server:
        here = settings.evaluation.reference.endpoint.model_copy(update={"base_url": server.base_url})
        asked = settings.evaluation.reference.model_copy(update={"endpoint": here})
        evaluation = settings.evaluation.model_copy(update={"reference": asked})
        text = to_yaml(settings.model_copy(update={"evaluation": evaluation}))
        (folder / "resolved.yaml").write_text(text)
        with patch.dict("os.environ", {"DVC_ROOT": str(folder)}):
            reference.run(folder)
        return sorted(str(body["messages"]) for body in server.bodies)


def planned(settings: Settings, _: Path) -> object:
    """What the plan says."""
    return [*reference_lines(settings, make_rows(6, "train"), make_rows(6, "test"))]


ENDPOINT = "evaluation.reference.endpoint"
SERVER = {f"{ENDPOINT}.base_url": "http://localhost:8000/v1", f"{ENDPOINT}.model": MODEL}
ON = {**SERVER, "evaluation.reference.enabled": True}
ALONE = {f"{ENDPOINT}.max_concurrency": 1}
PRICED = {
    **ON,
    f"{ENDPOINT}.price_per_million_input_tokens": 3.0,
    f"{ENDPOINT}.price_per_million_output_tokens": 9.0,
}
EFFECTS = {
    "evaluation.reference.enabled": Effect(of_stage, True, SERVER),
    "evaluation.reference.few_shot": Effect(of_stage, True, ON),
    "evaluation.reference.name": Effect(planned, "today's model", ON),
    f"{ENDPOINT}.base_url": Effect(planned, "https://models.example.com/v1", ON),
    f"{ENDPOINT}.model": Effect(sent, "other-1", ALONE),
    f"{ENDPOINT}.api_key_env": Effect(sent, VARIABLE, ALONE),
    f"{ENDPOINT}.temperature": Effect(sent, None, ALONE),
    f"{ENDPOINT}.seed": Effect(sent, 5, ALONE),
    f"{ENDPOINT}.limit_sent_as": Effect(sent, "max_completion_tokens", ALONE),
    f"{ENDPOINT}.max_concurrency": Effect(at_once, 3, ALONE),
    f"{ENDPOINT}.requests_per_minute": Effect(waited, 30, ALONE),
    f"{ENDPOINT}.timeout_seconds": Effect(
        after(LATE), 5.0, {**ALONE, f"{ENDPOINT}.timeout_seconds": 0.1, f"{ENDPOINT}.max_retries": 0}
    ),
    f"{ENDPOINT}.max_retries": Effect(after(BROKEN, BROKEN), 2, {**ALONE, f"{ENDPOINT}.max_retries": 1}),
    f"{ENDPOINT}.price_per_million_input_tokens": Effect(planned, 4.0, PRICED),
    f"{ENDPOINT}.price_per_million_output_tokens": Effect(planned, 4.0, PRICED),
    f"{ENDPOINT}.currency": Effect(planned, "EUR", PRICED),
    f"{ENDPOINT}.max_cost": Effect(planned, 2.0, PRICED),
}
