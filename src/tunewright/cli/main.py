"""The `tunewright` command: one line a command here, the work in modules that are imported when called."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from tunewright import __version__
from tunewright.cli import complete
from tunewright.errors import TunewrightError, UsageError
from tunewright.refusals import refusal

app = typer.Typer(
    name="tunewright",
    help="Fine-tune language models as declared, versioned projects: reproducible, measured, gated.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


feedback = typer.Typer(help="Corrections from production as new training rows.", no_args_is_help=True)
app.add_typer(feedback, name="feedback")
review = typer.Typer(help="A domain expert judges a sample of the prepared rows.", no_args_is_help=True)
app.add_typer(review, name="review")
judge = typer.Typer(help="People choose between two contestants' answers, blind.", no_args_is_help=True)
app.add_typer(judge, name="judge")


class Format(StrEnum):
    """How `show` prints."""

    text = "text"
    yaml = "yaml"
    json = "json"


def main() -> None:
    """Run the command line; a user's mistake is a message and an exit code, never a traceback."""
    try:
        app()
    except TunewrightError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_code)
    except OSError as error:
        told = refusal(error)
        if told is None:
            raise
        print(f"error: {told}", file=sys.stderr)  # noqa: T201
        sys.exit(told.exit_code)
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
    here: Annotated[
        bool, typer.Option("--here", help="Make no folder: fill this one, empty or a repository just begun.")
    ] = False,
) -> None:
    """Make a new project: one repository for one business use case."""
    from tunewright.cli.new import new as scaffold

    scaffold(answers or [], no_input=no_input, output_dir=output_dir, here=here)


@app.command("set")
def set_(
    assignments: Annotated[
        list[str],
        typer.Argument(
            help="GROUP=OPTION, KEY=VALUE, or ~KEY to take a value back.",
            autocompletion=complete.assignments,
        ),
    ],
) -> None:
    """Change params.yaml: `tunewright set method=lora method.learning_rate=1e-4`."""
    from tunewright.cli.set import set_values

    set_values(Path.cwd(), assignments)


@app.command()
def options(
    group: Annotated[
        str | None, typer.Argument(help="One group; all if left out.", autocompletion=complete.groups)
    ] = None,
) -> None:
    """List what can be chosen: what each option is for, and whether it is the project's or the library's."""
    from tunewright.cli.options import options as show_options

    show_options(Path.cwd(), group)


@app.command()
def show(
    key: Annotated[
        str | None,
        typer.Argument(help="A group, a subtree or a setting.", autocompletion=complete.settings),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.text,
    diff: Annotated[
        str | None,
        typer.Option(
            metavar="REV",
            help="Print what differs from a git revision.",
            autocompletion=complete.revisions,
        ),
    ] = None,
) -> None:
    """Print resolved settings and where each comes from: file and line, set, or the schema's default."""
    from tunewright.cli.show import show as show_settings

    show_settings(Path.cwd(), key, form.value, diff)


@app.command()
def freeze(
    renew: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Replace a test set that is frozen; the reason is kept."),
    ] = None,
) -> None:
    """Freeze the test split: rows that are added later change nothing in it."""
    from tunewright.cli.freeze import freeze as freeze_test

    freeze_test(Path.cwd(), renew)


@app.command()
def eject(
    option: Annotated[str, typer.Argument(metavar="GROUP/OPTION", autocompletion=complete.packaged_options)],
) -> None:
    """Copy a packaged option into the project's conf/, where it may be edited."""
    from tunewright.cli.eject import eject as copy_option

    copy_option(Path.cwd(), option)


@app.command()
def schema(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="GROUP",
            help="Print this one: a group, params or config. If left out, all are written.",
            autocompletion=complete.schemas,
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder to write to; conf/.schemas if left out.")
    ] = None,
) -> None:
    """Write JSON Schema of option files and params.yaml, so that editors complete and check them."""
    from tunewright.cli.schema import schema as write_schemas

    write_schemas(Path.cwd(), name, output)


@app.command()
def plan() -> None:
    """Say before any work whether it fits in memory, what it costs and whether the data is enough."""
    from tunewright.cli.plan import plan as show_plan

    show_plan(Path.cwd())


@app.command()
def preview(
    number: Annotated[int, typer.Option("-n", "--n", min=0, help="Rows to show; 0: the totals alone.")] = 3,
    row: Annotated[str | None, typer.Option(metavar="ID", help="Show this row alone.")] = None,
    split: Annotated[Literal["train", "validation"], typer.Option(help="Whose rows.")] = "train",
    html: Annotated[bool, typer.Option("--html", help="Write an HTML page instead: see --output.")] = False,
    output: Annotated[Path, typer.Option(help="Where --html writes; it holds rows.")] = Path(
        ".tunewright/preview.html"
    ),
) -> None:
    """Show prepared rows as the model will see them: special tokens, what is trained, what is too long."""
    from tunewright.cli.preview import preview as show_preview

    show_preview(Path.cwd(), split, number, row, output if html else None)


