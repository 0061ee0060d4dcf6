"""Answers by key: those of the command line, the defaults, and what is wrong with either."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tunewright.errors import ScaffoldError
from tunewright.scaffold.template import Question, complaints_about

Ask = Callable[[Question, str], str]
"""Puts a question, with its default, until the answer can be used."""


def given_answers(pairs: Sequence[str], questions: Iterable[Question]) -> dict[str, str]:
    """The answers given as `KEY=VALUE`.

    Raises:
        ScaffoldError: all that is wrong with them, at once.
    """
    by_key = {question.key: question for question in questions}
    given: dict[str, str] = {}
    problems: list[str] = []
    for pair in pairs:
        key, sign, answer = pair.partition("=")
        if not sign:
            problems.append(f"{_short(pair)} is not of the form KEY=VALUE, such as kind=extraction")
        elif key not in by_key:
            problems.append(f"there is no question {_short(key)}{_nearest(key, by_key)}")
        elif key in given:
            problems.append(f"{key} is answered twice")
        else:
            given[key] = answer
            problems += problems_with(by_key[key], answer)
    _raise(problems)
    return given


def problems_with(question: Question, answer: str) -> list[str]:
    """What is wrong with an answer, a sentence each; empty if it can be used."""
    if not question.options:
        return complaints_about(question.key, answer)
    if answer in question.options:
        return []
    return [f"{question.key} cannot be {_short(answer)}{_nearest(answer, question.options)}"]


def completed(
    questions: Iterable[Question],
    given: Mapping[str, str],
    known: Mapping[str, str],
    *,
    private: Mapping[str, Any],
    preferred: Callable[[Mapping[str, str]], Mapping[str, str]],
    ask: Ask | None,
) -> dict[str, str]:
    """Every question answered: as given, by asking, else by default.

    Args:
        questions: those to answer now.
        given: answers that need no asking.
        known: answers of earlier questions, which defaults may use.
        private: the keys of cookiecutter.json that start with an underscore, for the same purpose.
        preferred: defaults by key, after the answers so far, that suit better than the template's.
        ask: puts a question; None takes every default.

    Raises:
        ScaffoldError: defaults that follow from an answer cannot be used; all of them, at once.
    """
    answers = dict(known)
    problems: list[str] = []
    for question in questions:
        if question.key in given:
            answers[question.key] = given[question.key]
            continue
        default = preferred(answers).get(question.key) or _rendered(question.default, {**private, **answers})
        if ask is not None:
            answers[question.key] = ask(question, default)
        else:
            answers[question.key] = default
            problems += problems_with(question, default)
    _raise(problems)
    return answers


def _rendered(template: str, values: Mapping[str, Any]) -> str:
    from cookiecutter.extensions import SlugifyExtension
    from jinja2 import Environment, StrictUndefined

    environment = Environment(extensions=[SlugifyExtension], undefined=StrictUndefined, autoescape=False)  # noqa: S701
    return environment.from_string(template).render(cookiecutter=values)


def _raise(problems: Sequence[str]) -> None:
    if len(problems) == 1:
        raise ScaffoldError(problems[0])
    if problems:
        raise ScaffoldError("\n  ".join([f"{len(problems)} answers cannot be used", *problems]))


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.4)
    there = f"there are: {', '.join(names)}"
    return f": did you mean {near[0]!r}? T{there[1:]}" if near else f"; {there}"


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
