"""The contestant behind a server: test rows as requests, answers as predictions, and what they took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tunewright.artifacts import read_json, write_json
from tunewright.config.schema.endpoint import Endpoint
from tunewright.config.schema.evaluation import FewShot, Reference
from tunewright.data.canaries import without_canaries
from tunewright.data.rows import Message, Row, tools_laid_out
from tunewright.endpoints.answer import ChatRequest, Completion
from tunewright.endpoints.budget import cost_of
from tunewright.evaluation.few_shot import choose_examples, few_shot_prompt
from tunewright.evaluation.generate import last_question
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.tool_answers import as_compared


@dataclass(frozen=True)
class ReferenceUse:
    """What the reference's answers took, whenever they were given: what stands in timings/reference.json.

    Attributes:
        answers: how many; 0 where the reference is off.
        seconds: from request to answer, added up over the answers; waits and failed attempts are left out.
        prompt_tokens: of all prompts, as the server counts.
        completion_tokens: of all answers, likewise.
        cost: at the prices of the run that wrote it; null if one was not known.
        currency: of the cost.
    """

    answers: int = 0
    seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    currency: str = ""

    def cost_at(self, endpoint: Endpoint) -> float | None:
        """In the endpoint's currency, at its prices; None if one is not known."""
        return cost_of(endpoint, self.prompt_tokens, self.completion_tokens)


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


def use_of(completions: Sequence[Completion], endpoint: Endpoint) -> ReferenceUse:
    """What answers took, at the endpoint's prices."""
    use = ReferenceUse(
        answers=len(completions),
        seconds=round(sum(one.seconds for one in completions), 3),
        prompt_tokens=sum(one.prompt_tokens for one in completions),
        completion_tokens=sum(one.completion_tokens for one in completions),
        currency=endpoint.currency,
    )
    return replace(use, cost=use.cost_at(endpoint))


def write_use(path: Path, use: ReferenceUse) -> None:
    """Write timings/reference.json."""
    write_json(path, asdict(use))


def read_use(path: Path) -> ReferenceUse:
    """Read what `write_use` wrote.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    return ReferenceUse(**read_json(path))
