"""The plan: memory grows with what takes memory, steps follow the recipe, nothing is fetched."""

import math
import shutil
from pathlib import Path

import pytest

from tests.unit.evaluation.made_up import make_rows
from tunewright.artifacts import TIMINGS, write_json
from tunewright.cli.plan import plan
from tunewright.cli.plan_judge import judge_lines
from tunewright.cli.plan_reference import reference_lines
from tunewright.cli.set import set_values
from tunewright.config.compose import compose as compose_settings
from tunewright.config.judge_metrics import dimensions
from tunewright.config.schema.hardware import Hardware
from tunewright.config.schema.measured import WAITS
from tunewright.config.schema.method import Lora, Method, Quantization
from tunewright.config.schema.model import Sizes
from tunewright.data.card import CHARACTERS_PER_TOKEN
from tunewright.evaluation.judging.prompt import Compared, prompt
from tunewright.stages import compose
from tunewright.training.plan import lora_parameters, optimizer_steps, plan_memory

ROOT = Path(__file__).parents[3]
GIB = 2**30
SMOLLM = Sizes(
    parameters=134_515_008,
    hidden_size=576,
    intermediate_size=1536,
    num_hidden_layers=30,
    num_attention_heads=9,
    num_key_value_heads=3,
    vocab_size=49152,
)
GPU = Hardware(device="cuda", memory_gb=24, supports_bf16=True, precision="bf16")


def needed(method: Method, hardware: Hardware = GPU) -> float:
    memory = plan_memory(SMOLLM, method, hardware, memory_bytes=24 * GIB, length=512, trained=64)
    return memory.needed / memory.micro_batch_size


def test_lora_weights_are_counted_as_peft_counts_them() -> None:
    """4,884,480 is what peft reports for rank 16 on all linear layers of SmolLM2-135M."""
    assert lora_parameters(SMOLLM, Lora(r=16)) == 4_884_480
    assert lora_parameters(SMOLLM, Lora(r=8)) == 4_884_480 // 2
    assert lora_parameters(SMOLLM, Lora(r=16, target_modules=("q_proj",))) == 30 * 16 * (576 + 576)
    assert lora_parameters(SMOLLM, Lora(r=16, use_dora=True)) > 4_884_480


def test_memory_follows_the_method() -> None:
    one_row = GPU.model_copy(update={"micro_batch_size": 1})
    lora = needed(Method(lora=Lora(), learning_rate=1e-4), one_row)
    qlora = needed(Method(lora=Lora(), quantization=Quantization(), learning_rate=1e-4), one_row)
    full = needed(Method(lora=None, learning_rate=1e-5), one_row)
    assert qlora < lora < full
    assert full > 16 * SMOLLM.parameters


def test_checkpointing_saves_memory_and_a_small_card_is_too_small() -> None:
    method = Method(lora=None, learning_rate=1e-5)
    one_row = GPU.model_copy(update={"micro_batch_size": 1})
    assert needed(method, one_row.model_copy(update={"gradient_checkpointing": True})) < needed(
        method, one_row
    )
    tight = plan_memory(SMOLLM, method, GPU, memory_bytes=1 * GIB, length=512, trained=64)
    assert not tight.fits


def test_steps() -> None:
    method = Method(lora=Lora(), learning_rate=1e-4, global_batch_size=8, num_train_epochs=3)
    assert optimizer_steps(method, 351) == 132
    assert optimizer_steps(method.model_copy(update={"max_steps": 5}), 351) == 5


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("conf", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "extensions").mkdir()
    shutil.copy(ROOT / "params.yaml", tmp_path)
    return tmp_path


def test_the_plan_of_the_reference_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan(project)
    told = capsys.readouterr().out
    assert "528 rows read, 6 rejected, 2 removed; 351 train, 83 validation, 86 test" in told
    assert "132 steps of 8 rows" in told
    assert ": fits" in told
    assert "time      unknown before a first run" in told
    assert "suites    all off" in told
    assert not (project / "artifacts").exists()
    set_values(project, ["model=qwen3-8b", "method=full", "hardware=rtx4090"])
    capsys.readouterr()
    plan(project)
    assert "DOES NOT FIT" in capsys.readouterr().out


