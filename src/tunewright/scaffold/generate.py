"""The files of a new project, in one piece: made in a folder beside, checked, and moved to their place last.

What is killed outright leaves a folder `.tunewright-new-...`: git ignores it, and it can be removed.
"""

from __future__ import annotations

import json
import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tunewright.errors import ScaffoldError
from tunewright.scaffold.template import template_folder

WORKSHOP = ".tunewright-new-"
WITHOUT_GIT = "TUNEWRIGHT_NEW_WITHOUT_GIT"
"""Tells the template's hook to make no repository."""


def generate(answers: Mapping[str, str], folder: Path) -> None:
    """Make the project's folder; it is there as a whole or not at all.

    Raises:
        ScaffoldError: something of that name exists, or it cannot be written.
        ConfigError: the answers do not go together, such as 4-bit training on a device without it.
    """
    if folder.exists() or folder.is_symlink():
        raise ScaffoldError(
            "exists already",
            where=str(folder),
            fix="choose another: tunewright new project_slug=NAME, or fill an empty repository: "
            "cd NAME && tunewright new --here",
        )
    missing = [parent for parent in folder.parents if not parent.exists()]
    try:
        with whole_project(answers, folder.parent) as made:
            made.rename(folder)
    except OSError as error:
        _remove_empty(missing)
        raise ScaffoldError(f"cannot be written: {error.strerror or error}", where=str(folder)) from error
    except BaseException:
        _remove_empty(missing)
        raise


@contextmanager
def whole_project(answers: Mapping[str, str], beside: Path, *, with_history: bool = True) -> Iterator[Path]:
    """A complete, checked project in a workshop, which goes away whatever happens.

    Args:
        answers: to every question.
        beside: where the workshop is made.
        with_history: whether the project is a git repository with a first commit.

    Raises:
        ScaffoldError: the template refuses the answers.
        ConfigError: the answers do not go together.
    """
    from tunewright.config.compose import compose

    beside.mkdir(parents=True, exist_ok=True)
    with (
        _stopping_cleanly(),
        tempfile.TemporaryDirectory(dir=beside, prefix=WORKSHOP, ignore_cleanup_errors=True) as workshop,
    ):
        Path(workshop, ".gitignore").write_text("*\n", encoding="utf-8")
        with _environment({} if with_history else {WITHOUT_GIT: "1"}):
            made = _rendered(answers, Path(workshop))
        compose(made)
        yield made


def _rendered(answers: Mapping[str, str], workshop: Path) -> Path:
    from cookiecutter.exceptions import CookiecutterException
    from cookiecutter.main import cookiecutter

    try:
        made = cookiecutter(
            str(template_folder()),
            no_input=True,
            extra_context={key: _literal(answer) for key, answer in answers.items()},
            output_dir=str(workshop),
            # No replay file and no configuration of the user's: nothing outside the folder is touched.
            default_config={
                "replay_dir": str(workshop / "replay"),
                "cookiecutters_dir": str(workshop / "clones"),
            },
        )
    except CookiecutterException as error:
        raise ScaffoldError(str(error)) from error
    return Path(made)


def _literal(answer: str) -> str:
    """A Jinja template that renders to the answer whatever braces it holds: cookiecutter renders answers."""
    return answer if "{" not in answer else f"{{{{ {json.dumps(answer, ensure_ascii=False)} }}}}"


@contextmanager
def _stopping_cleanly() -> Iterator[None]:
    """Let a request to end count as Ctrl-C does, so that the workshop is cleared away."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Variables for the template's hooks, which run as processes of their own."""
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]


def _remove_empty(folders: list[Path]) -> None:
    """Take back the folders that were made on the way, innermost first."""
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
