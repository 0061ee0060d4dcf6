"""From raw files to splits, step by step: read, check, deduplicate, split, write, describe.

Rows stream: their texts go to a spool on the disk as soon as they are checked, and from there to the splits.
What is held in memory is one `Candidate` a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.artifacts import REJECTED_ROWS, write_lines
from tunewright.config.schema.data import Data
from tunewright.data import duplicates
from tunewright.data.balance import Classes, Training, balanced
from tunewright.data.candidate import Candidate, normalise, prompt_text
from tunewright.data.card import DataCard, SourceCounts
from tunewright.data.checking import Numbered, ToCheck, check_rows
from tunewright.data.cleaning.all_rows import flag_all
from tunewright.data.cleaning.counts import flag_counts, flag_warnings, language_counts
from tunewright.data.cleaning.found import Found
from tunewright.data.cleaning.languages import languages_met
from tunewright.data.cleaning.text import Change
from tunewright.data.coverage import Coverage, uncovered
from tunewright.data.describe import Description, warnings
from tunewright.data.describe_training import TrainingDescription
from tunewright.data.discarded_rows import refuse_many_rejected
from tunewright.data.duplicate_examples import duplicate_examples
from tunewright.data.frozen import Frozen, frozen_rows, refuse_changed
from tunewright.data.leakage import refuse_leaks
from tunewright.data.personal.counts import by_field, left_in
from tunewright.data.personal.guard import Tally
from tunewright.data.raw_row import Discarded
from tunewright.data.reading.read import read_source
from tunewright.data.reading.recognise import recognise
from tunewright.data.reading.source_path import source_path, source_sha256
from tunewright.data.review.corrections import REJECTED, drawn_by
from tunewright.data.review.record import read_reviews
from tunewright.data.review.standing import Reviewed
from tunewright.data.rows import Row, row_line
from tunewright.data.split import SPLITS, Member, Parts, keep_apart, refuse_empty, split
from tunewright.data.spool import Spool
from tunewright.errors import DataError
from tunewright.progress import Advance, counting, say

if TYPE_CHECKING:
    from tunewright.data.near_duplicates import Hashes


@dataclass(frozen=True)
class Cleaned:
    """Rows that are fit to be split, and those that are not.

    Attributes:
        candidates: in the order of the raw files.
        keys: of the prompts' bands, by the rows' numbers.
        discarded: rejected rows and removed duplicates.
        read: rows read, by path of the source.
        formats: what each source was taken for, by its path.
        personal: personal data that was met in the rows that were read.
        cleaning: what cleaning did and met.
    """

    candidates: list[Candidate]
    keys: Hashes
    discarded: list[Discarded]
    read: dict[str, int]
    formats: dict[str, str]
    personal: Mapping[Tally, int] = field(default_factory=dict)
    cleaning: Found = field(default_factory=Found)


@dataclass(frozen=True)
class Divided:
    """Rows in their splits.

    Attributes:
        parts: the rows of each split, in the order in which they are written.
        discarded: all rows that are in none.
        read: rows read, by path of the source.
        formats: what each source was taken for, by its path.
        frozen: the frozen test set.
        training: the training split, balanced.
        personal: personal data that was met in the rows that were read.
        cleaning: what cleaning did and met.
        partly_compared: how many of the rows were compared with some of their look-alikes alone.
    """

    parts: Parts
    discarded: list[Discarded]
    read: dict[str, int]
    formats: dict[str, str]
    frozen: Frozen
    training: Training
    personal: Mapping[Tally, int] = field(default_factory=dict)
    cleaning: Found = field(default_factory=Found)
    partly_compared: int = 0


def clean(work: ToCheck, spool: Spool, processes: int | None = None) -> Cleaned:
    """Read every source, apply the transforms, check each row and its personal data, remove exact duplicates.

    Args:
        work: the project's folder and settings.
        spool: takes the texts of the checked rows.
        processes: how many check rows; null is one for each core.

    Raises:
        DataError: a source, a transform, the JSON Schema or the key of the pseudonyms cannot be used.
    """
    import numpy as np

    candidates: list[Candidate] = []
    discarded: list[Discarded] = []
    keys: list[tuple[list[int], Hashes]] = []
    read: Counter[str] = Counter()
    personal: Counter[Tally] = Counter()
    changes: Counter[Change] = Counter()
    formats: dict[str, str] = {}
    with counting("prepare: rows read") as advance:
        for batch in check_rows(_read(work, read, formats, advance), work, processes):
            numbers = [row.number for row in batch.candidates]
            spool.append(zip(numbers, batch.lines, strict=True))
            candidates += batch.candidates
            discarded += batch.discarded
            keys.append((numbers, batch.keys))
            personal.update(batch.personal)
            changes.update(batch.cleaned)
    kept, more = _sieve(candidates, work.data)
    cleaning = work.data.cleaning
    found = Found(changes, languages_met(kept, spool.row, cleaning.language_sample, work.kind))
    kept, flagged = flag_all(kept, cleaning, work.kind, found.languages.differ)
    by_number = np.zeros((sum(read.values()), keys[0][1].shape[1] if keys else 0), dtype=np.uint64)
    while keys:  # each batch is let go as soon as it is copied
        numbers, of_batch = keys.pop()
        by_number[numbers] = of_batch
    return Cleaned(kept, by_number, [*discarded, *more, *flagged], dict(read), formats, personal, found)


def divide(cleaned: Cleaned, spool: Spool, work: ToCheck, frozen: Frozen) -> Divided:
    """Find near-duplicates, remove those that repeat a row, split the rest, and balance the training split.

    Raises:
        DataError: a split would be empty, or `split.stratify_by` names what no row has.
    """
    data = work.data
    threshold = data.near_duplicate_threshold

    rows, discarded = cleaned.candidates, cleaned.discarded
    with counting("prepare: texts compared") as advance:

        def prompt(row: Candidate) -> str:
            advance()
            return prompt_text(spool.row(row.number).prompt)

        def texts(row: Candidate) -> tuple[str, str]:
            advance()
            whole = spool.row(row.number)
            return prompt_text(whole.prompt), normalise(whole.reference)

        clustered = duplicates.clusters(rows, cleaned.keys, prompt, threshold)
        cluster = {row.number: name for row, name in zip(rows, clustered.names, strict=True)}
        partly = clustered.partly
        if data.deduplicate == "near":
            free_text = work.kind in ("generation", "chat")
            sieved = duplicates.remove_near_duplicates(
                rows, clustered.names, texts, threshold, free_text=free_text, frozen=frozen.rows
            )
            rows, discarded, partly = sieved.kept, [*discarded, *sieved.removed], partly | sieved.partly
    members = [Member(row, cluster[row.number]) for row in rows]
    allowed = {source.path: source.splits for source in data.sources}
    parts, leaking = keep_apart(split(members, data.split, allowed=allowed, frozen=frozen.rows))
    refuse_empty(parts)
    refuse_leaks(parts)
    training = balanced(parts["train"], data, spool.row, Classes(data.balance.by, work.kind, work.output))
    parts["train"] = training.kept
    return Divided(
        parts,
        [*discarded, *leaking, *training.removed],
        cleaned.read,
        cleaned.formats,
        frozen,
        training,
        cleaned.personal,
        cleaned.cleaning,
        sum(member.row.number in partly for part in parts.values() for member in part),
    )


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
            line = row_line(Row(member.row.id, row.messages, member.unit, row.source, row.meta))
            often = training.see(member.row.number, row) if name == "train" else 1
            if often:
                reviewed.see(name, row)
            yield from [line] * often
            advance()

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
            *_partly(divided.partly_compared),
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
        review=reviewed.standing(_left_out(divided.discarded, data.review.seed)),
    )


def describe(work: ToCheck, folder: Path) -> DataCard:
    """The data card of the rows as they are now, whatever is frozen.

    Args:
        work: the project's folder and settings.
        folder: an empty one for what is written on the way.

    Raises:
        DataError: the data as it is cannot be used, or too many rows are rejected.
    """
    with closing(Spool(folder / "spool.jsonl")) as spool:
        cleaned = clean(work, spool)
        refuse_many_rejected(
            cleaned.discarded, sum(cleaned.read.values()), work.data.max_rejected_share, REJECTED_ROWS
        )
        return write_splits(divide(cleaned, spool, work, Frozen()), spool, work, folder)


def _read(work: ToCheck, read: Counter[str], formats: dict[str, str], advance: Advance) -> Iterator[Numbered]:
    """The rows of all sources, counted and numbered; what each source was taken for is said and kept."""
    data = work.data
    number = 0
    for source in data.sources:
        if source.path in read:
            raise DataError("stands twice in data.sources", where=source.path, fix="remove one")
        read[source.path] = 0
        found = recognise(work.root, source, data.fields)
        formats[source.path] = found.name
        say(f"prepare: {source.path} is {found}")
        # A transform may make the columns that the fields name.
        columns = () if data.transforms else _columns(data)
        for row in read_source(work.root, source, columns, data.fields, found):
            yield Numbered(number, row, found.form)
            number += 1
            read[source.path] += 1
            advance()
        if not read[source.path]:
            raise DataError("holds no rows", where=source.path, fix="fill it, or take it out of data.sources")


def _columns(data: Data) -> tuple[str, ...]:
    """The columns that a CSV must have for the settings to make sense."""
    stratum = data.split.stratify_by
    stratum = None if stratum is None or stratum.partition(".")[0] == "completion" else stratum
    optional = (data.fields.id, data.split.group_by, data.split.order_by, stratum, *data.fields.meta)
    return (data.fields.prompt, data.fields.completion, *(name for name in optional if name is not None))


def _left_out(discarded: Iterable[Discarded], seed: int) -> int:
    """Rows that a reviewer has rejected in the sample of this seed."""
    return sum(row.reason == REJECTED and row.detail == drawn_by(seed) for row in discarded)


def _partly(rows: int) -> Iterator[str]:
    if rows:
        yield (
            f"{rows} rows have so many look-alikes that each was compared with some of them alone: "
            "near-duplicates may be left among them"
        )


def _sieve(candidates: list[Candidate], data: Data) -> duplicates.Sieved:
    """Rows that differ, each with an id of its own."""
    removed: list[Discarded] = []
    if data.deduplicate != "none":
        candidates, removed = duplicates.remove_duplicates(candidates)
    if data.fields.id is None:
        return duplicates.number_repeated_ids(candidates), removed
    kept, rejected = duplicates.reject_repeated_ids(candidates)
    return kept, [*removed, *rejected]


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
