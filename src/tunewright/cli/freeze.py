"""`tunewright freeze`: hold the test split as it is now, for good, in data/test.lock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from tunewright.config.compose import compose
from tunewright.data.checking import ToCheck
from tunewright.data.frozen import TEST_LOCK, Frozen, difference, frozen_rows, read_lock, write_lock
from tunewright.data.prepare import describe
from tunewright.data.rows import read_rows
from tunewright.errors import UsageError
from tunewright.scratch import FOLDER


def freeze(root: Path, renew: str | None) -> None:
    """Prepare the rows anew, as if nothing were frozen, and write the hashes of the test rows.

    Args:
        root: the project's folder.
        renew: why a test set that is frozen already shall change; null lets it stay.

    Raises:
        UsageError: it is frozen already and would change; says by how much.
        ConfigError, DataError: configuration or rows cannot be used.
    """
    lock = read_lock(root)
    rows = _test_rows(root)
    change = difference(lock.rows, rows)
    if not (change.added or change.removed or change.answered):
        typer.echo(f"frozen as it is: {change.rows} test rows")
        return
    if lock.rows and not renew:
        raise UsageError(
            f"the test set is frozen: {change.added} rows would come, {change.removed} would go, "
            f"{change.answered} have another answer; results before and after could not be compared",
            where=TEST_LOCK.as_posix(),
            fix='tunewright freeze --renew "why it must change"',
        )
    if not lock.rows:
        change = replace(change, added=0)
    write_lock(root, Frozen(rows, (*lock.changes, replace(change, reason=(renew or "").strip()))))
    typer.echo(f"frozen: {change.rows} test rows, in {TEST_LOCK.as_posix()}")
    typer.echo(f"next:\n  git add {TEST_LOCK.as_posix()} && git commit -m 'Freeze the test set'\n  dvc repro")


def _test_rows(root: Path) -> dict[str, tuple[str, ...]]:
    settings = compose(root)
    (root / FOLDER).mkdir(exist_ok=True)
    with TemporaryDirectory(dir=root / FOLDER, prefix="freeze-") as folder:
        describe(
            ToCheck(root.resolve(), settings.data, settings.task.kind, settings.task.output), Path(folder)
        )
        return frozen_rows(read_rows(Path(folder) / "test.jsonl"))
