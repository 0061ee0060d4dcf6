"""The packaged cookiecutter template, and the modules in it that know what an answer may hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

MACHINE_KEYS = ("hardware", "model", "method", "tracking")
"""The questions about the first run; those before them are about the use case."""


@dataclass(frozen=True)
class Question:
    """One question of cookiecutter.json.

    Attributes:
        key: its name there, and on the command line.
        text: the question.
        default: a Jinja template over the answers so far; of a choice its first option.
        options: of a choice each option with what it means; empty where text is free.
    """

    key: str
    text: str
    default: str
    options: Mapping[str, str]


def template_folder() -> Path:
    """The folder of the packaged cookiecutter template."""
    return Path(str(files("tunewright.template")))


def read_context() -> dict[str, Any]:
    """What cookiecutter.json says."""
    context: dict[str, Any] = json.loads(
        (template_folder() / "cookiecutter.json").read_text(encoding="utf-8")
    )
    return context


def questions_in(context: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions in the order in which they are asked."""
    return tuple(_questions(context))


def _questions(context: Mapping[str, Any]) -> Iterator[Question]:
    for key, value in context.items():
        if key.startswith("_"):
            continue
        prompt = context["__prompts__"][key]
        if isinstance(value, str):
            yield Question(key, prompt, value, {})
        else:
            options = {option: prompt[option].removeprefix(f"{option}: ") for option in value}
            yield Question(key, prompt["__prompt__"], value[0], options)


def complaints_about(key: str, answer: str) -> list[str]:
    """What is wrong with a free-text answer, a sentence each."""
    return list(_module("answers").complaints_about(key, answer))


def extras_for(answers: Mapping[str, str], context: Mapping[str, Any]) -> list[str]:
    """The extras of tunewright that the chosen options need."""
    found: list[str] = _module("source").extras_for(answers.values(), context["_extras"])
    return found


def _module(name: str) -> Any:  # noqa: ANN401 - the template's modules are outside of mypy's sight
    return import_module(f"tunewright.template.tunewright_{name}")
