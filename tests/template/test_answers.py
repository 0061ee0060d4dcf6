"""Whatever an answer holds, the project's files still say this very text, or the answer is refused."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from omegaconf import OmegaConf
from tunewright.template.tunewright_answers import (
    LONGEST,
    complaints,
    complaints_about,
    hydra_text,
    markdown_text,
    quoted,
)

from tunewright.cli.new import new
from tunewright.config.compose import compose
from tunewright.errors import ScaffoldError
from tunewright.scaffold.generate import _literal

from .conftest import Bake, files_of
from .test_combinations import render
from .test_generated import COMMON, OF_KIND

HOSTILE = [
    """it's "quoted" \\ and \\" \\n \\\\ 'twice'""",
    "{{ cookiecutter.model }} {% raw %} {# no #} }} %}",
    "${hardware.device} ${oc.env:HOME} \\${x} \\\\${y} $(id) `id` $HOME",
    "- # : ! & * ? | > % @ ` [a]: {b: c}, null, ~, yes, 1e-4, 0x1f, 2026-01-01",
    "# no comment: --- ... <<: *alias &anchor !!python/object",
    "Größe 日本語 العربية 👩‍💻 \u00a0 ñ ﬁ 𝔘",
    "<script>alert(1)</script> &amp; *bold* _it_ [link](http://x) | cell | ![img](x) ~~x~~ <!-- -->",
    "'''\"\"\"; import os; os.system('x')",
    "../../etc/passwd C:\\Windows %PATH% \\x41 \\u0041 \\N{BULLET}",
    "null",
    "}} }",
    "{",
    "\\",
    "${",
    "- leading dash",
    "---",
    "===",
    "1. first 2) second",
    "    four spaces first",
    "yes",
    "~",
    "1e3",
    "0x1F",
    "12:30:45",
    "!!python/object/apply:os.system [id]",
    "@import url(x); </style></title><script>alert(1)</script>",
    "شركة \u200fعربية\u200f 12 \u200e\u200c",
    "=1+1",
]

