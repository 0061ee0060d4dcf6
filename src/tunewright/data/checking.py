"""Each row by itself: transforms, checks, and what later steps compare it by. Batches of rows, on all cores.

Reading stays in one process, in the order of the files; so do all steps that look at several rows. The
outcome does not depend on how many processes there are.
"""

from __future__ import annotations

import os
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from sys import intern
from typing import TYPE_CHECKING

from tunewright.config.schema.data import Data, DataFormat
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data.candidate import Candidate, digest, form_key, normalise, numbers_key, prompt_text
from tunewright.data.cleaning.text import Change
from tunewright.data.near_duplicates import band_keys
from tunewright.data.personal.guard import Tally
from tunewright.data.raw_row import Discarded, RawRow
from tunewright.data.review.corrections import read_corrections
from tunewright.data.spool import encode
from tunewright.data.transform import apply, chosen_transforms
from tunewright.data.validate import CheckedRow, row_check
from tunewright.extensions import load_extensions

if TYPE_CHECKING:
    from tunewright.data.near_duplicates import Hashes

BATCH = 512
"""Rows that a process is handed at a time."""
WORTH_A_POOL = 4 * BATCH
"""Fewer rows than this are checked sooner than a process starts."""
AHEAD = 3
"""Batches under way for each process: enough that none waits, few enough for memory."""


@dataclass(frozen=True)
class ToCheck:
    """What a process needs to check rows.

    Attributes:
        root: the project's folder, whose extensions are loaded.
        data: the `data` group.
        kind: the task's kind.
        output: the contract of an answer.
    """

    root: Path
    data: Data
    kind: TaskKind
    output: OutputContract


@dataclass(frozen=True)
class Numbered:
    """A row as it was read.

    Attributes:
        number: from 0, in the order of reading.
        row: with its place, or why it could not be read.
        form: of its source.
    """

    number: int
    row: RawRow | Discarded
    form: DataFormat


@dataclass(frozen=True)
class Checked:
    """A batch of rows after all checks.

    Attributes:
        candidates: the rows that passed.
        lines: their texts, for the spool.
        keys: of their prompts' bands, shape (candidates, bands).
        discarded: the others.
        personal: the personal data that was met in all of them.
        cleaned: what cleaning changed in the rows that passed -> rows.
    """

    candidates: Sequence[Candidate]
    lines: Sequence[bytes]
    keys: Hashes
    discarded: Sequence[Discarded]
    personal: Counter[Tally]
    cleaned: Counter[Change]


class BatchCheck:
    """Checks batches of rows.

    Raises:
        TunewrightError: an extension cannot be loaded or fails, a transform is not registered, or the JSON
            Schema, the key of the pseudonyms or the NER model cannot be used.
    """

    def __init__(self, work: ToCheck) -> None:
        """Compile the contract, load the extensions."""
        self._check = row_check(work.data, work.kind, work.output)
        self._transforms = chosen_transforms(work.data.transforms, load_extensions(work.root).transforms)
        self._corrections = read_corrections(work.root)
        self._threshold = work.data.near_duplicate_threshold

    def __call__(self, rows: Iterable[Numbered]) -> Checked:
        """Transform and check each row."""
        candidates, lines, texts, discarded = [], [], [], []
        personal: Counter[Tally] = Counter()
        cleaned: Counter[Change] = Counter()
        for read in rows:
            row = read.row if isinstance(read.row, Discarded) else apply(self._transforms, read.row)
            checked = row if isinstance(row, Discarded) else self._check(row, read.form)
            if isinstance(checked, CheckedRow):
                checked = self._corrections(checked, self._check)
            personal.update(checked.personal)
            if isinstance(checked, Discarded):
                discarded.append(checked)
                continue
            cleaned.update(checked.changes)
            prompt = prompt_text(checked.row.prompt)
            candidates.append(_candidate(read.number, checked, prompt))
            lines.append(encode(checked.row))
            texts.append(prompt)
        keys = band_keys(texts, self._threshold)
        return Checked(candidates, lines, keys, discarded, personal, cleaned)


def check_rows(rows: Iterable[Numbered], work: ToCheck, processes: int | None = None) -> Iterator[Checked]:
    """Check rows in batches, in their order.

    Args:
        rows: as read.
        work: how.
        processes: how many; null is one for each core, and none besides this one for a few rows.

    Raises:
        TunewrightError: see `BatchCheck`.
    """
    if processes is None:
        rows = iter(rows)
        first = list(islice(rows, WORTH_A_POOL))
        rows = chain(first, rows)
        processes = _cores() if len(first) == WORTH_A_POOL else 1
    if processes == 1:
        yield from map(BatchCheck(work), _batches(rows))
    else:
        yield from _in_pool(_batches(rows), work, processes)


def _in_pool(batches: Iterable[Sequence[Numbered]], work: ToCheck, processes: int) -> Iterator[Checked]:
    """Hand batches to processes; what comes back keeps their order."""
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _start, (work,))
    waiting: deque[Future[Checked]] = deque()
    try:
        for batch in batches:
            waiting.append(pool.submit(_check, batch))
            if len(waiting) >= AHEAD * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


_checks: list[BatchCheck] = []
_work: list[ToCheck] = []


def _start(work: ToCheck) -> None:
    """Begin a process of the pool: Ctrl-C is its parent's to answer, and it ends when that one is killed."""
    signal(SIGINT, SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _work.append(work)


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _check(batch: Sequence[Numbered]) -> Checked:
    if not _checks:  # here and not in `_start`, whose errors a pool does not pass on
        _checks.append(BatchCheck(_work[0]))
    return _checks[0](batch)


def _batches(rows: Iterable[Numbered]) -> Iterator[Sequence[Numbered]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _candidate(number: int, checked: CheckedRow, prompt: str) -> Candidate:
    row = checked.row
    return Candidate(
        number=number,
        id=row.id,
        place=checked.place,
        # What many rows share is held once.
        group=intern(row.group),
        prompt_key=digest(prompt),
        answer_key=intern(digest(normalise(row.reference))),
        numbers_key=intern(numbers_key(prompt)),
        form_key=intern(form_key(prompt)),
        stratum=intern(checked.stratum),
        moment=checked.moment,
        flags=checked.flags,
        prompt_length=sum(len(turn.text) for turn in row.prompt),
        answer_length=len(row.reference),
    )
