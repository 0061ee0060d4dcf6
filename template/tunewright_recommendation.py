"""Is fine-tuning the right tool? Turns the answers to the decision questions into an honest recommendation.

One pure function for PROJECT.md, `tunewright new` and the report; standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass

FEW_EXAMPLES = 50
"""Below this a prompt holds the best of them as well: a rule of thumb, and too few to test on besides."""

_HEADLINES = {
    "fine-tuning": "Fine-tuning fits: a behaviour is to be learnt, and there are examples of it.",
    "prompting": "Prompting is usually the better start here.",
    "retrieval": "Retrieval is usually the better answer here.",
    "retrieval, then fine-tuning": "Let retrieval bring the facts, and fine-tune only what is made of them.",
}
_TRY_FIRST = {
    "fine-tuning": "The report shows whether prompting does as well on the same test rows.",
    "prompting": "Put instructions and a handful of examples into a prompt, measure that on the test rows, and "
    "go on if it falls short.",
    "retrieval": "Try retrieval on the same test rows before this goes on.",
    "retrieval, then fine-tuning": "Put what retrieval finds into the input of every row, in training as in use.",
}


@dataclass(frozen=True)
class Recommendation:
    """What serves best.

    Attributes:
        approach: fine-tuning, prompting, retrieval, or retrieval, then fine-tuning.
        headline: the recommendation as a sentence.
        reasons: why, a sentence each; of fine-tuning there is nothing to object.
        try_first: what to do before money is spent, a sentence.
    """

    approach: str
    headline: str
    reasons: tuple[str, ...]
    try_first: str


def recommend(
    need: str, facts_change: str | None, must_cite: bool | None, examples: int | None
) -> Recommendation:
    """Recommend an approach; it never forbids.

    Args:
        need: `do` (behave in a new way) or `know` (new facts).
        facts_change: `rarely` or `often`; None if nobody said.
        must_cite: whether answers must name their sources; None if nobody said.
        examples: how many examples there are; None if nobody counted.
    """
    reasons = []
    if need == "know":
        reasons.append(
            "The model needs to KNOW something new: fine-tuning teaches behaviour well and facts badly, which go "
            "stale and are made up where they are missing."
        )
    if facts_change == "often":
        reasons.append(
            "The facts change often: each change would mean training anew, where retrieval reads today's version."
        )
    if must_cite:
        reasons.append(
            "Answers must name their sources: a tuned model cannot say where it has something from; retrieval can."
        )
    about_facts = bool(reasons)
    few = examples is not None and examples < FEW_EXAMPLES
    if few:
        reasons.append(
            f"{'There are no' if examples == 0 else f'Only {examples}'} examples{'' if examples else ' yet'}: "
            f"below some {FEW_EXAMPLES} there is too little to learn from and to test on."
        )
    if need == "know":
        approach = "retrieval"
    elif about_facts:
        approach = "retrieval, then fine-tuning"
    else:
        approach = "prompting" if few else "fine-tuning"
    return Recommendation(approach, _HEADLINES[approach], tuple(reasons), _TRY_FIRST[approach])


def recommend_for(answers: dict[str, str]) -> Recommendation:
    """The recommendation for the answers of cookiecutter's questions, which are texts that were checked."""
    return recommend(
        answers["rationale_need"],
        answers["rationale_facts_change"],
        answers["rationale_must_cite"] == "yes",
        int(answers["rationale_examples"]),
    )
