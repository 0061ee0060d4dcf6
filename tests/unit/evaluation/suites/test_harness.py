"""lm-evaluation-harness by its real API, on a task of our own in a temporary folder; nothing is fetched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.evaluation.suites.taught import pair, taught
from tunewright.artifacts import read_json
from tunewright.config.schema.evaluation import Statistics
from tunewright.config.schema.suites import Harness, Limits
from tunewright.errors import EvaluationError
from tunewright.evaluation.suites import harness
from tunewright.evaluation.suites.harness import item_scores, load_tasks, run_tasks
from tunewright.evaluation.suites.judge import compare_suites

pytest.importorskip("lm_eval", reason="needs pip install 'tunewright[harness]'")

OPTIONS = ("red", "blue", "green")
THINGS = ("sky", "grass", "blood", "sea", "leaf", "rose", "lake", "moss")
RIGHT = (1, 2, 0, 1, 2, 0, 1, 2)
FOLDER = "data/suites/harness"
TASK = """\
task: colours
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
output_type: multiple_choice
test_split: test
doc_to_text: "{{{{question}}}}"
doc_to_choice: "{{{{options}}}}"
doc_to_target: "{{{{answer}}}}"
target_delimiter: " "
metric_list:
  - {{metric: acc, aggregation: mean, higher_is_better: true}}
  - {{metric: acc_norm, aggregation: mean, higher_is_better: true}}
"""
WRITTEN = """\
task: colours_written
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
output_type: generate_until
test_split: test
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{options[answer]}}}}"
generation_kwargs: {{until: ["\\n"], max_gen_toks: 8, do_sample: false}}
metric_list:
  - {{metric: exact_match, aggregation: mean, higher_is_better: true}}
"""
OF_THE_HUB = """\
task: of_the_hub
dataset_path: nobody/nothing
output_type: multiple_choice
test_split: test
doc_to_text: "{{question}}"
doc_to_choice: "{{options}}"
doc_to_target: "{{answer}}"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with task files; what `datasets` keeps stays in it too."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    data = folder / "colours.jsonl"
    data.write_text(
        "".join(
            json.dumps({"question": f"What colour is {thing}?", "options": OPTIONS, "answer": answer}) + "\n"
            for thing, answer in zip(THINGS, RIGHT, strict=True)
        )
    )
    (folder / "colours.yaml").write_text(TASK.format(data=data))
    (folder / "written.yaml").write_text(WRITTEN.format(data=data))
    (folder / "of_the_hub.yaml").write_text(OF_THE_HUB)
    return tmp_path


def settings(*tasks: str, **more: Any) -> Harness:
    return Harness(enabled=True, tasks=tasks, include_path=FOLDER, **more)


def run(
    project: Path, model: Any, tokenizer: Any, wanted: Harness, folder: str = "scratch", size: Any = 4
) -> Any:
    (project / folder).mkdir(exist_ok=True)
    named = load_tasks(project, wanted)
    return run_tasks(model, tokenizer, named, wanted, batch_size=size, folder=project / folder)


def knows(tiny_folder: Path, tokenizer: Any, shift: int) -> Any:
    """The tiny model, taught the right colours as plain text; with a shift wrong ones."""
    texts = [
        f"What colour is {thing}? {OPTIONS[(answer + shift) % len(OPTIONS)]}"
        for thing, answer in zip(THINGS, RIGHT, strict=True)
    ]
    return taught_texts(tiny_folder, tokenizer, texts)


def taught_texts(tiny_folder: Path, tokenizer: Any, texts: list[str]) -> Any:
    import torch

    model = taught(tiny_folder, tokenizer, [pair("a", "b")], 0).train()
    ids = tokenizer(texts, padding=True, return_tensors="pt", padding_side="right")
    labels = ids["input_ids"].masked_fill(ids["attention_mask"] == 0, -100)
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    for _ in range(120):
        optimizer.zero_grad()
        model(**ids, labels=labels).loss.backward()
        optimizer.step()
    return model.eval()


def test_a_model_that_has_forgotten_fails_a_task(project: Path, tiny_folder: Path, tokenizer: Any) -> None:
    wanted = settings("colours")
    base = run(project, knows(tiny_folder, tokenizer, 0), tokenizer, wanted, "base")
    tuned = run(project, knows(tiny_folder, tokenizer, 1), tokenizer, wanted, "tuned")
    (found,) = compare_suites(base, tuned, Limits(), Statistics(bootstrap_samples=500))
    assert (found.metric, found.base.n) == ("harness.colours", len(THINGS))
    assert found.base.value > 0.8 > 0.2 > found.tuned.value
    assert found.passed is False and "harness_max_loss" in found.reason
    first = base[0]
    assert (first.id, first.group, first.prompt) == ("colours/0", "colours", "What colour is sky?")
    assert first.expected == "blue" and first.answer.startswith("red (-")
    again = run(project, knows(tiny_folder, tokenizer, 0), tokenizer, wanted, "again", size="auto")
    assert [score.score for score in again] == [score.score for score in base]
    assert int(read_json(project / "again" / "harness.batch_size.json")) > len(THINGS)


