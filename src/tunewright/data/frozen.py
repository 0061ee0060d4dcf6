"""The frozen test set: `data/test.lock` holds its rows as hashes, so that it stays what it was.

`tunewright freeze` writes the file, git keeps it. `prepare` then puts exactly these rows into the test split,
keeps rows near them out of training, and stops where one is missing or its answer has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tunewright.artifacts import read_json, write_json
from tunewright.data.candidate import digest, normalise, prompt_text
from tunewright.data.rows import Row
from tunewright.errors import DataError

TEST_LOCK = Path("data") / "test.lock"
ABOUT = "The frozen test set, as hashes of prompt and answers. `tunewright freeze` writes it; commit it."


@dataclass(frozen=True)
class Change:
    """One time at which the test set was frozen.

    Attributes:
        rows: of the test set from then on.
        added, removed, answered: rows that came, went, or got another answer.
        reason: why, in the words of whoever did it; empty the first time.
    """

    rows: int
    added: int = 0
    removed: int = 0
    answered: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Frozen:
    """What stands in data/test.lock.

    Attributes:
        rows: for each prompt's key the keys of its answers.
        changes: how the test set came about, oldest first.
    """

    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()


def frozen_rows(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    """The hashes of a test split's rows."""
    answers: dict[str, set[str]] = {}
    for row in rows:
        answers.setdefault(digest(prompt_text(row.prompt)), set()).add(digest(normalise(row.reference)))
    return {prompt: tuple(sorted(found)) for prompt, found in sorted(answers.items())}


def difference(before: Mapping[str, tuple[str, ...]], after: Mapping[str, tuple[str, ...]]) -> Change:
    """What changes between two test sets."""
    both = before.keys() & after.keys()
    return Change(
        rows=sum(map(len, after.values())),
        added=len(after.keys() - before.keys()),
        removed=len(before.keys() - after.keys()),
        answered=sum(before[prompt] != after[prompt] for prompt in both),
    )


def read_lock(root: Path) -> Frozen:
    """The frozen test set; an empty one if nothing is frozen.

    Raises:
        DataError: the file is damaged.
    """
    path = root / TEST_LOCK
    if not path.exists():
        return Frozen()
    raw = read_json(path)
    try:
        rows = {str(prompt): tuple(map(str, answers)) for prompt, answers in raw["rows"].items()}
        return Frozen(rows, tuple(Change(**change) for change in raw["changes"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            "is not what `tunewright freeze` writes",
            where=TEST_LOCK.as_posix(),
            fix=f"git checkout {TEST_LOCK.as_posix()}",
        ) from error


def write_lock(root: Path, frozen: Frozen) -> None:
    """Write data/test.lock."""
    rows = {prompt: list(answers) for prompt, answers in frozen.rows.items()}
    write_json(
        root / TEST_LOCK,
        {"about": ABOUT, "changes": [asdict(change) for change in frozen.changes], "rows": rows},
    )


def refuse_changed(frozen: Frozen, test: Mapping[str, tuple[str, ...]]) -> None:
    """Make sure that the test split is the frozen one.

    Args:
        frozen: what data/test.lock holds; nothing is refused if that is nothing.
        test: the hashes of the test split.

    Raises:
        DataError: rows are missing, or have other answers; says how many.
    """
    change = difference(frozen.rows, test)
    if not frozen.rows or not (change.added or change.removed or change.answered):
        return
    told = {
        "are gone": change.removed,
        "have another answer": change.answered,
        "were not frozen": change.added,
    }
    raise DataError(
        f"the test set is not the frozen one: of {sum(map(len, frozen.rows.values()))} rows "
        + ", ".join(f"{count} {what}" for what, count in told.items() if count),
        where=TEST_LOCK.as_posix(),
        fix="bring the rows back (git log data/raw; also settings that change texts count), or say that the "
        "test set shall change: tunewright freeze --renew REASON",
    )
