"""Rows to ask a model, and predictions out of thin air."""

from __future__ import annotations

from collections.abc import Sequence

from tunewright.data.rows import Message, Row
from tunewright.evaluation.predictions import Contestant, Prediction

TEXT = "Please tell me when the order will be there, as it is broken and I would like to return it. "


def make_rows(count: int, name: str = "r") -> list[Row]:
    """Rows with prompts of differing lengths and a shared system turn."""
    return [
        Row(
            id=f"{name}{index}",
            messages=(
                Message("system", "Answer with a JSON object that has the key category."),
                Message("user", f"{index}: {TEXT[: 7 + (index * 13) % 80]}"),
                Message("assistant", '{"category":"delivery"}'),
            ),
            group=f"{name}{index}",
            source="data/raw/rows.jsonl",
            meta={"language": "en"},
        )
        for index in range(count)
    ]


def predictions(
    answers: Sequence[str],
    references: Sequence[str],
    contestant: Contestant = "tuned",
    finished: Sequence[bool] | None = None,
) -> list[Prediction]:
    return [
        Prediction(
            id=f"r{index}",
            contestant=contestant,
            prompt=f"question {index}",
            reference=reference,
            answer=answer,
            prompt_tokens=10,
            answer_tokens=3,
            finished=finished[index] if finished else True,
        )
        for index, (answer, reference) in enumerate(zip(answers, references, strict=True))
    ]
