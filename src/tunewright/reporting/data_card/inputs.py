"""`DataCardInputs`: everything that the data card is made from, and how it is read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright import artifacts
from tunewright.config.schema.data import Data
from tunewright.config.schema.settings import Project
from tunewright.config.schema.task import Task
from tunewright.data.card import DataCard, read_card
from tunewright.data.rows import Row, rows_named

PLACES_SHOWN = 5
"""Rejected rows of each reason that are named by file and line."""
LEARNT_FROM = ("train", "validation")
"""Splits of which rows may be shown: who looks at test rows begins to work towards them."""
LEAVES = frozenset({"report", "allow"})
"""Actions that let a value stay."""


@dataclass(frozen=True)
class Places:
    """Where rows of one reason stand, and what to do about them.

    Attributes:
        first: up to `PLACES_SHOWN` of them, `file:line`.
        fix: what the first of them says; empty where nothing is to be done.
    """

    first: tuple[str, ...]
    fix: str


@dataclass(frozen=True)
class DataCardInputs:
    """What was read.

    Attributes:
        version: of tunewright.
        places: of rows that go no further, by reason.
        twins: rows that stay where another one was removed, by id; none where values were left in the rows.
        train: metrics/train.json; null before training.
        hashes: SHA-256 by path, of the prepared files.
    """

    project: Project
    version: str
    task: Task
    data: Data
    card: DataCard
    places: Mapping[str, Places]
    twins: Mapping[str, Row]
    train: Mapping[str, Any] | None
    hashes: Mapping[str, str]


def read_data_card_inputs(
    root: Path, *, project: Project, version: str, task: Task, data: Data, train: Mapping[str, Any] | None
) -> DataCardInputs:
    """Read what `prepare` wrote.

    Args:
        root: the project's folder.
        project, version, task, data: as in `DataCardInputs`.
        train: metrics/train.json; null before training.

    Raises:
        TunewrightError: an artifact is missing or damaged.
    """
    card = read_card(root / artifacts.DATA_CARD)
    files = (artifacts.TRAIN_ROWS, artifacts.VALIDATION_ROWS, artifacts.TEST_ROWS, artifacts.REJECTED_ROWS)
    return DataCardInputs(
        project=project,
        version=version,
        task=task,
        data=data,
        card=card,
        places=_places(root / artifacts.REJECTED_ROWS, (*card.rejected, *card.removed)),
        twins=_twins(root, card),
        train=train,
        hashes={path.as_posix(): artifacts.sha256_file(root / path) for path in files},
    )


def left_in(card: DataCard) -> int:
    """How many personal values the policy let stay in the rows."""
    return sum(
        count
        for kinds in card.personal_data.values()
        for actions in kinds.values()
        for action, count in actions.items()
        if action in LEAVES
    )


def _places(path: Path, reasons: Iterable[str]) -> dict[str, Places]:
    """The first places of each reason; in the file a reason may go on with what differs from row to row."""
    known = frozenset(reasons)
    first: dict[str, list[str]] = {}
    fixes: dict[str, str] = {}
    if path.exists() and path.stat().st_size == 0:
        return {}
    for row in artifacts.read_jsonl(path):
        reason = _reason(row["reason"], known)
        places = first.setdefault(reason, [])
        if len(places) < PLACES_SHOWN:
            places.append(
                f"{row['file']}:{row['line']}" if "line" in row else f"{row['file']}, row {row['row']}"
            )
            fixes.setdefault(reason, row.get("fix", ""))
    return {reason: Places(tuple(places), fixes[reason]) for reason, places in first.items()}


def _reason(told: str, known: Container[str]) -> str:
    """The longest of the known reasons with which it begins; itself if there is none."""
    reason = told
    while reason and reason not in known:
        reason = reason.rpartition(" ")[0]
    return reason or told


def _twins(root: Path, card: DataCard) -> dict[str, Row]:
    if left_in(card):
        return {}
    found: dict[str, Row] = {}
    for split in LEARNT_FROM:
        ids = {example.id for example in card.duplicates if example.split == split}
        if ids:
            found |= rows_named(root / artifacts.DATA / f"{split}.jsonl", ids)
    return found
