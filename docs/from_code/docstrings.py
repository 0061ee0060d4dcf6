"""What docstrings say: the summary of a class or function, and its `Attributes:` by name."""

from __future__ import annotations

import inspect
import re

_ITEM = re.compile(r"(?P<names>\w+(?:,\s+\w+)*):\s+(?P<meaning>.*)", re.DOTALL)
_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Yields):$", re.MULTILINE)


def summary(thing: object) -> str:
    """What stands before the first section, as Markdown paragraphs."""
    text = inspect.getdoc(thing) or ""
    return code_in_backticks(_SECTION.split(text)[0].strip())


def attributes(cls: type) -> dict[str, str]:
    """The meaning of each attribute that the class's own docstring explains; names may share one."""
    _, _, section = (inspect.getdoc(cls) or "").partition("\nAttributes:\n")
    found: dict[str, str] = {}
    for item in _items(section):
        match = _ITEM.fullmatch(item)
        if match:
            names = re.split(r",\s+", match["names"])
            found |= dict.fromkeys(names, " ".join(match["meaning"].split()))
    return found


def _items(section: str) -> list[str]:
    """The items, each with its continuation lines; a list of names may itself take several lines."""
    items: list[str] = []
    for line in section.splitlines():
        if not line.startswith("    "):
            if line.strip():
                break
            continue
        continues = line.startswith("     ") or (items and ":" not in items[-1])
        if continues and items:
            items[-1] += " " + line.strip()
        else:
            items.append(line.strip())
    return items


def code_in_backticks(text: str) -> str:
    """Docstrings here are Markdown already; a bare `<` would begin HTML."""
    return re.sub(r"<(?=[A-Za-z])", r"\\<", text)
