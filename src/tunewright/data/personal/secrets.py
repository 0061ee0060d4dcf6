"""API keys, tokens and passwords: by their form, or as random text after a telling name."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator

from tunewright.data.personal.found import Found
from tunewright.data.personal.text import Text
from tunewright.secret_shapes import BY_FORM, BY_NAME, PASSWORD_IN_ADDRESS

_FORMS = [shape for kind, shape in BY_FORM.items() if kind != PASSWORD_IN_ADDRESS]
SIGNS = {
    "key form": [
        r"(?:hf|api_org|gh[pousr]|github_pat)_|wandb_|sk-|glpat-|(?:akia|asia)[a-z0-9]{16}|aiza[a-z0-9_-]{35}",
        r"xox[abeprs]-|-----begin |eyj",
    ],
    "key name": ["(?:api|access)[ _-]?key|token|secret|bearer|authorization|wandb"],
    "password": ["pass(?:word|wd|phrase)"],
}
"""Stand in `Text.lower` wherever a key of that sort stands in the text."""
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")
_NAMED = re.compile(
    r"(?:api[ _-]?key|access[ _-]?key|client[ _-]?secret|secret|token|bearer|authorization)"
    r"(?:[\"']?\s*(?:[:=]|\bis\b)\s*|\s+)[\"']?(?P<value>[A-Za-z0-9_+/=.-]{16,512})",
    re.IGNORECASE,
)
_PASSWORD = re.compile(
    r"\bpass(?:word|wd|phrase)[\"']?\s*[:=]\s*[\"']?(?P<value>[^\s\"'<>]{6,128})", re.IGNORECASE
)
_PRIVATE_KEY_END = re.compile(r"-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")
_LEAST_ENTROPY = 3.0
"""Bits a character; words lie below 3 at this length or hold no digit, random keys above."""


def api_keys(text: Text, signs: Collection[str]) -> Iterator[Found]:
    """Keys and tokens; the value alone, so that the name before it stays.

    Args:
        text: the text.
        signs: the names of those that stand in it.
    """
    whole = text.whole
    if "key form" in signs:
        for shape in _FORMS:
            for match in shape.finditer(whole):
                end = match.end()
                if match[0].startswith("-----") and (close := _PRIVATE_KEY_END.search(whole, end)):
                    end = close.end()
                yield _found(whole, match.start(), end, 1.0)
        for match in _JWT.finditer(whole):
            yield _found(whole, match.start(), match.end(), 1.0)
    if "key name" in signs:
        for shape in BY_NAME.values():
            for match in shape.finditer(whole):
                yield _found(whole, *match.span("value"), 0.9)
        for match in _NAMED.finditer(whole):
            if _looks_random(match["value"]):
                yield _found(whole, *match.span("value"), 0.9)
    if "password" in signs:
        for match in _PASSWORD.finditer(whole):
            if any(not sign.isalpha() for sign in match["value"].rstrip(".,;!?")):
                yield _found(whole, *match.span("value"), 0.8)


def _found(whole: str, start: int, end: int, score: float) -> Found:
    return Found("api_key", start, end, score, whole[start:end])


def _looks_random(value: str) -> bool:
    """Whether a value has letters and digits in an order that no word has (Shannon's entropy)."""
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return (
        entropy >= _LEAST_ENTROPY
        and any(sign.isdigit() for sign in value)
        and any(sign.isalpha() for sign in value)
    )
