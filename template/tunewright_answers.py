"""What an answer may hold, and how it is written into YAML, TOML and Markdown; standard library only.

The names of the modules in this folder start with `tunewright_` because cookiecutter puts the folder on
the import path.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

LONGEST = {
    "project_name": 80,
    "project_slug": 50,
    "description": 300,
    "rationale_examples": 9,
    "rationale_cost_today": 300,
    "rationale_why": 800,
    "kpi_measure": 300,
    "kpi_target": 300,
}
"""The answers that are free text, with the most characters of each."""

SLUG = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)}
_JOINERS_AND_MARKS = "\u200c\u200d\u200e\u200f\u061c"
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~&$#!]")
_BLOCK = re.compile(r"([-+=]|\d+(?=[.)]))")
_INTERPOLATION = re.compile(r"(\\*)\$\{")


def complaints(answers: Mapping[str, object], choices: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    """What is wrong with the answers, a sentence each; empty if nothing.

    Args:
        answers: by key; those that are neither free text nor a choice are not looked at.
        choices: of each choice its options; cookiecutter checks what it asked for, not what it replays.
    """
    found = [
        sentence for key in LONGEST if key in answers for sentence in complaints_about(key, str(answers[key]))
    ]
    for key, options in (choices or {}).items():
        if key in answers and answers[key] not in options:
            found.append(f"{key} cannot be {str(answers[key])[:60]!a}: it is one of {', '.join(options)}.")
    return found


def complaints_about(key: str, answer: str) -> Iterator[str]:
    """What is wrong with one free-text answer, a sentence each; never repeats what a terminal would obey."""
    if not answer.strip():
        yield f"{key} is empty: give it a text."
        return
    if len(answer) > LONGEST[key]:
        yield f"{key} has {len(answer)} characters: at most {LONGEST[key]}, please."
    for character in sorted({character for character in answer if not _allowed(character)}):
        name = unicodedata.name(character, "a control character")
        yield f"{key} holds U+{ord(character):04X} ({name.lower()}): one line of plain text, please."
    if answer.strip() == "???":
        yield f"{key} is ???, which configuration takes for a missing value: write something else."
    if key == "project_slug":
        yield from _about_slug(answer)
    if key == "rationale_examples" and not re.fullmatch(r"[0-9]+", answer.strip()):
        yield f"{key} {answer[:60]!a} is no number: how many examples are there? A whole number, such as 500."


def _about_slug(slug: str) -> Iterator[str]:
    if not SLUG.fullmatch(slug):
        yield (
            f"project_slug {slug[:60]!a} cannot name the folder: take lower-case letters a to z, digits and "
            "hyphens, a letter first and no hyphen last, such as acme-support-triage."
        )
    if slug in _DEVICES:
        yield f"project_slug {slug} is the name of a device on Windows: choose another."
    if slug == "tunewright":
        yield "project_slug tunewright is the framework itself, which the project needs: choose another."


def _allowed(character: str) -> bool:
    """No controls, line separators, lone surrogates, unassigned or private signs, nor invisible ones.

    Of the invisible ones joiners stay, which Persian, Indic scripts and emoji need, and the marks that Arabic
    and Hebrew are written with; those that turn the text around them stay out.
    """
    category = unicodedata.category(character)
    return category not in {"Cc", "Cs", "Cn", "Co", "Cf", "Zl", "Zp"} or character in _JOINERS_AND_MARKS


def quoted(text: str) -> str:
    """A double-quoted string that YAML and TOML read as this very text; for text without `complaints`."""
    return json.dumps(text, ensure_ascii=False)


def hydra_text(text: str) -> str:
    """The text quoted for a YAML file that OmegaConf reads, where `${` would start an interpolation."""
    return quoted(_INTERPOLATION.sub(lambda match: match[1] * 2 + r"\${", text))


def markdown_text(text: str) -> str:
    """The text for Markdown, within a line or as one: every sign that could mean something else is escaped."""
    escaped = _MARKDOWN.sub(lambda match: "\\" + match[0], text.strip())
    first = _BLOCK.match(escaped)
    if first is None:
        return escaped
    # At the start of a line a digit cannot be escaped, the sign behind it can; the others themselves.
    end = first.end()
    return f"{escaped[:end]}\\{escaped[end:]}" if first[1][0].isdigit() else f"\\{escaped}"
