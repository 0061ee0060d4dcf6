"""What an answer may hold, and how it is written into YAML, TOML and Markdown; standard library only.

The names of the modules in this folder start with `tunewright_` because cookiecutter puts the folder on
the import path.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping

LONGEST = {
    "project_name": 80,
    "project_slug": 50,
    "description": 300,
    "kpi_measure": 300,
    "kpi_target": 300,
    "rationale_why": 800,
}
"""The answers that are free text, with the most characters of each."""

SLUG = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)}
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~&$#!]")
_INTERPOLATION = re.compile(r"(\\*)\$\{")


def complaints(answers: Mapping[str, object]) -> list[str]:
    """What is wrong with the answers, a sentence each; empty if nothing."""
    return [
        sentence for key in LONGEST if key in answers for sentence in complaints_about(key, str(answers[key]))
    ]


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
    """No controls, line or paragraph separators, lone surrogates, unassigned or direction-changing signs."""
    return unicodedata.category(character) not in {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"} and not (
        "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069" or character == "\ufeff"
    )


def quoted(text: str) -> str:
    """A double-quoted string that YAML and TOML read as this very text; for text without `complaints`."""
    return json.dumps(text, ensure_ascii=False)


def hydra_text(text: str) -> str:
    """The text quoted for a YAML file that OmegaConf reads, where `${` would start an interpolation."""
    return quoted(_INTERPOLATION.sub(lambda match: match[1] * 2 + r"\${", text))


def markdown_text(text: str) -> str:
    """The text for Markdown within a line, every sign that could mean something else escaped."""
    return _MARKDOWN.sub(lambda match: "\\" + match[0], text)
