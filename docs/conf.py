"""Settings of the documentation site (`make docs`); `from_code` puts in what the code itself knows."""

import re
import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

from from_code import filled  # noqa: E402
from sphinx.application import Sphinx  # noqa: E402

from tunewright import __version__  # noqa: E402

project = "tunewright"
author = "The tunewright authors"
version = release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True
myst_heading_anchors = 4
highlight_language = "text"

html_theme = "furo"
html_title = "tunewright"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False

# Pages that stand at the root of the repository, where people look for them first.
AT_THE_ROOT = {"changelog": "CHANGELOG.md", "contributing": "CONTRIBUTING.md"}


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Fill in a page's `<!-- from code: NAME -->`; take a page of the root from there."""
    if docname in AT_THE_ROOT:
        text = (DOCS.parent / AT_THE_ROOT[docname]).read_text(encoding="utf-8")
        source[0] = re.sub(r"\]\(docs/", "](", text)
    source[0] = filled(source[0])


def setup(app: Sphinx) -> None:
    """Connect `read`, which runs before a page is parsed."""
    app.connect("source-read", read)
