"""What a kind of mistake is: what a user did, and what must be told about it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunewright.config.places import packaged_conf

CONFIG = "defaults: [base, _self_]\nhydra: {{searchpath: [{search}]}}\nproject: {project}\n"
MINE = "conf/method/mine.yaml"


def params(**changes: object) -> str:
    """The text of a params.yaml with some lines changed."""
    choices = {
        "task": "support_triage",
        "data": "support_triage",
        "model": "tiny",
        "method": "lora",
        "hardware": "cpu",
        "evaluation": "default",
        "tracking": "none",
        "set": {},
    }
    # JSON is YAML: one key a line, so that `set` stands on line 8.
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in {**choices, **changes}.items())


@dataclass(frozen=True)
class Mistake:
    """A kind of mistake.

    Attributes:
        kind: its name.
        key: the key that must be named.
        told: words that the message must hold.
        where: file and line that must be named.
        text: params.yaml; null removes it.
        files: files of the project by path; null removes one, a mapping makes a folder.
        also: further keys that are named as well.
    """

    kind: str
    key: str
    told: tuple[str, ...]
    where: str = "params.yaml:8"
    text: str | bytes | None = field(default_factory=params)
    files: dict[str, str | bytes | None] = field(default_factory=dict)
    also: tuple[str, ...] = ()

    def commit(self, project: Path) -> None:
        """Make the mistake in a project's folder."""
        for name, content in {"params.yaml": self.text, **self.files}.items():
            path = project / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())


def in_set(
    kind: str,
    values: dict[str, Any],
    key: str,
    *told: str,
    also: tuple[str, ...] = (),
    **choices: object,
) -> Mistake:
    """A mistake in `set`."""
    return Mistake(kind, key, told, text=params(**choices, set=values), also=also)


def in_params(
    kind: str, text: str | bytes | None, where: str, key: str, *told: str, also: tuple[str, ...] = ()
) -> Mistake:
    """A mistake in the shape of params.yaml."""
    return Mistake(kind, key, told, where, text, also=also)


def in_option(kind: str, content: str | bytes, line: int, key: str, *told: str) -> Mistake:
    """A mistake in an option file of the project's own, which builds on lora."""
    return Mistake(kind, key, told, f"{MINE}:{line}", params(method="mine"), {MINE: content})


def in_config(kind: str, content: str | None, line: int | None, key: str, *told: str) -> Mistake:
    """A mistake in conf/config.yaml."""
    where = f"conf/config.yaml:{line}" if line else "conf/config.yaml"
    return Mistake(kind, key, told, where, files={"conf/config.yaml": content})


def packaged(path: str, line: str = "") -> str:
    """The place of a line of a packaged file; of the file itself without one."""
    lines = (packaged_conf() / path).read_text(encoding="utf-8").splitlines()
    number = next(n for n, text in enumerate(lines, start=1) if text.startswith(line))
    return f"tunewright:conf/{path}:{number}"


def primary(search: str = "pkg://tunewright.conf", project: str = "{name: x, slug: x}") -> str:
    """The text of conf/config.yaml."""
    return CONFIG.format(search=search, project=project)
