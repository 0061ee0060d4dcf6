"""`tunewright feedback add`: corrected production outputs become raw rows, all of a file or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from tunewright.artifacts import TEST_ROWS
from tunewright.config.compose import compose
from tunewright.config.schema import Settings
from tunewright.config.schema.data import FEEDBACK, Source
from tunewright.data.feedback import OPEN, PROVENANCE, REASONS_SHOWN, Added, Corrections, gather, write
from tunewright.data.feedback_file import read_bytes
from tunewright.data.feedback_near_test import HeldBack, held_back
from tunewright.data.frozen import TEST_LOCK
from tunewright.errors import UsageError
from tunewright.extensions import load_extensions

BLOCK = f"""\
  - path: {FEEDBACK}
    format: chat
    licence: under which agreement users' corrections are used
    splits: [train]   # never test: it would hold what the model got wrong, and little else"""


def add(root: Path, file: Path) -> None:
    """Check every line, then add the corrections and list what needs an answer; print what comes next.

    Args:
        root: the project's folder.
        file: JSON Lines or CSV.

    Raises:
        ConfigError: the configuration does not hold.
        DataError: a line cannot be used; nothing was added then.
        UsageError: there is no such file, or the corrections added before are not here.
    """
    from filelock import FileLock

    settings = compose(root)
    _refuse_unfit_source(settings)
    content = read_bytes(file)
    pointer = root / f"{FEEDBACK}.dvc"
    if pointer.exists() and not (root / FEEDBACK).exists():
        what = "DVC knows earlier corrections, and they are not here"
        raise UsageError(what, where=FEEDBACK, fix=f"dvc pull {FEEDBACK}, then add the file again")
    task = settings.task
    transforms = load_extensions(root).transforms
    corrections = Corrections(settings.data, task.kind, task.output, transforms)
    (root / OPEN).parent.mkdir(parents=True, exist_ok=True)
    with FileLock(root / OPEN.parent / "lock"):
        added = gather(root, file, content, corrections)
        lines = [(row[PROVENANCE]["line"], row) for row in added.rows]
        held = held_back(root, settings, lines, transforms)
        write(root, added)
    typer.echo("\n".join(_told(root, settings, added, held)))


def _refuse_unfit_source(settings: Settings) -> None:
    source = _source(settings)
    if source is not None and (source.format != "chat" or source.reader is not None):
        what = "declared otherwise than `feedback add` writes it"
        raise UsageError(what, where=FEEDBACK, fix=f"in data.sources:\n{BLOCK}")


def _told(root: Path, settings: Settings, added: Added, held: HeldBack) -> Iterator[str]:
    known = f", {added.known} already there" if added.known else ""
    yield f"added to {FEEDBACK}: {len(added.rows)} new rows of corrected outputs{known}"
    yield from _kept_out(held)
    if added.good:
        yield f"good: {added.good}; no rows are made of them, the model gives these answers already"
    if added.ungrouped:
        field = settings.data.split.group_by
        yield f"note: {added.ungrouped} without {field}: each is a group of its own"
    if added.not_read:
        yield f"note: columns that nothing reads: {', '.join(added.not_read)}"
    if added.open:
        yield f"without a correction: {len(added.open)}; fill it in where they are listed, in {OPEN}, then:"
        yield f"  tunewright feedback add {OPEN}"
    if not (root / FEEDBACK).exists():
        return
    if _source(settings) is None:
        own = Path("conf") / "data" / f"{settings.choices.data}.yaml"
        at = own if (root / own).exists() else f"{own} (after: tunewright eject data/{settings.choices.data})"
        yield f"add to `sources` in {at}:"
        yield BLOCK
    if added.rows:
        yield f"next: dvc add {FEEDBACK}, then: dvc repro"


def _kept_out(held: HeldBack) -> Iterator[str]:
    """What is said of rows that the frozen test set holds too."""
    if held.reasons:
        yield (
            f"of these {len(held.reasons)} will not be trained on: `prepare` removes what the frozen test "
            f"set asks too (artifacts/data/rejected.jsonl lists it); {TEST_LOCK.as_posix()} stays as it is"
        )
        told = sorted(held.reasons.items())
        yield from (f"  line {line}: {reason}" for line, reason in told[:REASONS_SHOWN])
        if len(told) > REASONS_SHOWN:
            yield f"  and {len(told) - REASONS_SHOWN} more"
        yield (
            "  if the answer of a test row is wrong, mend it in its own file, then: tunewright freeze "
            '--renew "why"'
        )
    if not held.texts_known:
        yield (
            f"note: {TEST_ROWS.as_posix()} is not the whole frozen test set, so that near prompts and groups "
            "could not all be looked for; `dvc repro prepare` removes those too"
        )


def _source(settings: Settings) -> Source | None:
    return next((source for source in settings.data.sources if source.path == FEEDBACK), None)
