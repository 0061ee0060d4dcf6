"""A page or sheet that holds rows must not slip into a commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tunewright.progress import say


def warn_if_offered(root: Path, page: Path) -> None:
    """Warn where git would take the file into a commit; silent where there is no git."""
    try:
        asked = subprocess.run(["git", "check-ignore", "--quiet", str(page)], cwd=root, check=False)
    except OSError:
        return
    if asked.returncode == 1:
        say(f"warning: git does not ignore {page}: do not commit it")
