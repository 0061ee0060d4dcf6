"""The report: complete in itself, well-formed, inert whatever models answer, and right in what it says."""

import json
import random
import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.unit.reporting.made_up import (
    CONTESTANTS,
    card,
    predictions,
    read_project,
    settings,
    suite,
    task,
    text_predictions,
    write_project,
)
from tunewright.config.schema.task import Criterion, OutputContract, Rationale
from tunewright.evaluation.compare import Prompting
from tunewright.evaluation.predictions import Prediction
from tunewright.evaluation.statistics import Interval
from tunewright.evaluation.suites.question import ItemScore
from tunewright.evaluation.verdict import Judgement, Verdict
from tunewright.reporting.breakdown import breaches, value_rows
from tunewright.reporting.comparison import blocks, further_blocks, notes
from tunewright.reporting.document import report_json
from tunewright.reporting.effort import effort_table, waits_line
from tunewright.reporting.page import render_report
from tunewright.reporting.report_markdown import render_report_markdown

HOSTILE = [
    "<script>alert(1)</script>",
    "</style></head><body onload=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "]]><!--<a href=javascript:alert(1)>",
    "{{ 7 * 7 }}{% raw %}&lt;b&gt;",
    "مرحبا \u202e\u2066 dlrow \u200b\ufeff\U000e0041",
    "Z" + "\u0301" * 400,
    "\x00\x1b[31m\ufffe\x85",
    "W" * 5000,
]
FORBIDDEN_TAGS = {"script", "img", "iframe", "object", "embed", "link", "a", "form", "base", "audio", "video"}


