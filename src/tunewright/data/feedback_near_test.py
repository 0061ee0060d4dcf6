"""Which corrections ask what a row of the frozen test set asks: `prepare` will keep them out of training.

data/test.lock holds hashes, so it tells equal prompts alone. Near ones are found by the texts of the prepared
test split, as far as it is the frozen one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.artifacts import TEST_ROWS
from tunewright.config.schema import Settings
from tunewright.data.candidate import digest, numbers_key, prompt_text
from tunewright.data.frozen import read_lock
from tunewright.data.near_duplicates import Clusters, band_keys, join_near, parted
from tunewright.data.raw_row import Discarded, Place, RawRow
from tunewright.data.rows import Row, read_rows
from tunewright.data.transform import apply, chosen_transforms
from tunewright.data.validate import CheckedRow, row_check
from tunewright.extensions import RowTransform

SAME = "the same prompt as a row of the frozen test set"
NEAR = "nearly the same prompt as a row of the frozen test set"
GROUP = "of the same group as a row of the frozen test set"


@dataclass(frozen=True)
class HeldBack:
    """What of a file of feedback will not be trained on.

    Attributes:
        reasons: line of the file -> why.
        texts_known: near prompts and groups were looked for too: the whole frozen test set is here as texts.
    """

    reasons: Mapping[int, str]
    texts_known: bool = True


def held_back(
    root: Path,
    settings: Settings,
    rows: Sequence[tuple[int, Mapping[str, Any]]],
    registered: Mapping[str, RowTransform],
) -> HeldBack:
    """Compare corrections with the frozen test set, as `prepare` will see both.

    Args:
        root: the project's folder.
        settings: of the project.
        rows: line of the feedback file, and raw row.
        registered: row transforms of the project's extensions.

    Raises:
        DataError: data/test.lock is damaged, or the key of the pseudonyms cannot be had.
    """
    frozen = read_lock(root).rows
    if not frozen or not rows:
        return HeldBack({})
    checked = _as_prepared(settings, rows, registered)
    test = _frozen_texts(root, frozen)
    near = _near({line: row for line, (row, _) in checked.items()}, test, settings)
    by_group = settings.data.split.group_by is not None
    groups = {row.group for row in test.values()} if by_group else set()
    reasons = {}
    for line, (row, prompt) in checked.items():
        if digest(prompt) in frozen:
            reasons[line] = SAME
        elif line in near:
            reasons[line] = NEAR
        elif row.group in groups:
            reasons[line] = GROUP
    return HeldBack(reasons, texts_known=test.keys() == frozen.keys())


def _as_prepared(
    settings: Settings, rows: Sequence[tuple[int, Mapping[str, Any]]], registered: Mapping[str, RowTransform]
) -> dict[int, tuple[Row, str]]:
    """Rows and prompts after transforms and the policy on personal data, without those that are rejected."""
    check = row_check(settings.data, settings.task.kind, settings.task.output)
    transforms = chosen_transforms(settings.data.transforms, registered)
    found = {}
    for line, values in rows:
        raw = apply(transforms, RawRow(Place("", line, ""), dict(values)))
        row = raw if isinstance(raw, Discarded) else check(raw, "chat")
        if isinstance(row, CheckedRow):
            found[line] = row.row, prompt_text(row.row.prompt)
    return found


def _frozen_texts(root: Path, frozen: Mapping[str, object]) -> dict[str, Row]:
    """The prepared test rows that are frozen, by the key of their prompt."""
    path = root / TEST_ROWS
    rows = read_rows(path) if path.exists() else []
    by_key = {digest(prompt_text(row.prompt)): row for row in rows}
    return {key: row for key, row in by_key.items() if key in frozen}


def _near(rows: Mapping[int, Row], test: Mapping[str, Row], settings: Settings) -> set[int]:
    """The lines of rows that share a cluster of near-duplicates with a test row."""
    threshold = settings.data.near_duplicate_threshold
    tested = [prompt_text(row.prompt) for row in test.values()]
    texts = [*tested, *(prompt_text(row.prompt) for row in rows.values())]
    clusters = Clusters(len(texts))
    numbers = [numbers_key(text) for text in texts]
    keys = parted(band_keys(texts, threshold), range(len(texts)), numbers)
    join_near(clusters, range(len(texts)), keys, lambda index: texts[index], threshold)
    held = {clusters.leader(index) for index in range(len(tested))}
    return {line for index, line in enumerate(rows, start=len(tested)) if clusters.leader(index) in held}
