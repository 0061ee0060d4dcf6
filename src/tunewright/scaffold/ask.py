"""Asking a terminal or a pipe: each question with what its choices mean, until the answer can be used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import TYPE_CHECKING

from tunewright.config.recommendation import Recommendation
from tunewright.scaffold.template import Question

if TYPE_CHECKING:
    from rich.console import Console


class Interview:
    """Puts questions on a console."""

    def __init__(self, console: Console, problems_with: Callable[[Question, str], list[str]]) -> None:
        """Read answers of any encoding: what is not text is refused like any other answer.

        Args:
            console: where to ask; answers come from standard input.
            problems_with: what is wrong with an answer, a sentence each; empty if it can be used.
        """
        self.console = console
        self.problems_with = problems_with
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="surrogateescape")

    def ask(self, question: Question, default: str) -> str:
        """Ask until the answer can be used; an empty one takes the default.

        Raises:
            EOFError: the input ended before an answer.
        """
        self._show(question, default)
        while True:
            answer = self._read(question.key, default)
            names = list(question.options)
            if answer.isdecimal() and 1 <= int(answer) <= len(names):
                answer = names[int(answer) - 1]
            problems = self.problems_with(question, answer)
            if not problems:
                return answer
            for problem in problems:
                self.console.print(f"  {problem}", style="red", markup=False, highlight=False)

    def goes_on(self, advice: Recommendation) -> bool:
        """Say what speaks against fine-tuning and ask whether to go on; nothing against it asks nothing."""
        if advice.approach == "fine-tuning":
            return True
        self.console.print()
        self.console.print(
            f"Think again. {advice.headline}", style="bold yellow", markup=False, highlight=False
        )
        for sentence in (*advice.reasons, advice.try_first):
            self.console.print(f"  {sentence}", markup=False, highlight=False)
        while True:
            answer = self._read("Go on with this project all the same? yes or no", "yes").lower()
            if answer in {"yes", "y"}:
                return True
            if answer in {"no", "n"}:
                return False

    def _show(self, question: Question, default: str) -> None:
        from rich.table import Table
        from rich.text import Text

        self.console.print()
        self.console.print(Text(question.text, style="bold"))
        if not question.options:
            self.console.print(Text(f"Enter takes: {default}", style="dim"))
            return
        table = Table.grid(padding=(0, 2))
        for number, (option, meaning) in enumerate(question.options.items(), start=1):
            mark = "bold green" if option == default else ""
            table.add_row(Text(f"{number:>3}"), Text(option, style=mark), Text(meaning))
        self.console.print(table)

    def _read(self, name: str, default: str) -> str:
        from rich.text import Text

        shown = f" [{default}]" if len(default) <= 40 else ""
        return self.console.input(Text(f"{name}{shown}: ", style="cyan")).strip() or default
