"""The page of a comparison: inert whatever answers hold, and usable by the keyboard alone."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace

import pytest

from tests.unit.reporting.browser import CHROMIUM, DRIVER, MISSING, browser
from tests.unit.reporting.made_up import task
from tests.unit.reporting.test_page import HOSTILE, Tags
from tunewright.data.rows import Message, Row
from tunewright.evaluation.people.pairs import Pair, make_page
from tunewright.evaluation.people.record import Comparisons
from tunewright.evaluation.people.returned import read_rating
from tunewright.reporting.comparison_page import render_comparison


def pairs(count):
    found = []
    for n in range(count):
        text = " ".join(HOSTILE) if n == 0 else f"Row {n} {HOSTILE[n % len(HOSTILE)]}"
        turns = (Message("user", "Hm?"), Message("assistant", "Yes?"), Message("user", text))
        row = Row(f"row-{n}", (*turns, Message("assistant", "right")), "g", "data/raw/x.jsonl", {})
        found.append(Pair(row, f"one {HOSTILE[n % len(HOSTILE)]}", "" if n == 1 else " ".join(HOSTILE)))
    return found


@pytest.fixture(scope="module")
def drawn():
    return pairs(5)


@pytest.fixture(scope="module")
def key(drawn):
    return make_page(drawn, drawn, first="tuned", second="few_shot", seed=0, known=Comparisons())


@pytest.fixture(scope="module")
def html(key, drawn):
    return render_comparison(key, drawn, project="Acme </script>", task=task())


def test_no_answer_becomes_markup_and_nothing_is_loaded(html, key, drawn):
    tags = Tags(html)
    assert tags.seen["script"] == 2
    assert not {"img", "iframe", "svg", "object", "embed", "form"} & set(tags.seen)
    assert not [name for _, name, _ in tags.attributes if name.startswith("on")]
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert [value for _, name, value in tags.attributes if name in ("src", "href")] == ["#row"]
    assert html == render_comparison(key, drawn, project="Acme </script>", task=task())


def test_with_the_contestants_exchanged_it_is_the_same_page(html, key, drawn):
    """So nothing in it, order and all, depends on whose an answer is."""
    rows = [replace(row, left="second" if row.left == "first" else "first") for row in key.rows]
    exchanged = replace(key, first=key.second, second=key.first, rows=tuple(rows))
    others = [Pair(pair.row, pair.second, pair.first) for pair in drawn]
    assert render_comparison(exchanged, others, project="Acme </script>", task=task()) == html


@pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)
def test_a_rater_chooses_by_keyboard_and_the_file_comes_back(html, key, tmp_path):
    page = tmp_path / "comparison.html"
    page.write_text(html)
    with browser(tmp_path) as window:
        window.open(page)
        count = "return document.getElementById('count').textContent"
        window.press("a", "b")
        assert window.run(count) == "2 of 5 judged"
        window.press("u")
        assert window.run("return document.getElementById('heading').textContent") == "Row 2 of 5"
        assert window.run(count) == "1 of 5 judged"
        window.press("t", "c", *"é why", "Control+Enter", "s")
        window.open(page)  # what was chosen is still there
        assert window.run(count) == "3 of 5 judged"
        window.press("n", "b", "b")
        window.run("document.getElementById('who').focus()")
        window.press(*"Ada", "Escape", "f")
        saved = window.saved()
        asked = {url for url in window.requests() if not url.startswith(("data:", "blob:"))}
        assert asked == {page.as_uri()}
        complaints = [entry["message"] for entry in window.log("browser") if entry["level"] != "INFO"]
        assert not complaints, complaints
        assert window.run("return document.documentElement.scrollWidth <= innerWidth")
    (tmp_path / "saved.json").write_text(json.dumps(saved))
    found = read_rating(tmp_path / "saved.json", Comparisons((key,)), "2026-01-01")
    sides = [row.left for row in key.rows]
    other = {"first": "second", "second": "first"}
    assert found.rating.choices == (sides[0], "tie", "skip", other[sides[3]], other[sides[4]])
    assert [(one.id, one.comment) for one in found.comments] == [("row-2", "é why")]
    shutil.rmtree(tmp_path / "profile", ignore_errors=True)
