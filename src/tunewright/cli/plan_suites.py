"""What the enabled suites will cost: prompts, tokens and, after a first run, time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path

from tunewright.artifacts import TIMINGS, read_json
from tunewright.config.schema import Settings
from tunewright.config.stage_settings import read_resolved
from tunewright.data.card import CHARACTERS_PER_TOKEN
from tunewright.data.rows import Row
from tunewright.errors import TunewrightError
from tunewright.evaluation.suites.enabled import SUITES, enabled
from tunewright.evaluation.suites.question import Question
from tunewright.evaluation.suites.suite import context_of

STAGES = ("base_suites", "tuned_suites")
MODELS = 2


def suite_lines(root: Path, settings: Settings, train: Sequence[Row], test: Sequence[Row]) -> Iterator[str]:
    """A line a suite, then the time that the last run took, scaled by tokens.

    Args:
        root: the project's folder.
        settings: as composed now.
        train, test: the rows as they would be prepared now.

    Raises:
        EvaluationError: a file of own items cannot be used.
    """
    suites, harness = enabled(settings.evaluation.suites), settings.evaluation.suites.harness
    if not suites and not harness.enabled:
        yield "suites    all off (evaluation.suites)"
        return
    context = context_of(root, settings, train, test)
    asked = {suite.name: suite.questions(context) for suite in suites}
    limit = {suite.name: suite.new_tokens or settings.evaluation.max_new_tokens for suite in SUITES}
    heads = chain(["suites    "], repeat("          "))
    for name, questions in asked.items():
        read, written = tokens(questions, limit[name])
        yield (
            f"{next(heads)}{name}: {len(questions)} prompts, about {read:,} tokens to read"
            + (f" and at most {written:,} to write" if written else "")
            + ", by base and tuned model each (estimated from characters)"
        )
    if harness.enabled:
        most = f"the first {harness.limit} items" if harness.limit else "all items"
        yield f"{next(heads)}harness: {most} of each of {', '.join(harness.tasks)}, by both models"
    yield _time(root, settings)


def tokens(questions: Sequence[Question], new_tokens: int) -> tuple[int, int]:
    """Tokens to read and, at most, to write; the instructions, which are computed once, are left out."""
    read = sum(len(one.asked) + sum(map(len, one.options)) for one in questions)
    written = sum(new_tokens for one in questions if one.how == "answer")
    return math.ceil(read / CHARACTERS_PER_TOKEN), written


def _time(root: Path, settings: Settings) -> str:
    """Both stages' seconds as measured by the last run, if it asked the same of the same model."""
    try:
        last = read_resolved(root)
        seconds = sum(float(read_json(root / TIMINGS / f"{stage}.json")["seconds"]) for stage in STAGES)
    except TunewrightError:
        return "          time unknown before a first run"
    same = (last.model, last.hardware, _asked(last)) == (settings.model, settings.hardware, _asked(settings))
    if not same or last.data != settings.data:
        return "          time unknown: the last run asked other suites, or another model or machine"
    return f"          about {seconds:.0f} s for both models (last run)"


def _asked(settings: Settings) -> object:
    limits = settings.evaluation.suites.limits
    suites = settings.evaluation.suites.model_copy(update={"limits": type(limits)()})
    return (
        settings.evaluation.precision,
        settings.evaluation.load_in_4bit,
        settings.evaluation.batch_size,
        suites,
    )
