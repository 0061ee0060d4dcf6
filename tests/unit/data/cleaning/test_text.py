"""Cleaning of one text: what goes, what stays, and that a clean text is left alone."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tunewright.config.schema.cleaning import Cleaning
from tunewright.data.cleaning.text import CharactersError, TextCleaner

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
# Characters that cleaning is about, and those that change what it does to their neighbours.
AWKWARD = st.text(
    st.sampled_from(
        "aé e\u0301\u0327ﬁ²Ａ\uac01\u1100\u1161\u3164\uffa0\t\n\r\x00\x0b\x0c\x1f\x7f\x80\x85\x92"
        "\x99\x9d\xa0\xad"
        "ÂÃâ€™œðŸ˜\u0600\u0627\u061c\u0915\u094d\u200b\u200c\u200d\u200e\u202e\u2028\u2060\u2066\ufe0f\ufeff"
        "\ufffd\ufffe👩\U0001f3f4\U000e0067\U000e007f\U000e0100РїСЂ"
    ),
    max_size=20,
)
SETTINGS = st.builds(
    Cleaning,
    normalise=st.sampled_from(["NFC", "NFKC", "none"]),
    control_characters=st.sampled_from(["remove", "keep"]),
    invisible_characters=st.sampled_from(["remove", "keep"]),
    trim=st.booleans(),
    repair_mojibake=st.booleans(),
)


def cleaned(text, **settings):
    changes = set()
    return TextCleaner(Cleaning(**settings))(text, changes), changes


@given(st.one_of(AWKWARD, st.text(max_size=20)), SETTINGS)
@example("\u200d" * 3, Cleaning())
@example("Ã\u200b¼", Cleaning(repair_mojibake=True))
@example("a\u200b\u0301", Cleaning())
@example("☂\ufe0f\u200b\ufe0f", Cleaning())
@example("ï»¿x", Cleaning(repair_mojibake=True))
def test_cleaning_twice_is_cleaning_once(text, settings):
    cleaner = TextCleaner(settings)
    once = cleaner(text, set())
    changes = set()
    assert (cleaner(once, changes), changes) == (once, set())


@given(AWKWARD)
def test_what_cleaning_promises(text):
    clean, changes = cleaned(text)
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == clean.strip()
    left = [sign for sign in clean if unicodedata.category(sign) == "Cc"]
    assert set(left) <= {"\n", "\t"}
    assert (clean != text) == bool(changes)


@pytest.mark.parametrize(
    ("text", "clean", "changes"),
    [
        ("plain, with\ttab and\nline", "plain, with\ttab and\nline", set()),
        (" both ends \n", "both ends", {"trimmed"}),
        ("a\r\nb\rc\x0cd\u2028e", "a\nb\nc\nd\ne", {"line_ends"}),
        ("bell\x07 and\x00 null", "bell and null", {"control_characters"}),
        ("don\x92t \x96 cp1252 read as latin-1", "don’t – cp1252 read as latin-1", {"control_characters"}),
        ("cafe\u0301", "café", {"normalised"}),
        ("m² ﬁn", "m² ﬁn", set()),
        ("zero\u200bwidth \ufeffmark so\u00adft", "zerowidth mark soft", {"invisible_characters"}),
        ("\u202eevil\u202c \u2066x\u2069", "evil x", {"invisible_characters"}),
        ("hidden\U000e0068\U000e0069 tags", "hidden tags", {"invisible_characters"}),
        ("a\u200db \u200cc", "ab c", {"invisible_characters"}),
        ("می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष", set()),
        ("👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥", "👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥", set()),
        (f"{ENGLAND} wins", f"{ENGLAND} wins", set()),
    ],
)
def test_by_default(text, clean, changes):
    assert cleaned(text) == (clean, changes)


@pytest.mark.parametrize(
    ("text", "clean", "settings"),
    [
        ("m² ﬁn", "m2 fin", {"normalise": "NFKC"}),
        ("cafe\u0301", "cafe\u0301", {"normalise": "none"}),
        ("bell\x07\r\n", "bell\x07\r\n", {"control_characters": "keep", "trim": False}),
        ("zero\u200bwidth", "zero\u200bwidth", {"invisible_characters": "keep"}),
        (" room ", " room ", {"trim": False}),
        ("dÃ¼nn, itâ€™s", "dünn, it’s", {"repair_mojibake": True}),
        ("„MENÜ“ passé…” CAFÉ»", "„MENÜ“ passé…” CAFÉ»", {"repair_mojibake": True}),
    ],
)
def test_by_settings(text, clean, settings):
    assert cleaned(text, **settings)[0] == clean


@pytest.mark.parametrize(
    ("text", "settings", "told"),
    [
        ("bell\x07", {"control_characters": "reject"}, "control characters"),
        ("zero\u200bwidth", {"invisible_characters": "reject"}, "invisible characters"),
    ],
)
def test_what_is_rejected(text, settings, told):
    with pytest.raises(CharactersError, match=told):
        cleaned(text, **settings)


@pytest.mark.parametrize("text", ["a\r\nb", "می\u200cخواهم", f"{ENGLAND}!", "don't"])
def test_what_is_not_rejected(text):
    cleaned(text, control_characters="reject", invisible_characters="reject")
