"""The contestant behind a server: test rows as requests, answers as predictions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tunewright.config.schema.evaluation import FewShot, Reference
from tunewright.data.canaries import without_canaries
from tunewright.data.rows import Row
from tunewright.endpoints.answer import ChatRequest, Completion
from tunewright.evaluation.few_shot import choose_examples, few_shot_prompt
from tunewright.evaluation.generate import last_question
from tunewright.evaluation.predictions import Prediction


def requests_for(
    rows: Sequence[Row], train: Iterable[Row], reference: Reference, few_shot: FewShot
) -> list[ChatRequest]:
    """A request a row, asked as the tuned model is, or with the examples of the base model's few-shot prompt.

    Args:
        rows: the test rows, instructions included.
        train: where examples come from, if they are asked for. Planted secrets stay in the house.
        reference: whether there are examples.
        few_shot: which.

    Raises:
        EvaluationError: there are fewer training rows than examples asked for.
    """
    if not reference.few_shot:
        return [ChatRequest(f"test row {row.id}", row.prompt) for row in rows]
    examples = choose_examples([*without_canaries(train)], rows, few_shot)
    return [
        ChatRequest(f"test row {row.id}", few_shot_prompt(row, own))
        for row, own in zip(rows, examples, strict=True)
    ]


def predictions_of(rows: Sequence[Row], completions: Sequence[Completion]) -> list[Prediction]:
    """The answers as predictions, a row each, in the rows' order."""
    return [
        Prediction(
            id=row.id,
            contestant="reference",
            prompt=last_question(row),
            reference=row.reference,
            answer=completion.text,
            prompt_tokens=completion.prompt_tokens,
            answer_tokens=completion.completion_tokens,
            finished=completion.finished,
            meta=row.meta,
        )
        for row, completion in zip(rows, completions, strict=True)
    ]
