"""Candidates made for tests."""

from hypothesis import strategies as st

from tunewright.data.candidate import Candidate, normalise, prompt_key
from tunewright.data.read import Place
from tunewright.data.rows import Message, Row


def candidate(prompt, answer="yes", *, line=1, group=None, stratum="", name=None):
    """A candidate as validation would make it."""
    turn = Message("user", prompt)
    key = prompt_key([turn])
    row = Row(
        name or f"row-{line}", (turn, Message("assistant", answer)), group or key, "data/raw/rows.jsonl", {}
    )
    return Candidate(row, Place("data/raw/rows.jsonl", line, "0" * 64), key, normalise(answer), stratum)


PROMPTS = st.text("abAB ", max_size=3)
ANSWERS = st.sampled_from(["yes", "Yes ", "no"])
NO_GROUP = st.none()


def candidates(prompts=PROMPTS, groups=NO_GROUP):
    """Lists of candidates on lines of their own, many of them alike."""
    rows = st.tuples(prompts, ANSWERS, groups)
    return st.lists(rows, max_size=60).map(
        lambda made: [
            candidate(p, a, line=n, group=g, stratum=a) for n, (p, a, g) in enumerate(made, start=1)
        ]
    )
