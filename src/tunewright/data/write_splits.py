"""Write the splits, one row at a time, and describe what was written: the data card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tunewright.artifacts import write_lines
from tunewright.config.schema.data import Data
from tunewright.data import duplicates
from tunewright.data.balance import Classes
from tunewright.data.canaries import planted_rows, told_of
from tunewright.data.candidate import Candidate
from tunewright.data.card import DataCard, SourceCounts
from tunewright.data.checking import ToCheck
from tunewright.data.cleaning.counts import flag_counts, flag_warnings, language_counts
from tunewright.data.coverage import Coverage, uncovered
from tunewright.data.describe import Description, partly_compared, warnings
from tunewright.data.describe_training import TrainingDescription
from tunewright.data.divided import Divided
from tunewright.data.duplicate_examples import duplicate_examples
from tunewright.data.frozen import frozen_rows, refuse_changed
from tunewright.data.kept_pairs import kept_pairs
from tunewright.data.neighbours import count_neighbours
from tunewright.data.personal.counts import by_field, left_in
from tunewright.data.raw_row import Discarded
from tunewright.data.reading.source_path import source_path, source_sha256
from tunewright.data.review.corrections import REJECTED, drawn_by
from tunewright.data.review.record import read_reviews
from tunewright.data.review.standing import Reviewed
from tunewright.data.rows import Row, row_line
from tunewright.data.split import SPLITS
from tunewright.data.spool import Spool
from tunewright.progress import counting


def write_splits(divided: Divided, spool: Spool, work: ToCheck, folder: Path) -> DataCard:
    """Write each split, one row at a time, and describe what was written.

    Raises:
        DataError: the test split is not the frozen one.
    """
    data, parts = work.data, divided.parts
    if divided.frozen.rows:
        refuse_changed(divided.frozen, frozen_rows(spool.row(m.row.number) for m in parts["test"]))
    description = Description(work.kind, work.output, data.fields.meta)
    classes = Classes(data.balance.by, work.kind, work.output)
    training = TrainingDescription(data, work.kind, work.output, classes, divided.training)
    coverage = Coverage(data.fields.meta)
    reviewed = Reviewed(read_reviews(work.root), data.review)

    def lines(name: str) -> Iterator[str]:
        for member in parts[name]:
            row = spool.row(member.row.number)
            description.see(name, row)
            coverage.see(name, row)
            # Of a frozen row its own hash: rows that come near it must not change its line.
            group = member.row.prompt_key if name == "test" and divided.frozen.rows else member.cluster
            line = row_line(Row(member.row.id, row.messages, member.row.group or group, row.source, row.meta))
            often = training.see(member.row.number, row) if name == "train" else 1
            if often:
                reviewed.see(name, row)
            yield from [line] * often
            advance()
        if name == "train":
            yield from map(row_line, planted_rows(data.canaries))

    with counting("prepare: rows written") as advance:
        for name in SPLITS:
            write_lines(folder / f"{name}.jsonl", lines(name))
    kept = [member.row for part in parts.values() for member in part]
    conflicts = duplicates.count_conflicts(kept)
    meta = description.meta()
    personal = by_field(divided.personal)
    found, slices = training.enough(), coverage.slices(description.answers)
    flags = flag_counts(parts, divided.discarded, data.cleaning.flags)
    return DataCard(
        sources=_sources(work.root, data, divided, kept),
        splits={name: len(part) for name, part in parts.items()},
        answers=description.answers,
        meta=meta,
        prompt_lengths=description.prompt_lengths(),
        answer_lengths=description.answer_lengths(),
        conflicts=conflicts,
        rejected=dict(_reasons(divided.discarded, duplicate=False)),
        removed=dict(_reasons(divided.discarded, duplicate=True)),
        frozen=divided.frozen.changes,
        warnings=(
            *warnings(parts, conflicts, meta, found),
            *left_in(personal),
            *training.warnings(),
            *uncovered(slices, data.coverage.min_rows, by_label=work.kind == "classification"),
            *flag_warnings(flags),
            *partly_compared(divided.partly_compared),
            *told_of(data.canaries),
        ),
        personal_data=personal,
        duplicates=duplicate_examples(divided.discarded, parts),
        enough=found,
        balance=training.balance(),
        coverage=slices,
        flags=flags,
        languages=language_counts(divided.cleaning.languages),
        cleaned={str(change): rows for change, rows in sorted(divided.cleaning.changes.items())},
        partly_compared=divided.partly_compared,
        with_tools=description.with_tools,
        calling=description.calling,
        near_conflicts=duplicates.count_near_conflicts(
            (member.cluster, member.row) for part in parts.values() for member in part
        ),
        neighbours=count_neighbours(parts),
        kept_pairs=kept_pairs(parts),
        review=reviewed.standing(_left_out(divided.discarded, data.review.seed)),
    )


def _left_out(discarded: Iterable[Discarded], seed: int) -> int:
    """Rows that a reviewer has rejected in the sample of this seed."""
    return sum(row.reason == REJECTED and row.detail == drawn_by(seed) for row in discarded)


def _reasons(discarded: Iterable[Discarded], *, duplicate: bool) -> Counter[str]:
    return Counter(row.reason for row in discarded if row.duplicate == duplicate)


def _sources(root: Path, data: Data, divided: Divided, kept: list[Candidate]) -> tuple[SourceCounts, ...]:
    """The funnel of every source.

    Raises:
        AssertionError: a row was lost on the way: a defect of tunewright.
    """
    keeps = Counter(row.place.file for row in kept)
    rejects = _by_file(divided.discarded, duplicate=False)
    removals = _by_file(divided.discarded, duplicate=True)
    for path, rows in divided.read.items():
        if rows != keeps[path] + rejects[path] + removals[path]:
            raise AssertionError(
                f"{path}: {rows} rows read, but {keeps[path]} kept, {rejects[path]} rejected, "
                f"{removals[path]} removed"
            )
    return tuple(
        SourceCounts(
            path=source.path,
            format=divided.formats[source.path],
            licence=source.licence,
            sha256=source_sha256(source_path(root, source)),
            read=divided.read[source.path],
            kept=keeps[source.path],
            rejected=rejects[source.path],
            removed=removals[source.path],
        )
        for source in data.sources
    )


def _by_file(discarded: Iterable[Discarded], *, duplicate: bool) -> Mapping[str, int]:
    return Counter(row.place.file for row in discarded if row.duplicate == duplicate)
