"""The contestant behind a server: test rows as requests, answers as predictions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tunewright.config.schema.evaluation import FewShot, Reference
from tunewright.data.canaries import without_canaries
from tunewright.data.rows import Message, Row, tools_laid_out
from tunewright.endpoints.answer import ChatRequest, Completion
from tunewright.evaluation.few_shot import choose_examples, few_shot_prompt
from tunewright.evaluation.generate import last_question
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.tool_answers import as_compared


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
        return [_request(row, row.prompt) for row in rows]
    examples = choose_examples([*without_canaries(train)], rows, few_shot)
    return [_request(row, few_shot_prompt(row, own)) for row, own in zip(rows, examples, strict=True)]


def _request(row: Row, prompt: Sequence[Message]) -> ChatRequest:
    return ChatRequest(f"test row {row.id}", prompt, tools=tools_laid_out(prompt))


def predictions_of(rows: Sequence[Row], completions: Sequence[Completion]) -> list[Prediction]:
    """The answers as predictions, a row each, in the rows' order."""
    return [
        Prediction(
            id=row.id,
            contestant="reference",
            prompt=last_question(row),
            reference=row.reference,
            answer=as_compared(row, completion.text),
            prompt_tokens=completion.prompt_tokens,
            answer_tokens=completion.completion_tokens,
            finished=completion.finished,
            meta=row.meta,
        )
        for row, completion in zip(rows, completions, strict=True)
    ]
