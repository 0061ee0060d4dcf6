"""Questions on a terminal or a pipe: asked again until usable, and nothing is made before the last answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tunewright.cli.main import app
from tunewright.config.compose import compose
from tunewright.scaffold.machine import Found

from .conftest import CONTEXT

QUESTIONS = [key for key in CONTEXT if not key.startswith("_")]


def asked(folder: Path, typed: dict[str, list[str]], *given: str) -> Result:
    """Run `tunewright new` with these lines typed at these questions, Enter at all others."""
    answered = {pair.partition("=")[0] for pair in given}
    lines = [line for key in QUESTIONS if key not in answered for line in typed.get(key, [""])]
    command = ["new", *given, "--output-dir", str(folder)]
    return CliRunner().invoke(app, command, input="\n".join([*lines, ""]))


def test_asks_again_and_takes_numbers_names_and_defaults(tmp_path: Path) -> None:
    typed = {
        "kind": ["5", "poetry", "4"],
        "project_slug": ["Bad Slug", "../up", "acme-chat"],
        "rationale_examples": ["plenty", "400"],
        "rationale_why": ["\x1b[2J", "tab\there", "Because."],
        "model": ["9"],
        "method": ["lora"],
        "tracking": ["none"],
    }
    result = asked(tmp_path, typed, "hardware=l4")
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    for sentence in (
        "kind cannot be '5'",
        "kind cannot be 'poetry'",
        "project_slug 'Bad Slug' cannot name the folder",
        "rationale_examples 'plenty' is no number",
        "rationale_why holds U+001B",
        "rationale_why holds U+0009",
    ):
        assert sentence in said
    assert "\x1b[2J" not in result.output
    assert "Machine that trains" not in result.output
    settings = compose(tmp_path / "acme-chat")
    assert settings.task.rationale.examples == 400
    assert settings.task.rationale.why == "Because."
    chosen = settings.choices
    assert (chosen.task, chosen.model, chosen.method) == ("library_assistant", "phi-4-mini", "lora")
    assert (chosen.hardware, chosen.tracking) == ("l4", "none")


def test_each_choice_is_shown_with_what_it_means(tmp_path: Path) -> None:
    said = " ".join(asked(tmp_path, {}).output.split())
    for key in ("kind", "hardware", "model", "method", "tracking"):
        for option, line in CONTEXT["__prompts__"][key].items():
            words = line.removeprefix(f"{option}: ").split()
            # A long line is wrapped in its column, so that its first words stand together.
            assert " ".join(words[:3]) in said, (key, option)


def test_an_existing_folder_is_said_at_once_and_another_name_asked_for(tmp_path: Path) -> None:
    (tmp_path / "support-triage").mkdir()
    result = asked(tmp_path, {"project_slug": ["", "other"]})
    assert result.exit_code == 0, result.output
    assert "exists already" in " ".join(result.output.split())
    assert {path.name for path in tmp_path.iterdir()} == {"support-triage", "other"}
    assert list((tmp_path / "support-triage").iterdir()) == []


@pytest.mark.parametrize("length", [0, 1, 5, len(QUESTIONS) - 1])
def test_an_end_of_input_amid_the_questions_leaves_nothing(tmp_path: Path, length: int) -> None:
    result = CliRunner().invoke(app, ["new", "--output-dir", str(tmp_path / "new")], input="\n" * length)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("the input ended amid the questions: nothing was made")
    assert list(tmp_path.iterdir()) == []


def test_answers_that_are_no_text_are_asked_for_again(tmp_path: Path) -> None:
    lines = [b"", b"caf\xe9 \xff", b"Caf\xc3\xa9"] + [b""] * len(QUESTIONS)
    result = CliRunner().invoke(app, ["new", "--output-dir", str(tmp_path)], input=b"\n".join(lines))
    assert result.exit_code == 0, result.output
    assert "project_name holds U+DCE9" in result.output
    assert compose(tmp_path / "cafe").project.name == "Café"


@pytest.mark.parametrize(("answer", "made"), [("yes", True), ("", True), ("y", True), ("no", False)])
def test_retrieval_is_recommended_and_never_forced(tmp_path: Path, answer: str, made: bool) -> None:
    typed = {"rationale_need": ["know"], "rationale_must_cite": ["yes"], "kpi_target": ["", "maybe", answer]}
    result = asked(tmp_path, typed)
    said = " ".join(result.output.split())
    assert "Think again. Retrieval is usually the better answer here." in said
    assert "Answers must name their sources" in said
    assert "Try retrieval on the same test rows" in said
    assert said.count("Go on with this project all the same?") == 2, "maybe is no answer"
    assert (tmp_path / "support-triage").exists() == made
    assert result.exit_code == (0 if made else 1)
    if made:
        text = (tmp_path / "support-triage" / "PROJECT.md").read_text(encoding="utf-8")
        assert "Think again. Retrieval is usually the better answer here." in text
        assert "**Answers must name their sources:** yes" in text
    else:
        assert "nothing was made" in said
        assert list(tmp_path.iterdir()) == []


def test_where_nothing_speaks_against_fine_tuning_nothing_is_asked(tmp_path: Path) -> None:
    result = asked(tmp_path, {})
    assert "Think again" not in result.output
    assert "Fine-tuning fits" in (tmp_path / "support-triage" / "PROJECT.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("found", "method", "line"),
    [
        (Found("rtx4090", "NVIDIA GeForce RTX 4090, 24 GB"), "qlora", "hardware profile: rtx4090"),
        (Found("mps", "Apple silicon"), "lora", "found: Apple silicon; hardware profile: mps"),
        (Found("cpu", ""), "qlora", "made "),
    ],
)
@pytest.mark.parametrize("no_input", [True, False])
def test_defaults_suit_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Found, method: str, line: str, no_input: bool
) -> None:
    monkeypatch.setattr("tunewright.cli.new.look_at_machine", lambda: found)
    if no_input:
        result = CliRunner().invoke(app, ["new", "--no-input", "--output-dir", str(tmp_path)])
    else:
        result = asked(tmp_path, {})
    assert result.exit_code == 0, result.output
    assert line in " ".join(result.output.split())
    choices = compose(tmp_path / "support-triage").choices
    assert (choices.hardware, choices.method) == (found.option, method)


def test_the_machine_is_not_looked_at_where_hardware_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look() -> Found:
        raise AssertionError

    monkeypatch.setattr("tunewright.cli.new.look_at_machine", look)
    result = CliRunner().invoke(app, ["new", "--no-input", "hardware=t4", "--output-dir", str(tmp_path)])
    assert result.exit_code == 0, result.output


def test_no_input_lists_every_bad_answer(tmp_path: Path) -> None:
    pairs = ["kind=poetry", "project_slug=A B", "nonsense", "colour=red", "kpi_target=", "rationale_examples=x"]
    command = [sys.executable, "-m", "tunewright.cli.main", "new", "--no-input", *pairs]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("error: 6 answers cannot be used\n")
    for name in ("'poetry'", "project_slug 'A B'", "'nonsense'", "'colour'", "kpi_target is empty", "'x' is no number"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_at_a_question_is_a_plain_line(tmp_path: Path, home: Path) -> None:
    command = [sys.executable, "-m", "tunewright.cli.main", "new"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        said = b""
        while b"kind [extraction]:" not in said:
            said += process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.decode().strip() == "interrupted: nothing was made"
    assert list(tmp_path.iterdir()) == []
