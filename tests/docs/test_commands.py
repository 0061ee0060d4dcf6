"""Every command in the documentation, typed in order, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from docs.from_code import command_line
from tests.docs.conftest import FIRST_REQUESTS
from tests.docs.pages import Command, File, documents, steps

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
OF_PROJECTS = ("README.md", "extensions/README.md")
PAGES = {name: found for name, text in documents(ROOT).items() if (found := steps(name, text))}
COMMANDS = [step for found in PAGES.values() for step in found if isinstance(step, Command)]


@pytest.mark.parametrize("name", PAGES)
def test_commands_of_a_page(name: str, request: pytest.FixtureRequest) -> None:
    found = PAGES[name]
    makes_a_project = any(
        isinstance(step, Command) and step.words[:2] == ("tunewright", "new") for step in found
    )
    reader = request.getfixturevalue("nowhere" if makes_a_project else "in_project")
    for step in found:
        reader.do(step)


@pytest.mark.parametrize("name", OF_PROJECTS)
def test_commands_of_a_generated_page(name: str, request: pytest.FixtureRequest) -> None:
    reader = request.getfixturevalue("in_project")
    found = steps(name, (reader.folder / name).read_text(encoding="utf-8"))
    assert found
    for step in found:
        reader.do(step)


def test_there_are_commands_and_few_are_not_run() -> None:
    not_run = [command for command in COMMANDS if command.not_run]
    assert len(COMMANDS) - len(not_run) >= 80
    assert len(not_run) <= 0.4 * len(COMMANDS)


def test_the_file_that_the_guide_shows_is_the_one_that_it_copies() -> None:
    shown = [step for step in PAGES["docs/howto/own-data.md"] if isinstance(step, File)]
    assert shown[0].content == FIRST_REQUESTS


def inline_code(text: str) -> Iterator[str]:
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield from (child.content for child in token.children or [] if child.type == "code_inline")


def test_commands_within_sentences_exist() -> None:
    known = dict(command_line.commands())
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    found = [(name, code) for name, text in documents(ROOT).items() for code in inline_code(text)]
    ours = [(name, code.split()) for name, code in found if re.match(r"tunewright [a-z]+|make [a-z]+", code)]
    assert len(ours) >= 15
    for name, words in ours:
        if words[0] == "make":
            assert words[1] in targets, (name, words)
            continue
        command = known.get(" ".join(words[:3])) or known.get(" ".join(words[:2]))
        assert command is not None, (name, words)
        options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        assert [word for word in words[2:] if word.startswith("--") and word not in options] == [], (
            name,
            words,
        )
