"""Copy what each option is for, and the licences of models, from conf/ into the template's prompts.

`make fix` runs this. cookiecutter finds prompts in cookiecutter.json alone, and `tunewright new` reads them
there too.

    python tools/option_prompts.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from tunewright.config.catalogue import purpose_of

ROOT = Path(__file__).parents[1]
CONTEXT = ROOT / "template" / "cookiecutter.json"
GROUPS = ("hardware", "model", "method", "tracking")
NEEDS_MORE_ANSWERS = {("model", "path")}


def options(group: str) -> dict[str, str]:
    """Each packaged option of a group that one answer suffices for, with its prompt."""
    files = sorted((ROOT / "conf" / group).glob("*.yaml"))
    return {path.stem: prompt(path) for path in files if (group, path.stem) not in NEEDS_MORE_ANSWERS}


def prompt(path: Path) -> str:
    """`NAME: what it is for`, of a model with its licence."""
    licence = yaml.safe_load(path.read_text(encoding="utf-8")).get("licence")
    return f"{path.stem}: {purpose_of(path)}" + (f" [{licence}]" if licence else "")


def with_options(text: str) -> str:
    """cookiecutter.json with the options and prompts that conf/ says; the order of the options stays."""
    context = json.loads(text)
    for group in GROUPS:
        found = options(group)
        order = [name for name in context[group] if name in found]
        order += [name for name in found if name not in order]
        prompts = {"__prompt__": context["__prompts__"][group]["__prompt__"]}
        text = _replaced(text, "  ", group, context[group], order)
        text = _replaced(
            text,
            "    ",
            group,
            context["__prompts__"][group],
            prompts | {name: found[name] for name in order},
        )
    return text


def _replaced(text: str, indent: str, key: str, before: object, after: object) -> str:
    if before == after and (not isinstance(after, dict) or list(before) == list(after)):  # type: ignore[call-overload]
        return text
    bracket = r"\[.*?\]" if isinstance(after, list) else r"\{.*?\n    \}"
    value = json.dumps(after, indent=2, ensure_ascii=False).replace("\n", f"\n{indent}")
    return re.sub(
        rf'^{indent}"{key}": {bracket}',
        lambda _: f'{indent}"{key}": {value}',
        text,
        count=1,
        flags=re.S | re.M,
    )


if __name__ == "__main__":
    CONTEXT.write_text(with_options(CONTEXT.read_text(encoding="utf-8")), encoding="utf-8")
