"""Read YAML as the user wrote it: with line numbers, duplicate keys and tabs refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
        _walk_to_the_end(content)
    except RecursionError as error:
        what = "is nested too deeply, or an alias (*) refers to what holds it"
        raise ConfigError([Problem("yaml", what, shown, "write it flatter")]) from error
    except DuplicateKeyError as error:
        raise ConfigError(
            [_at(error, shown, f"has a key twice: {_first_line(error.problem)}", "keep one")]
        ) from error
    except MarkedYAMLError as error:
        cause = _first_line(error.problem)
        hint = "indent with spaces, not tabs" if "\\t" in cause or "\t" in cause else _quoting(cause)
        raise ConfigError([_at(error, shown, f"is no YAML: {cause}", fix=hint)]) from error
    except YAMLError as error:
        raise ConfigError([Problem("yaml", _first_line(str(error)), shown)]) from error
    if content is None:
        return CommentedMap()
    if not isinstance(content, CommentedMap):
        fix = "write `key: value`, with a space after the colon"
        raise ConfigError([Problem("yaml", "must hold `key: value` lines", f"{shown}:1", fix)])
    return content


def read_yaml(path: Path, shown: str) -> CommentedMap:
    """Read and parse a YAML file; see `parse_yaml`.

    Raises:
        ConfigError: also if the file cannot be read.
    """
    return parse_yaml(read_text(path, shown), shown)


def read_text(path: Path, shown: str) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    Raises:
        ConfigError: it is missing, a folder, unreadable or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError([Problem("file", "does not exist", shown)]) from error
    except IsADirectoryError as error:
        raise ConfigError([Problem("file", "is a folder, not a file", shown)]) from error
    except OSError as error:
        raise ConfigError([Problem("file", f"cannot be read: {error.strerror}", shown)]) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        fix = "save it as UTF-8"
        raise ConfigError(
            [Problem("file", f"is not UTF-8 (byte {error.start})", f"{shown}:{line}", fix)]
        ) from error


def interpolation_problems(content: CommentedMap, shown: str, key: str = "") -> list[Problem]:
    """Texts with `${` that are no interpolation, as a list with their lines."""
    from omegaconf import OmegaConf
    from omegaconf.errors import GrammarParseError

    found = []
    for path, text in _texts(content):
        if "${" not in text:
            continue
        try:
            OmegaConf.create({"text": text})
        except GrammarParseError:
            dotted = ".".join([*([key] if key else []), *path])
            what = f"{text!r} is no interpolation"
            fix = "write ${group.key}, or \\${ for the signs themselves"
            found.append(Problem(dotted, what, f"{shown}:{line_of(content, path)}", fix))
    return found


def plain_values(text: str, shown: str) -> dict[str, Any]:
    """The values by OmegaConf's loader, as Hydra reads them: plain YAML 1.1 reads 1e-4 as text.

    Raises:
        ConfigError: a tag, or an alias that refers to what holds it, both of which ruamel lets pass.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import MarkedYAMLError as PlainYAMLError

    try:
        plain = OmegaConf.to_container(OmegaConf.create(text), resolve=False)
    except PlainYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{shown}:{mark.line + 1}" if mark else shown
        raise ConfigError([Problem("yaml", _first_line(error.problem), where, "remove it")]) from error
    except RecursionError as error:
        what = "an alias (*) refers to what holds it"
        raise ConfigError([Problem("yaml", what, shown, "write the value out")]) from error
    except OmegaConfBaseException as error:
        raise ConfigError([Problem("yaml", _first_line(str(error)), shown)]) from error
    return {str(key): value for key, value in plain.items()} if isinstance(plain, dict) else {}


def line_of(content: CommentedMap, key: Sequence[str]) -> int | None:
    """The line (from 1) on which a nested key stands, or None if the file does not have it."""
    depth, line, _ = deepest(content, key)
    return line if depth == len(key) else None


def deepest(content: CommentedMap, key: Sequence[str]) -> tuple[int, int, Any]:
    """How much of a nested key a file has.

    Returns:
        The number of its parts that are there, the line (from 1) of the last of them, and its value.
    """
    node: Any = content
    line = 1
    for index, part in enumerate(key):
        whole = ".".join(key[index:])  # a user may have written a dot into a key
        if isinstance(node, CommentedMap) and whole in node:
            return len(key), int(node.lc.key(whole)[0]) + 1, node[whole]
        names: Sequence[Any] = range(len(node)) if isinstance(node, CommentedSeq) else ()
        names = list(node) if isinstance(node, CommentedMap) else names
        found = [name for name in names if str(name) == part]
        if not found:
            return index, line, node
        line = node.lc.key(found[0])[0] + 1
        node = node[found[0]]
    return len(key), line, node


def _texts(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, str):
        yield path, node
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield from _texts(value, (*path, str(key)))


def _walk_to_the_end(content: object) -> None:
    """Meet every value once, which never ends where an alias refers to what holds it."""
    for _ in _texts(content):
        pass


def _quoting(cause: str) -> str:
    """What to do about values that YAML takes for something else."""
    if "mapping values are not allowed" in cause:
        return "put a value that holds a colon in quotes, and check the indentation"
    if "cannot start any token" in cause:
        return "put a value that begins with such a sign in quotes"
    if "could not find expected ':'" in cause:
        return "write `key: value`, with a colon and a space"
    if "undefined alias" in cause:
        return "mark the value that is meant with & and the name, or write it out"
    if "block end" in cause:
        return "lines of one mapping begin in the same column"
    if "another document" in cause:
        return "one file holds one document: remove the line ---"
    return "close what is open: brackets, braces, quotes" if "expected" in cause else ""


def _at(error: MarkedYAMLError, shown: str, what: str, fix: str = "") -> Problem:
    mark = error.problem_mark or error.context_mark
    return Problem("yaml", what, f"{shown}:{mark.line + 1}" if mark else shown, fix)


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0] if (text or "").strip() else "unreadable"
