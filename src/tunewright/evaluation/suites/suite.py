"""`Suite`: a set of questions with the way to score the replies; `Context`: what both are made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tunewright.config.schema import Settings
from tunewright.config.schema.data import Canaries
from tunewright.config.schema.personal_data import PersonalData
from tunewright.config.schema.suites import Suites
from tunewright.config.schema.task import OutputContract, TaskKind
from tunewright.data.rows import Row
from tunewright.evaluation.suites.question import ItemScore, Question, Reply

SHOWN = 600
"""Characters of a prompt or an answer that are kept."""


@dataclass(frozen=True)
class Context:
    """What questions are made from.

    Attributes:
        root: the project's folder.
        suites: which suites are on, and how many rows they take; their limits may be missing.
        kind, instructions, output: of the task.
        canaries: what was planted in the training rows.
        personal_data: what counts as personal data.
        train, test: the prepared rows, without the task's instructions.
    """

    root: Path
    suites: Suites
    kind: TaskKind
    instructions: str
    output: OutputContract
    canaries: Canaries
    personal_data: PersonalData
    train: Sequence[Row]
    test: Sequence[Row]


def context_of(root: Path, settings: Settings, train: Sequence[Row], test: Sequence[Row]) -> Context:
    """The context of a project.

    Args:
        root: its folder.
        settings: only what dvc.yaml lists for base_suites is read.
        train, test: its rows, as prepared.
    """
    return Context(
        root=root,
        suites=settings.evaluation.suites,
        kind=settings.task.kind,
        instructions=settings.task.instructions,
        output=settings.task.output,
        canaries=settings.data.canaries,
        personal_data=settings.data.personal_data,
        train=train,
        test=test,
    )


@dataclass(frozen=True)
class Suite:
    """One suite.

    Attributes:
        name: as in `evaluation.suites`.
        questions: what is asked; each id once. The same context gives the same questions.
        score: the scores of the replies, which come in the order of the questions.
        new_tokens: an answer's limit; None takes evaluation.max_new_tokens.
    """

    name: str
    questions: Callable[[Context], list[Question]]
    score: Callable[[Context, Sequence[Question], Sequence[Reply]], list[ItemScore]]
    new_tokens: int | None = None


def item_score(
    metric: str, question: Question, answer: str, score: float, expected: str, group: str | None = None
) -> ItemScore:
    """One score of a question, its texts cut to what a report shows."""
    return ItemScore(
        metric,
        question.id,
        question.group if group is None else group,
        float(score),
        cut(question.asked),
        cut(answer),
        cut(expected),
    )


def cut(text: str) -> str:
    """The beginning of a text, marked where it is cut."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} [...]"
