"""Does the project's configuration compose?"""

from __future__ import annotations

from collections.abc import Iterator

from tunewright.config.schema import GROUPS
from tunewright.doctor.examined import Examined
from tunewright.doctor.finding import Finding, ok, wrong
from tunewright.errors import ConfigError


def check(examined: Examined) -> Iterator[Finding]:
    """Each problem of the configuration is a finding of its own."""
    error, settings = examined.config_error, examined.settings
    if isinstance(error, ConfigError):
        for problem in error.problems:
            yield wrong("configuration", f"{problem.key}: {problem.what}", problem.where, problem.fix)
    elif error is not None:
        yield wrong("configuration", error.what, error.where, error.fix)
    elif settings is not None:
        chosen = ", ".join(f"{group}={getattr(settings.choices, group)}" for group in GROUPS)
        yield ok("configuration", f"composes: {chosen}")
