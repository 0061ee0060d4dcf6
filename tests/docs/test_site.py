"""The site builds without a warning, and its pages ask no other machine for anything."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FROM_ELSEWHERE = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"(?:https?:)?//[^\"]*\""
    r"|<link\b(?![^>]*rel=\"(?:canonical|license)\")[^>]*\bhref=\"(?:https?:)?//[^\"]*\""
)
IN_STYLES = re.compile(r"(?:@import\s+|url\(\s*)[\"']?(?:https?:)?//[^\"')]*")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sphinx", reason="the docs extra is not installed: pip install '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet"]
    folders = ["-d", str(folder / "doctrees"), str(ROOT / "docs"), str(folder / "html")]
    done = subprocess.run([*command, *folders], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


def test_every_page_is_built_and_filled(site: Path) -> None:
    built = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    pages = {
        path.relative_to(ROOT / "docs").with_suffix("").as_posix()
        for path in (ROOT / "docs").rglob("*.md")
        if "_build" not in path.parts
    }
    assert len(pages) >= 20
    assert pages <= built
    assert "gradient_checkpointing" in (site / "reference" / "settings.html").read_text(encoding="utf-8")
    assert "import-linter" in (site / "contributing.html").read_text(encoding="utf-8")
    assert "Keep a Changelog" in (site / "changelog.html").read_text(encoding="utf-8")


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        assert FROM_ELSEWHERE.findall(path.read_text(encoding="utf-8")) == [], path
    for path in site.rglob("*.css"):
        assert IN_STYLES.findall(path.read_text(encoding="utf-8")) == [], path


def test_documentation_is_no_part_of_the_distribution() -> None:
    """`setup.py` maps packages by name; nothing under docs/ is one of them."""
    assert "docs" not in (ROOT / "setup.py").read_text(encoding="utf-8")
    assert not (ROOT / "docs" / "__init__.py").exists()
