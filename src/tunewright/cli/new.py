"""`tunewright new`: ask what is not answered yet, generate the project, check it, say what comes next.

The files come from cookiecutter and the template alone, so that plain cookiecutter gives the same.
"""

from __future__ import annotations

import difflib
import json
import shlex
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer

from tunewright.errors import ScaffoldError

Question = str | list[str]
"""Of a free text its default (a Jinja template over the answers so far), of a choice its options."""


def new(answers: Sequence[str], *, no_input: bool, output_dir: Path) -> None:
    """Generate a project into a folder of its own, named by its slug.

    Args:
        answers: `KEY=VALUE` pairs; what they do not answer is asked for.
        no_input: ask nothing, take the default instead.
        output_dir: where the project's folder is made; made itself if it is missing.

    Raises:
        ScaffoldError: an unknown key, an answer that cannot be used, or a folder that exists.
        ConfigError: the answers do not go together, such as 4-bit training on a device without it.
    """
    template = template_folder()
    context = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8"))
    given = _parsed(answers, _questions(context))
    complete = _completed(context, given, ask=not no_input)
    folder = output_dir / complete["project_slug"]
    if folder.exists() or folder.is_symlink():
        raise ScaffoldError(
            "exists already", where=str(folder), fix="choose another: tunewright new project_slug=NAME"
        )
    _generate(template, complete, folder)
    source = import_module("tunewright.template.tunewright_source")
    _say_what_is_next(folder, complete, source.extras_for(complete.values(), context["_extras"]))


def template_folder() -> Path:
    """The folder of the packaged cookiecutter template."""
    return Path(str(files("tunewright.template")))


def _questions(context: Mapping[str, Any]) -> dict[str, Question]:
    return {key: question for key, question in context.items() if not key.startswith("_")}


def _parsed(answers: Sequence[str], questions: Mapping[str, Question]) -> dict[str, str]:
    """The answers of the command line by key, each checked by itself."""
    given: dict[str, str] = {}
    for answer in answers:
        key, sign, value = answer.partition("=")
        if not sign:
            raise ScaffoldError(f"{answer!r} is not of the form KEY=VALUE", fix="e.g. kind=extraction")
        if key not in questions:
            raise ScaffoldError(f"there is no question {key!r}{_nearest(key, list(questions))}")
        if key in given:
            raise ScaffoldError(f"{key} is answered twice")
        problems = list(_problems(key, value, questions[key]))
        if problems:
            raise ScaffoldError("\n  ".join(problems))
        given[key] = value
    return given


def _problems(key: str, answer: str, question: Question) -> Iterator[str]:
    if isinstance(question, str):
        yield from import_module("tunewright.template.tunewright_answers").complaints_about(key, answer)
    elif answer not in question:
        yield f"{key} cannot be {answer!r}{_nearest(answer, question)}"


def _nearest(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    return f"{f': did you mean {near[0]!r}?' if near else ''}; there are: {', '.join(names)}".replace(
        "?;", "?"
    )


def _completed(context: Mapping[str, Any], given: Mapping[str, str], *, ask: bool) -> dict[str, str]:
    """Every question answered: by the command line, else by the user or by default."""
    from cookiecutter.extensions import SlugifyExtension
    from jinja2 import Environment, StrictUndefined

    environment = Environment(extensions=[SlugifyExtension], undefined=StrictUndefined, autoescape=False)  # noqa: S701
    private = {
        key: value for key, value in context.items() if key.startswith("_") and not key.startswith("__")
    }
    complete: dict[str, str] = {}
    for key, question in _questions(context).items():
        if key in given:
            complete[key] = given[key]
            continue
        if isinstance(question, str):
            default = environment.from_string(question).render(cookiecutter=private | complete)
        else:
            default = question[0]
        complete[key] = _asked(key, question, default, context["__prompts__"][key]) if ask else default
        problems = list(_problems(key, complete[key], question))
        if problems:
            raise ScaffoldError("\n  ".join(problems))
    return complete


def _asked(key: str, question: Question, default: str, prompt: str | Mapping[str, str]) -> str:
    """Ask until the answer can be used; an empty one takes the default."""
    typer.echo()
    typer.echo(prompt if isinstance(prompt, str) else prompt["__prompt__"])
    if not isinstance(prompt, str):
        for number, option in enumerate(question, start=1):
            typer.echo(f"  {number:>2}  {prompt[option]}")
    while True:
        answer = str(typer.prompt(key, default=default)).strip()
        if not isinstance(question, str) and answer.isdecimal() and 1 <= int(answer) <= len(question):
            answer = question[int(answer) - 1]
        problems = list(_problems(key, answer, question))
        if not problems:
            return answer
        for problem in problems:
            typer.echo(f"  {problem}")


def _generate(template: Path, answers: Mapping[str, str], folder: Path) -> None:
    """Generate beside the target and move it there when it is whole and its configuration holds."""
    from cookiecutter.exceptions import CookiecutterException
    from cookiecutter.main import cookiecutter

    from tunewright.config.compose import compose

    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".tunewright-new-") as workshop:
        try:
            cookiecutter(
                str(template),
                no_input=True,
                extra_context={key: _literal(answer) for key, answer in answers.items()},
                output_dir=workshop,
                # No replay file and no configuration of the user's: nothing outside the folder is touched.
                default_config={
                    "replay_dir": f"{workshop}/replay",
                    "cookiecutters_dir": f"{workshop}/clones",
                },
            )
        except CookiecutterException as error:
            raise ScaffoldError(str(error)) from error
        made = Path(workshop, folder.name)
        compose(made)
        made.rename(folder)


def _literal(answer: str) -> str:
    """A Jinja template that renders to the answer whatever braces it holds: cookiecutter renders answers."""
    return answer if "{" not in answer else f"{{{{ {json.dumps(answer, ensure_ascii=False)} }}}}"


def _say_what_is_next(folder: Path, answers: Mapping[str, str], extras: Sequence[str]) -> None:
    typer.echo(f"made {folder}")
    if answers["rationale_need"] == "know":
        typer.echo("note: for facts, retrieval is usually the better answer; PROJECT.md says how to find out")
    # The extras are named like the packages that they bring.
    lacking = [extra for extra in extras if find_spec(extra) is None]
    install = ["pip install -e ."] if lacking else []
    typer.echo("next:")
    for command in (f"cd {shlex.quote(str(folder))}", *install, "tunewright plan", "dvc repro"):
        typer.echo(f"  {command}")
