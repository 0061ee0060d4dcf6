"""Whatever an answer holds, the project's files still say this very text, or the answer is refused."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
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

from tunewright.cli.new import _literal, new
from tunewright.config.compose import compose
from tunewright.errors import ScaffoldError

from .conftest import Bake, files_of

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
    "=1+1",
]

plain = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"]), min_size=1, max_size=80
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
        rationale_why=text,
    )  # fmt: skip
    made = compose(project)
    assert made.project.name == text[:80]
    assert {made.task.description, made.task.kpi.measure, made.task.kpi.target, made.task.rationale.why} == {
        text
    }
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