@app.command("data-card")
def data_card(
    folder: Annotated[Path, typer.Option(help="Where data_card.html and data_card.md go.")] = Path(
        ".tunewright"
    ),
) -> None:
    """Write the data card of the prepared rows for people: sources, funnel, personal data, warnings."""
    from tunewright.cli.data_card import data_card as write_data_card

    write_data_card(Path.cwd(), folder)


@feedback.command("add")
def feedback_add(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSON Lines or CSV: prompt or messages, output, verdict (good, bad, flag), correction."
        ),
    ],
) -> None:
    """Add corrected outputs to data/raw/feedback.jsonl, never to the test; list what lacks a correction."""
    from tunewright.cli.feedback import add

    add(Path.cwd(), file)


@review.command("export")
def review_export(
    output: Annotated[Path, typer.Option(help="Folder to write to; the files hold rows.")] = Path(
        ".tunewright/review"
    ),
    again: Annotated[
        bool, typer.Option("--again", help="Also rows that are judged already: for a second reviewer.")
    ] = False,
) -> None:
    """Write a random sample of prepared rows as an offline HTML page and as CSV, for an expert to judge."""
    from tunewright.cli.review import export

    export(Path.cwd(), output, again=again)


@review.command("import")
def review_import(
    file: Annotated[Path, typer.Argument(help="What the page saved, or the filled CSV.")],
    reviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who judged.")] = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="When, if the file does not say.")
    ] = None,
) -> None:
    """Check the reviewer's file against the sample and record it in data/review.json."""
    from tunewright.cli.review import import_

    import_(Path.cwd(), file, reviewer, day)


@judge.command("export")
def judge_export(
    first: Annotated[
        str, typer.Option("--of", metavar="CONTESTANT", help="Whose win rate is told.")
    ] = "tuned",
    second: Annotated[
        str, typer.Option("--against", metavar="CONTESTANT", help="few_shot, zero_shot, or another one.")
    ] = "few_shot",
    rows: Annotated[
        int, typer.Option("-n", "--rows", min=1, help="Rows to draw; fewer if fewer differ.")
    ] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Which rows are drawn.")] = 0,
    output: Annotated[Path, typer.Option(help="Folder to write to; the page holds rows.")] = Path(
        ".tunewright/judge"
    ),
) -> None:
    """Write an offline page with two answers to each of some test rows, not saying whose they are."""
    from tunewright.cli.judge import export

    export(Path.cwd(), output, first=first, second=second, number=rows, seed=seed)


@judge.command("import")
def judge_import(
    files: Annotated[list[Path], typer.Argument(metavar="FILE ...", help="What the pages saved.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Take a rater's second thought in place of the first.")
    ] = False,
) -> None:
    """Check and unblind raters' files, record them in data/comparisons.json, print win rates."""
    from tunewright.cli.judge import import_

    import_(Path.cwd(), files, replace=replace)


@app.command()
def run(
    assignments: Annotated[
        list[str],
        typer.Argument(
            help="GROUP=OPTION, KEY=VALUE or ~KEY; with -m also KEY=A,B, choice(), range() and glob(), with "
            "--sampler interval() too; experiment=NAME takes along what conf/experiment/NAME.yaml says.",
            autocompletion=complete.assignments,
        ),
    ],
    multirun: Annotated[bool, typer.Option("-m", "--multirun", help="A sweep: all combinations.")] = False,
    queue: Annotated[bool, typer.Option("--queue", help="Queue only; `dvc queue start` runs them.")] = False,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Experiments at once.")] = 1,
    name: Annotated[
        str, typer.Option(metavar="PREFIX", help="Begins the experiments' names; also the name of a search.")
    ] = "",
    sampler: Annotated[
        str | None, typer.Option(metavar="optuna", help="A search: draw points instead of running them all.")
    ] = None,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Of a search, those of earlier runs of it included.")
    ] = None,
    objective: Annotated[
        list[str] | None,
        typer.Option(metavar="METRIC", help="Of a search; several for their Pareto front."),
    ] = None,
) -> None:
    """Run experiments, leaving params.yaml as it is: `tunewright run -m method=lora,dora seed=1,2`."""
    if sampler is not None:
        from tunewright.cli.search import Typed, search

        if queue:
            raise UsageError(
                "a search draws each point from what came of others", where="--queue", fix="leave it out"
            )
        typed = Typed(tuple(assignments), trials, tuple(objective or ()), jobs, name)
        raise typer.Exit(search(Path.cwd(), sampler, typed))
    if trials is not None or objective:
        where = "--trials" if trials is not None else "--objective"
        raise UsageError("only a search has that", where=where, fix="add --sampler optuna")
    from tunewright.cli.run import run as run_experiments

    raise typer.Exit(
        run_experiments(Path.cwd(), assignments, multirun=multirun, queue_only=queue, jobs=jobs, prefix=name)
    )


