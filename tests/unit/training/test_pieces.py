"""The preview shows what training uses: every token once, in order, coloured where its label is trained."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from tunewright.data.rows import Message, Row
from tunewright.models.load import load_tokenizer
from tunewright.reporting.preview_page import render_preview
from tunewright.reporting.preview_text import coloured, plain, shown
from tunewright.training.encode import IGNORED, encode_rows
from tunewright.training.pieces import pieces
from tunewright.training.preview import Preview, preview
from tunewright.training.result import BaseModel

from .conftest import make_method, make_rows

HARD = (
    "Zoë 漢字 😀👩‍👩‍👧 naïve\n\n\ttab",
    '<b>bold</b> & "quoted" </pre><script>alert(1)</script>',
    "escape \x1b[31mred\x1b[0m and \u202eturned\u202c",
    "[bold]markup[/bold] ⟦brackets⟧",
)


@pytest.fixture(scope="module")
def tokenizer(base: BaseModel) -> Any:
    return load_tokenizer(base.folder)


def hard_rows() -> list[Row]:
    return [
        Row(f"h{n}", (Message("user", text), Message("assistant", text[::-1])), f"h{n}", "data/raw/<x>.jsonl")
        for n, text in enumerate(HARD)
    ]


def previewed(tokenizer: Any, rows: list[Row], **changes: Any) -> Preview:
    return preview(
        tokenizer,
        rows,
        rows,
        instructions="Answer with JSON.",
        method=make_method(**{"max_length": 999, **changes}),
        split="train",
        advance=lambda done=1, note="": None,
    )


def test_pieces_are_the_tokens_and_labels_of_training(tokenizer: Any) -> None:
    rows = [*make_rows(5), *hard_rows()]
    encoded = encode_rows(
        tokenizer, rows, instructions="Answer with JSON.", max_length=999, split="training"
    ).rows
    shown_rows = previewed(tokenizer, rows).rows
    assert len(shown_rows) == len(encoded) == 9
    for row, of_training in zip(shown_rows, encoded, strict=True):
        assert tuple(token for piece in row.pieces for token in piece.ids) == of_training.input_ids
        trained = [piece.trained for piece in row.pieces for _ in piece.ids]
        assert trained == [label != IGNORED for label in of_training.labels]
        assert (row.tokens, row.trained) == (len(of_training), of_training.trained_tokens)
        assert "".join(piece.text for piece in row.pieces) == tokenizer.decode(of_training.input_ids)
        assert {piece.text for piece in row.pieces if piece.special} == {"<|im_start|>", "<|im_end|>"}


def test_characters_of_several_tokens_stay_whole(tokenizer: Any) -> None:
    (row,) = encode_rows(tokenizer, hard_rows()[:1], instructions="", max_length=999, split="training").rows
    texts = [piece.text for piece in pieces(tokenizer, row)]
    assert any("漢" in text for text in texts) and any("😀" in text for text in texts)
    assert not any("\ufffd" in text for text in texts)


def test_sentencepiece_keeps_its_spaces() -> None:
    """Such tokenizers drop the space of a token that is decoded alone."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    from tunewright.training.encode import EncodedRow

    vocabulary = {"<s>": 0, "▁the": 1, "▁kettle": 2, "s": 3}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="<s>"))
    inner.pre_tokenizer = pre_tokenizers.Metaspace()
    inner.decoder = decoders.Metaspace()
    metaspace: Any = PreTrainedTokenizerFast(tokenizer_object=inner, bos_token="<s>")
    row = EncodedRow("r", (0, 1, 2, 3), (IGNORED, IGNORED, 2, 3))
    found = pieces(metaspace, row)
    assert "".join(piece.text for piece in found) == metaspace.decode(row.input_ids)
    assert [piece.text for piece in found][2] == " kettle"
    assert [piece.special for piece in found] == [True, False, False, False]


def test_without_colour_the_marks_enclose_just_what_is_trained(tokenizer: Any) -> None:
    rows = make_rows(3)
    text = plain(previewed(tokenizer, rows))
    assert "\x1b" not in text
    for row in rows:
        assert f"<|im_start|>assistant↵\n⟦{row.reference}<|im_end|>⟧" in text
    assert text.count("⟦") == len(rows) + 1  # and the legend
    assert "<|im_start|>system↵\nAnswer with JSON.<|im_end|>↵" in text


def test_in_colour_the_trained_spans_are_underlined(tokenizer: Any) -> None:
    rows = make_rows(2)
    text = coloured(previewed(tokenizer, rows))
    underlined = [text.plain[span.start : span.end] for span in text.spans if "underline" in str(span.style)]
    expected = [part for row in rows for part in (row.reference, "<|im_end|>")]
    assert underlined == ["underlined", *expected]


def test_rows_cannot_steer_the_terminal(tokenizer: Any) -> None:
    found = previewed(tokenizer, hard_rows())
    for text in (plain(found), coloured(found).plain):
        assert not {"\x1b", "\u202e", "\r", "\t"} & set(text)
        assert "‹U+001B›[31mred" in text and "‹U+202E›turned" in text
        assert "[bold]markup[/bold]" in text
    assert shown("👩\u200d👩 x\u200by") == "👩\u200d👩 x‹U+200B›y"


class Spans(HTMLParser):
    """The text of the tokens' elements by class."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: list[str] = []
        self.found: list[tuple[str, str, str]] = []
        self.tags: set[str] = set()
        self.inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.inside = tag == "span" and "title" in given
        if self.inside:
            self.found.append((given.get("class", ""), given["title"], ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            kind, ids, text = self.found[-1]
            self.found[-1] = (kind, ids, text + data)


def test_the_page_holds_the_same_tokens_escaped_and_loads_nothing(tokenizer: Any) -> None:
    rows = [*hard_rows(), *make_rows(1)]
    found = previewed(tokenizer, rows)
    page = render_preview(found, project="A <& project", base_model="tiny@1")
    spans = Spans()
    spans.feed(page)
    encoded = encode_rows(
        tokenizer, rows, instructions="Answer with JSON.", max_length=999, split="training"
    ).rows
    assert [int(token) for _, ids, _ in spans.found for token in ids.split()] == [
        token for row in encoded for token in row.input_ids
    ]
    trained = [token for kind, ids, _ in spans.found if "trained" in kind for token in ids.split()]
    assert len(trained) == sum(label != IGNORED for row in encoded for label in row.labels)
    text = "".join(text for _, _, text in spans.found)
    assert "<script>alert(1)</script>" in text and "‹U+001B›" in text
    assert not spans.tags & {"script", "link", "img", "b", "iframe"}
    assert "default-src 'none'" in page and "http://" not in page and "https://" not in page
    assert "This page holds rows of the data" in page
    ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>\n"))


@pytest.mark.parametrize(
    ("policy", "note"),
    [
        ("error", "training refuses it: more than method.max_length=40 tokens"),
        ("drop", "left out: more than method.max_length=40 tokens"),
        ("truncate", "prompt cut: "),
    ],
)
def test_rows_that_are_too_long_say_so(tokenizer: Any, policy: str, note: str) -> None:
    rows = make_rows(12)
    found = previewed(tokenizer, rows, max_length=40, too_long=policy)
    long = [row for row in found.rows if row.note]
    assert long and all(row.note.startswith(note) for row in long)
    assert f"{len(long)} of 12 rows" in found.totals[1]
    used = 12 if policy == "truncate" else 12 - len(long)
    assert found.totals[0].startswith(f"train: {used} of 12 rows are used")
    assert f"method.too_long={policy}): {long[0].id}" in found.totals[2]
    assert f"note: {note}" in plain(found)
