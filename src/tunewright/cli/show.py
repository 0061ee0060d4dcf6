"""`tunewright show`: what is resolved, where each value came from, and what differs from a revision."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from tunewright.config.keys import keys
from tunewright.config.provenance import Origin, Traced, trace
from tunewright.config.revision import Change, changes, settings_at
from tunewright.errors import UsageError, unknown_name

LONGEST_VALUE = 60
"""Characters of a value in a table; one alone is shown whole."""

_Nested = dict[str, "_Nested | Traced"]


def show(root: Path, key: str | None, form: str, revision: str | None) -> None:
    """Print resolved settings with their origins.

    Args:
        root: the project's folder.
        key: a group, a subtree or a leaf; None for everything.
        form: text, yaml or json.
        revision: print what differs between this git revision and now instead.

    Raises:
        ConfigError: the configuration does not hold.
        UsageError: there is no such setting or revision.
    """
    traced = trace(root)
    if revision is not None:
        _show_changes(root, traced, key, form, revision)
        return
    selected = select(traced, key)
    if form == "json":
        typer.echo(json.dumps({one.key: _plain(one) for one in selected}, indent=2, ensure_ascii=False))
    elif form == "yaml":
        typer.echo("\n".join(_yaml(_nested(selected), "")))
    elif len(selected) == 1 and selected[0].key == key:
        typer.echo("\n".join(_one(selected[0])))
    else:
        typer.echo("\n".join(_table(selected)))


def select(traced: Sequence[Traced], key: str | None) -> list[Traced]:
    """The leaves at or below a key.

    Raises:
        UsageError: there is no such setting, or what holds it is null; names the nearest.
    """
    if key is None:
        return list(traced)
    found = [one for one in traced if _is_at(one.key, key)]
    if found:
        return found
    known = [*(one.name for one in keys()), *(one.key for one in traced)]
    if key in known:
        above = next(one for one in traced if _is_at(key, one.key))
        raise UsageError(
            f"{above.key} is {_text(above.value)}, so there is no {key}", where=str(above.origin)
        )
    raise unknown_name("setting", key, known)


def _show_changes(root: Path, traced: Sequence[Traced], key: str | None, form: str, revision: str) -> None:
    now = _values(_nested(traced))
    then = settings_at(root, revision)
    if key is not None:
        select(traced, key)
    found = [change for change in changes(then.values, now) if key is None or _touches(change.key, key)]
    if not then.recorded:
        typer.echo(f"{revision} has no resolved.yaml: composed by the tunewright installed now", err=True)
    origins = {change.key: _origin(traced, change.key) for change in found}
    if form == "text":
        typer.echo("\n".join(_changes(found, origins)) or f"nothing differs from {revision}")
        return
    plain = {
        change.key: {"then": change.then, "now": change.now, "from": _place(origins[change.key])}
        for change in found
    }
    if form == "json":
        typer.echo(json.dumps(plain, indent=2, ensure_ascii=False))
        return
    import yaml

    typer.echo(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True), nl=False)


def _is_at(key: str, above: str) -> bool:
    return key == above or key.startswith(f"{above}.")


def _touches(one: str, other: str) -> bool:
    return _is_at(one, other) or _is_at(other, one)


def _origin(traced: Sequence[Traced], key: str) -> Origin | None:
    """The origin of a key of now, or of the leaf that holds it; None for one that is gone."""
    return next((one.origin for one in traced if _touches(key, one.key)), None)


def _one(one: Traced) -> Iterator[str]:
    """A leaf alone: its value whole, its origin, its meaning."""
    meaning = next((known.description for known in keys() if _same_key(known.name, one.key)), "")
    yield f"{one.key}: {_text(one.value)}"
    yield f"  from     {one.origin}"
    if meaning:
        yield f"  meaning  {meaning}"


def _same_key(general: str, key: str) -> bool:
    parts, wanted = general.split("."), key.split(".")
    return len(parts) == len(wanted) and all(a in ("*", b) for a, b in zip(parts, wanted, strict=True))


def _table(traced: Sequence[Traced]) -> Iterator[str]:
    names = max(len(one.key) for one in traced)
    values = max(len(_short(one.value)) for one in traced)
    for one in traced:
        yield f"{one.key:<{names}}  {_short(one.value):<{values}}  {one.origin}"


def _changes(found: Sequence[Change], origins: dict[str, Origin | None]) -> Iterator[str]:
    names = max((len(change.key) for change in found), default=0)
    for change in found:
        origin = origins[change.key]
        yield f"{change.key:<{names}}  {_short(change.then)} -> {_short(change.now)}" + (
            f"   {origin}" if origin else ""
        )


def _nested(traced: Sequence[Traced]) -> _Nested:
    nested: _Nested = {}
    for one in traced:
        *above, last = one.key.split(".")
        node = nested
        for part in above:
            below = node.setdefault(part, {})
            assert isinstance(below, dict)  # noqa: S101 - a leaf holds nothing
            node = below
        node[last] = one
    return nested


def _values(nested: _Nested | Traced) -> Any:  # noqa: ANN401 - plain values
    if isinstance(nested, Traced):
        return nested.value
    values = {name: _values(below) for name, below in nested.items()}
    return list(values.values()) if _is_entries(nested) else values


def _yaml(nested: _Nested, indent: str) -> Iterator[str]:
    """YAML of the values, each with its origin as a comment."""
    for name, below in nested.items():
        head = f"{indent}-" if _is_entries(nested) else f"{indent}{name}:"
        if isinstance(below, Traced):
            yield f"{head} {_text(below.value)}   # {below.origin}"
        else:
            yield head
            yield from _yaml(below, f"{indent}  ")


def _is_entries(nested: _Nested) -> bool:
    """Whether the keys are the numbers of a list's entries."""
    return bool(nested) and all(name.isdecimal() for name in nested)


def _text(value: Any) -> str:  # noqa: ANN401 - plain values
    """A value as YAML on one line."""
    import yaml

    if isinstance(value, str) and "\n" in value:
        return json.dumps(value, ensure_ascii=False)
    text: str = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6
    )
    return text.removesuffix("\n").removesuffix("...").rstrip()


def _short(value: Any) -> str:  # noqa: ANN401 - plain values
    text = _text(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _plain(one: Traced) -> dict[str, Any]:
    return {"value": one.value, "from": _place(one.origin)}


def _place(origin: Origin | None) -> dict[str, Any] | None:
    return asdict(origin) if origin is not None else None
