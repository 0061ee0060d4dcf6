"""An unknown key: what is allowed in its place, and where what was meant stands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from tunewright.config.mistakes.nearest import did_you_mean, nearest
from tunewright.config.mistakes.other_names import OTHER_SENSE, what_does_its_job
from tunewright.config.schema.settings import GENERATED, Settings
from tunewright.config.schema.walk import slots
from tunewright.errors import Problem


def unknown_key(key: str, name: str, allowed: Sequence[str]) -> Problem:
    """The problem of a key that the schema does not have.

    Args:
        key: the whole dotted key.
        name: its last part.
        allowed: the keys that may stand there.
    """
    return Problem(key, f"unknown key; allowed: {', '.join(allowed)}", fix=hint(name, allowed))


def hint(name: str, allowed: Sequence[str]) -> str:
    """What was probably meant: a setting elsewhere, another tool's name, or a slip of the pen."""
    if name.isdigit():
        return "keys are names; was a decimal point written as a comma?"
    if "." in name:
        first, _, rest = name.partition(".")
        return f"keys are nested: {first}: {{{rest.replace('.', ': {')}: ...}}" + "}" * rest.count(".")
    by_name = _keys_by_name()
    if name in by_name:
        sense = f" ({OTHER_SENSE[name]})" if name in OTHER_SENSE else ""
        return f"it belongs elsewhere: {' or '.join(by_name[name])}{sense}"
    if known := what_does_its_job(name):
        return known
    if slip := did_you_mean(name, (*allowed, "defaults")):
        return slip
    far = nearest(name, by_name)
    return f"did you mean {' or '.join(by_name[far])}?" if far else "remove it, or write an allowed key"


def nearest_key(key: str) -> str | None:
    """The dotted key of a setting that is nearest to one that does not exist."""
    keys = [known for known_keys in _keys_by_name().values() for known in known_keys]
    by_name = _keys_by_name().get(key.rpartition(".")[2], [])
    return nearest(key, by_name) or nearest(key, keys, 0.8) or (by_name[0] if len(by_name) == 1 else None)


@cache
def _keys_by_name() -> dict[str, list[str]]:
    """Every key of the schema by its last part."""
    found: dict[str, list[str]] = {}
    for slot in slots(Settings):
        name = slot.key.rpartition(".")[2]
        if slot.key.partition(".")[0] not in GENERATED and not name.isdigit():
            found.setdefault(name, []).append(slot.key)
    return found
