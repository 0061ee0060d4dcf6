"""Candidates made for tests."""

from hypothesis import strategies as st

from tunewright.data.candidate import Candidate, digest, form_key, normalise, numbers_key, prompt_text
from tunewright.data.raw_row import Place
from tunewright.data.rows import Message
from tunewright.data.split import Member


def candidate(prompt, answer="yes", *, line=1, group="", stratum="", name=None, file="rows.jsonl", moment=""):
    """A candidate as checking would make it; its number is that of its line."""
    text = prompt_text([Message("user", prompt)])
    return Candidate(
        number=line - 1,
        id=name or f"row-{line}",
        place=Place(f"data/raw/{file}", line, "0" * 64),
        group=group or "",
        prompt_key=digest(text),
        answer_key=digest(normalise(answer)),
        numbers_key=numbers_key(text),
        form_key=form_key(text),
        stratum=stratum,
        moment=moment,
    )


def members(candidates, clusters=None):
    """Candidates on their way into a split; each prompt is a cluster of its own unless said otherwise."""
    return [Member(row, (clusters or {}).get(row.prompt_key, row.prompt_key)) for row in candidates]


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
