"""Slices: what is counted in which split, and what is said of those that a split lacks."""

from tests.unit.data.test_prepare import prepared
from tunewright.config.schema.data import Fields
from tunewright.data.coverage import Coverage, Slice, uncovered
from tunewright.data.rows import Message, Row


def row(prompt="?", **meta):
    return Row("r", (Message("user", prompt), Message("assistant", "yes")), "g", "f", meta)


def of(field, value, train, test, kind="meta"):
    return Slice(kind, field, value, train, 0, test)


def test_slices_are_values_of_meta_fields_and_of_the_answer_and_bands_of_length():
    coverage = Coverage(("language", "customer"))
    for n in range(21):
        coverage.see("train", row("x" * 63, language="de", customer=f"c{n}"))
    coverage.see("test", row("x" * 64, language="en", customer="c1"))
    coverage.see("validation", row("x" * 255, customer="c1"))
    coverage.see("test", row("x" * 256, language="de", customer="c1"))
    answers = {"label": {"billing": {"train": 1, "validation": 2, "test": 3}}}
    assert coverage.slices(answers) == (
        Slice("answer", "label", "billing", 1, 2, 3),
        Slice("meta", "language", "(absent)", 0, 1, 0),
        Slice("meta", "language", "de", 21, 0, 1),
        Slice("meta", "language", "en", 0, 0, 1),
        Slice("length", "prompt length", "under 64 characters", 21, 0, 0),
        Slice("length", "prompt length", "64 to 255 characters", 0, 1, 1),
        Slice("length", "prompt length", "256 to 1023 characters", 0, 0, 1),
    )  # and none of the customers, of whom there are many


def test_what_training_or_the_test_lacks_or_hardly_has_is_told():
    slices = [
        of("language", "de", 50, 20),
        of("language", "fr", 0, 3),
        of("language", "it", 4, 9),
        of("language", "nl", 7, 0),
        of("language", "pl", 5, 4),
        of("language", "none", 0, 0),
    ]
    assert list(uncovered(slices, 5, by_label=False)) == [
        "in the test but never in training: language=fr (3 test rows)",
        "in the test but with fewer than 5 rows in training: language=it (4 training rows)",
        "in training but never in the test, so how they are learnt is not seen: "
        "language=nl (7 training rows)",
        "with fewer than 5 rows in the test, on which a score says little: language=pl (4 test rows)",
    ]
    assert list(uncovered(slices[:1], 20, by_label=False)) == []


def test_rare_labels_of_a_classification_have_a_minimum_of_their_own():
    slices = [of("label", "rare", 2, 9, "answer"), of("label", "unseen", 0, 9, "answer")]
    assert list(uncovered(slices, 5, by_label=True)) == [
        "in the test but never in training: label=unseen (9 test rows)"
    ]
    assert len(list(uncovered(slices, 5, by_label=False))) == 2


def test_long_lists_are_cut():
    (told,) = uncovered([of("topic", str(n), 0, 1) for n in range(9)], 5, by_label=False)
    assert told.endswith("topic=4 (1 test rows) and 4 more")


def test_the_card_holds_all_slices_of_the_rows_that_are_kept(folder):
    given = [
        {"prompt": f"question {n}", "completion": f"answer {n}", "language": "de" if n % 9 else "fr"}
        for n in range(90)
    ]
    card = prepared(folder, folder.data(given, fields=Fields(meta=("language",)))).card
    languages = [one for one in card.coverage if one.field == "language"]
    assert [one.value for one in languages] == ["de", "fr"]
    for name in ("train", "validation", "test"):
        assert sum(getattr(one, name) for one in languages) == card.splits[name]
    assert card.meta["language"] == {one.value: one.train + one.validation + one.test for one in languages}
