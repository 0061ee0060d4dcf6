"""The engine `server` against a server that speaks the protocol over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_up import make_rows

from tests.unit.endpoints import chat_server
from tests.unit.endpoints.chat_server import ChatServer, Reply
from tests.unit.evaluation.stage_project import CHOICES, make_project
from tunewright.artifacts import BASELINE, EVALUATION, TIMINGS, read_json
from tunewright.config.schema.evaluation import Evaluation, Server
from tunewright.errors import EndpointError, EvaluationError
from tunewright.evaluation.engines import server as engine
from tunewright.evaluation.engines.opening import tuned_engine
from tunewright.evaluation.engines.server import ServerEngine, prove_served
from tunewright.evaluation.generate import generate
from tunewright.evaluation.predictions import PREDICTIONS, read_predictions
from tunewright.evaluation.sampling import row_seed
from tunewright.models.load import Loading
from tunewright.stages import baseline, evaluate

ROWS = make_rows(6)
PROMPTS = [row.prompt for row in ROWS]


@pytest.fixture
def served() -> Iterator[ChatServer]:
    """A server with one model: which name is asked for, the answer says."""
    with ChatServer().running() as running:
        yield running


@pytest.fixture(autouse=True)
def _any_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server answers for every model, with the name before the answer."""
    reply = ChatServer._reply

    def named(self: ChatServer, body: dict[str, Any], headers: dict[str, str]) -> Reply:
        name, body["model"] = body["model"], chat_server.MODEL
        text = self.text
        self.text = lambda messages: f"{'' if name == 'same' else name} {text(messages)}"
        try:
            return reply(self, body, headers)
        finally:
            self.text, body["model"] = text, name

    monkeypatch.setattr(ChatServer, "_reply", named)
    monkeypatch.setattr("tunewright.endpoints.line.FIRST_WAIT_SECONDS", 0.01)


def settings(served: ChatServer, **changes: Any) -> Evaluation:
    server = Server(base_url=served.base_url, base_model_name="base", tuned_model_name="tuned")
    return Evaluation(
        **{"engine": "server", "server": server, "max_new_tokens": 20, "batch_size": 1, **changes}
    )


def make(
    role: engine.Role, evaluation: Evaluation, tokenizer: Any, folder: Path, room: int | None = None
) -> ServerEngine:
    folder.mkdir(exist_ok=True)
    return ServerEngine(role, tokenizer, evaluation, room=room, folder=folder)


def test_rows_are_asked_as_conversations_of_the_model_by_name(
    served: ChatServer, tokenizer: Any, tmp_path: Path
) -> None:
    made = generate(
        make("tuned", settings(served), tokenizer, tmp_path),
        ROWS,
        PROMPTS,
        contestant="tuned",
        folder=tmp_path,
    )
    assert [one.answer for one in made.predictions] == [
        f"tuned {row.messages[1].content.upper()}" for row in ROWS
    ]
    assert {body["model"] for body in served.bodies} == {"tuned"}
    body = served.bodies[0]
    assert body["temperature"] == 0
    assert not {"seed", "top_p"} & set(body)
    assert [turn["role"] for turn in body["messages"]] == ["system", "user"]
    short = generate(
        make("tuned", settings(served, max_new_tokens=2), tokenizer, tmp_path / "short"),
        ROWS,
        PROMPTS,
        contestant="tuned",
        folder=tmp_path / "short",
    )
    assert {one.finished for one in made.predictions} == {True}
    assert {(one.finished, one.answer_tokens) for one in short.predictions} == {(False, 2)}


def test_drawn_answers_have_a_seed_for_each_row(served: ChatServer, tokenizer: Any, tmp_path: Path) -> None:
    warm = settings(served, temperature=0.7, top_p=0.9, seed=3)
    generate(make("base", warm, tokenizer, tmp_path), ROWS, PROMPTS, contestant="zero_shot", folder=tmp_path)
    assert {(body["temperature"], body["top_p"]) for body in served.bodies} == {(0.7, 0.9)}
    assert {body["seed"] for body in served.bodies} == {row_seed(3, row.id) for row in ROWS}


