"""A project's own code: modules in `extensions/` register row transforms and metrics by name.

    from tunewright.extensions import metric, transform

    @transform("strip_signature")
    def strip_signature(row): ...          # a raw row (dict) in, a raw row out, or None to reject it

    @metric("polite")
    def polite(prompt, reference, answer): ...   # three texts in, a score between 0 and 1 out

`data.transforms: [strip_signature]` and `custom.polite` in `task.metrics` then refer to them.
"""

from __future__ import annotations

import importlib.util
import inspect
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tunewright.errors import TunewrightError

FOLDER = Path("extensions")
METRIC_PREFIX = "custom."

RowTransform = Callable[[dict[str, Any]], dict[str, Any] | None]
RowMetric = Callable[[str, str, str], float]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass
class Extensions:
    """What the modules of one project registered."""

    transforms: dict[str, RowTransform] = field(default_factory=dict)
    metrics: dict[str, RowMetric] = field(default_factory=dict)


_loading = Extensions()


def transform(name: str) -> Callable[[Function], Function]:
    """Register a row transform: a function of one argument, the raw row."""
    return _register(_loading.transforms, name, arguments=1)


def metric(name: str) -> Callable[[Function], Function]:
    """Register a metric: a function of prompt, reference and answer."""
    return _register(_loading.metrics, name, arguments=3)


def _register(registry: dict[str, Any], name: str, *, arguments: int) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        count = len(inspect.signature(function).parameters)
        place = f"{inspect.getsourcefile(function)}:{function.__code__.co_firstlineno}"
        if count != arguments:
            raise TunewrightError(
                f"{name!r} takes {count} arguments where {arguments} are given", where=place
            )
        if name in registry:
            raise TunewrightError(f"{name!r} is registered twice", where=place)
        registry[name] = function
        return function

    return decorate


def load_extensions(root: Path) -> Extensions:
    """Import every module of the project's `extensions/` folder, in order of their names.

    Args:
        root: the project's folder.

    Raises:
        TunewrightError: a module cannot be imported; names its file and line.
    """
    _loading.transforms.clear()
    _loading.metrics.clear()
    for path in sorted((root / FOLDER).glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"tunewright_project_{path.stem}", path)
        if spec is None or spec.loader is None:  # pragma: no cover - a .py file always has a loader
            continue
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except TunewrightError:
            raise
        except Exception as error:
            raise TunewrightError(f"{type(error).__name__}: {error}", where=_place(error, path)) from error
    return Extensions(dict(_loading.transforms), dict(_loading.metrics))


def failure(name: str, error: Exception) -> TunewrightError:
    """What to raise when a registered function failed: names the function, its file and line."""
    return TunewrightError(
        f"extension {name!r}: {type(error).__name__}: {error}", where=_place(error, FOLDER)
    )


def _place(error: Exception, fallback: Path) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if FOLDER.name in Path(f.filename).parts]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else str(fallback)
