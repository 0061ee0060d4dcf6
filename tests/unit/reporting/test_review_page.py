"""The review page: inert whatever rows hold, complete in itself, and usable by the keyboard alone."""

from __future__ import annotations

import json
import re

import pytest

from tests.unit.reporting.browser import CHROMIUM, DRIVER, MISSING, browser
from tests.unit.reporting.made_up import task
from tests.unit.reporting.test_page import HOSTILE, Tags
from tunewright.data.review.record import row_key
from tunewright.data.review.returned import read_returned
from tunewright.data.review.sample import Sampled, sample_hash
from tunewright.data.rows import Message, Row
from tunewright.reporting.review_page import render_review

ANSWER = '{"category":"billing","note":"<!--<script>"}'


def sampled(count):
    found = []
    for n in range(count):
        text = " ".join(HOSTILE) if n == 0 else f"Row {n} {HOSTILE[n % len(HOSTILE)]}"
        messages = (Message("user", text), Message("assistant", ANSWER))
        row = Row(f"row-{n}", messages, "g", "data/raw/</script>.jsonl", {"channel": HOSTILE[0]})
        found.append(Sampled(row_key(messages), "train", row))
    return found


@pytest.fixture(scope="module")
def rows():
    return sampled(4)


@pytest.fixture(scope="module")
def html(rows):
    hostile = task().model_copy(update={"instructions": " ".join(HOSTILE)})
    return render_review(rows, project="Acme </script>", task=hostile)


def test_no_text_of_a_row_becomes_markup(html, rows):
    tags = Tags(html)
    assert tags.seen["script"] == 2
    assert not {"img", "iframe", "svg", "object", "embed", "form"} & set(tags.seen)
    assert not [name for _, name, _ in tags.attributes if name.startswith("on")]
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)[1])
    assert data["sample"] == sample_hash((one.row.id, one.key) for one in rows)
    assert data["items"][0]["turns"][0][1].startswith("<script>alert(1)</script>")


def test_nothing_may_be_loaded_and_only_its_own_script_runs(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert [value for _, name, value in Tags(html).attributes if name in ("src", "href")] == ["#row"]
    assert render_review(sampled(4), project="Acme", task=task()) == render_review(
        sampled(4), project="Acme", task=task()
    )


@pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=MISSING)
def test_an_expert_judges_all_rows_by_keyboard_and_saves(html, rows, tmp_path):
    page = tmp_path / "review.html"
    page.write_text(html)
    with browser(tmp_path) as window:
        window.open(page)
        window.press("a")
        assert window.run("return document.getElementById('count').textContent") == "1 of 4 judged"
        window.press("c", *"why", "Control+Enter", "r")
        window.press("e")
        window.run("document.getElementById('corrected').select()")
        window.press(*'{"category":', "Control+Enter")
        assert "no JSON" in window.run("return document.getElementById('fault').textContent")
        window.press(*'"delivery"}', "Control+Enter")
        assert window.run("return document.getElementById('count').textContent") == "3 of 4 judged"
        window.open(page)  # what was judged is still there
        assert window.run("return document.getElementById('count').textContent") == "3 of 4 judged"
        window.press("n", "a")
        window.run("document.getElementById('who').focus()")
        window.press(*"Ada", "Escape", "s")
        saved = window.saved()
        asked = set(window.requests())
        assert page.as_uri() in asked
        assert {url for url in asked if not url.startswith(("data:", "blob:"))} == {page.as_uri()}
        complaints = [entry["message"] for entry in window.log("browser") if entry["level"] != "INFO"]
        assert not complaints, complaints
        assert window.run("return document.documentElement.scrollWidth <= innerWidth")
    (tmp_path / "saved.json").write_text(json.dumps(saved))
    found = read_returned(tmp_path / "saved.json")
    assert found.reviewer == "Ada"
    assert [one.verdict for one in found.lines] == ["accept", "reject", "edit", "accept"]
    assert found.lines[1].comment == "why"
    assert json.loads(found.lines[2].answer) == {"category": "delivery"}
    assert found.sample == sample_hash((one.row.id, one.key) for one in rows)
