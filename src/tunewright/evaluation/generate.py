"""Answers to all rows: batch by batch, resumable after a kill, the same each time.

Every finished batch is one line of a JSONL file, flushed to the disk. The batches depend on the
prompts and the settings alone, so a run that goes on after a kill computes exactly those that are
missing, and its answers are those of an undisturbed run, bit for bit.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from tunewright.data.rows import Message, Row
from tunewright.errors import EvaluationError
from tunewright.evaluation.engines.engine import Answer, Engine, Request
from tunewright.evaluation.journal import Journal
from tunewright.evaluation.predictions import TITLES, Contestant, Prediction
from tunewright.evaluation.prompt_room import NAMED_ROWS
from tunewright.evaluation.tool_answers import as_compared, refuse_unread_calls
from tunewright.models.chat import encode_prompt
from tunewright.progress import per_second, progress, say


@dataclass(frozen=True)
class Generated:
    """What `generate` made.

    Attributes:
        predictions: one a row, in the rows' order.
        new_tokens: answer tokens that this process generated; those of an earlier, killed one are not in it.
        batch_size: rows that were answered at once.
    """

    predictions: list[Prediction]
    new_tokens: int
    batch_size: int


def generate(
    engine: Engine,
    rows: Sequence[Row],
    prompts: Sequence[Sequence[Message]],
    *,
    contestant: Contestant,
    folder: Path,
    truncated: Collection[str] = (),
    title: str = "",
) -> Generated:
    """Answer every prompt, longest prompts first.

    Args:
        engine: what answers.
        rows: what the prompts ask for; give id, reference and meta.
        prompts: one a row.
        contestant: who answers.
        folder: scratch of this very run; finished batches are kept there.
        truncated: ids of rows whose prompt was cut; only noted.
        title: of the progress bar; empty for the contestant's.

    Raises:
        EvaluationError: a prompt is too long for the model, or the template writes calls in a form that is
            not read; names the rows.
    """
    requests = [
        Request(row.id, prompt, encode_prompt(engine.tokenizer, prompt))
        for row, prompt in zip(rows, prompts, strict=True)
    ]
    refuse_unread_calls(engine.tokenizer, rows)
    _check_lengths(requests, engine.room)
    size = engine.batch_size(requests, folder / f"{contestant}.batch_size.json")
    batches = _batches(requests, size)
    journal = Journal(folder / f"{contestant}.jsonl")
    kept = [[Answer(*answer) for answer in entry] for entry in journal.entries]
    missing = batches[len(kept) :]
    answers: dict[int, Answer] = {}
    title = title or TITLES[contestant]
    new_tokens, started = 0, time.monotonic()
    try:
        with progress(title, total=len(rows)) as advance:
            for batch, answered in zip(batches, kept, strict=False):
                answers.update(zip(batch, answered, strict=True))
                advance(len(batch))
            if answers:
                say(f"{title}: {len(answers)} of {len(rows)} answers are kept from an earlier run")
            asked = [[requests[index] for index in batch] for batch in missing]
            for batch, answered in zip(missing, engine.answers(requests, asked), strict=True):
                journal.append([astuple(answer) for answer in answered])
                answers.update(zip(batch, answered, strict=True))
                new_tokens += sum(answer.tokens for answer in answered)
                rate = per_second(new_tokens, time.monotonic() - started)
                advance(len(batch), note=f"{rate:.0f} tokens/s")
    except KeyboardInterrupt:
        say(f"{title}: {len(answers)} of {len(rows)} answers are kept")
        raise
    predictions = [
        Prediction(
            id=row.id,
            contestant=contestant,
            prompt=last_question(row),
            reference=row.reference,
            answer=as_compared(row, answers[index].text),
            prompt_tokens=answers[index].prompt_tokens,
            answer_tokens=answers[index].tokens,
            finished=answers[index].finished,
            meta=row.meta,
            prompt_truncated=row.id in truncated,
        )
        for index, row in enumerate(rows)
    ]
    return Generated(predictions, new_tokens, size)


def last_question(row: Row) -> str:
    """The last user turn of a row's prompt; empty if there is none."""
    return next((turn.content for turn in reversed(row.prompt) if turn.role == "user"), "")


def _batches(requests: Sequence[Request], size: int) -> list[list[int]]:
    """Indices of the requests, longest first: little padding, and too little memory shows at once."""
    order = sorted(range(len(requests)), key=lambda place: (-len(requests[place].ids), requests[place].id))
    return [order[start : start + size] for start in range(0, len(order), size)]


def _check_lengths(requests: Sequence[Request], room: int | None) -> None:
    if room is None:
        return
    long = [(request.id, len(request.ids)) for request in requests if len(request.ids) > room]
    if not long:
        return
    named = ", ".join(f"{name} ({length})" for name, length in long[:NAMED_ROWS])
    raise EvaluationError(
        f"the model has room for prompts of {room} tokens beside the answer; "
        f"{len(long)} rows have more: {named}" + (", ..." if len(long) > NAMED_ROWS else ""),
        where="evaluation.max_new_tokens",
        fix="shorten task.instructions, lower evaluation.max_new_tokens, or choose a model with a longer "
        "context; where a deployment cuts such prompts, cut them here too: tunewright set "
        "evaluation.too_long=truncate; where they never reach the model, leave them out of the data: correct "
        "or remove the raw rows, or tunewright set data.cleaning.flags.length=drop",
    )
