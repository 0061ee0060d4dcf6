"""The `tunewright` command: one line a command here, the work in modules that are imported when called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tunewright import __version__
from tunewright.errors import TunewrightError

app = typer.Typer(
    name="tunewright",
    help="Fine-tune language models as declared, versioned projects: reproducible, measured, gated.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command line; a user's mistake is a message and an exit code, never a traceback."""
    try:
        app()
    except TunewrightError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("interrupted: run the same command again to go on", file=sys.stderr)  # noqa: T201
        sys.exit(130)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tunewright {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Fine-tune language models as declared, versioned projects: reproducible, measured, gated."""


@app.command()
def new(
    answers: Annotated[
        list[str] | None,
        typer.Argument(help="Answers given beforehand: project_name='Acme triage' kind=extraction"),
    ] = None,
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Take the default of every question not answered.")
    ] = False,
    output_dir: Annotated[Path, typer.Option(help="Where the project's folder is made.")] = Path(),
) -> None:
    """Make a new project: one repository for one business use case."""
    from tunewright.cli.new import new as scaffold

    scaffold(answers or [], no_input=no_input, output_dir=output_dir)


@app.command("set")
def set_(
    assignments: Annotated[
        list[str],
        typer.Argument(help="GROUP=OPTION, KEY=VALUE, or ~KEY to take a value back."),
    ],
) -> None:
    """Change params.yaml: `tunewright set method=lora method.learning_rate=1e-4`."""
    from tunewright.cli.set import set_values

    set_values(Path.cwd(), assignments)


@app.command()
def plan() -> None:
    """Say before any work whether it fits in memory, what it costs and whether the data is enough."""
    from tunewright.cli.plan import plan as show_plan

    show_plan(Path.cwd())


@app.command()
def accept() -> None:
    """Print each acceptance criterion with its value and interval; exit 1 when one fails."""
    from tunewright.cli.accept import accept as show_verdict

    raise typer.Exit(show_verdict(Path.cwd()))


@app.command(hidden=True)
def stage(name: Annotated[str, typer.Argument(help="Name of the stage in dvc.yaml.")]) -> None:
    """Run one stage of the pipeline; dvc.yaml calls this, `dvc repro NAME` is for people."""
    from tunewright.stages.run import run_stage

    run_stage(name, Path.cwd())


if __name__ == "__main__":
    main()
