"""`Question`, `Reply`, `ItemScore`: what a suite asks, what comes back, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tunewright.data.rows import Message

How = Literal["answer", "choose", "recall"]


@dataclass(frozen=True)
class Question:
    """One thing put to a model.

    Attributes:
        id: unique within its suite.
        group: its category, for people.
        messages: the conversation; its last turn is the user's.
        how: `answer` lets the model answer, `choose` takes the likelihood of each option as the
            answer, `recall` looks how long a run of the conversation's own tokens the model foretells.
        options: of `choose`; of `recall` at most one: an answer that belongs to the text.
    """

    id: str
    group: str
    messages: tuple[Message, ...]
    how: How = "answer"
    options: tuple[str, ...] = ()

    @property
    def asked(self) -> str:
        """The last user turn."""
        return self.messages[-1].content


@dataclass(frozen=True)
class Reply:
    """What a model gave to a question.

    Attributes:
        text: the answer, special tokens left out.
        finished: an end-of-turn token came before the limit of new tokens.
        likelihoods: natural logarithm of each option's probability.
        longest: tokens of the longest run that was foretold.
    """

    text: str = ""
    finished: bool = True
    likelihoods: tuple[float, ...] = ()
    longest: int = 0


@dataclass(frozen=True)
class ItemScore:
    """One item of one metric, as artifacts/base_suites and artifacts/tuned_suites hold it.

    Attributes:
        metric: `SUITE.NAME`.
        id: of the item, the same for both models.
        group: its category.
        score: within the metric's bounds.
        prompt: what was asked, cut.
        answer: what came back, cut; personal data replaced by its kind.
        expected: what would have been right; why it was not, where that is known.
    """

    metric: str
    id: str
    group: str
    score: float
    prompt: str
    answer: str
    expected: str
