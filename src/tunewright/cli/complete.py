"""What the shell offers after Tab: groups, options, settings, values, revisions. Nothing here may raise.

bash cuts words at `=`: of `method=lo` it hands over `method`, `=`, `lo` as three words and wants the
last one completed; of `method=` only `method` arrives, since click drops a `=` that stands alone.
Other shells hand over the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer

Completion = list[str]


def groups(incomplete: str) -> Completion:
    """Names of groups."""
    from tunewright.config.schema import LISTED

    return _starting(LISTED, incomplete)


def schemas(incomplete: str) -> Completion:
    """Names of schemas."""
    from tunewright.config.json_schema import schema_names

    return _starting(schema_names(), incomplete)


def settings(incomplete: str) -> Completion:
    """Groups, subtrees and leaves."""
    from tunewright.config.keys import ENTRY, keys

    return _starting((key.name for key in keys() if ENTRY not in key.name), incomplete)


def packaged_options(incomplete: str) -> Completion:
    """GROUP/OPTION of the packaged options."""
    from tunewright.cli.eject import packaged_options as names

    return _starting(names(), incomplete)


def experiments(incomplete: str) -> Completion:
    """Names of finished experiments."""
    from tunewright.errors import UsageError
    from tunewright.experiments.git_files import refs

    with suppress(UsageError):
        return _starting((ref.name for ref in refs(Path.cwd())), incomplete)
    return []


def revisions(incomplete: str) -> Completion:
    """The folder, finished experiments, branches and tags."""
    from tunewright.errors import UsageError
    from tunewright.experiments.git_files import named_revisions

    with suppress(UsageError):
        return _starting(named_revisions(Path.cwd()), incomplete)
    return []


def assignments(context: typer.Context, incomplete: str) -> Completion:
    """GROUP=OPTION, KEY=VALUE where the values can be listed, ~KEY of what is set.

    Args:
        context: holds the words before; in bash with `KEY` and `=` among them.
        incomplete: the word to complete; in bash what follows `=`.
    """
    before = context.params.get("assignments") or []
    if before[-1:] == ["="]:
        return _starting(_values("".join(before[-2:-1])), incomplete)
    if not incomplete and before and "=" not in before[-1] and not before[-1].startswith("~"):
        return _values(before[-1])
    if incomplete.startswith("~"):
        return _starting((f"~{key}" for key in _set_keys()), incomplete)
    key, sign, value = incomplete.partition("=")
    if sign:
        return [f"{key}={one}" for one in _starting(_values(key), value)]
    return _starting((f"{name}=" for name in _settable()), incomplete)


def _settable() -> Iterator[str]:
    from tunewright.config.keys import ENTRY, keys
    from tunewright.config.schema import GROUPS
    from tunewright.config.schema.settings import GENERATED

    yield from GROUPS
    for key in keys():
        if key.leaf and ENTRY not in key.name and key.name.partition(".")[0] not in GENERATED:
            yield key.name


def _values(key: str) -> Completion:
    """The values of a group or setting, if they can be listed."""
    from tunewright.config.keys import keys
    from tunewright.config.places import options_of
    from tunewright.config.schema import LISTED

    if key in LISTED:
        return list(options_of(Path.cwd(), key))
    found = next((known for known in keys() if known.leaf and known.name == key), None)
    return list(_listed(found.annotation)) if found else []


def _listed(annotation: Any) -> Iterator[str]:  # noqa: ANN401 - any annotation
    if annotation is bool:
        yield from ("true", "false")
    elif annotation is type(None):
        yield "null"
    elif get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    elif get_origin(annotation) is not tuple:
        for argument in get_args(annotation):
            yield from _listed(argument)


def _set_keys() -> list[str]:
    from tunewright.config.params_file import leaf_keys, parse_params, read_params_text
    from tunewright.errors import ConfigError

    with suppress(ConfigError):
        values = parse_params(read_params_text(Path.cwd())).content.get("set") or {}
        return [key for name, below in values.items() for key in leaf_keys(below, name)]
    return []


def _starting(names: Iterable[str], incomplete: str) -> Completion:
    return [name for name in names if name.startswith(incomplete)]
