"""Asking a suite of a model, as the stages do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tunewright.config.schema.evaluation import Evaluation
from tunewright.evaluation.suites.ask import ask
from tunewright.evaluation.suites.question import ItemScore
from tunewright.evaluation.suites.suite import Context, Suite

Asking = Callable[[Any, Suite, Context], list[ItemScore]]


@pytest.fixture
def asking(tokenizer: Any, tmp_path: Path) -> Asking:
    """Ask a suite of a model, in a scratch folder of its own each time."""
    count = 0

    def asked(model: Any, suite: Suite, of: Context) -> list[ItemScore]:
        nonlocal count
        count += 1
        folder = tmp_path / f"scratch-{count}"
        folder.mkdir()
        questions = suite.questions(of)
        replies, _ = ask(
            model,
            tokenizer,
            suite.name,
            questions,
            contestant="tuned",
            evaluation=Evaluation(max_new_tokens=suite.new_tokens or 24),
            folder=folder,
        )
        return suite.score(of, questions, replies)

    return asked