@app.command()
def accept(
    form: Annotated[
        Literal["text", "markdown", "json", "junit"],
        typer.Option(
            "--format", help="Lines, tables for a pull request, JSON, or JUnit XML for CI services."
        ),
    ] = "text",
) -> None:
    """Print each acceptance criterion with its value and interval; exit 1 when one fails."""
    from tunewright.cli.accept import accept as show_verdict

    raise typer.Exit(show_verdict(Path.cwd(), form))


@app.command()
def experiments(
    form: Annotated[
        Literal["text", "json", "csv", "markdown"], typer.Option("--format", help="How to print it.")
    ] = "text",
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC",
            help="Rank by this; the task's first metric if left out. Of several the Pareto front is marked.",
        ),
    ] = None,
    html: Annotated[
        bool, typer.Option("--html", help="Write an HTML page with charts instead: see --output.")
    ] = False,
    output: Annotated[Path, typer.Option(help="Where --html writes.")] = Path(".tunewright/experiments.html"),
) -> None:
    """Compare the project's experiments: what differs among them, best first."""
    from tunewright.cli.experiments import experiments as show_experiments

    show_experiments(Path.cwd(), form, by or [], output if html else None)


@app.command()
def compare(
    first: Annotated[
        str,
        typer.Argument(
            metavar="REV_A",
            help="The first: an experiment or a git revision.",
            autocompletion=complete.revisions,
        ),
    ],
    second: Annotated[
        str,
        typer.Argument(
            metavar="REV_B",
            help="The second; the project's folder if left out.",
            autocompletion=complete.revisions,
        ),
    ] = "workspace",
    metric: Annotated[
        str | None,
        typer.Option(
            metavar="METRIC",
            help="What is compared; if left out, whether the whole answer is right (of free text, chrf).",
        ),
    ] = None,
    show: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Rows to print of each outcome that changed; if left out, 3 as text and none else.",
        ),
    ] = None,
    common_rows: Annotated[
        bool,
        typer.Option(
            "--common-rows", help="If the test rows are not the same, compare those that are in both."
        ),
    ] = False,
    form: Annotated[
        Literal["text", "markdown", "json"], typer.Option("--format", help="How to print it.")
    ] = "text",
) -> None:
    """Compare two tuned models row by row: what was fixed, what was broken, and whether that is chance."""
    from tunewright.cli.compare import compare as compare_rows

    compare_rows(Path.cwd(), first, second, metric=metric, show=show, common=common_rows, form=form)


@app.command()
def adopt(
    name: Annotated[
        str,
        typer.Argument(
            help="An experiment's name, as `tunewright experiments` lists it.",
            autocompletion=complete.experiments,
        ),
    ],
) -> None:
    """Make one experiment the project's own: its settings, its results, nothing to recompute."""
    from tunewright.cli.adopt import adopt as take_over

    take_over(Path.cwd(), name)


@app.command()
def fetch_data() -> None:
    """Bring the raw files that data.sources names on the Hugging Face hub under data/raw."""
    from tunewright.cli.fetch_data import fetch_data as fetch

    fetch(Path.cwd())


@app.command()
def doctor(
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Mend what is safe to mend: leftover locks, downloads, scratch folders."),
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count: exit 1.")] = False,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="text or json")] = "text",
) -> None:
    """Check machine and project: what is wrong and what to type. Exit 1: wrong, 2: could not check."""
    from tunewright.cli.doctor import doctor as examine

    raise typer.Exit(examine(Path.cwd(), fix=fix, strict=strict, form=form))


@app.command("pseudonym-key")
def pseudonym_key() -> None:
    """Make the secret key of data.personal_data's pseudonyms, outside the project; print its fingerprint."""
    from tunewright.cli.pseudonym_key import pseudonym_key as make

    make()


@app.command()
def tracked(
    experiment: Annotated[
        str | None,
        typer.Argument(help="An experiment's name, a git revision or a run's id. All runs if left out."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """From an experiment to its tracker's run and back: where each tracker has which experiment."""
    from tunewright.cli.tracked import tracked as show_tracked

    show_tracked(Path.cwd(), experiment, as_json=as_json)


@app.command(hidden=True)
def stage(name: Annotated[str, typer.Argument(help="Name of the stage in dvc.yaml.")]) -> None:
    """Run one stage of the pipeline; dvc.yaml calls this, `dvc repro NAME` is for people."""
    from tunewright.stages.run import run_stage

    run_stage(name, Path.cwd())


if __name__ == "__main__":
    main()
