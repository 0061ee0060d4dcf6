"""Rows with tools from the raw file to scores: prepare, training, the stages that evaluate, a server."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.unit.data.tool_rows import LOOK_UP, calls, made_row, raw, result
from tests.unit.endpoints.chat_server import KEY, MODEL, ChatServer, Reply, answer
from tests.unit.evaluation.stage_project import make_project
from tunewright.artifacts import (
    ADAPTER,
    BASELINE,
    DATA_CARD,
    EVALUATION,
    METRICS,
    REFERENCE,
    REJECTED_ROWS,
    TEST_ROWS,
    TRAIN_ROWS,
    VALIDATION_ROWS,
    read_json,
    read_jsonl,
)
from tunewright.config.schema.evaluation import Evaluation
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.method import Lora, Method
from tunewright.config.stage_settings import read_resolved
from tunewright.data.card import read_card
from tunewright.data.rows import Message, Row, read_rows
from tunewright.errors import EvaluationError
from tunewright.evaluation.engines.in_process import TransformersEngine
from tunewright.evaluation.few_shot import few_shot_prompt
from tunewright.evaluation.generate import generate
from tunewright.evaluation.predictions import PREDICTIONS, read_predictions
from tunewright.models import tiny
from tunewright.models.load import load_tokenizer
from tunewright.stages import baseline, compose, evaluate, prepare, reference
from tunewright.tracking.none import NoRun
from tunewright.training.result import BaseModel
from tunewright.training.train import train

DATA = """\
sources:
  - {path: data/raw/chats.jsonl, format: openai, licence: none}
max_rejected_share: 0.1
"""
PARAMS = """\
task: support_triage
data: DATA
model: tiny
method: lora
hardware: cpu
evaluation: default
tracking: none
set:
  task: {kind: chat, metrics: [exact_match, perplexity], acceptance: [], output: {json_schema: null}}
  evaluation: SETTINGS
