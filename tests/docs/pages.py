"""A page of Markdown as what its reader does: commands to type, files to write, in order.

- A `console` block holds commands after `$ ` and what they print. Output that begins with `error:` says
  that the command fails, with this very message.
- Another block is a file if its first line is `# PATH`, or `<!-- file: PATH -->` stands before it.
- `<!-- not run: `PREFIX`, `PREFIX`: reason -->` before a block says which of its commands cannot run in a
  test: those that begin with a prefix.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

_NOT_RUN = re.compile(r"<!-- not run: (?P<prefixes>`[^`]+`(?:, `[^`]+`)*): (?P<reason>.+?) -->", re.DOTALL)
_FILE = re.compile(r"<!-- file: (?P<path>\S+) -->")
_HEAD = re.compile(r"# (?P<path>[\w./-]+\.(?:py|ya?ml|jsonl?|csv))(?:\n|$)")


@dataclass(frozen=True)
class Command:
    """A command that a page tells its reader to type.

    Attributes:
        place: page and line.
        words: as the shell splits it, comment removed.
        output: what the page shows below it.
        not_run: why a test cannot run it; empty if it can.
    """

    place: str
    words: tuple[str, ...]
    output: str
    not_run: str

    @property
    def text(self) -> str:
        """The command on one line."""
        return " ".join(self.words)


@dataclass(frozen=True)
class File:
    """A file, or the keys to put into one, that a page shows."""

    place: str
    path: str
    content: str


Step = Command | File


def steps(name: str, text: str) -> list[Step]:
    """What a page's reader does, in order.

    Raises:
        AssertionError: a reason for not running names no command of its block.
    """
    found: list[Step] = []
    comments = ""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "html_block":
            comments += token.content
        elif token.type == "fence":
            found += _block(name, token, comments)
            comments = ""
        elif token.type == "inline":
            assert not _NOT_RUN.search(comments), f"{name}: a reason with no block below it: {comments}"
            comments = ""
    return found


def _block(name: str, token: Token, comments: str) -> Iterator[Step]:
    place = f"{name}:{(token.map or [0])[0] + 1}"
    if token.info == "console":
        yield from _commands(name, token, comments)
    elif at := _FILE.search(comments) or _HEAD.match(token.content):
        yield File(place, at["path"], token.content)


def _commands(name: str, token: Token, comments: str) -> list[Command]:
    reasons = {
        prefix: match["reason"]
        for match in _NOT_RUN.finditer(comments)
        for prefix in re.findall(r"`([^`]+)`", match["prefixes"])
    }
    for reason in reasons.values():
        assert "`:" not in reason, f"{name}: another command's reason wants a comment of its own: {reason}"
    used: set[str] = set()
    found: list[Command] = []
    for number, line, output in _typed(token):
        parts = list(_split(line))
        for index, words in enumerate(parts):
            text = " ".join(words)
            prefix = next((prefix for prefix in reasons if f"{text} ".startswith(f"{prefix} ")), "")
            used |= {prefix}
            shown = output if index == len(parts) - 1 else ""
            found.append(Command(f"{name}:{number}", tuple(words), shown, reasons.get(prefix, "")))
    assert set(reasons) <= used, f"{name}: no command begins with {set(reasons) - used}"
    return found


def _typed(token: Token) -> Iterator[tuple[int, str, str]]:
    """Line number, command line and output of each `$ ` line."""
    first = (token.map or [0])[0] + 2
    lines = token.content.splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("$ ")]
    assert starts[:1] == [0], f"line {first}: a console block begins with a command"
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield first + start, lines[start][2:], "\n".join(lines[start + 1 : end])


def _split(line: str) -> Iterator[list[str]]:
    """The commands of a line that `&&` joins; a shell's other signs are not for documentation."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;<>")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if word == "&&":
            yield words
            words = []
        else:
            assert not set(word) <= set("&|;<>"), f"{line}: {word} would not run as written"
            words.append(word)
    yield words


def documents(root: Path) -> dict[str, str]:
    """The pages by name: all of docs/, and those at the root that a reader meets."""
    files = [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]
    files = [file for file in files if "_build" not in file.parts]
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in files}