plain = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Cf", "Zl", "Zp"]), min_size=1, max_size=80
)
fragments = [
    "\\",
    "${",
    "\\${",
    "}",
    "{{",
    "}}",
    "{%",
    "$",
    '"',
    "'",
    "#",
    ": ",
    "- ",
    "[",
    "]",
    "<",
    "&",
    "*",
    "_",
    "`",
    "a",
    "é😀",
]
dangerous = st.lists(st.sampled_from(fragments), min_size=1, max_size=12).map("".join)
texts = (plain | dangerous).filter(lambda text: not list(complaints_about("description", text)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_answers_arrive_as_they_are(bake: Bake, text: str) -> None:
    project = bake(
        project_name=text[:80], project_slug="safe", description=text, kpi_measure=text, kpi_target=text,
        rationale_why=text, rationale_cost_today=text,
    )  # fmt: skip
    made = compose(project)
    assert made.project.name == text[:80]
    task = made.task
    said = {task.description, task.kpi.measure, task.kpi.target, task.rationale.why, task.rationale.cost_today}
    assert said == {text}
    pyproject = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert pyproject["project"]["description"] == text
    for name in ("README.md", "PROJECT.md"):
        assert inline_texts((project / name).read_text(encoding="utf-8")).count(text.strip()) >= 1, name
    assert set(files_of(project)) >= {"data/raw/tickets.jsonl", "conf/task/support_triage.yaml"}


def inline_texts(markdown: str) -> list[str]:
    """What a reader sees of each line, without the bold label before a colon."""
    found = []
    for token in MarkdownIt("commonmark").parse(markdown):
        line = ""
        for child in token.children or []:
            if child.type in {"softbreak", "hardbreak"}:
                found.append(line)
                line = ""
            elif child.type == "strong_close":
                line = ""
            else:
                line += child.content
        found.append(line.strip())
    return found


# Without shrinking, which would bake hundreds of projects to find a shorter text.
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(name=texts.map(lambda text: text[:80]).filter(str.strip), text=texts, why=texts)
def test_any_text_goes_through_a_whole_project(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str, why: str
) -> None:
    """The template's files, hooks and all, say what was answered; nothing in it is run or left half-rendered."""
    folder = tmp_path_factory.mktemp("any")
    project = render(
        folder / "made", project_name=name, project_slug="safe", description=text, rationale_why=why
    )
    made = compose(project)
    assert (made.project.name, made.task.description, made.task.rationale.why) == (name, text, why)
    content = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    assert content["project"]["description"] == text
    for yaml_file in project.rglob("*.yaml"):
        assert isinstance(yaml.safe_load(yaml_file.read_text(encoding="utf-8")), dict)
    readme = inline_texts((project / "README.md").read_text(encoding="utf-8"))
    assert list(filter(None, readme))[:2] == [name.strip(), text.strip()]
    assert [path.name for path in folder.iterdir()] == ["made"]
    assert len(files_of(project)) == len(COMMON | OF_KIND["extraction"])


@settings(max_examples=200, deadline=None)
@given(texts)
def test_quoting_gives_the_same_text_back(text: str) -> None:
    assert yaml.safe_load(f"key: {quoted(text)}") == {"key": text}
    assert tomllib.loads(f"key = {quoted(text)}") == {"key": text}
    assert OmegaConf.to_container(OmegaConf.create(f"key: {hydra_text(text)}"), resolve=True) == {"key": text}
    assert "\n" not in quoted(text)


@settings(max_examples=200, deadline=None)
@given(texts.map(str.strip).filter(bool))
def test_markdown_shows_the_same_text(text: str) -> None:
    assert list(filter(None, inline_texts(f"- **Label:** {markdown_text(text)}\n"))) == [text]
    assert list(filter(None, inline_texts(f"{markdown_text(text)}\n"))) == [text], "as a paragraph of its own"


@settings(max_examples=100, deadline=None)
@given(texts)
def test_braces_survive_cookiecutters_rendering(text: str) -> None:
    from jinja2 import Environment

    assert Environment(autoescape=False).from_string(_literal(text)).render() == text  # noqa: S701


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_slug_is_safe_or_refused(slug: str) -> None:
    if not complaints({"project_slug": slug}):
        assert Path(slug).name == slug and slug.isascii() and slug == slug.lower() and " " not in slug


@pytest.mark.parametrize(
    ("key", "answer", "said"),
    [
        ("project_name", "", "empty"),
        ("project_name", "   ", "empty"),
        ("description", "two\nlines", "U+000A"),
        ("description", "bell\x07", "U+0007"),
        ("description", "\x1b[31mred", "U+001B"),
        ("kpi_target", "del\x7f", "U+007F"),
        ("kpi_target", "next\x85line", "U+0085"),
        ("rationale_why", "separated\u2028lines", "line separator"),
        ("rationale_why", "right\u202eleft", "right-to-left override"),
        ("rationale_why", "half \ud83d", "U+D83D"),
        ("rationale_why", "\ufeffmark", "U+FEFF"),
        ("rationale_why", "zero\u200bwidth", "zero width space"),
        ("rationale_why", "isolated\u2066text", "left-to-right isolate"),
        ("kpi_target", "tag \U000e0061", "tag latin small letter a"),
        ("kpi_measure", "private \ue000", "U+E000"),
        ("project_name", "null\x00byte", "U+0000"),
        ("rationale_examples", "many", "is no number"),
        ("rationale_examples", "-5", "is no number"),
        ("rationale_examples", "1e3", "is no number"),
        ("rationale_examples", "٥٠٠", "is no number"),
        ("rationale_examples", "1" * 10, "10 characters"),
        ("rationale_cost_today", "x" * 301, "301 characters"),
        ("description", "???", "missing value"),
        ("project_name", "n" * 81, "81 characters"),
        ("rationale_why", "w" * 801, "801 characters"),
        ("project_slug", "../evil", "cannot name the folder"),
        ("project_slug", "/tmp/evil", "cannot name the folder"),  # noqa: S108
        ("project_slug", "a/b", "cannot name the folder"),
        ("project_slug", "a\\b", "cannot name the folder"),
        ("project_slug", "..", "cannot name the folder"),
        ("project_slug", "-rf", "cannot name the folder"),
        ("project_slug", "Acme", "cannot name the folder"),
        ("project_slug", "2nd-line", "cannot name the folder"),
        ("project_slug", "under_score", "cannot name the folder"),
        ("project_slug", "last-", "cannot name the folder"),
        ("project_slug", "größe", "cannot name the folder"),
        ("project_slug", "$(id)", "cannot name the folder"),
        ("project_slug", "x\n", "U+000A"),
        ("project_slug", "a" * 51, "51 characters"),
        ("project_slug", "nul", "Windows"),
        ("project_slug", "com1", "Windows"),
        ("project_slug", "lpt9", "Windows"),
        ("project_slug", ".git", "cannot name the folder"),
        ("project_slug", "trailing.", "cannot name the folder"),
        ("project_slug", "%PATH%", "cannot name the folder"),
        ("project_slug", "~root", "cannot name the folder"),
        ("project_slug", "a" * 10_000, "10000 characters"),
        ("project_slug", "tunewright", "the framework itself"),
    ],
)
def test_refused_with_a_sentence_and_nothing_left_behind(
    tmp_path: Path, key: str, answer: str, said: str
) -> None:
    with pytest.raises(ScaffoldError, match=key) as caught:
        new([f"{key}={answer}"], no_input=True, output_dir=tmp_path)
    assert said in str(caught.value)
    assert str(caught.value).isprintable() or set(str(caught.value)) - {"\n"} <= set(map(chr, range(32, 127)))
    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_every_free_text_has_a_longest() -> None:
    from .conftest import CONTEXT

    free = {key for key, question in CONTEXT.items() if isinstance(question, str) and not key.startswith("_")}
    assert free == set(LONGEST)
    for example in CONTEXT["_examples"].values():
        assert all(len(example[key]) <= LONGEST[key] for key in example if key in LONGEST)
        assert json.dumps(example)
