"""Compose with Hydra, lay `set` over it, resolve interpolations: plain values, still unchecked."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.config.mistakes.broken_files import broken_files
from tunewright.config.mistakes.type_problems import missing_value
from tunewright.config.mistakes.unknown_key import nearest_key
from tunewright.config.params_file import Params
from tunewright.config.places import CONF
from tunewright.config.schema import GROUPS
from tunewright.errors import ConfigError, Problem

MISSING = "???"
DEEPEST = 32
"""Deeper nesting is a value that refers to what holds it."""


@dataclass(frozen=True)
class Merged:
    """The whole configuration.

    Attributes:
        values: plain values by group; null where there is a problem.
        written: interpolations as they were written, by dotted key.
        problems: values that are missing, that lead nowhere, or that JSON cannot hold.
    """

    values: dict[str, Any]
    written: dict[str, str]
    problems: list[Problem]


def merged(params: Params, root: Path) -> Merged:
    """Compose the options, lay `set` over them, resolve every interpolation.

    Raises:
        ConfigError: a file that takes part cannot be read, or lists defaults that do not exist.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    plain = laid_over(_composed(params, root), params.values)
    config = OmegaConf.create(plain)
    problems: list[Problem] = []
    try:
        values: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=False)
    except (OmegaConfBaseException, RecursionError):
        values = _resolved(config, "", problems)
    values = {str(key): _writable(value, str(key), problems) for key, value in values.items()}
    return Merged(values, dict(_interpolations(plain, "")), problems)


def laid_over(below: Any, above: Any) -> Any:  # noqa: ANN401 - plain values
    """`set` over the options, key by key; wrong types are left to the type check."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: laid_over(below.get(key), value) for key, value in above.items()}}


def _composed(params: Params, root: Path) -> Any:  # noqa: ANN401 - plain values
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    if not (root / CONF / "config.yaml").is_file():
        fix = "it names the project and starts from `base`; see `tunewright new`"
        raise ConfigError([Problem("file", "does not exist", f"{CONF}/config.yaml", fix)])
    try:
        with quiet_hydra(), initialize_config_dir(str((root / CONF).resolve()), version_base="1.3"):
            config = hydra_compose("config", overrides=hydra_overrides(params.choices))
        values = OmegaConf.to_container(config, resolve=False, throw_on_missing=False)
    except (HydraException, OmegaConfBaseException, YAMLError, RecursionError, OSError, ValueError) as error:
        found = broken_files(params.choices, root)
        raise ConfigError(found or [_as_hydra_says(error)]) from error
    complete = isinstance(values, dict) and all(isinstance(values.get(group), dict) for group in GROUPS)
    if not complete and (found := broken_files(params.choices, root)):
        raise ConfigError(found)
    return values


@contextmanager
def quiet_hydra() -> Iterator[None]:
    """Without two warnings: config.yaml needs no `_self_`, and a wrong search path is an error of ours."""
    with warnings.catch_warnings():
        for known in (r".*Defaults list is missing `_self_`", r".*is not available"):
            warnings.filterwarnings("ignore", known, UserWarning)
        yield


def hydra_overrides(choices: Mapping[str, str]) -> list[str]:
    """The choices in Hydra's grammar, quoted, so that an option may be called `7` or `null`."""
    quoted = {group: option.replace("\\", "\\\\").replace("'", "\\'") for group, option in choices.items()}
    return [f"{group}='{option}'" for group, option in quoted.items()]


def _as_hydra_says(error: Exception) -> Problem:
    """Hydra's and OmegaConf's own message, on one line, with the key where they know it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    key = str(getattr(error, "full_key", None) or "config")
    return Problem(key, lines[0] if lines else type(error).__name__, f"{CONF}/config.yaml")


def _resolved(node: Any, key: str, problems: list[Problem], depth: int = 0) -> Any:  # noqa: ANN401
    """The plain value of a node; each interpolation by itself, so that one mistake never hides another."""
    from omegaconf import DictConfig, ListConfig
    from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

    if not isinstance(node, (DictConfig, ListConfig)):
        return node
    found: dict[Any, Any] = {}
    for name in range(len(node)) if isinstance(node, ListConfig) else list(node):
        below = f"{key}.{name}" if key else str(name)
        try:
            if depth > DEEPEST:
                raise RecursionError  # noqa: TRY301 - as Python itself would, later
            found[name] = _resolved(node[name], below, problems, depth + 1)
        except MissingMandatoryValue:
            found[name] = MISSING
        except (OmegaConfBaseException, RecursionError) as error:
            problems.append(_interpolation_problem(below, _written(node, name), error))
            found[name] = None
    return list(found.values()) if isinstance(node, ListConfig) else found


def _interpolations(node: Any, key: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - plain values
    if isinstance(node, str) and "${" in node:
        yield key, node
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, value in entries:
        yield from _interpolations(value, f"{key}.{name}" if key else str(name))


def _written(node: Any, name: Any) -> str:  # noqa: ANN401 - a container of OmegaConf and its key
    from omegaconf import OmegaConf

    return str(OmegaConf.to_container(node, resolve=False)[name])  # type: ignore[index]


def _interpolation_problem(key: str, written: str, error: Exception) -> Problem:
    """What is wrong with an interpolation, and what to write."""
    text = str(error)
    variable = re.search(r"Environment variable '(.*)' not found", text)
    if written.startswith("${hydra:"):
        fix = "write the value out, or ${group.key} for another setting"
        return Problem(key, f"{written}: hydra's own values are not to be had here", fix=fix)
    resolver = re.search(r"Unsupported interpolation type (\S+)", text)
    missing = re.search(r"Missing mandatory value: (\S+)", text)
    if variable:
        fix = f"export {variable[1]}=VALUE, or give a default: ${{oc.env:{variable[1]},VALUE}}"
        return Problem(key, f"{written}: the environment has no variable {variable[1]}", fix=fix)
    if resolver:
        fix = "write ${group.key} for another setting, ${oc.env:NAME} for the environment"
        return Problem(key, f"{written}: there is no resolver {resolver[1]!r} here", fix=fix)
    if missing:
        return Problem(key, f"{written}: {missing[1]} has no value", fix=f"tunewright set {missing[1]}=VALUE")
    if isinstance(error, RecursionError) or "Recursive" in text or "parent node" in text:
        return Problem(key, f"{written}: refers to itself, in a circle", fix="write one of the values out")
    named = re.search(r"\$\{([^}:]*)\}", written)
    wanted = named[1] if named else ""
    near = nearest_key(wanted)
    fix = f"did you mean ${{{near}}}?" if near else "write ${group.key}, the whole dotted key"
    return Problem(key, f"{written}: there is no setting {wanted!r}", fix=fix)


def _writable(value: Any, key: str, problems: list[Problem]) -> Any:  # noqa: ANN401 - plain values
    """The value, if JSON can hold it; else null, and a problem."""
    if isinstance(value, dict):
        return {str(name): _writable(below, f"{key}.{name}", problems) for name, below in value.items()}
    if isinstance(value, list):
        return [_writable(below, f"{key}.{index}", problems) for index, below in enumerate(value)]
    if value == MISSING:
        problems.append(missing_value(key))
        return None
    if isinstance(value, bytes):
        problems.append(Problem(key, "is binary, which no setting takes", fix="write it as text"))
        return None
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            what = "holds half of a surrogate pair: it was cut inside a character"
            problems.append(Problem(key, what, fix="write the whole character"))
            return None
    return value
