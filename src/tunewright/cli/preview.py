"""`tunewright preview`: the prepared rows as training will see them, in the terminal or as HTML."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import typer

from tunewright.artifacts import BASE_MODEL, DATA, TEST_ROWS, write_text
from tunewright.cli.git_ignored import warn_if_offered
from tunewright.config.compose import compose
from tunewright.data.rows import Row, read_rows
from tunewright.errors import UsageError, unknown_name
from tunewright.models.fetch import cached_base_model
from tunewright.models.record import read_record
from tunewright.progress import progress

Shown = Literal["train", "validation"]


def preview(root: Path, split: Shown, number: int, row: str | None, page: Path | None) -> None:
    """Print rows of a split, or write them as HTML.

    Args:
        root: the project's folder, with prepared data and a fetched model.
        split: whose rows.
        number: how many of them, from the first.
        row: id of the only row to show; null for the first ones.
        page: HTML file to write instead, relative to the project; null for none.

    Raises:
        ConfigError: the configuration does not hold.
        UsageError: no such row, or data or model are not there yet.
    """
    settings = compose(root)
    rows = _rows(root, split)
    chosen = rows[:number] if row is None else [_named(root, split, rows, row)]
    folder = cached_base_model(root, settings.model)
    if folder is None:
        raise UsageError(
            f"the tokenizer of {settings.choices.model} is not there yet: the model was not fetched, or the "
            "model cache has lost it",
            fix="dvc repro fetch (if that changes nothing: dvc repro --force fetch)",
        )
    from tunewright.models.load import load_tokenizer
    from tunewright.training.preview import preview as encode

    tokenizer = load_tokenizer(folder, trust_remote_code=settings.model.trust_remote_code)
    with progress("encoding", len(rows)) as advance:
        found = encode(
            tokenizer,
            rows,
            chosen,
            instructions=settings.task.instructions,
            method=settings.method,
            split=split,
            advance=advance,
        )
    if page is not None:
        from tunewright.reporting.preview_page import render_preview

        base = str(read_record(root / BASE_MODEL))
        write_text(root / page, render_preview(found, project=settings.project.name, base_model=base))
        typer.echo("\n".join(found.totals))
        typer.echo(f"preview: open {page} in a browser; it holds rows of the data")
        warn_if_offered(root, page)
        return
    from rich.console import Console

    from tunewright.reporting.preview_text import coloured, plain

    console = Console(highlight=False)
    if console.is_terminal and not console.is_dumb_terminal and not os.environ.get("NO_COLOR"):
        console.print(coloured(found), soft_wrap=True)
    else:
        typer.echo(plain(found))


def _rows(root: Path, split: Shown) -> Sequence[Row]:
    path = DATA / f"{split}.jsonl"
    if not (root / path).exists():
        raise UsageError("the data is not prepared yet", where=str(path), fix="dvc repro prepare")
    return read_rows(root / path)


def _named(root: Path, split: Shown, rows: Sequence[Row], name: str) -> Row:
    """The row of that id; where it is in another split, the message says so."""
    found = next((row for row in rows if row.id == name), None)
    if found is not None:
        return found
    other: Shown = "validation" if split == "train" else "train"
    if any(row.id == name for row in _rows(root, other)):
        raise UsageError(
            f"row {name} is in the {other} split", fix=f"tunewright preview --row {name} --split {other}"
        )
    if any(row.id == name for row in read_rows(root / TEST_ROWS)):
        raise UsageError(f"row {name} is in the test split, which training never sees: it is not shown here")
    raise unknown_name("row", name, [row.id for row in rows])
