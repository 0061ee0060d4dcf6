"""`judge_pairs`: each row in both orders, each unreadable answer once more, and one judgement a row.

Source: L. Zheng et al. (2023), Judging LLM-as-a-Judge, arXiv:2306.05685: a judge favours a place, so both
orders are asked, and only an answer that is preferred in both wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tunewright.config.schema.task import Dimension, Task
from tunewright.data.rows import Message
from tunewright.evaluation.judging.opinion import Opinion, UnreadableError, Verdict, read_opinion
from tunewright.evaluation.judging.prompt import Compared, asked_again, prompt

Outcome = Literal["first", "second", "tie", "same", "unreadable"]
ORDERS = (False, True)
"""Not swapped, swapped."""


@dataclass(frozen=True)
class Asked:
    """A conversation that wants an answer."""

    id: str
    messages: tuple[Message, ...]


class Asker(Protocol):
    """Whoever answers: a server or a local model."""

    def __call__(self, asked: Sequence[Asked], title: str) -> Sequence[str]:
        """Answer each, in their order; `title` names the round, and is another for each."""


@dataclass(frozen=True)
class Exchange:
    """What a judge was asked of a row in one order, and all that it answered, as artifacts/judge keeps it.

    Attributes:
        id: of the row.
        swapped: the other contestant's answer stood as A.
        messages: of the last round, the earlier answer included; each with role and content.
        answers: one, or two where the first could not be read.
        fault: why the last one could not be read; empty if it could.
    """

    id: str
    swapped: bool
    messages: tuple[Message, ...]
    answers: tuple[str, ...]
    fault: str


@dataclass(frozen=True)
class RowJudgement:
    """What came of a row.

    Attributes:
        id: of the row.
        outcome: whose answer is better in both orders: the tuned model's (`first`), the other's, or
            neither's; `same` where the answers are alike and nobody was asked; `unreadable` where an opinion
            is missing.
        consistent: the verdict did not change with the order; null where there are not two opinions.
        first, second: score of each answer by dimension, the mean of both orders; empty likewise.
    """

    id: str
    outcome: Outcome
    consistent: bool | None
    first: Mapping[str, float]
    second: Mapping[str, float]


@dataclass
class _Question:
    """A row in one order, on its way to an opinion."""

    compared: Compared
    swapped: bool
    messages: tuple[Message, ...]
    answers: tuple[str, ...] = ()
    opinion: Opinion | None = None
    fault: str = ""

    def take(self, answer: str, rubric: Sequence[Dimension]) -> None:
        self.answers = (*self.answers, answer)
        try:
            self.opinion, self.fault = read_opinion(answer, rubric, swapped=self.swapped), ""
        except UnreadableError as error:
            self.fault = str(error)


def judge_pairs(
    pairs: Sequence[Compared], task: Task, rubric: Sequence[Dimension], ask: Asker, *, show_reference: bool
) -> tuple[list[RowJudgement], list[Exchange]]:
    """Judge every row.

    Args:
        pairs: the rows, with both answers.
        task: that they are of.
        rubric: the dimensions of the scores.
        ask: the judge.
        show_reference: show it the right answers.

    Returns:
        A judgement a row in their order, and what was asked and answered.
    """
    questions = [
        _Question(one, swapped, prompt(one, task, rubric, swapped=swapped, show_reference=show_reference))
        for one in pairs
        if one.first != one.second
        for swapped in ORDERS
    ]
    _round(questions, rubric, ask, "judge")
    unreadable = [one for one in questions if one.opinion is None]
    for one in unreadable:
        one.messages = asked_again(one.messages, one.answers[-1], one.fault)
    _round(unreadable, rubric, ask, "judge, once more")
    by_row: dict[str, list[_Question]] = {}
    for one in questions:
        by_row.setdefault(one.compared.row.id, []).append(one)
    judgements = [_judgement(one, by_row.get(one.row.id, [])) for one in pairs]
    exchanges = [
        Exchange(one.compared.row.id, one.swapped, one.messages, one.answers, one.fault) for one in questions
    ]
    return judgements, exchanges


def _round(questions: Sequence[_Question], rubric: Sequence[Dimension], ask: Asker, title: str) -> None:
    if not questions:
        return
    asked = [Asked(_name(one), one.messages) for one in questions]
    for one, answer in zip(questions, ask(asked, title), strict=True):
        one.take(answer, rubric)


def _name(one: _Question) -> str:
    return f"{one.compared.row.id}{', swapped' if one.swapped else ''}"


def _judgement(compared: Compared, questions: Sequence[_Question]) -> RowJudgement:
    name = compared.row.id
    if not questions:
        return RowJudgement(name, "same", None, {}, {})
    opinions = [one.opinion for one in questions if one.opinion is not None]
    if len(opinions) < len(ORDERS):
        return RowJudgement(name, "unreadable", None, {}, {})
    one, other = opinions
    consistent = one.verdict == other.verdict
    verdict: Verdict = one.verdict if consistent else "tie"
    return RowJudgement(
        name, verdict, consistent, _mean(one.first, other.first), _mean(one.second, other.second)
    )


def _mean(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, float]:
    return {name: (score + other[name]) / 2 for name, score in one.items()}
