"""Answers of a model to all rows: batch by batch, resumable after a kill, the same each time.

Every finished batch is one line of a JSONL file, flushed to the disk. The batches depend on the
prompts and the settings alone, so a run that goes on after a kill computes exactly those that are
missing, and its answers are those of an undisturbed run, bit for bit.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.artifacts import names_the_file
from tunewright.config.schema.evaluation import Evaluation
from tunewright.data.rows import Message, Row
from tunewright.errors import EvaluationError
from tunewright.evaluation.decoding import Prefix, decode_greedily, shared_prefix
from tunewright.evaluation.predictions import Contestant, Prediction
from tunewright.models.chat import encode_prompt, end_of_turn_ids
from tunewright.models.want_of_memory import is_out_of_memory
from tunewright.progress import per_second, progress, say

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

TITLES: dict[Contestant, str] = {
    "zero_shot": "base model, zero-shot",
    "few_shot": "base model, few-shot",
    "tuned": "tuned model",
}
NAMED_ROWS = 5


@dataclass(frozen=True)
class Generated:
    """What `generate` made.

    Attributes:
        predictions: one a row, in the rows' order.
        new_tokens: answer tokens that this process generated; those of an earlier, killed one are not in it.
    """

    predictions: list[Prediction]
    new_tokens: int


def generate(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[Row],
    prompts: Sequence[Sequence[Message]],
    *,
    contestant: Contestant,
    evaluation: Evaluation,
    folder: Path,
    title: str = "",
) -> Generated:
    """Answer every prompt greedily, longest prompts first.

    Args:
        model: in eval mode.
        tokenizer: of the model.
        rows: what the prompts ask for; give id, reference and meta.
        prompts: one a row.
        contestant: who answers.
        evaluation: batch size and limit of new tokens.
        folder: scratch of this very run; finished batches are kept there.
        title: of the progress bar; empty for the contestant's.

    Raises:
        EvaluationError: a prompt is too long for the model; names the rows.
    """
    encoded = [encode_prompt(tokenizer, prompt) for prompt in prompts]
    _check_lengths(rows, encoded, room_for_prompt(model, evaluation.max_new_tokens))
    batches = _batches(rows, encoded, evaluation.batch_size)
    journal = Journal(folder / f"{contestant}.jsonl")
    kept: list[list[list[int]]] = journal.entries
    stop_ids = frozenset(end_of_turn_ids(tokenizer))
    missing = batches[len(kept) :]
    answers: dict[int, list[int]] = {}
    title = title or TITLES[contestant]
    new_tokens, started = 0, time.monotonic()
    try:
        with progress(title, total=len(rows)) as advance:
            for batch, tokens in zip(batches, kept, strict=False):
                answers.update(zip(batch, tokens, strict=True))
                advance(len(batch))
            if answers:
                say(f"{title}: {len(answers)} of {len(rows)} answers are kept from an earlier run")
            decoded = _decode_batches(model, encoded, missing, stop_ids, evaluation.max_new_tokens)
            for batch, tokens in zip(missing, decoded, strict=True):
                journal.append(tokens)
                answers.update(zip(batch, tokens, strict=True))
                new_tokens += sum(map(len, tokens))
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
            answer=tokenizer.decode(answers[index], skip_special_tokens=True),
            prompt_tokens=len(encoded[index]),
            answer_tokens=len(answers[index]),
            finished=answers[index][-1] in stop_ids,
            meta=row.meta,
        )
        for index, row in enumerate(rows)
    ]
    return Generated(predictions, new_tokens)


class Journal:
    """Append-only JSONL of finished work; a line that a kill tore is cut off and done again."""

    def __init__(self, path: Path) -> None:
        """Read what is there and cut off a torn last line."""
        self._path = path
        self.entries: list[Any] = []
        if not path.exists():
            return
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        self.entries = [json.loads(line) for line in whole.splitlines()]
        if len(whole) < len(content):
            os.truncate(path, len(whole))

    def append(self, entry: object) -> None:
        """Write one entry and wait until it is on the disk."""
        with names_the_file(self._path), self._path.open("ab") as file:
            file.write(json.dumps(entry).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def room_for_prompt(model: PreTrainedModel, max_new_tokens: int) -> int | None:
    """Tokens a prompt may have so that the answer still fits the context; None for no limit."""
    context = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return None if context is None else int(context) - max_new_tokens


def _batches(rows: Sequence[Row], encoded: Sequence[list[int]], size: int) -> list[list[int]]:
    """Indices of the rows, longest prompts first: little padding, and too little memory shows at once."""
    order = sorted(range(len(rows)), key=lambda index: (-len(encoded[index]), rows[index].id))
    return [order[start : start + size] for start in range(0, len(order), size)]


def _decode_batches(
    model: PreTrainedModel,
    encoded: Sequence[list[int]],
    batches: Sequence[list[int]],
    stop_ids: frozenset[int],
    max_new_tokens: int,
) -> Iterator[list[list[int]]]:
    """New tokens of the rows of each batch; the prefix is that of all prompts, whichever are missing."""
    if not batches:
        return
    prefix = shared_prefix(model, encoded)
    for batch in batches:
        prompts = [encoded[index] for index in batch]
        yield _decode(model, prompts, prefix, stop_ids, max_new_tokens)


def _decode(
    model: PreTrainedModel,
    prompts: Sequence[list[int]],
    prefix: Prefix,
    stop_ids: frozenset[int],
    max_new_tokens: int,
) -> list[list[int]]:
    """New tokens of the rows of a batch; where memory runs out, of its halves one after the other."""
    try:
        return decode_greedily(model, prompts, prefix, stop_ids=stop_ids, max_new_tokens=max_new_tokens)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        if len(prompts) == 1:
            raise EvaluationError(
                "not even one prompt and its answer fit into memory",
                where="evaluation",
                fix="lower evaluation.few_shot.k or evaluation.max_new_tokens, or: "
                "tunewright set evaluation.load_in_4bit=true",
            ) from error
    half = len(prompts) // 2  # outside of the handler, which would keep the failed pass's tensors alive
    say(f"out of memory with {len(prompts)} prompts at once: going on with {half}")
    return [
        answer
        for part in (prompts[:half], prompts[half:])
        for answer in _decode(model, part, prefix, stop_ids, max_new_tokens)
    ]


def _check_lengths(rows: Sequence[Row], encoded: Sequence[list[int]], room: int | None) -> None:
    if room is None:
        return
    long = [(row.id, len(ids)) for row, ids in zip(rows, encoded, strict=True) if len(ids) > room]
    if not long:
        return
    named = ", ".join(f"{name} ({length})" for name, length in long[:NAMED_ROWS])
    raise EvaluationError(
        f"the model has room for prompts of {room} tokens beside the answer; "
        f"{len(long)} rows have more: {named}" + (", ..." if len(long) > NAMED_ROWS else ""),
        where="evaluation.max_new_tokens",
        fix="shorten these rows or task.instructions, lower evaluation.max_new_tokens, "
        "or choose a model with a longer context",
    )


def last_question(row: Row) -> str:
    """The last user turn of a row's prompt; empty if there is none."""
    return next((turn.content for turn in reversed(row.prompt) if turn.role == "user"), "")
