"""The report as a browser shows it: quiet, alone, legible in light and dark, its answer comes first."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.unit.reporting.browser import CHROMIUM, DRIVER, MISSING, Browser, browser
from tests.unit.reporting.made_up import predictions, read_project, settings, suite, task, write_project
from tests.unit.reporting.test_page import hostile, routing  # noqa: F401 - fixtures
from tunewright.config.schema.task import Criterion
from tunewright.reporting.inputs import ReportInputs
from tunewright.reporting.page import render_report

pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
DESK, PHONE = (1280, 800), (390, 844)
LEAST = 4.5
"""Of the contrast between text and background, WCAG 2.2 AA."""


@dataclass(frozen=True)
class Shown:
    """A browser and the reports that it can open, by name."""

    window: Browser
    pages: dict[str, Path]

    def open(
        self, name: str, size: tuple[int, int] = DESK, scheme: str = "light", media: str = "screen"
    ) -> None:
        self.window.resize(*size, phone=size == PHONE)
        self.window.prefer(scheme, media)
        self.window.open(self.pages[name])


@pytest.fixture(scope="module")
def rejected(tmp_path_factory) -> ReportInputs:
    """A thousand rows, criteria that fail, suites of which some got worse."""
    root = tmp_path_factory.mktemp("rejected")
    acceptance = tuple(
        Criterion(metric=name, min=0.99) for name in ("exact_match", "field_accuracy", "field_f1")
    )
    declared = settings(task=task(acceptance=acceptance))
    made = read_project(root, write_project(root, declared, predictions(1000)))
    suites = [
        suite("regression.accuracy", 0.9, 0.7, (-0.2, -0.3, -0.1), passed=False),
        suite("edge_cases.right", 0.9, 0.8, (-0.1, -0.15, -0.05), passed=False),
        suite("safety.refused", 0.9, 0.88, (-0.02, -0.1, 0.05), passed=True),
    ]
    return replace(made, suites=suites)


@pytest.fixture(scope="module")
def shown(tmp_path_factory, triage, rejected, routing, hostile) -> Iterator[Shown]:  # noqa: F811
    """One browser for all of this file."""
    folder = tmp_path_factory.mktemp("chromium")
    texts = {
        "accepted": render_report(triage),
        "rejected": render_report(rejected),
        "routing": render_report(routing),
        "hostile": hostile,
    }
    pages = {name: folder / f"{name}.html" for name in texts}
    for name, path in pages.items():
        path.write_text(texts[name], encoding="utf-8")
    with browser(folder) as window:
        yield Shown(window, pages)


PAGES = ["accepted", "rejected", "routing", "hostile"]


@pytest.mark.parametrize("name", PAGES)
def test_it_says_nothing_on_the_console_and_asks_for_nothing(shown, name):
    shown.window.log("browser"), shown.window.requests()
    shown.open(name)
    assert shown.window.log("browser") == []
    assert set(shown.window.requests()) == {shown.pages[name].as_uri()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_text_stands_out(shown, name, scheme):
    shown.open(name, scheme=scheme)
    measured = shown.window.run(CONTRAST)
    assert measured["looked"] > 300
    assert measured["found"] == []
    assert measured["least"] >= LEAST


def test_dark_is_dark_and_paper_is_white(shown):
    seen = []
    for scheme, media in (("light", "screen"), ("dark", "screen"), ("dark", "print")):
        shown.open("accepted", scheme=scheme, media=media)
        seen.append(shown.window.run("return getComputedStyle(document.body).backgroundColor"))
    light, dark, paper = seen
    assert light == paper == "rgb(255, 255, 255)" != dark


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_does_not_scroll_sideways(shown, name):
    shown.open(name, PHONE)
    shown.window.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert shown.window.run("return innerWidth") == PHONE[0]
    assert shown.window.run("return document.scrollingElement.scrollWidth") <= PHONE[0]
    narrow = "return Math.min(...[...document.querySelectorAll('tbody th')].map(one => one.clientWidth))"
    assert shown.window.run(narrow) >= 64, "a column of letters cannot be read"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("name", ["accepted", "rejected", "routing"])
def test_the_first_screen_answers_whether_to_ship(shown, name, size):
    shown.open(name, size)
    lowest = shown.window.run(
        "return ['.verdict', '.better', '.worse', '.answers .sum'].map("
        "part => document.querySelector(part).getBoundingClientRect().bottom)"
    )
    assert max(lowest) <= size[1]


def test_key_numbers_are_in_what_is_shown(shown, rejected):
    shown.open("rejected")
    text = shown.window.run("return document.body.innerText")
    for metric in rejected.task.metrics:
        score = rejected.scores["tuned"][metric]
        assert f"{100 * score.value:.1f} %" in text
        assert f"[{100 * score.low:.1f}, {100 * score.high:.1f}]" in text
    for expected in ("Not accepted", "3 of 3 criteria fail", "EUR 0.02"):
        assert expected in text
    assert shown.window.run("return document.querySelectorAll('*').length") < 6000


def test_models_run_nothing_and_make_no_element(shown):
    shown.open("hostile")
    counts = shown.window.run(
        "return ['script', 'img', 'iframe', 'a', 'svg[onload]', 'body[onload]'].map("
        "one => document.querySelectorAll(one).length)"
    )
    assert counts == [0] * 6


def test_paper_shows_what_is_folded(shown):
    shown.open("accepted", media="print")
    folded = shown.window.run(
        "return [...document.querySelectorAll('details:not(.answers details)')].map("
        "one => [one.open, one.querySelector(':scope > :not(summary)').getBoundingClientRect().height > 0])"
    )
    assert len(folded) >= 3
    assert folded == [[False, True]] * len(folded)
    pdf = base64.b64decode(shown.window.command("Page.printToPDF", printBackground=True)["data"])
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) < 1_000_000
