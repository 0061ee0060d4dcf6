"""The page: complete in itself, well-formed, inert whatever the rows hold, and right in what it says."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt

from tests.unit.reporting.data_card.conftest import read
from tests.unit.reporting.made_up import card, predictions, settings, task, write_project
from tests.unit.reporting.test_page import FORBIDDEN_TAGS, HOSTILE, Tags, text_of
from tunewright.config.schema.personal_data import PersonalData
from tunewright.data.card import DuplicateExample
from tunewright.reporting.data_card.page import SECTIONS, render_data_card_html, render_data_card_markdown

EVIL = " ".join(HOSTILE[:6])


@pytest.fixture(scope="module")
def html(tickets) -> str:
    return render_data_card_html(tickets)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> tuple[str, str]:
    """Both pages of a project in which every text that is not ours is an attack."""
    every = " ".join(HOSTILE)
    answered = {
        who: [
            replace(
                row, id=f"{EVIL}{n}", prompt=every, reference=json.dumps({every: every}, ensure_ascii=False)
            )
            for n, row in enumerate(rows)
        ]
        for who, rows in predictions(4).items()
    }
    data_card = replace(
        card(),
        sources=tuple(replace(one, path=EVIL, licence=every, format=EVIL) for one in card().sources),
        answers={EVIL: {every: {"train": 1}}},
        meta={EVIL: {every: 1}},
        rejected={EVIL: 3},
        removed={EVIL: 12},
        warnings=(every,),
        personal_data={f"meta.{EVIL}": {EVIL: {"redact": 1}}},
        duplicates=(DuplicateExample(EVIL, EVIL, every, f"{EVIL}0", "train"),),
    )
    declared = settings(task=task(description=every, kpi={"measure": every, "target": every}))
    declared = declared.model_copy(
        update={"project": declared.project.model_copy(update={"name": EVIL})},
    )
    root = tmp_path_factory.mktemp("hostile")
    inputs = read(root, write_project(root, declared, answered, data_card))
    assert len(inputs.twins) == 1
    return render_data_card_html(inputs), render_data_card_markdown(inputs)


def test_it_is_well_formed_and_has_one_title_and_ordered_headings(html):
    page = ET.fromstring(html)
    levels = [int(element.tag[1]) for element in page.iter() if re.fullmatch("h[1-6]", element.tag)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert page.find("head/title").text == "Brightwell ticket triage: data card"
    assert page.get("lang") == "en"
    names = [element.get("id") for element in page.iter("h2") if element.get("id")]
    assert len(names) == len(set(names)) == len(SECTIONS)


def test_tables_have_headers_and_pictures_have_names(html):
    page = ET.fromstring(html)
    tables = list(page.iter("table"))
    assert len(tables) >= 10
    for table in tables:
        columns = table.findall("thead/tr/th")
        assert columns and all(header.get("scope") for header in table.iter("th"))
        assert all(len(list(row)) == len(columns) for row in table.findall("tbody/tr"))
    pictures = list(page.iter("svg"))
    assert len(pictures) >= 9
    assert all(svg.get("role") == "img" and svg.get("aria-label") for svg in pictures)


def test_it_refers_to_nothing_outside_itself(html, hostile):
    for page in (html, hostile[0]):
        tags = Tags(page)
        assert not FORBIDDEN_TAGS & set(tags.seen)
        for tag, name, value in tags.attributes:
            assert name not in ("src", "href", "srcset", "action", "background"), (tag, name)
            assert "//" not in value or name == "aria-label", (tag, name, value)
        style = page[page.index("<style>") : page.index("</style>")]
        assert "url(" not in style and "@import" not in style
        assert "default-src 'none'" in page


def test_hostile_text_changes_no_structure_and_is_still_readable(html, hostile):
    page, markdown = hostile
    ET.fromstring(page)
    known = {(tag, name) for tag, name, _ in Tags(html).attributes}
    tags = Tags(page)
    assert set(tags.seen) <= set(Tags(html).seen)
    assert {(tag, name) for tag, name, _ in tags.attributes} <= known
    assert "<script>alert(1)</script>" in text_of(page)
    for text in hostile:
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    assert not [token for token in tokens if token.type == "html_block"]
    inline = [child for token in tokens for child in token.children or ()]
    assert not [one for one in inline if one.type in ("html_inline", "link_open", "image")]


def test_text_in_another_direction_is_kept_apart(hostile):
    tree = ET.fromstring(hostile[0])
    parents = {child: parent for parent in tree.iter() for child in parent}
    inside = [element for element in tree.iter() if "‹U+202E›" in (element.text or "")]
    assert len(inside) > 5 and "\u202e" not in hostile[0]
    for element in inside:
        around = parents.get(element, element)
        assert element.tag == "bdi" or "auto" in (element.get("dir"), around.get("dir")), element.tag


def test_the_funnel_adds_up(tickets, html):
    bars = ET.fromstring(html).findall(".//ul[@class='funnel']/li")
    steps = [(bar.get("class"), int(bar.findall("span")[1].text.replace(",", ""))) for bar in bars]
    kinds = [kind for kind, _ in steps]
    whole = [index for index, kind in enumerate(kinds) if kind == "all"]
    assert len(whole) == 3, "read, fit, kept"
    for start, end in pairwise(whole):
        lost = sum(rows for _, rows in steps[start + 1 : end])
        assert steps[start][1] - lost == steps[end][1]
    assert sum(rows for kind, rows in steps if kind == "part") == steps[whole[-1]][1] == 497
    assert steps[0][1] == tickets.card.counts()["read"] == 512


def test_markdown_says_the_same_in_tables_that_hold_together(tickets):
    markdown = render_data_card_markdown(tickets)
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    kinds = [token.type for token in tokens]
    html = render_data_card_html(tickets)
    assert kinds.count("table_open") == len(list(ET.fromstring(html).iter("table"))) + 1, "and the funnel"
    assert kinds.count("heading_open") == len(SECTIONS) + 1
    for line in markdown.split("```")[0].splitlines():
        assert "{" not in line and "None" not in line


def test_markdown_holds_no_row_and_html_those_that_stay(tickets, html):
    markdown = render_data_card_markdown(tickets)
    (shown,) = tickets.twins.values()
    words = " ".join(shown.prompt[0].content.split())
    assert words in text_of(html)
    assert words not in markdown and shown.reference not in markdown
    assert "t0042" in html, "a row of the test split is named"
    assert "t0042" not in tickets.twins, "and not shown"


def test_no_text_is_shown_where_values_were_left_in_the_rows(tmp_path):
    left = replace(card(), personal_data={"prompt": {"email_address": {"report": 1}}})
    inputs = read(tmp_path, write_project(tmp_path, data_card=left))
    html = render_data_card_html(inputs)
    assert not inputs.twins and "<article" not in html
    assert "No texts are shown, since personal data stays in the rows." in text_of(html)


def test_the_same_inputs_give_the_same_bytes(tickets, html):
    assert render_data_card_html(tickets) == html


def test_long_tables_are_folded(tickets):
    labels = {f"label{n}": {"train": 1, "validation": 1, "test": 1} for n in range(77)}
    many = replace(tickets, card=replace(tickets.card, answers={"label": labels}))
    page = ET.fromstring(render_data_card_html(many))
    folded = [details for details in page.iter("details") if "label (77)" in "".join(details.itertext())]
    assert len(folded) == 1


def test_what_is_measured_by_the_model_replaces_what_is_estimated(tickets):
    assert "74,210 in an epoch, counted by the model" in text_of(render_data_card_html(tickets))
    before = text_of(render_data_card_html(replace(tickets, train=None)))
    assert "74,210" not in before and "known once a model was trained" in before


def test_key_facts_are_there(tickets, html):
    text = text_of(html)
    for expected in (
        "Personal data was found and taken out 7 values, none left in place.",
        "497 of 512 rows are used",
        "CC-BY-4.0",
        "4 × e-mail address and 3 × phone number",
        "6 were replaced by a placeholder.",
        "1 was not used: the whole row was rejected.",
        "Names of persons and places.",
        'write "delivery"',
        "data/raw/tickets.jsonl:9 and 1 more",
        "data/raw/tickets.jsonl:30",
        "1 question stands with different answers",
        "deduplicate: near",
        *tickets.hashes.values(),
    ):
        assert expected in text, expected


def test_what_was_not_looked_for_follows_the_settings(tickets):
    def said(**policy) -> str:
        changed = tickets.data.model_copy(update={"personal_data": PersonalData(**policy)})
        return text_of(render_data_card_html(replace(tickets, data=changed)))

    assert "Names of persons and places." not in said(ner={"model": "en_core_web_sm"})
    narrowed = said(kinds=["email_address"])
    assert "1 kinds: e-mail address." not in narrowed and "1 kind: e-mail address." in narrowed
    assert "Switched off in this project: phone number, payment card number" in narrowed
    assert "Nothing: data.personal_data.kinds is empty." in said(kinds=[])
