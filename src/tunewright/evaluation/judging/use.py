"""`JudgeUse`: what a judge's opinions took, of a server or of a model in a local folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tunewright.artifacts import read_json
from tunewright.config.schema.endpoint import Endpoint
from tunewright.endpoints.use import EndpointUse
from tunewright.evaluation.predictions import Prediction
from tunewright.models.machine import TimingRecord


@dataclass(frozen=True)
class JudgeUse(EndpointUse):
    """What a judge's opinions took: what stands in timings/judge.json.

    Attributes:
        answers: two a row and those that were asked for once more; 0 where the judge is off.
        seconds: of a local judge wall time; of a server from request to answer, added up over the answers.
        prompt_tokens: of all prompts.
        completion_tokens: of all answers.
        cost: of a server's answers at the prices of the run that wrote it; null if one was not known.
        currency: of the cost.
        computed: of a local judge, what its work took here; null where a server answered.
    """

    computed: TimingRecord | None = None

    def at_prices_of(self, endpoint: Endpoint) -> Self:
        """The same with what it costs by today's prices; a local judge costs what the machine costs."""
        return self if self.computed is not None else super().at_prices_of(endpoint)


def use_of_local(answers: Sequence[Prediction], computed: TimingRecord) -> JudgeUse:
    """What the answers of a local judge took."""
    return JudgeUse(
        answers=len(answers),
        seconds=computed.seconds,
        prompt_tokens=sum(one.prompt_tokens for one in answers),
        completion_tokens=sum(one.answer_tokens for one in answers),
        computed=computed,
    )


def read_judge_use(path: Path) -> JudgeUse:
    """Read timings/judge.json.

    Raises:
        TunewrightError: the file is missing or damaged.
    """
    from pydantic import TypeAdapter

    return TypeAdapter(JudgeUse).validate_python(read_json(path))