def test_what_is_generated_is_kept_as_text(project: Path, tiny_folder: Path, tokenizer: Any) -> None:
    found = run(project, knows(tiny_folder, tokenizer, 0), tokenizer, settings("colours_written"))
    assert [one.expected for one in found] == [OPTIONS[answer] for answer in RIGHT]
    assert {one.metric for one in found} == {"harness.colours_written"}
    assert all(one.score == float(one.answer.strip() == one.expected) for one in found)


def test_a_task_that_samples_gives_the_same_again(project: Path, tiny_folder: Path, tokenizer: Any) -> None:
    file = project / FOLDER / "written.yaml"
    file.write_text(file.read_text().replace("do_sample: false", "do_sample: true, temperature: 2.0"))
    model = taught(tiny_folder, tokenizer, [pair("a", "b")], 0)
    wanted = settings("colours_written")
    first, second = (run(project, model, tokenizer, wanted, folder) for folder in ("first", "second"))
    assert first == second
    assert len({one.answer for one in first}) > 1


def test_a_limit_and_the_metric_are_the_settings(project: Path, tiny_folder: Path, tokenizer: Any) -> None:
    model = taught(tiny_folder, tokenizer, [pair("a", "b")], 0)
    assert len(run(project, model, tokenizer, settings("colours", limit=3))) == 3
    with pytest.raises(EvaluationError, match="f1 of task colours is no score") as caught:
        run(project, model, tokenizer, settings("colours", metric="f1"), "other")
    assert caught.value.where == "evaluation.suites.harness.metric"
    assert caught.value.fix == "tunewright set evaluation.suites.harness.metric=acc"


def test_a_finished_task_is_not_run_again(
    project: Path, tiny_folder: Path, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = taught(tiny_folder, tokenizer, [pair("a", "b")], 0)
    wanted = settings("colours", "colours_written")
    undisturbed = run(project, model, tokenizer, wanted, "undisturbed")
    samples, ran = harness._samples, []

    def killed(lm: Any, task: Any, given: Harness) -> Any:
        ran.append(task.task_name)
        if task.task_name == "colours_written" and len(ran) == 2:
            raise KeyboardInterrupt
        return samples(lm, task, given)

    monkeypatch.setattr(harness, "_samples", killed)
    with pytest.raises(KeyboardInterrupt):
        run(project, model, tokenizer, wanted)
    assert run(project, model, tokenizer, wanted) == undisturbed
    assert ran == ["colours", "colours_written", "colours_written"]


def test_an_unknown_task_is_named_with_the_nearest(project: Path) -> None:
    with pytest.raises(EvaluationError, match="no task 'colurs'") as caught:
        load_tasks(project, settings("colurs"))
    assert caught.value.where == "evaluation.suites.harness.tasks.0"
    assert caught.value.fix == "did you mean 'colours'?"


def test_a_folder_that_is_not_there_is_named(project: Path) -> None:
    with pytest.raises(EvaluationError, match="no such folder"):
        load_tasks(project, Harness(enabled=True, tasks=("colours",), include_path="data/suites/other"))


def test_a_task_that_needs_the_network_says_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EvaluationError, match="the data of task of_the_hub are not at hand") as caught:
        load_tasks(project, settings("of_the_hub"))
    assert "HF_HUB_OFFLINE" in (caught.value.fix or "")


def test_a_task_file_that_is_broken_is_named(project: Path) -> None:
    (project / FOLDER / "colours.yaml").write_text(TASK.format(data=project / "nothing.jsonl"))
    with pytest.raises(EvaluationError, match="task colours cannot be loaded") as caught:
        load_tasks(project, settings("colours"))
    assert "lm_eval validate --tasks colours" in (caught.value.fix or "")


def test_without_the_package_the_command_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "find_spec", lambda _: None)
    with pytest.raises(EvaluationError, match="not installed") as caught:
        load_tasks(project, settings("colours"))
    assert "pip install 'tunewright[harness]'" in (caught.value.fix or "")


def sample(doc: int, filter_: str = "none", **metrics: Any) -> dict[str, Any]:
    return {
        "doc_id": doc,
        "filter": filter_,
        "arguments": [("question", {})],
        "filtered_resps": ["text"],
        "target": "text",
        "metrics": [*metrics],
        **metrics,
    }


def test_the_first_filter_with_the_metric_counts_and_no_other() -> None:
    samples = [
        sample(number, filter_, exact_match=float(filter_ == "strict"))
        for filter_ in ("strict", "flexible")
        for number in range(3)
    ]
    found = item_scores("gsm8k", "gsm8k", samples, None)
    assert [(one.id, one.score) for one in found] == [(f"gsm8k/{number}", 1.0) for number in range(3)]


def test_perplexities_are_no_share() -> None:
    samples = [sample(number, word_perplexity=(-8.1, 3)) for number in range(3)]
    with pytest.raises(EvaluationError, match="none of its metrics can") as caught:
        item_scores("wiki", "wiki", samples, None)
    assert caught.value.where == "evaluation.suites.harness.tasks"
