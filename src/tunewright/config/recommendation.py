"""What the task's rationale speaks for: fine-tuning, prompting or retrieval.

The judgement stands in the template, which must work without tunewright installed; this is its typed door.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast


class Recommendation(Protocol):
    """What serves best; it never forbids.

    Attributes:
        approach: fine-tuning, prompting, retrieval, or retrieval, then fine-tuning.
        headline: the recommendation as a sentence.
        reasons: why, a sentence each; of fine-tuning there is nothing to object.
        try_first: what to do before money is spent, a sentence.
    """

    @property
    def approach(self) -> str: ...  # noqa: D102
    @property
    def headline(self) -> str: ...  # noqa: D102
    @property
    def reasons(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def try_first(self) -> str: ...  # noqa: D102


def recommend(
    need: str, facts_change: str | None, must_cite: bool | None, examples: int | None
) -> Recommendation:
    """Recommend an approach.

    Args:
        need: `do` (behave in a new way) or `know` (new facts).
        facts_change: `rarely` or `often`; None if nobody said.
        must_cite: whether answers must name their sources; None if nobody said.
        examples: how many examples there are; None if nobody counted.
    """
    module = import_module("tunewright.template.tunewright_recommendation")
    return cast(Recommendation, module.recommend(need, facts_change, must_cite, examples))
