"""Read YAML as the user wrote it: with line numbers, duplicate keys and tabs refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from tunewright.errors import ConfigError, Problem


def parse_yaml(text: str, shown: str) -> CommentedMap:
    """Parse YAML text that must be a mapping.

    Args:
        text: the YAML.
        shown: the file's name for messages.

    Raises:
        ConfigError: it is no YAML, has a key twice, or is no mapping; names the line.
    """
    try:
        content = YAML(typ="rt").load(text)
    except DuplicateKeyError as error:
        raise ConfigError([_at(error, shown, f"has a key twice ({_first_line(error.problem)})")]) from error
    except MarkedYAMLError as error:
        cause = _first_line(error.problem)
        hint = "indent with spaces, not tabs" if "\\t" in cause or "\t" in cause else ""
        raise ConfigError([_at(error, shown, f"is no YAML: {cause}", fix=hint)]) from error
    except YAMLError as error:
        raise ConfigError([Problem("yaml", _first_line(str(error)), shown)]) from error
    if content is None:
        return CommentedMap()
    if not isinstance(content, CommentedMap):
        raise ConfigError([Problem("yaml", "must hold `key: value` lines", f"{shown}:1")])
    return content


def read_yaml(path: Path, shown: str) -> CommentedMap:
    """Read and parse a YAML file; see `parse_yaml`.

    Raises:
        ConfigError: also if the file is missing or not UTF-8.
    """
    try:
        return parse_yaml(path.read_text(encoding="utf-8-sig"), shown)
    except FileNotFoundError as error:
        raise ConfigError([Problem("file", "does not exist", shown)]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem("file", f"is not UTF-8 (byte {error.start})", shown)]) from error


def line_of(content: CommentedMap, key: Sequence[str]) -> int | None:
    """The line (from 1) on which a nested key stands, or None if the file does not have it."""
    node: Any = content
    line = None
    for part in key:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
            node = node[part]
        elif isinstance(node, CommentedSeq) and part.isdigit() and int(part) < len(node):
            line = node.lc.key(int(part))[0] + 1
            node = node[int(part)]
        else:
            return None
    return line


def _at(error: MarkedYAMLError, shown: str, what: str, fix: str = "") -> Problem:
    mark = error.problem_mark or error.context_mark
    return Problem("yaml", what, f"{shown}:{mark.line + 1}" if mark else shown, fix)


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0] if (text or "").strip() else "unreadable"
