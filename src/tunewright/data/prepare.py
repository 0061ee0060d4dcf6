"""From raw files to splits, step by step: read, transform, check, deduplicate, split, describe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tunewright.artifacts import sha256_file, write_jsonl
from tunewright.config.schema.data import Data
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data import deduplicate
from tunewright.data.candidate import Candidate
from tunewright.data.card import DataCard, SourceCounts
from tunewright.data.describe import answer_counts, lengths, meta_counts, warnings
from tunewright.data.raw_row import Discarded, PlaceInOrder
from tunewright.data.read import read_source, source_path
from tunewright.data.rows import Row
from tunewright.data.split import keep_prompts_apart, refuse_empty, split
from tunewright.data.transform import apply, chosen_transforms
from tunewright.data.validate import RowCheck
from tunewright.errors import DataError
from tunewright.extensions import RowTransform

_REASONS_SHOWN = 5


@dataclass(frozen=True)
class Cleaned:
    """Rows that are fit to be split, and those that are not.

    Attributes:
        candidates: in the order of the raw files.
        discarded: rejected rows and removed duplicates.
        read: rows read, by path of the source.
    """

    candidates: list[Candidate]
    discarded: list[Discarded]
    read: dict[str, int]


@dataclass(frozen=True)
class Prepared:
    """What the prepare stage writes."""

    rows: dict[str, list[Row]]
    discarded: list[Discarded]
    card: DataCard


def clean(
    root: Path, data: Data, kind: TaskKind, output: OutputContract, registered: Mapping[str, RowTransform]
) -> Cleaned:
    """Read every source, apply the transforms, check each row, remove exact duplicates.

    Args:
        root: the project's folder.
        data: the `data` group.
        kind: the task's kind.
        output: the contract of an answer.
        registered: the row transforms of the project's extensions by name.

    Raises:
        DataError: a source, a transform or the JSON Schema cannot be used.
    """
    check = RowCheck(data.fields, data.split, kind, output)
    transforms = chosen_transforms(data.transforms, registered)
    candidates: list[Candidate] = []
    discarded: list[Discarded] = []
    read: dict[str, int] = {}
    for source in data.sources:
        if source.path in read:
            raise DataError("stands twice in data.sources", where=source.path, fix="remove one")
        read[source.path] = 0
        # A transform may make the columns that the fields name.
        for raw in read_source(root, source, () if transforms else _columns(data)):
            read[source.path] += 1
            row = apply(transforms, raw) if not isinstance(raw, Discarded) else raw
            checked = check(row, source.format) if not isinstance(row, Discarded) else row
            candidates.append(checked) if isinstance(checked, Candidate) else discarded.append(checked)
        if not read[source.path]:
            raise DataError("holds no rows", where=source.path, fix="fill it, or take it out of data.sources")
    kept, more = _sieve(candidates, data)
    return Cleaned(kept, [*discarded, *more], read)


def refuse_many_rejected(cleaned: Cleaned, most: float, where: Path) -> None:
    """Stop where more than the share `most` of the rows was rejected.

    Args:
        cleaned: the rows.
        most: `data.max_rejected_share`.
        where: the file in which the rejected rows are listed.

    Raises:
        DataError: names the commonest reasons, with counts and first places.
    """
    rejected = [row for row in cleaned.discarded if not row.duplicate]
    total = sum(cleaned.read.values())
    if len(rejected) <= most * total:
        return
    first: dict[str, Discarded] = {}
    for row in rejected:
        first.setdefault(row.reason, row)
    commonest = _rejected(rejected).most_common(_REASONS_SHOWN)
    lines = [f"  {count} x {reason} (first at {first[reason].place})" for reason, count in commonest]
    more = len(first) - len(commonest)
    raise DataError(
        "\n".join(
            [
                f"{len(rejected)} of {total} rows ({len(rejected) / total:.1%}) were rejected, more than "
                f"data.max_rejected_share {most} allows:",
                *lines,
                *([f"  and {more} more reasons"] if more else []),
            ]
        ),
        fix=f"mend the rows listed in {where}, or raise data.max_rejected_share",
    )


def divide(root: Path, cleaned: Cleaned, data: Data, kind: TaskKind, output: OutputContract) -> Prepared:
    """Split the cleaned rows and describe them.

    Raises:
        DataError: a split would be empty, or `split.stratify_by` names what no row has.
    """
    parts, leaking = keep_prompts_apart(split(cleaned.candidates, data.split))
    refuse_empty(parts)
    kept = [candidate for part in parts.values() for candidate in part]
    discarded = [*cleaned.discarded, *leaking]
    answers = answer_counts(parts, kind, output)
    meta = meta_counts(kept, data.fields.meta)
    conflicts = deduplicate.count_conflicts(kept)
    card = DataCard(
        sources=_sources(root, data, cleaned.read, kept, discarded),
        splits={name: len(part) for name, part in parts.items()},
        answers=answers,
        meta=meta,
        prompt_lengths=lengths(
            "\n".join(turn.content for turn in candidate.row.prompt) for candidate in kept
        ),
        answer_lengths=lengths(c.row.reference for c in kept),
        conflicts=conflicts,
        rejected=dict(_rejected(discarded)),
        warnings=warnings(parts, answers, conflicts, meta, kind),
    )
    return Prepared({name: [c.row for c in part] for name, part in parts.items()}, discarded, card)


def write_discarded(path: Path, discarded: Iterable[Discarded]) -> None:
    """Write rejected.jsonl: `{"file", "line", "reason", "row_sha256"}` by place; never a row's text.

    Rows of a reader of the project's own have `row`, their number, in place of `line`.
    """
    rows = sorted(discarded, key=lambda row: (row.place.file, row.place.line))
    write_jsonl(
        path,
        (
            {
                "file": row.place.file,
                "row" if isinstance(row.place, PlaceInOrder) else "line": row.place.line,
                "reason": str(row),
                "row_sha256": row.place.sha256,
            }
            for row in rows
        ),
    )


def _columns(data: Data) -> tuple[str, ...]:
    """The columns that a CSV must have for the settings to make sense."""
    stratum = data.split.stratify_by
    stratum = None if stratum is None or stratum.partition(".")[0] == "completion" else stratum
    optional = (data.fields.id, data.split.group_by, stratum, *data.fields.meta)
    return (data.fields.prompt, data.fields.completion, *(name for name in optional if name is not None))


def _sieve(candidates: list[Candidate], data: Data) -> deduplicate.Sieved:
    """Rows that differ, each with an id of its own."""
    removed: list[Discarded] = []
    if data.deduplicate == "exact":
        candidates, removed = deduplicate.remove_duplicates(candidates)
    if data.fields.id is None:
        return deduplicate.number_repeated_ids(candidates), removed
    kept, rejected = deduplicate.reject_repeated_ids(candidates)
    return kept, [*removed, *rejected]


def _rejected(discarded: Iterable[Discarded]) -> Counter[str]:
    return Counter(row.reason for row in discarded if not row.duplicate)


def _sources(
    root: Path, data: Data, read: Mapping[str, int], kept: list[Candidate], discarded: list[Discarded]
) -> tuple[SourceCounts, ...]:
    """The funnel of every source.

    Raises:
        AssertionError: a row was lost on the way: a defect of tunewright.
    """
    keeps = Counter(candidate.place.file for candidate in kept)
    rejects = Counter(row.place.file for row in discarded if not row.duplicate)
    removals = Counter(row.place.file for row in discarded if row.duplicate)
    for path, rows in read.items():
        if rows != keeps[path] + rejects[path] + removals[path]:
            raise AssertionError(
                f"{path}: {rows} rows read, but {keeps[path]} kept, {rejects[path]} rejected, "
                f"{removals[path]} removed"
            )
    return tuple(
        SourceCounts(
            path=source.path,
            format=source.format,
            licence=source.licence,
            sha256=sha256_file(source_path(root, source)),
            read=read[source.path],
            kept=keeps[source.path],
            rejected=rejects[source.path],
            removed=removals[source.path],
        )
        for source in data.sources
    )
