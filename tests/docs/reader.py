"""Somebody who does what a page says: types its commands, writes its files, trains a tiny model."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from docs.from_code import command_line
from tests.docs.pages import Command, File

QUICK_ANSWERS = {"model": "tiny", "method": "lora", "hardware": "cpu", "tracking": "none"}
QUICK_EVALUATION = """\
# As the packaged one, with short answers: for tests.
precision: ${hardware.precision}
load_in_4bit: false
max_new_tokens: 8
batch_size: 16
max_rows: null
few_shot: {k: 1, seed: 0}
statistics: {confidence: 0.95, bootstrap_samples: 200}
"""
ROWS, LONGEST = 90, 420
"""So many rows, none of more characters, so that all fit into `max_length` as tokens of one byte."""


@dataclass
class Reader:
    """Where the reader is and what was exported.

    Attributes:
        home: `~`.
        folder: the current one.
        environment: what the page exported, beyond the test's own.
    """

    home: Path
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def do(self, step: Command | File) -> None:
        """Do one step; a command must end as the page says."""
        if isinstance(step, File):
            self.write(step)
        elif step.not_run:
            check_arguments(step)
        else:
            self.type(step)

    def write(self, file: File) -> None:
        """Write the file; keys for a YAML file that is there are put into it."""
        path = self.folder / file.path
        if path.suffix == ".yaml" and path.exists():
            _put_into(path, file.content)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.content, encoding="utf-8")

    def type(self, command: Command) -> None:
        """Type a command."""
        words = [re.sub(r"(^|=)~/", rf"\g<1>{self.home}/", word) for word in command.words]
        given = {}
        while re.match(r"[A-Z_]+=", words[0]):
            name, _, value = words.pop(0).partition("=")
            given[name] = value
        match words:
            case ["cd", folder]:
                self.folder = (self.folder / folder).resolve(strict=True)
            case ["export", assignment]:
                name, _, value = assignment.partition("=")
                self.environment[name] = value
            case _:
                self._run(command, words, self.environment | given)

    def _run(self, command: Command, words: list[str], environment: dict[str, str]) -> None:
        is_new = words[:2] == ["tunewright", "new"]
        before = set(self.folder.iterdir())
        code, output = run([*words, *_quick(words)] if is_new else words, self.folder, environment)
        fails = command.output.startswith("error:")
        assert bool(code) is fails, f"{command.place}: {command.text} exited with {code}:\n{output}"
        if fails:
            assert output.split() == command.output.split(), f"{command.place}: {output}"
        if is_new:
            for made in set(self.folder.iterdir()) - before:
                make_quick(made)


def run(words: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and output; tunewright runs in this process, which has imported everything already."""
    with mock.patch.dict(os.environ, environment), contextlib.chdir(folder):
        if words[0] == "tunewright":
            return _in_process(words)
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, done.stdout


def _in_process(words: list[str]) -> tuple[int, str]:
    from tunewright.cli.main import main

    printed = io.StringIO()
    code: object = 0
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        mock.patch.object(sys, "argv", words),
    ):
        try:
            main()
        except SystemExit as exit_:
            code = exit_.code
    return code if isinstance(code, int) else int(code is not None), printed.getvalue()


def _quick(words: list[str]) -> Iterator[str]:
    """What makes `tunewright new` quick: no questions, and a tiny model."""
    if "--no-input" not in words:
        yield "--no-input"
    given = {word.partition("=")[0] for word in words}
    yield from (f"{key}={value}" for key, value in QUICK_ANSWERS.items() if key not in given)


def make_quick(project: Path) -> None:
    """Fewer rows, short answers, and criteria that an untrained model meets; committed."""
    (project / "conf" / "evaluation").mkdir(exist_ok=True)
    (project / "conf" / "evaluation" / "default.yaml").write_text(QUICK_EVALUATION)
    tickets = project / "data" / "raw" / "tickets.jsonl"
    if tickets.exists():
        lines = [line for line in tickets.read_text().splitlines(keepends=True) if len(line) < LONGEST]
        tickets.write_text("".join(lines[:ROWS]))
    for task in (project / "conf" / "task").glob("*.yaml"):
        task.write_text(re.sub(r"min: [\d.]+", "min: -1", task.read_text()))
    for words in (["git", "add", "--all"], ["git", "commit", "--quiet", "--amend", "--no-edit"]):
        subprocess.run(words, cwd=project, check=True)


def _put_into(path: Path, content: str) -> None:
    from ruamel.yaml import YAML

    yaml = YAML()
    whole = yaml.load(path.read_text(encoding="utf-8"))
    whole.update(yaml.load(content))
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(whole, file)


def check_arguments(command: Command) -> None:
    """What can be known about a command without running it: its options and targets exist."""
    root = Path(__file__).parents[2]
    match command.words:
        case ["dvc", *arguments]:
            from dvc.cli import parse_args

            parse_args(arguments)
        case ["make", target]:
            assert re.search(rf"^{target}:", (root / "Makefile").read_text(), re.MULTILINE), command
        case ["tunewright", option] if option.startswith("--"):
            known = dict(command_line.commands())["tunewright"]
            assert option in {name for parameter in known.params for name in parameter.opts}, command
        case ["tunewright", name, *arguments]:
            found = dict(command_line.commands())[f"tunewright {name}"]
            found.make_context(name, arguments)
        case ["pip", *arguments]:
            extras = (root / "pyproject.toml").read_text()
            extras += (root / "template" / "{{cookiecutter.project_slug}}" / "pyproject.toml").read_text()
            for names in re.findall(r"\[([\w,]+)\]", " ".join(arguments)):
                assert all(re.search(rf"^{name} = \[", extras, re.MULTILINE) for name in names.split(","))
            for word in arguments:
                assert word != "constraints.txt" or (root / word).is_file()
