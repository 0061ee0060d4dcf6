"""What the template's files use to write answers safely, and the check of all answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment
from jinja2.ext import Extension
from tunewright_answers import complaints, hydra_text, markdown_text, quoted
from tunewright_recommendation import recommend_for
from tunewright_source import UnknownSourceError, extras_for, requirement


def checked(answers: Mapping[str, Any]) -> str:
    """Nothing, if the answers make a project; stops before a folder is made otherwise.

    Raises:
        FailedHookException: says what is wrong; cookiecutter prints it without a traceback.
    """
    found = complaints(answers, _choices())
    if found:
        raise FailedHookException("\n".join(found))
    return ""


def refusals(answers: Mapping[str, Any]) -> list[str]:
    """All reasons not to write a project, known once cookiecutter has said where the template comes from."""
    try:
        tunewright_requirement(answers)
    except FailedHookException as error:
        return [*complaints(answers, _choices()), str(error)]
    return complaints(answers, _choices())


def _choices() -> dict[str, list[str]]:
    """Of each question that is a choice its options."""
    context = json.loads((Path(__file__).parent / "cookiecutter.json").read_text(encoding="utf-8"))
    return {
        key: options
        for key, options in context.items()
        if isinstance(options, list) and not key.startswith("_")
    }


def tunewright_requirement(answers: Mapping[str, Any]) -> str:
    """The requirement line that pins the framework.

    Raises:
        FailedHookException: the template lies apart from any tunewright that could be named.
    """
    extras = extras_for((answers["model"], answers["tracking"]), answers["_extras"])
    try:
        return requirement(Path(__file__).resolve().parent, str(answers["_template"]), extras)
    except UnknownSourceError as error:
        raise FailedHookException(str(error)) from error


class TunewrightFilters(Extension):
    """Registers the filters; named in cookiecutter.json."""

    def __init__(self, environment: Environment) -> None:
        """Add the filters to cookiecutter's environment."""
        super().__init__(environment)
        environment.filters.update(
            checked=checked,
            hydra_text=hydra_text,
            markdown_text=markdown_text,
            recommend_for=recommend_for,
            refusals=refusals,
            toml_text=quoted,
            tunewright_requirement=tunewright_requirement,
        )
