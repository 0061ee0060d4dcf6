"""`tunewright data-card`: the data card of the prepared rows, without any training."""

from __future__ import annotations

from pathlib import Path

import typer

from tunewright.artifacts import DATA_CARD, DATA_CARD_MARKDOWN, DATA_CARD_PAGE, write_text
from tunewright.cli.git_ignored import warn_if_offered
from tunewright.config.compose import compose
from tunewright.config.schema import Settings
from tunewright.errors import UsageError
from tunewright.tracking.lineage import read_lock


def data_card(root: Path, folder: Path) -> None:
    """Write data_card.html and data_card.md.

    Args:
        root: the project's folder, with prepared data.
        folder: where the pages go, relative to the project.

    Raises:
        ConfigError: the configuration does not hold.
        UsageError: the data is not prepared, or was prepared with other settings.
    """
    from tunewright.reporting.data_card.inputs import read_data_card_inputs
    from tunewright.reporting.data_card.page import render_data_card_html, render_data_card_markdown
    from tunewright.reporting.data_card.personal_data import outcome

    settings = compose(root)
    if not (root / DATA_CARD).exists():
        raise UsageError("the data is not prepared yet", where=str(DATA_CARD), fix="dvc repro prepare")
    _refuse_other_settings(root, settings)
    inputs = read_data_card_inputs(
        root,
        project=settings.project,
        version=settings.versions.tunewright,
        task=settings.task,
        data=settings.data,
        train=None,
    )
    page = folder / DATA_CARD_PAGE.name
    write_text(root / page, render_data_card_html(inputs))
    write_text(root / folder / DATA_CARD_MARKDOWN.name, render_data_card_markdown(inputs))
    found = outcome(inputs.card)
    typer.echo(f"{found.title}: {found.sentence}")
    holds = "it holds rows of the data" if inputs.twins else "it holds no rows"
    typer.echo(f"data card: open {page} in a browser ({holds}), or read {folder / DATA_CARD_MARKDOWN.name}")
    if inputs.twins:
        warn_if_offered(root, page)


def _refuse_other_settings(root: Path, settings: Settings) -> None:
    """The card says what was looked for by the settings: they must be those of the prepared rows."""
    locked = read_lock(root).get("prepare", {}).get("params", {}).get("resolved.yaml", {})
    then, now = locked.get("data"), settings.data.model_dump(mode="json")
    if then is not None and then != now:
        changed = sorted(key for key in now if then.get(key) != now[key])
        raise UsageError(
            f"the rows were prepared with other settings: data.{', data.'.join(changed)}",
            where=str(DATA_CARD),
            fix="dvc repro prepare",
        )
