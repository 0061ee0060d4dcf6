"""prepare: read, check, deduplicate and split the rows; write them with their data card."""

from __future__ import annotations

from pathlib import Path

from tunewright import artifacts
from tunewright.config.stage_settings import stage_settings
from tunewright.data.card import write_card
from tunewright.data.prepare import clean, divide, refuse_many_rejected, write_discarded
from tunewright.data.rows import write_rows
from tunewright.extensions import load_extensions
from tunewright.progress import say


def run(root: Path) -> None:
    """Prepare the rows; the rejected ones are written first, so that they can be looked up on failure.

    Raises:
        DataError: the data as it is cannot be used.
    """
    settings = stage_settings("prepare", root).settings
    data, kind, output = settings.data, settings.task.kind, settings.task.output

    cleaned = clean(root, data, kind, output, load_extensions(root).transforms)
    write_discarded(root / artifacts.REJECTED_ROWS, cleaned.discarded)
    refuse_many_rejected(cleaned, data.max_rejected_share, artifacts.REJECTED_ROWS)

    prepared = divide(root, cleaned, data, kind, output)
    write_discarded(root / artifacts.REJECTED_ROWS, prepared.discarded)
    for name, rows in prepared.rows.items():
        write_rows(root / artifacts.DATA / f"{name}.jsonl", rows)
    write_card(root / artifacts.DATA_CARD, prepared.card)
    artifacts.write_json(root / artifacts.METRICS / "data.json", prepared.card.counts())

    say("prepare: " + ", ".join(f"{count} {name}" for name, count in prepared.card.counts().items()))
    for warning in prepared.card.warnings:
        say(f"prepare: warning: {warning}")
