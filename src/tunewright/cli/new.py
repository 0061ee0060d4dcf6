"""`tunewright new`: ask what is not answered yet, generate the project, say what comes next.

The files come from cookiecutter and the template alone, so that plain cookiecutter gives the same.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer

from tunewright.config.recommendation import recommend
from tunewright.scaffold.answers import completed, given_answers, problems_with
from tunewright.scaffold.generate import generate
from tunewright.scaffold.here import OUR_README, check_begun, generate_here
from tunewright.scaffold.machine import Found, look_at_machine
from tunewright.scaffold.template import (
    MACHINE_KEYS,
    Question,
    complaints_about,
    extras_for,
    questions_in,
    read_context,
)

INTERRUPTED, NO_INPUT = 130, 2


def new(answers: Sequence[str], *, no_input: bool, output_dir: Path, here: bool = False) -> None:
    """Generate a project into a folder of its own, named by its slug, or into one that is there.

    Args:
        answers: `KEY=VALUE` pairs; what they do not answer is asked for.
        no_input: ask nothing, take the default instead.
        output_dir: where the project's folder is made; made itself if it is missing.
        here: make no folder, fill `output_dir`, which must be empty or a repository only begun.

    Raises:
        ScaffoldError: answers that cannot be used, or a folder that is not free; all that is wrong at once.
        ConfigError: the answers do not go together, such as 4-bit training on a device without it.
        typer.Exit: the user ended it; nothing is left behind.
    """
    context = read_context()
    try:
        if here:
            check_begun(output_dir)
        complete = _answers(context, answers, ask=not no_input, folder=output_dir, here=here)
        folder = output_dir if here else output_dir / complete["project_slug"]
        if here:
            committed = generate_here(complete, folder)
        else:
            generate(complete, folder)
    except KeyboardInterrupt as error:
        typer.echo("\ninterrupted: nothing was made", err=True)
        raise typer.Exit(INTERRUPTED) from error
    except EOFError as error:
        typer.echo(
            "\nthe input ended amid the questions: nothing was made; --no-input takes defaults", err=True
        )
        raise typer.Exit(NO_INPUT) from error
    _say_what_is_next(
        folder,
        steps=_steps_here(folder, committed) if here else [f"cd {shlex.quote(str(folder))}"],
        lacking=any(find_spec(extra) is None for extra in extras_for(complete, context)),
    )


def _answers(
    context: Mapping[str, Any], pairs: Sequence[str], *, ask: bool, folder: Path, here: bool
) -> dict[str, str]:
    """All answers; after those about the use case it is said whether fine-tuning serves it."""
    from rich.console import Console

    from tunewright.scaffold.ask import Interview

    questions = questions_in(context)
    given = given_answers(pairs, questions)
    interview = Interview(Console(), partial(_problems, beside=None if here else folder)) if ask else None
    private = {
        key: value for key, value in context.items() if key.startswith("_") and not key.startswith("__")
    }

    def answered(
        about_machine: bool,
        known: Mapping[str, str],
        preferred: Callable[[Mapping[str, str]], Mapping[str, str]],
    ) -> dict[str, str]:
        return completed(
            [question for question in questions if (question.key in MACHINE_KEYS) == about_machine],
            given,
            known,
            private=private,
            preferred=preferred,
            ask=interview.ask if interview else None,
        )

    use_case = answered(False, {}, lambda _: _named_like(folder) if here else {})
    if interview is not None and not interview.goes_on(
        recommend(
            use_case["rationale_need"],
            use_case["rationale_facts_change"],
            use_case["rationale_must_cite"] == "yes",
            int(use_case["rationale_examples"]),
        )
    ):
        typer.echo("nothing was made")
        raise typer.Exit(1)
    machine = cache(_machine)
    return answered(True, use_case, lambda so_far: _suiting_machine(so_far, machine))


def _problems(question: Question, answer: str, beside: Path | None) -> list[str]:
    """What is wrong with an answer, an existing folder of that name among it."""
    problems = problems_with(question, answer)
    if not problems and beside and question.key == "project_slug" and (beside / answer).exists():
        problems.append(f"{beside / answer} exists already: choose another name, please.")
    return problems


def _named_like(folder: Path) -> dict[str, str]:
    """The folder that is filled names the project, if a project can be called so."""
    name = folder.resolve().name
    return {} if complaints_about("project_slug", name) else {"project_slug": name}


def _machine() -> Found:
    found = look_at_machine()
    if found.what:
        typer.echo(f"found: {found.what}; hardware profile: {found.option}")
    return found


def _suiting_machine(answers: Mapping[str, str], machine: Callable[[], Found]) -> dict[str, str]:
    """Defaults for the machine at hand; on mps there are no 4-bit weights, so no qlora."""
    if "hardware" not in answers:
        return {"hardware": machine().option}
    return {"method": "lora"} if answers["hardware"] == "mps" else {}


def _steps_here(folder: Path, committed: bool) -> list[str]:
    steps = [] if folder.resolve() == Path.cwd() else [f"cd {shlex.quote(str(folder))}"]
    if (folder / OUR_README).exists():
        typer.echo(f"README.md stays as it was; the project's own is {OUR_README}")
    return steps if committed else [*steps, "git add -A && git commit -m 'Start from tunewright'"]


def _say_what_is_next(folder: Path, *, steps: Sequence[str], lacking: bool) -> None:
    typer.echo(f"made {folder}")
    typer.echo("next:")
    install = (
        ["pip install -e ."] if lacking else []
    )  # the extras are named like the packages that they bring
    for command in (*steps, *install, "tunewright plan", "dvc repro"):
        typer.echo(f"  {command}")
