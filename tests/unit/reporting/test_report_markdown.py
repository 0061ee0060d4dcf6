"""reports/report.md: short, right, and text whatever it repeats."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from tests.unit.reporting.made_up import suite
from tests.unit.reporting.test_page import Tags, text_of
from tunewright.evaluation.compare import Prompting
from tunewright.evaluation.statistics import Interval
from tunewright.reporting.page import render_report
from tunewright.reporting.report_markdown import render_report_markdown

HOSTILE = [
    "<script>alert(1)</script>",
    "![x](https://evil.example/x.png)",
    "[click](javascript:alert(1))",
    "<https://evil.example> https://evil.example www.evil.example",
    "| a | b |\n|---|---|",
    "```\n# big\n```",
    "\n\n# heading\n\n- list\n> quote",
    "@someone #12 GH-12 !34 a@b.example",
    "&lt;b&gt; ~~gone~~ **bold** __bold__ $x$ `code`",
    "\u202e\u200b\x00\x1b[31m",
    "W" * 3000,
]
OWN_TAGS = {"h3", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td", "blockquote"}


def html_of(markdown):
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)


@pytest.fixture(scope="module")
def text(triage):
    return render_report_markdown(triage)


def test_it_answers_whether_to_ship(text, triage):
    assert text.startswith("### Brightwell ticket triage: Accepted\n\nBoth criteria hold.\n")
    gap = triage.paired["schema_valid"]["few_shot"].difference
    assert f"- Answers that fit the schema: **+{100 * gap.value:.1f} points**" in text
    assert "- Nothing is shown to be worse." in text
    assert "10 min 46 s, EUR 0.02" in text
    assert "reports/report.html" in text
    assert len(text) < 4000


def test_its_tables_have_a_column_a_contestant(text, triage):
    page = ET.fromstring(f"<body>{html_of(text)}</body>")
    compared, criteria = page.findall(".//table")
    assert [cell.text for cell in compared.findall("thead/tr/th")][1:-1] == list(triage.contestants.values())
    rows = ["".join(row.find("td").itertext()) for row in compared.findall("tbody/tr")]
    assert rows == ["Answers that fit the schema", "Fields right", "Whole answer right"]
    assert [len(row) for row in criteria.findall("tbody/tr")] == [4, 4]
    assert "\n\n\n" not in text


def test_every_number_in_it_stands_in_the_html_too(text, triage):
    shown = text_of(render_report(triage)).replace("\\", "")
    cells = re.findall(r"[−+]?[\d.]+ (?:%|points)|\\\[[−\d., ]+\\\]", text)
    assert len(cells) > 20
    for cell in cells:
        assert cell.replace("\\", "") in shown, cell


def test_suites_and_warnings_are_told(triage):
    found = replace(
        triage,
        suites=(suite("regression.accuracy", 0.9, 0.7, (-0.2, -0.3, -0.1), passed=False),),
        prompting=Prompting(True, "few_shot", "schema_valid", Interval(0.01, -0.03, 0.05, 75), ""),
    )
    text = render_report_markdown(found)
    assert "| Title of it | 90.0 % | 70.0 % | −20.0 points \\[−30.0, −10.0\\] | **FAIL** |" in text
    assert "- Title of it: **−20.0 points** \\[−30.0, −10.0\\] (base 90.0 % → tuned 70.0 %)" in text
    assert "> **Prompting alone does as well:**" in text


def test_hostile_text_stays_text(triage):
    bad = " ".join(HOSTILE)
    found = replace(triage.slices[0], value=bad, p=0.0001)
    made = replace(
        triage,
        project=triage.project.model_copy(update={"name": bad}),
        slices=(found,),
        suites=(
            replace(suite("regression.accuracy", 0.9, 0.7, (-0.2, -0.3, -0.1), passed=False), title=bad),
        ),
        verdict=replace(
            triage.verdict,
            accepted=False,
            criteria=tuple(
                replace(one, slice={"meta.x": bad}, passed=False) for one in triage.verdict.criteria
            ),
        ),
    )
    text = render_report_markdown(made)
    html = html_of(text)
    tags = Tags(html)
    assert set(tags.seen) <= OWN_TAGS
    assert tags.seen["h3"] == 1 and tags.seen["table"] == 3
    assert {name for _, name, _ in tags.attributes} <= {"style"}
    assert not re.search(r"https?://|www\.|@\w|[#!]\d|GH-\d", re.sub(r"\\", "", text))
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e\u200b]", text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_the_same_inputs_give_the_same_text(text, triage):
    assert render_report_markdown(triage) == text
