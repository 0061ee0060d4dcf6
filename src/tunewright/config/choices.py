"""The chosen options: those that do not exist are named, and stood in for so that the rest is checked too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tunewright.config.mistakes.nearest import did_you_mean, nearest
from tunewright.config.params_file import PARAMS, Params
from tunewright.config.places import CONF, options_of
from tunewright.config.schema import GROUPS
from tunewright.config.yaml_file import line_of
from tunewright.errors import ConfigError, Problem


def settle(params: Params, root: Path, problems: list[Problem]) -> tuple[Params, set[str]]:
    """Choices that compose, and the groups whose choice is only a stand-in.

    Args:
        params: what params.yaml says; a group may be missing.
        root: the project's folder.
        problems: what is wrong so far; unknown options are added.

    Raises:
        ConfigError: a group has no options at all.
    """
    choices = dict(params.choices)
    unsettled: set[str] = set()
    for group in GROUPS:
        options = options_of(root, group)
        given = choices.get(group)
        if given in options:
            continue
        if given is not None:
            problems.append(_unknown_option(group, given, params, root))
        there = f"there are: {', '.join(options) or 'none'}"
        problems[:] = [
            replace(p, what=f"{p.what}; {there}") if p.key == group and there not in p.what else p
            for p in problems
        ]
        if not options:
            raise ConfigError(problems or [Problem(group, "has no options", PARAMS)])
        unsettled.add(group)
        choices[group] = nearest(given or "", options) or next(iter(options))
    ordered = {group: choices[group] for group in GROUPS}
    return Params(ordered, params.values, params.content), unsettled


def _unknown_option(group: str, given: str, params: Params, root: Path) -> Problem:
    options = options_of(root, group)
    what = f"no option {given!r}; there are: {', '.join(options) or 'none'}"
    return Problem(group, what, f"{PARAMS}:{line_of(params.content, [group])}", _fix(group, given, root))


def _fix(group: str, given: str, root: Path) -> str:
    options = options_of(root, group)
    name = given.rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")
    if name in options:
        return f"did you mean {name!r}? Options are named without folder and .yaml"
    homes = [other for other in GROUPS if given in options_of(root, other)]
    if homes:
        return f"{given!r} is an option of {' and of '.join(homes)}"
    other = (
        f for f in sorted((root / CONF).rglob(f"{name}.y*ml")) if f.name not in ("config.yaml", "base.yaml")
    )
    if (found := next(other, None)) is not None:
        return f"move {found.relative_to(root).as_posix()} to {CONF}/{group}/{name}.yaml"
    return did_you_mean(given, options) or f"add {CONF}/{group}/{given}.yaml to make one"