def test_a_run_that_goes_on_asks_for_what_is_missing(
    tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ROUNDS", 2)
    refused = Reply(400, {"error": {"message": "no"}})
    late = [Reply(seconds=0.0, answers=True)] * 3
    with ChatServer(replies=[*late, refused]).running() as served:
        with pytest.raises(EndpointError, match="refuses the request"):
            generate(
                make("tuned", settings(served), tokenizer, tmp_path),
                ROWS,
                PROMPTS,
                contestant="tuned",
                folder=tmp_path,
            )
        before = len(served.bodies)
        made = generate(
            make("tuned", settings(served), tokenizer, tmp_path),
            ROWS,
            PROMPTS,
            contestant="tuned",
            folder=tmp_path,
        )
    assert before == 4
    assert len(served.bodies) - before == len(ROWS) - 3
    assert all(one.answer for one in made.predictions)


def test_errors_name_the_settings_of_this_engine(tokenizer: Any, tmp_path: Path) -> None:
    gone = chat_server.complaint(404, "The model `tuned` does not exist", "model_not_found")
    with ChatServer(replies=[gone]).running() as served, pytest.raises(EndpointError) as caught:
        generate(
            make("tuned", settings(served), tokenizer, tmp_path),
            ROWS,
            PROMPTS,
            contestant="tuned",
            folder=tmp_path,
        )
    assert "evaluation.server.tuned_model_name" in caught.value.fix
    assert "evaluation.server.model" not in str(caught.value)


def test_a_single_request_is_streamed_and_never_taken_from_what_is_kept(
    served: ChatServer, tokenizer: Any, tmp_path: Path
) -> None:
    one = make("tuned", settings(served), tokenizer, tmp_path)
    waits = [one.timed("r0", PROMPTS[0]) for _ in range(2)]
    assert all(0 < wait.first < wait.whole for wait in waits)
    assert [body.get("stream") for body in served.bodies] == [True, True]


def test_another_chat_template_is_told_of_once(
    served: ChatServer, tokenizer: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(
        make("base", settings(served), tokenizer, tmp_path),
        ROWS,
        PROMPTS,
        contestant="tuned",
        folder=tmp_path,
    )
    assert capsys.readouterr().err.count("the server's may be another one") == 1, "it counts words"


def test_models_that_answer_alike_are_refused(served: ChatServer, tokenizer: Any, tmp_path: Path) -> None:
    one, other = (make(role, settings(served), tokenizer, tmp_path) for role in ("base", "tuned"))
    prove_served(one, other, ROWS, PROMPTS, "tuned")
    assert len(served.bodies) == 2, "the first difference is enough"
    with pytest.raises(EvaluationError, match="on 6 test prompts the answers are the same") as caught:
        prove_served(one, one, ROWS, PROMPTS, "tuned")
    assert caught.value.where == "evaluation.server.tuned_model_name (tuned)"
    many = make_rows(20)
    with pytest.raises(EvaluationError, match="on 16 test prompts"):
        prove_served(one, one, many, [row.prompt for row in many], "tuned")


def test_the_tuned_model_is_shown_to_be_another_at_temperature_0_before_it_answers(
    served: ChatServer, tokenizer: Any, tiny_folder: Path, tmp_path: Path
) -> None:
    loading = Loading(tiny_folder, "cpu", "fp32", None, False)
    warm = settings(served, temperature=0.7)
    opened = tuned_engine(loading, tmp_path, tokenizer, warm, ROWS, PROMPTS, tmp_path)
    assert [(body["model"], body["temperature"]) for body in served.bodies] == [("base", 0), ("tuned", 0)]
    opened.timed("r0", PROMPTS[0])
    assert (served.bodies[2]["model"], served.bodies[2]["temperature"]) == ("tuned", 0.7)
    same = Server(base_url=served.base_url, base_model_name="same", tuned_model_name="same")
    with pytest.raises(EvaluationError, match="the adapter is not active"):
        tuned_engine(
            loading, tmp_path, tokenizer, settings(served, server=same), ROWS, PROMPTS, tmp_path / "other"
        )


def test_a_great_batch_size_is_asked_as_far_as_the_client_goes(
    served: ChatServer, tokenizer: Any, tmp_path: Path
) -> None:
    one = make("tuned", settings(served, batch_size=300), tokenizer, tmp_path)
    assert one.batch_size([], tmp_path) == 8 * 300
    assert one.timed("r0", PROMPTS[0]).whole > 0


def test_a_project_is_scored_by_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ChatServer().running() as served:
        params = CHOICES + (
            "set:\n  evaluation:\n"
            "    {engine: server, batch_size: 1, max_new_tokens: 30, latency: {requests: 1}, "
            f"server: {{base_url: '{served.base_url}', base_model_name: base, tuned_model_name: tuned}}}}\n"
        )
        (tmp_path / "project" / "extensions").mkdir(parents=True)
        project = make_project(tmp_path / "project", params, monkeypatch, test_rows=3)
        baseline.run(project)
        (project / "artifacts" / "adapter").mkdir()
        evaluate.run(project)
    base = read_predictions(project / BASELINE / PREDICTIONS)
    tuned = read_predictions(project / EVALUATION / PREDICTIONS)
    assert [one.answer.split()[0] for one in (*base, *tuned)] == ["base"] * 6 + ["tuned"] * 3
    timing = read_json(project / TIMINGS / "evaluate.json")
    assert timing["engine"] == "server"
    assert timing["latency"]["tuned"]["requests"] == 1
