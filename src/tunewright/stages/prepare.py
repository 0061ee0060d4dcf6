"""prepare: read, check, deduplicate and split the rows; write them with their data card."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tunewright import artifacts
from tunewright.config.stage_settings import stage_settings
from tunewright.data.card import write_card
from tunewright.data.checking import ToCheck
from tunewright.data.discarded_rows import (
    refuse_flagged,
    refuse_many_rejected,
    refuse_personal_data,
    write_discarded,
)
from tunewright.data.enough import refuse_too_few
from tunewright.data.frozen import TEST_LOCK, read_lock
from tunewright.data.prepare import clean, divide
from tunewright.data.reading.source_path import RAW
from tunewright.data.review.record import REVIEWS
from tunewright.data.review.standing import words, write_clearance
from tunewright.data.spool import Spool
from tunewright.data.write_splits import write_splits
from tunewright.extensions import FOLDER
from tunewright.progress import say
from tunewright.scratch import scratch

DEPENDENCIES = (RAW, TEST_LOCK, REVIEWS, FOLDER)


def run(root: Path) -> None:
    """Prepare the rows; the rejected ones are written first, so that they can be looked up on failure.

    Where the rows are too few and `data.minimum.policy` is `fail`, splits and card are written nonetheless.

    Raises:
        DataError: the data as it is cannot be used.
    """
    given = stage_settings("prepare", root)
    data, task = given.settings.data, given.settings.task
    work = ToCheck(root, data, task.kind, task.output)
    frozen = read_lock(root)
    rejected = root / artifacts.REJECTED_ROWS

    with (
        scratch("prepare", given.tracked, DEPENDENCIES, root) as folder,
        closing(Spool(folder / "rows.jsonl")) as spool,
    ):
        cleaned = clean(work, spool)
        write_discarded(rejected, cleaned.discarded)
        refuse_personal_data(cleaned.discarded, artifacts.REJECTED_ROWS)
        refuse_flagged(cleaned.discarded, artifacts.REJECTED_ROWS)
        total = sum(cleaned.read.values())
        refuse_many_rejected(cleaned.discarded, total, data.max_rejected_share, artifacts.REJECTED_ROWS)
        divided = divide(cleaned, spool, work, frozen)
        write_discarded(rejected, divided.discarded)
        card = write_splits(divided, spool, work, root / artifacts.DATA)
    write_card(root / artifacts.DATA_CARD, card)
    write_clearance(root, card.review)
    artifacts.write_json(root / artifacts.METRICS / "data.json", card.metrics())

    say("prepare: " + ", ".join(f"{count} {name}" for name, count in card.counts().items()))
    for warning in card.warnings:
        say(f"prepare: warning: {warning}")
    if card.review is not None:
        say(f"prepare: review: {card.review.judged} of {card.review.due} rows judged; {words(card.review)}")
    if card.enough is not None:
        refuse_too_few(card.enough)
