"""Links: internal ones lead to a file and a heading that exist, external ones are well-formed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from markdown_it import MarkdownIt

from docs.from_code import filled
from docs.from_code.tables import anchor
from tests.docs.pages import documents

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template" / "{{cookiecutter.project_slug}}"
PAGES = {name: filled(text) for name, text in documents(ROOT).items()}
PAGES["CHANGELOG.md"] = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
PAGES["data/README.md"] = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
PAGES["extensions/README.md"] = (ROOT / "extensions" / "README.md").read_text(encoding="utf-8")


def links(text: str) -> Iterator[str]:
    """Targets of links and images."""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        for child in token.children or []:
            target = child.attrGet("href") or child.attrGet("src")
            if target:
                yield str(target)


def anchors(text: str) -> set[str]:
    """What a `#` can lead to on a page."""
    tokens = MarkdownIt("commonmark").parse(text)
    return {
        anchor(re.sub(r"\[([^]]*)\]\([^)]*\)|`", r"\1", tokens[index + 1].content))
        for index, token in enumerate(tokens)
        if token.type == "heading_open"
    }


LINKS = [(name, link) for name, text in PAGES.items() for link in links(text)]
INTERNAL = [(name, link) for name, link in LINKS if not urlsplit(link).scheme]
EXTERNAL = sorted({link for _, link in LINKS if urlsplit(link).scheme})


def test_internal_links_lead_somewhere() -> None:
    assert len(INTERNAL) >= 60
    assert [found for found in (_fault(*pair) for pair in INTERNAL) if found] == []


def _fault(name: str, link: str) -> str:
    path, _, fragment = link.partition("#")
    target = os.path.normpath(ROOT / Path(name).parent / path) if path else str(ROOT / name)
    if not Path(target).exists():
        return f"{name}: {link}: no such file"
    page = Path(target).relative_to(ROOT).as_posix()
    if fragment and fragment not in anchors(PAGES[page]):
        return f"{name}: {link}: no such heading; there are {sorted(anchors(PAGES[page]))}"
    return ""


@pytest.mark.parametrize("link", EXTERNAL)
def test_external_links_are_well_formed(link: str) -> None:
    parts = urlsplit(link)
    assert parts.scheme == "https", link
    assert re.fullmatch(r"[\w-]+(\.[\w-]+)+", parts.netloc), link


def test_every_page_of_the_site_is_reached_from_its_front_page() -> None:
    """Sphinx warns of a page in no table of contents; this holds the links that GitHub's readers follow."""
    front = set(links(PAGES["docs/index.md"]))
    pages = {name.removeprefix("docs/") for name in PAGES if name.startswith("docs/")}
    assert pages - front == {"index.md", "changelog.md", "contributing.md"}


def test_files_that_a_generated_readme_names_are_in_the_template() -> None:
    """tests/template holds the links of the README as generated; here the template's own other pages."""
    found = [
        link
        for name in ("PROJECT.md", "extensions/README.md")
        for link in links((TEMPLATE / name).read_text())
    ]
    assert [link for link in found if not urlsplit(link).scheme and not (TEMPLATE / link).exists()] == []
