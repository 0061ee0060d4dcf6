"""Parts of the reference that are taken from the code when the site is built, so that they cannot drift.

A page holds `<!-- from code: NAME -->`; the module NAME of this package has `markdown()`, which gives
what stands there. Nothing is listed twice: the schema, the command line, dvc.yaml, the option files and
the docstrings are read where they are.
"""

from __future__ import annotations

import re
from importlib import import_module

MARK = re.compile(r"^<!-- from code: (\w+) -->$", re.MULTILINE)


def filled(page: str) -> str:
    """The page's Markdown with every mark followed by what the code says."""
    return MARK.sub(lambda mark: import_module(f"{__name__}.{mark[1]}").markdown(), page)