class Tags(HTMLParser):
    """What a browser would build: tags and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.seen[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def text_of(html: str) -> str:
    return " ".join(" ".join(ET.fromstring(html).find("body").itertext()).split())


@pytest.fixture(scope="module")
def html(triage) -> str:
    return render_report(triage)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> str:
    """The report of a project in which every text that is not ours is an attack."""
    rng = random.Random(5)

    def bad() -> str:
        return " ".join(rng.sample(HOSTILE, len(HOSTILE)))

    every = " ".join(HOSTILE[:6])
    answered = {
        who: [replace(row, answer=bad(), prompt=bad(), meta={every: every}) for row in rows]
        for who, rows in predictions(20).items()
    }
    tuned = '{"category": "</td><script>alert(1)</script>", "<img src=x>": "\\u202e<b>"}'
    answered["tuned"] = [replace(row, answer=tuned) for row in answered["tuned"]]
    data_card = replace(
        card(),
        rejected={every: 1},
        warnings=(every,),
        answers={every: {every: {"train": 1}}},
        sources=tuple(replace(source, path=every, licence=every) for source in card().sources),
    )
    declared = settings()
    declared = declared.model_copy(
        update={
            "project": declared.project.model_copy(update={"name": every}),
            "model": declared.model.model_copy(update={"licence": every}),
            "task": task(
                description=every,
                kpi={"measure": every, "target": every},
                rationale={"need": "know", "why": every},
                instructions=every,
            ),
        }
    )
    root = tmp_path_factory.mktemp("hostile")
    return render_report(read_project(root, write_project(root, declared, answered, data_card)))


def test_it_is_well_formed_and_has_one_title_and_ordered_headings(html):
    page = ET.fromstring(html)
    levels = [int(element.tag[1]) for element in page.iter() if re.fullmatch("h[1-6]", element.tag)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert page.find("head/title").text == "Brightwell ticket triage: Accepted"
    assert page.get("lang") == "en"


def test_tables_have_headers_and_pictures_have_names(html):
    page = ET.fromstring(html)
    tables = list(page.iter("table"))
    assert len(tables) >= 15
    for table in tables:
        assert all(header.get("scope") for header in table.iter("th"))
        assert table.find("thead/tr/th") is not None
    outer = [
        svg
        for parent in page.iter()
        if parent.tag != "svg"
        for svg in parent.findall("svg")
        if parent.tag != "g"
    ]
    assert len(outer) > 20
    for svg in outer:
        named = svg.get("aria-label") or svg.find("title") is not None
        assert svg.get("aria-hidden") == "true" or (svg.get("role") == "img" and named)


def test_it_refers_to_nothing_outside_itself(html, hostile):
    for page in (html, hostile):
        tags = Tags(page)
        assert not FORBIDDEN_TAGS & set(tags.seen)
        for tag, name, value in tags.attributes:
            assert name not in ("src", "href", "srcset", "action", "background"), (tag, name)
            assert "//" not in value, (tag, name, value)
        style = page[page.index("<style>") : page.index("</style>")]
        assert "url(" not in style and "@import" not in style
        assert "default-src 'none'" in page


def test_hostile_text_changes_no_structure_and_is_still_readable(html, hostile):
    ET.fromstring(hostile)
    known = {(tag, name) for tag, name, _ in Tags(html).attributes} | {("th", "rowspan"), ("td", "rowspan")}
    tags = Tags(hostile)
    assert set(tags.seen) <= set(Tags(html).seen) | {"em"}
    assert {(tag, name) for tag, name, _ in tags.attributes} <= known
    assert not any(name.startswith("on") for _, name, _ in tags.attributes)
    text = text_of(hostile)
    assert "<script>alert(1)</script>" in text
    assert '"><img src=x onerror=alert(1)>' in text
    assert "{{ 7 * 7 }}" in text and "49" not in text.split("{{ 7 * 7 }}")[1][:5]
    assert "more characters)" in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", hostile)
    hostile.encode()


def test_text_in_another_direction_is_kept_apart(hostile):
    page = ET.fromstring(hostile)
    inside = [
        element
        for element in page.iter()
        if "مرحبا" in (element.text or "") + "".join(child.tail or "" for child in element)
    ]
    assert inside
    parents = {child: parent for parent in page.iter() for child in parent}
    for element in inside:
        while element.tag != "bdi" and element.get("dir") != "auto":
            assert element in parents, "reached the root"
            element = parents[element]


def test_what_nobody_sees_is_written_out_and_marks_do_not_pile_up(hostile):
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]", hostile)
    text = text_of(hostile)
    assert all(f"‹U+{code}›" in text for code in ("202E", "2066", "200B", "FEFF", "E0041"))
    assert "\u0301" * 3 in hostile and "\u0301" * 4 not in hostile


def test_long_words_can_wrap(html):
    assert "overflow-wrap: anywhere" in html


def test_key_numbers_are_there(html, triage):
    text = text_of(html)
    for who in CONTESTANTS:
        for metric in triage.task.metrics:
            score = triage.scores[who][metric]
            assert f"{100 * score.value:.1f} %" in text
            assert f"[{100 * score.low:.1f}, {100 * score.high:.1f}]" in text
    gap = triage.paired["schema_valid"]["few_shot"].difference
    assert f"+{100 * gap.value:.1f} points" in text
    for expected in (
        "Accepted Both criteria hold.",
        "85 % (today 0 %",
        "The model needs to DO something new.",
        "10 min 46 s, EUR 0.02",
        "order_number",
        "step 55, the lowest validation loss",
        "Read 512",
        "rejected 3",
        "line is not JSON",
        triage.base_model.files["model.safetensors"],
        *triage.hashes.values(),
        "Example CPU 9000, 2 cores, 16 GB",
        "learning_rate: 0.0002",
        "2.13.0",
    ):
        assert expected in text, expected
    assert text.count("fixed by tuning") >= 4
    assert "Prompting alone" not in text and "Retrieval" not in text


def test_fields_stand_in_the_schema_s_order(html, triage):
    section = ET.fromstring(html).find(".//section[@aria-labelledby='fields']")
    by_accuracy, by_value, _ = (
        ["".join(header.itertext()) for header in table.findall("tbody/tr/th")]
        for table in section.iter("table")
    )
    assert by_value[:5] == by_accuracy
    names = by_accuracy
    assert names == list(triage.task.output.json_schema["properties"]) != sorted(names)


def test_personal_data_is_told_by_kind_and_never_by_value(html, triage):
    assert "e-mail address 4 replaced by a placeholder no" in text_of(html)
    clean = replace(triage, card=replace(triage.card, personal_data={}))
    assert "No personal data of the kinds looked for" in text_of(render_report(clean))


def test_the_same_inputs_give_the_same_bytes(html, triage):
    assert render_report(triage) == html


def test_a_thousand_rows_stay_small(tmp_path):
    answered = predictions(1000)
    answered["zero_shot"] = [replace(row, answer=row.answer * 200) for row in answered["zero_shot"]]
    html = render_report(read_project(tmp_path, write_project(tmp_path, None, answered)))
    assert len(html.encode()) < 500_000


def test_answers_of_a_megabyte_are_cut_and_stay_inert(triage, hostile):
    huge = {
        "zero_shot": "<script>alert(1)</script>" * 40_000,
        "few_shot": json.dumps({"category": "<img src=x>" * 90_000, "k" * 1_000_000: 1}),
        "tuned": "[" * 1_000_000,
    }
    answered = {
        who: [replace(row, answer=huge[who]) for row in rows] for who, rows in triage.predictions.items()
    }
    long = ItemScore("safety.refused", "x" * 1_000_000, "g", 0.0, *("</dd>" * 200_000,) * 3)
    suites = [replace(suite("safety.refused", 0.9, 0.1, (-0.8, -0.9, -0.7), passed=False), failing=(long,))]
    html = render_report(replace(triage, predictions=answered, suites=suites))
    assert len(html.encode()) < 500_000
    assert set(Tags(html).seen) <= set(Tags(hostile).seen) | {"em"}
    assert text_of(html).count("more characters)") > 30


def test_failed_criteria_are_named_at_the_top(tmp_path):
    failing = task(
        acceptance=(Criterion(metric="exact_match", min=0.95), Criterion(metric="json_valid", min=0.5))
    )
    declared = settings(task=failing)
    text = text_of(render_report(read_project(tmp_path, write_project(tmp_path, declared))))
    assert "Not accepted 1 of 2 criteria fails: Whole answer right is" in text
    assert "✕ fail" in text and "✓ pass" in text


def test_without_criteria_nothing_is_judged(triage):
    text = text_of(render_report(replace(triage, verdict=Verdict(True, ()))))
    assert "No criteria declared" in text
    assert "Accepted" not in text


@pytest.mark.parametrize(
    ("gap", "title"),
    [
        (Interval(0.01, -0.03, 0.05, 75), "Prompting alone does as well:"),
        (Interval(-0.2, -0.3, -0.1, 75), "Prompting alone does better:"),
    ],
)
def test_it_says_plainly_when_prompting_alone_suffices(triage, gap, title):
    found = Prompting(True, "few_shot", "schema_valid", gap, "")
    assert title in text_of(render_report(replace(triage, prompting=found)))


def test_a_need_to_know_is_answered_with_retrieval(triage):
    knowing = triage.task.model_copy(update={"rationale": Rationale(need="know", why="prices change")})
    assert "Retrieval is usually the better answer here." in text_of(
        render_report(replace(triage, task=knowing))
    )


def test_the_answers_to_the_decision_questions_are_on_the_first_screen(triage):
    answered = triage.task.rationale.model_copy(
        update={
            "facts_change": "rarely",
            "must_cite": False,
            "examples": 1200,
            "cost_today": "<b>3</b> min & more",
        }
    )
    html = render_report(replace(triage, task=triage.task.model_copy(update={"rationale": answered})))
    first_screen = text_of(html).partition("Base against tuned")[0]
    for sentence in (
        "Facts change: rarely",
        "Sources must be named: no",
        "Examples at the start: 1,200",
        "Cost today: <b>3</b> min & more",
    ):
        assert sentence in first_screen
    assert "<b>" not in html and "Sources must be named" not in render_report(triage), "nobody answered there"


@pytest.mark.parametrize(
    ("answers", "headline"),
    [
        ({"facts_change": "often"}, "Let retrieval bring the facts"),
        ({"must_cite": True}, "Let retrieval bring the facts"),
        ({"facts_change": "rarely", "must_cite": False, "examples": 3}, None),
    ],
)
def test_the_recommendation_follows_the_answers_and_the_rows_there_are(triage, answers, headline):
    told = triage.task.rationale.model_copy(update=answers)
    titles = [
        note.title for note in notes(replace(triage, task=triage.task.model_copy(update={"rationale": told})))
    ]
    assert (headline is None and titles == []) or any(title.startswith(headline) for title in titles)


def test_few_rows_are_answered_with_prompting(triage, monkeypatch):
    few = {**triage.card.counts(), "kept": 12}
    monkeypatch.setattr(type(triage.card), "counts", lambda _card: few)
    (note,) = notes(triage)
    assert note.title == "Prompting is usually the better start here."
    assert "Only 12 examples" in note.text


def test_cut_prompts_are_told_first(triage):
    cut = {
        who: [
            replace(one, prompt_truncated=who != "few_shot" and number < 2)
            for number, one in enumerate(answers)
        ]
        for who, answers in triage.predictions.items()
    }
    (note,) = notes(replace(triage, predictions=cut))
    assert note.title == "Prompts were cut:"
    assert note.text.endswith("(evaluation.too_long): 2 zero-shot, 2 tuned.")


def test_the_share_of_cut_prompts_is_shown_where_any_can_be_cut(triage):
    name = "prompt_truncated"
    assert name not in {block.metric for block in further_blocks(triage)}
    cutting = triage.evaluation.model_copy(update={"too_long": "truncate"})
    assert name in {block.metric for block in further_blocks(replace(triage, evaluation=cutting))}


def test_a_criterion_that_fails_for_want_of_rows_says_how_many_would_do(triage):
    judged = Judgement("field_accuracy", "few_shot", 0.1, 0.95, 0.15, 0.08, 0.22, False, "", n=75)
    (note,) = notes(replace(triage, verdict=Verdict(False, (judged,))))
    assert note.title == "Too few test rows for a criterion:"
    # a standard error of .07/1.96 on 75 rows; 2.80 of them must be .05
    assert "about 301 test rows would show it (80 % power); there are 75" in note.text
    assert notes(replace(triage, verdict=Verdict(True, (replace(judged, passed=True),)))) == ()
    assert notes(replace(triage, verdict=Verdict(False, (replace(judged, value=0.05),)))) == ()


def test_the_paired_test_stands_beside_the_difference(html, triage):
    pair = triage.paired["schema_valid"]["few_shot"]
    shown = f"p < 0.001, McNemar: {pair.gained} rows gained, {pair.lost} lost"
    assert shown in text_of(html)
    assert f"these rows can show {100 * pair.detectable:.1f} points or more" in text_of(html)


def test_slices_are_shown_and_small_ones_marked(html, triage):
    text = text_of(html)
    assert {found.by for found in triage.slices} == {
        "length",
        "meta.channel",
        "field.category",
        "field.priority",
        "field.product",
    }
    small = next(found for found in triage.slices if found.n < 20)
    assert small.p is None
    assert re.search(rf"{re.escape(small.by)}\s*{re.escape(small.value)}\s*{small.n}.*?too few rows", text)
    large = next(found for found in triage.slices if found.n >= 20)
    assert large.p is not None
    assert large.p > large.paired.p or large.p == 1, "adjusted for the many slices"


def test_values_and_breaches_of_the_schema_are_counted(html, triage):
    row = next(row for row in value_rows(triage) if row.name == "order_number")
    assert row.f1[2] == "100.0 %"
    assert any(row.f1[0] != "100.0 %" for row in value_rows(triage))
    found = {(one.path, one.kind): one.counts for one in breaches(triage)}
    assert found["(whole answer)", "not JSON"][2] == "0"
    assert int(found["(whole answer)", "not JSON"][0]) > 0
    assert ("category", "enum") in found
    assert "How answers broke the schema" in text_of(html)


@pytest.fixture(scope="module")
def routing(tmp_path_factory):
    """A classification: the tuned model mistakes some labels, and answers outside of the set."""
    rng = random.Random(2)
    labels = ("waste", "streets", "<b>taxes</b>")
    answered = {who: [] for who in CONTESTANTS}
    for number in range(60):
        right = labels[number % 3]
        for who, share in zip(CONTESTANTS, (0.2, 0.5, 0.8), strict=True):
            answer = right if rng.random() < share else rng.choice([*labels, "parks"])
            answered[who].append(
                Prediction(f"m{number}", who, f"Message {number}", right, answer, 9, 2, True)
            )
    root = tmp_path_factory.mktemp("routing")
    declared = settings(
        task=task(
            kind="classification",
            output=OutputContract(labels=labels),
            metrics=("accuracy", "macro_f1"),
            acceptance=(),
        )
    )
    return read_project(root, write_project(root, declared=declared, answered=answered))


def test_a_classification_shows_its_confusion_matrix(routing):
    html = render_report(routing)
    matrix, *others = ET.fromstring(html).findall(".//table[@class='confusion']")
    assert len(others) == 2, "the base model's, with either prompt"
    cells = [["".join(cell.itertext()) for cell in row] for row in matrix.find("tbody")]
    tuned = routing.predictions["tuned"]
    assert cells[0][0] == "waste"
    assert int(cells[0][1]) == sum(row.reference == row.answer == "waste" for row in tuned)
    assert [int(row[4]) for row in cells] == [
        sum(row.reference == label and row.answer == "parks" for row in tuned)
        for label in ("waste", "streets", "<b>taxes</b>")
    ]
    assert "<b>taxes</b>" not in html
    assert "Precision, Tuned" in text_of(html)
    assert {found.by for found in routing.slices} == {"length", "label"}


def test_what_got_worse_is_said(triage):
    gap = replace(triage.paired["exact_match"]["few_shot"], difference=Interval(-0.2, -0.3, -0.1, 75))
    worse = {**triage.paired, "exact_match": dict.fromkeys(CONTESTANTS, gap)}
    page = ET.fromstring(render_report(replace(triage, paired=worse)))
    told = " ".join("".join(page.find(".//section[@aria-labelledby='worse']").itertext()).split())
    assert "Whole answer right −20.0 points [−30.0, −10.0]" in told


def test_without_a_price_no_cost_is_made_up(triage):
    hardware = triage.hardware.model_copy(update={"price_per_hour": None})
    text = text_of(render_report(replace(triage, hardware=hardware)))
    assert "No price is declared" in text and "EUR" not in text.replace("EUR 0.12", "")


def test_free_text_is_marked_word_by_word(tmp_path):
    chat = task(kind="chat", output=OutputContract(), metrics=("chrf", "length_ratio"), acceptance=())
    declared = settings(task=chat)
    page = ET.fromstring(
        render_report(read_project(tmp_path, write_project(tmp_path, declared, text_predictions())))
    )
    assert {"".join(mark.itertext()).strip() for mark in page.iter("del")} >= {"Monday"}
    assert {"".join(mark.itertext()).strip() for mark in page.iter("ins")} >= {"Tuesday"}
    text = " ".join(" ".join(page.find("body").itertext()).split())
    assert "Field by field" not in text
    assert "BLEU to the reference by sacrebleu: nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:" in text
    assert re.search(r"Length against the reference\s*length_ratio.*0\.99", text)


def test_settings_hold_no_secret(triage, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "wonderful-secret-77")
    model = triage.model.model_copy(update={"repo_id": "example/wonderful-secret-77"})
    html = render_report(replace(triage, model=model))
    assert "wonderful-secret-77" not in html and "[secret]" in html


def test_a_lower_perplexity_is_better(tmp_path):
    nll = {"zero_shot": 90.0, "few_shot": 60.0, "tuned": 20.0}
    answered = {
        who: [
            replace(row, reference_nll=nll[who] + index % 3, reference_tokens=20)
            for index, row in enumerate(rows)
        ]
        for who, rows in text_predictions().items()
    }
    chat = task(kind="chat", output=OutputContract(), metrics=("perplexity", "chrf"), acceptance=())
    inputs = read_project(tmp_path, write_project(tmp_path, settings(task=chat), answered))
    (block, _) = blocks(inputs)
    assert [bar.value for bar in block.bars] == ["94.63", "21.12", "2.86"]
    assert (block.delta.against, block.delta.meaning) == ("few-shot", "clearly better")
    assert block.delta.value == "−18.26"
    worse = {who: answered[other] for who, other in zip(CONTESTANTS, reversed(CONTESTANTS), strict=True)}
    worse = {who: [replace(row, contestant=who) for row in rows] for who, rows in worse.items()}
    folder = tmp_path / "worse"
    inputs = read_project(folder, write_project(folder, settings(task=chat), worse))
    assert blocks(inputs)[0].delta.meaning == "clearly worse"
    assert blocks(inputs)[0].delta.against == "zero-shot"


def test_tokens_and_waits_stand_side_by_side(triage):
    table = effort_table(triage)
    cells = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert cells["Base, few-shot"]["First token"] == "1.13 s"
    assert cells["Tuned"]["95th percentile"] == "1.17 s"
    assert cells["Tuned"]["Prompt tokens a row (all)"] == "180.0 (13,500)"
    assert "first 8 test rows" in table.title
    assert table.title.startswith("Answered by transformers")
    assert cells["Tuned"]["At once"] == "16"
    (line,) = waits_line(triage)
    assert line == (
        "A single request takes the tuned model 0.78 s (base, few-shot: 2.26 s), the first token 0.39 s."
    )
    assert line in render_report_markdown(triage)
    assert report_json(triage)["latency"]["few_shot"]["seconds_to_first_token"] == 1.13
    timings = {stage: {**one, "latency": {}} for stage, one in triage.timings.items()}
    without = effort_table(replace(triage, timings=timings))
    assert "First token" not in without.columns
    assert "not measured" in without.title
    assert waits_line(replace(triage, timings=timings)) == ()
