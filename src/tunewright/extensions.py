"""A project's own code: modules in `extensions/` register readers, row transforms and metrics by name.

    from tunewright.extensions import metric, reader, transform

    @reader("helpdesk")
    def helpdesk(path): ...                # a file in, its raw rows (dicts) out

    @transform("strip_signature")
    def strip_signature(row): ...          # a raw row (dict) in, a raw row out, or None to reject it

    @metric("polite")
    def polite(prompt, reference, answer): ...   # three texts in, a score between 0 and 1 out

`reader: helpdesk` of a source, `data.transforms: [strip_signature]` and `custom.polite` in `task.metrics`
then refer to them.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tunewright.errors import TunewrightError

FOLDER = Path("extensions")
METRIC_PREFIX = "custom."

RowReader = Callable[[Path], Iterable[dict[str, Any]]]
RowTransform = Callable[[dict[str, Any]], dict[str, Any] | None]
RowMetric = Callable[[str, str, str], float]
Function = TypeVar("Function", bound=Callable[..., Any])

_MODULE = "tunewright_project_"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass
class Extensions:
    """What the modules of one project registered."""

    readers: dict[str, RowReader] = field(default_factory=dict)
    transforms: dict[str, RowTransform] = field(default_factory=dict)
    metrics: dict[str, RowMetric] = field(default_factory=dict)


_loading = Extensions()


def reader(name: str) -> Callable[[Function], Function]:
    """Register a reader: a function of one argument, the path of a raw file."""
    return _register("reader", name, _loading.readers, ("path",))


def transform(name: str) -> Callable[[Function], Function]:
    """Register a row transform: a function of one argument, the raw row."""
    return _register("transform", name, _loading.transforms, ("row",))


def metric(name: str) -> Callable[[Function], Function]:
    """Register a metric: a function of prompt, reference and answer."""
    return _register("metric", name, _loading.metrics, ("prompt", "reference", "answer"))


def _register(
    kind: str, name: object, registry: dict[str, Any], arguments: tuple[str, ...]
) -> Callable[[Function], Function]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        given = "no name" if callable(name) else f"the name {name!r}"
        raise TunewrightError(
            f"@{kind} is given {given}",
            where=source_place(name) if callable(name) else "",
            fix=f'write @{kind}("NAME"), the name in letters, digits, _ and -',
        )

    def decorate(function: Function) -> Function:
        place = source_place(function)
        call = f"def {getattr(function, '__name__', name)}({', '.join(arguments)}):"
        try:
            inspect.signature(function).bind(*arguments)
        except (TypeError, ValueError) as error:
            raise TunewrightError(
                f"{kind} {name!r} cannot be called with {', '.join(arguments)}: {error}",
                where=place,
                fix=call,
            ) from error
        if inspect.iscoroutinefunction(function):
            raise TunewrightError(f"{kind} {name!r} is async; it is called plainly", where=place, fix=call)
        if name in registry:
            first = source_place(registry[name])
            raise TunewrightError(
                f"{kind} {name!r} is registered twice, first at {first}", where=place, fix="rename one"
            )
        registry[name] = function
        return function

    return decorate


def load_extensions(root: Path) -> Extensions:
    """Import every module of the project's `extensions/` folder, in order of their names.

    Args:
        root: the project's folder.

    Raises:
        TunewrightError: a module cannot be imported or registers wrongly; names its file and line.
    """
    for registry in (_loading.readers, _loading.transforms, _loading.metrics):
        registry.clear()
    for path in sorted((root / FOLDER).glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"{_MODULE}{path.stem}", path)
        if spec is None or spec.loader is None:  # pragma: no cover - a .py file always has a loader
            continue
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except TunewrightError as error:
            if error.where in ("", FOLDER.as_posix()):
                error.where = _place(error, path)
            raise
        except (Exception, SystemExit) as error:  # a project's code may raise anything
            raise TunewrightError(
                f"cannot be imported: {_named(error)}", where=_place(error, path), fix="mend the module"
            ) from error
    return Extensions(dict(_loading.readers), dict(_loading.transforms), dict(_loading.metrics))


def failure(what: str, error: BaseException) -> TunewrightError:
    """What to raise when a registered function failed.

    Args:
        what: kind and name of the function, and on what it failed.
        error: what it raised; its file and line in `extensions/` become the error's.
    """
    return TunewrightError(f"{what}: {_named(error)}", where=_place(error, FOLDER))


def source_place(function: object) -> str:
    """`extensions/FILE:LINE` of a function; the folder where Python does not know."""
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    return f"{_inside(code.co_filename)}:{code.co_firstlineno}" if code else FOLDER.as_posix()


def _named(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _place(error: BaseException, fallback: Path) -> str:
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{_inside(error.filename)}:{error.lineno}"
    walked = traceback.walk_tb(error.__traceback__)
    lines = [
        f"{_inside(frame.f_code.co_filename)}:{line}"
        for frame, line in walked
        if str(frame.f_globals.get("__name__", "")).startswith(_MODULE)
    ]
    return lines[-1] if lines else _inside(str(fallback))


def _inside(filename: str) -> str:
    """The path from `extensions/` on, as the project sees it."""
    parts = Path(filename).parts
    if FOLDER.name not in parts:
        return filename
    start = len(parts) - 1 - parts[::-1].index(FOLDER.name)
    return Path(*parts[start:]).as_posix()
