"""Rows with two answers, what stands in a prompt, and a judge that answers by a function."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from tests.unit.evaluation.made_up import make_rows
from tunewright.config.schema.task import Dimension
from tunewright.data.rows import Row
from tunewright.evaluation.judging.pairwise import Asked
from tunewright.evaluation.judging.prompt import Compared

RUBRIC = (
    Dimension(name="right", description="states what is so"),
    Dimension(name="tone", description="is friendly"),
)


def compared(*answers: tuple[str, str]) -> list[Compared]:
    return [Compared(row, *pair) for row, pair in zip(made_rows(len(answers)), answers, strict=True)]


def made_rows(count: int) -> list[Row]:
    return make_rows(count)


def answers_in(text: str) -> tuple[str, str]:
    """A and B, as they stand between their marks."""
    found = re.findall(r"<<<ANSWER [AB] (\w+)>>>\n(.*?)\n<<<END \1>>>", text, re.S)
    (_, a), (_, b) = found
    return a, b


def opinion(verdict: str, a: int = 3, b: int = 3, names: Sequence[str] = ("right", "tone")) -> str:
    scores = {"A": dict.fromkeys(names, a), "B": dict.fromkeys(names, b)}
    return json.dumps({"reason": "so", "scores": scores, "verdict": verdict})


def fair(text: str) -> str:
    """Who counts the word `good`; ties where both have it as often."""
    a, b = (answer.count("good") for answer in answers_in(text))
    return opinion("A" if a > b else "B" if b > a else "tie", 5 if a > b else 2, 5 if b > a else 2)


class Asker:
    """Answers by a function of the last message; notes what was asked."""

    def __init__(self, judge: Callable[[str], str], again: Callable[[str], str] | None = None) -> None:
        self.judge, self.again = judge, again or judge
        self.rounds: list[Sequence[Asked]] = []
        self.titles: list[str] = []

    def __call__(self, asked: Sequence[Asked], title: str) -> list[str]:
        self.rounds.append(asked)
        self.titles.append(title)
        if len(self.rounds) == 1:
            return [self.judge(one.messages[-1].content) for one in asked]
        return [self.again(one.messages[1].content) for one in asked]