"""
SETTINGS = {"max_new_tokens": 6, "batch_size": 8, "few_shot": {"k": 1}, "latency": {"requests": 1}}
TOOLS = [{"type": "function", "function": LOOK_UP}]
PLACES = ("Graz", "Wien", "Linz", "Bern", "Ulm", "Trier", "Mainz", "Kiel")


def chats() -> list[dict[str, Any]]:
    """A call for every other row, else the answer after its result; and two that teach wrong calls."""
    made = []
    for number, place in enumerate(PLACES * 4):
        asked = {"role": "user", "content": f"{place} {number}: where is it? I am ada{number}@engine.io"}
        call = calls(("look_up", {"parcel": f"P-{place}-{number}"}), content=None)
        rest = (
            [] if number % 2 else [result("{}"), {"role": "assistant", "content": f"In {place}, {number}."}]
        )
        made.append(raw(asked, call, *rest, tools=TOOLS))
    asked = {"role": "user", "content": "Fly!"}
    wrong = (("fly", {}), ("look_up", {}))
    return [*made, *(raw(asked, calls(call), tools=TOOLS) for call in wrong)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    (folder / "extensions").mkdir(parents=True)
    params = PARAMS.replace("SETTINGS", json.dumps(SETTINGS))
    make_project(folder, params.replace("DATA", "support_triage"), monkeypatch, test_rows=1)
    (folder / "conf" / "data" / "chats.yaml").write_text(DATA)
    (folder / "data" / "raw" / "chats.jsonl").write_text("".join(json.dumps(row) + "\n" for row in chats()))
    (folder / "params.yaml").write_text(params.replace("DATA", "chats"))
    compose.run(folder)
    prepare.run(folder)
    return folder


def trained(project: Path, base: Path, folder: Path) -> None:
    """An adapter after a few steps on the training rows."""
    folder.mkdir()
    found = train(
        BaseModel(base, "tiny@2"),
        read_rows(project / TRAIN_ROWS),
        read_rows(project / VALIDATION_ROWS),
        instructions=read_resolved(project).task.instructions,
        method=Method(
            lora=Lora(r=4, lora_alpha=8),
            global_batch_size=8,
            num_train_epochs=1,
            learning_rate=5e-3,
            evals_per_epoch=1,
            max_length=4096,
        ),
        hardware=Hardware(
            device="cpu", supports_bf16=True, precision="fp32", attn_implementation="eager", memory_gb=4
        ),
        seed=7,
        folder=folder,
        run=NoRun(),
    )
    shutil.copytree(found.weights, project / ADAPTER)


def test_rows_with_tools_go_all_the_way(project: Path, tiny_folder: Path, tmp_path: Path) -> None:
    rejected = list(read_jsonl(project / REJECTED_ROWS))
    assert [row["line"] for row in rejected] == [33, 34]
    assert all(row["fix"] for row in rejected)
    card = read_card(project / DATA_CARD)
    assert (card.with_tools, card.calling) == (32, 16)
    for path in (TRAIN_ROWS, VALIDATION_ROWS, TEST_ROWS):
        assert "engine.io" not in (project / path).read_text()

    trained(project, tiny_folder, tmp_path / "training")
    baseline.run(project)
    evaluate.run(project)

    rows = read_rows(project / TEST_ROWS)
    assert any(row.messages[-1].tool_calls for row in rows)
    tuned = read_predictions(project / EVALUATION / PREDICTIONS)
    assert [one.reference for one in tuned] == [row.reference for row in rows]
    asked = read_predictions(project / BASELINE / PREDICTIONS)
    assert [one.prompt_tokens for one in asked[: len(rows)]] == [one.prompt_tokens for one in tuned]
    for one in (read_json(project / METRICS / "evaluation.json")["tuned"],):
        assert one["exact_match"]["n"] == len(rows)
        assert one["perplexity"]["value"] > 1


class Learnt(TransformersEngine):
    """Writes what a model that has learnt the rows would write."""

    def _decode(self, batch: Any, prefix: Any) -> list[list[int]]:
        return [self.tokenizer(WRITTEN[request.id] + tiny.END_OF_TURN)["input_ids"] for request in batch]


WRITTEN = {
    "right": '<tool_call>{"name": "look_up",  "arguments": {"parcel":"P-1"}}</tool_call>',
    "wrong": '<tool_call>{"name": "look_up", "arguments": {"parcel": "P-2"}}</tool_call>',
    "said": "P-1 is in Graz.",
}
ROWS = [made_row("right"), made_row("wrong"), made_row("said", answered=True)]


def test_a_right_call_is_right_however_it_is_written(model: Any, tokenizer: Any, tmp_path: Path) -> None:
    evaluation = Evaluation(max_new_tokens=99, batch_size=1)
    engine = Learnt(model, tokenizer, evaluation)
    prompts = [row.prompt for row in ROWS]
    found = generate(engine, ROWS, prompts, contestant="tuned", folder=tmp_path).predictions
    assert [one.answer == one.reference for one in found] == [True, False, True]
    assert found[0].answer == '{"name": "look_up", "arguments": {"parcel": "P-1"}}'


def test_a_template_whose_calls_are_not_read_is_refused(
    model: Any, tiny_folder: Path, tmp_path: Path
) -> None:
    tokenizer = load_tokenizer(tiny_folder)
    as_python = ("(call['function'] | tojson)", "call['function'] | string")
    tokenizer.chat_template = tiny.CHAT_TEMPLATE.replace(*as_python)
    engine = Learnt(model, tokenizer, Evaluation(max_new_tokens=99, batch_size=1))
    with pytest.raises(EvaluationError, match="row right in a form that is not read"):
        generate(engine, ROWS, [row.prompt for row in ROWS], contestant="tuned", folder=tmp_path)


def test_examples_bring_their_tools_and_the_rows_own_declaration_holds() -> None:
    plain = Row("p", (Message("user", "Hi"), Message("assistant", "Hello")), "p", "s")
    prompt = few_shot_prompt(plain, [made_row()])
    assert prompt[0].tools == made_row().tools
    assert not any(turn.tools for turn in prompt[1:])
    first = made_row().tools[:1]
    row = Row("q", (Message("system", "s", tools=first), *plain.messages), "q", "s")
    assert few_shot_prompt(row, [made_row()])[0].tools == made_row().tools
    assert few_shot_prompt(plain, [plain])[0].tools == ()


def test_the_reference_is_sent_the_tools_and_its_calls_are_compared(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = read_rows(project / TEST_ROWS)

    def reply(self: ChatServer, body: dict[str, Any], _: dict[str, str]) -> Reply:
        self.bodies.append(body)
        arguments = '{"parcel": "P-?"}'
        for row in rows:
            if row.prompt[-1].content == body["messages"][-1]["content"] and row.messages[-1].tool_calls:
                arguments = row.messages[-1].tool_calls[0].arguments.replace(": ", ":")
        made = answer(None, reason="tool_calls")
        function = {"name": "look_up", "arguments": arguments}
        made["choices"][0]["message"]["tool_calls"] = [{"id": "x", "type": "function", "function": function}]
        return Reply(200, made)

    monkeypatch.setattr(ChatServer, "_reply", reply)
    monkeypatch.setenv("THE_KEY_OF_THE_SERVER", KEY)
    with ChatServer().running() as server:
        endpoint = {"base_url": server.base_url, "model": MODEL, "api_key_env": "THE_KEY_OF_THE_SERVER"}
        params = (project / "params.yaml").read_text().replace(", perplexity", "")
        asked = json.dumps({**SETTINGS, "reference": {"enabled": True, "endpoint": endpoint}})
        (project / "params.yaml").write_text(params.replace(json.dumps(SETTINGS), asked))
        compose.run(project)
        reference.run(project)
    (body, *_) = [body for body in server.bodies if body["messages"][-1]["role"] == "tool"]
    assert body["tools"] == TOOLS
    system, user, calling, found = body["messages"]
    assert (system["role"], user["role"], found["role"]) == ("system", "user", "tool")
    (call,) = calling["tool_calls"]
    assert isinstance(call["function"]["arguments"], str)
    assert (call["id"], found["tool_call_id"]) == ("call00001", "call00001")
    right = [one.answer == one.reference for one in read_predictions(project / REFERENCE / PREDICTIONS)]
    assert right == [bool(row.messages[-1].tool_calls) for row in rows]