def test_the_plan_names_the_tasks_of_the_harness(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["enabled=true", "tasks=[arc_easy, boolq]", "limit=50"]
    set_values(project, [f"evaluation.suites.harness.{word}" for word in words])
    plan(project)
    assert "suites    harness: the first 50 items of each of arc_easy, boolq" in capsys.readouterr().out


def test_the_plan_shows_what_suites_cost(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_values(project, ["evaluation.suites.regression.enabled=true"])
    plan(project)
    assert "suites    regression: 212 prompts, about " in (told := capsys.readouterr().out)
    assert "safety" not in told
    words = ["evaluation.suites.regression.enabled=false", "evaluation.suites.safety.enabled=true"]
    set_values(project, words)
    capsys.readouterr()
    plan(project)
    assert "suites    safety: 72 prompts, about " in (told := capsys.readouterr().out)
    assert "and at most 2,880 to write" in told, "72 answers of 40 tokens"
    assert "time unknown before a first run" in told
    set_values(project, ["evaluation.suites.safety.enabled=false"])
    capsys.readouterr()
    plan(project)
    assert "suites    all off" in capsys.readouterr().out


def test_the_plan_shows_what_the_reference_costs_and_where_rows_go(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan(project)
    assert "reference" not in capsys.readouterr().out
    endpoint = "evaluation.reference.endpoint"
    words = ["base_url=https://models.example.com/v1", "model=large-1", "price_per_million_input_tokens=3.0"]
    set_values(project, ["evaluation.reference.enabled=true", *(f"{endpoint}.{word}" for word in words)])
    capsys.readouterr()
    plan(project)
    told = capsys.readouterr().out
    assert "reference large-1: 86 requests, about " in told
    assert "at most 11,008 to write" in told, "86 answers of 128 tokens"
    assert "cost not stated: a price" in told
    assert "note: 86 test rows LEAVE THE HOUSE: they are sent to models.example.com" in told
    words = ["base_url=http://127.0.0.1:8000/v1", "price_per_million_output_tokens=1000.0", "max_cost=2.0"]
    set_values(project, ["evaluation.reference.few_shot=true", *(f"{endpoint}.{word}" for word in words)])
    capsys.readouterr()
    plan(project)
    told = capsys.readouterr().out
    assert "about 11." in told and "budget 2 USD, so it will stop before the end" in told
    assert "86 test rows and training rows as examples are sent to 127.0.0.1, within the house" in told


def test_the_plan_says_which_server_answers_and_where_rows_go(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = "evaluation.server"
    words = ["base_url=https://models.example.com/v1", "base_model_name=small", "tuned_model_name=ours"]
    words.append("api_key_env=A_KEY_OF_NOBODY")
    set_values(project, ["evaluation.engine=server", *(f"{server}.{word}" for word in words)])
    capsys.readouterr()
    plan(project)
    told = capsys.readouterr().out
    assert "engine    small and ours on a server answer the test rows" in told
    assert "note: 86 test rows and training rows as examples LEAVE THE HOUSE" in told
    assert "note: A_KEY_OF_NOBODY is not set here" in told


def test_the_plan_counts_the_time_of_single_requests(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(ROOT / "dvc.yaml", project)
    compose.run(project)
    waits = {"requests": 4, "seconds": 30.0} | dict.fromkeys(WAITS, 1.0)
    latency = {"baseline": {"zero_shot": waits, "few_shot": waits}, "train": {}, "evaluate": {"tuned": waits}}
    for stage, seconds in (("baseline", 100.0), ("train", 600.0), ("evaluate", 50.0)):
        timing = {"seconds": seconds, "latency": latency[stage]}
        write_json(project / TIMINGS / f"{stage}.json", timing)
    plan(project)
    told = capsys.readouterr().out
    assert "time      about 14 min: training 10, scoring 4 (last run" in told
    assert "of which single requests: 90 s (evaluation.latency.requests=4)" in told
    set_values(project, ["evaluation.latency.requests=8"])
    capsys.readouterr()
    plan(project)
    assert "of which single requests: 180 s" in capsys.readouterr().out


def test_the_plan_shows_what_the_judge_costs_and_where_rows_go(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan(project)
    assert "judge" not in capsys.readouterr().out
    endpoint = "evaluation.judge.endpoint"
    words = ["base_url=https://models.example.com/v1", "model=large-1", "price_per_million_input_tokens=3.0"]
    set_values(project, ["evaluation.judge.enabled=true", *(f"{endpoint}.{word}" for word in words)])
    capsys.readouterr()
    plan(project)
    told = capsys.readouterr().out
    assert "judge     large-1: tuned against few_shot on 86 rows in both orders, 172 requests" in told
    assert "at most 68,800 to write" in told, "172 answers of 400 tokens"
    assert "cost not stated: a price" in told
    assert (
        "note: 86 test rows with two answers each LEAVE THE HOUSE: they are sent to models.example.com"
        in told
    )
    words = ["base_url=http://127.0.0.1:8000/v1", "price_per_million_output_tokens=1000.0", "max_cost=2.0"]
    set_values(project, [f"{endpoint}.{word}" for word in words])
    capsys.readouterr()
    plan(project)
    told = capsys.readouterr().out
    assert "USD at most, 2 times that if no answer can be read at first; budget 2 USD" in told
    assert "86 test rows with two answers each are sent to 127.0.0.1, within the house" in told
    set_values(project, ["evaluation.judge.folder=data/suites/judge", "evaluation.judge.max_rows=5"])
    capsys.readouterr()
    plan(project)
    told = capsys.readouterr().out
    assert "data/suites/judge: tuned against few_shot on 5 rows" in told
    assert "nothing leaves the house" in told


def test_the_plan_counts_what_the_judge_reads_in_both_orders_and_the_first_rows_alone(project: Path) -> None:
    words = ["judge.enabled=true", "judge.folder=data/suites/judge", "max_rows=3", "reference.enabled=true"]
    server = ["base_url=http://127.0.0.1:8000/v1", "model=large-1"]
    words += [f"reference.endpoint.{word}" for word in server]
    set_values(project, [f"evaluation.{word}" for word in words])
    settings, rows = compose_settings(project), make_rows(6, "test")
    show = settings.evaluation.judge.show_reference
    characters = 0
    for row in rows[:3]:
        both = Compared(row, row.reference, row.reference)
        asked = prompt(both, settings.task, dimensions(settings.task), swapped=False, show_reference=show)
        characters += 2 * sum(len(turn.content) for turn in asked)
    line, _, missing = judge_lines(settings, rows, project)
    assert "on 3 rows in both orders, 6 requests" in line
    assert "data/suites/judge does not exist" in missing
    assert f"about {math.ceil(characters / CHARACTERS_PER_TOKEN):,} tokens to read" in line
    line, _, where = reference_lines(settings, make_rows(9, "train"), rows)
    assert "3 requests" in line and "3 test rows are sent" in where


def test_the_plan_warns_of_criteria_that_no_result_could_meet(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan(project)
    assert "even of a perfect model" not in capsys.readouterr().out
    set_values(project, ["task.acceptance=[{metric: schema_valid, min: 0.98}]"])
    capsys.readouterr()
    plan(project)
    told = capsys.readouterr().out
    assert (
        "note: schema_valid >= 0.98 with 0.95 confidence needs 189 test rows, even of a perfect model" in told
    )


def test_the_plan_warns_of_rows_that_training_would_refuse(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_values(project, ["method.max_length=64"])
    plan(project)
    told = capsys.readouterr().out
    assert "434 of 434 rows (100.0%) over method.max_length=64" in told
    assert "training refuses every one and does not start (method.too_long=error)" in told
    set_values(project, ["method.max_length=180", "method.too_long=drop"])
    capsys.readouterr()
    plan(project)
    told = capsys.readouterr().out
    over = int(told.split(" of 434 rows")[0].split()[-1])
    assert 0 < over < 434
    rows = round(351 * (1 - over / 434))  # fewer rows, fewer steps
    assert f"{-(-rows // 8) * 3} steps of 8 rows" in told
