"""What is found as what, what is not, and which of two findings counts."""

import csv
import os
import re
import time
from pathlib import Path

import pytest
from stdnum import luhn

from tests.unit.data.personal.samples import FOUND, NOT_PERSONAL
from tunewright.config.schema.personal_data import KINDS, OwnPattern, PersonalData
from tunewright.data.personal.find import Finder
from tunewright.data.personal.found import Found, without_overlaps

CHECKOUT = Path(__file__).parents[4]
DATASETS = Path(os.environ.get("TUNEWRIGHT_DATASETS") or CHECKOUT.parent / "shared" / "datasets")
find = Finder(PersonalData())
EACH = [(kind, *sample) for kind, samples in FOUND.items() for sample in samples]


def test_there_is_a_sample_of_every_kind():
    assert set(FOUND) == set(KINDS)


@pytest.mark.parametrize(("kind", "text", "value"), EACH)
def test_it_is_found_whole_and_alone(kind, text, value):
    found = find(text)
    assert [(one.kind, text[one.start : one.end]) for one in found] == [(kind, value or text)]


@pytest.mark.parametrize(("kind", "text", "value"), EACH)
def test_a_kind_that_is_not_asked_for_is_not_found(kind, text, value):
    others = tuple(one for one in KINDS if one != kind)
    assert kind not in {one.kind for one in Finder(PersonalData(kinds=others))(text)}


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_it_is_not_found(text):
    assert find(text) == []


def test_the_name_of_a_field_counts_as_context():
    assert find("460899847") == []
    assert [one.kind for one in find("460899847", "customer_ssn")] == ["us_ssn"]


def test_two_ways_to_write_a_number_are_one_value():
    values = {
        find(text)[0].value for text in ("call +1 415 682 0133", "call (415) 682-0133", "call 415.682.0133")
    }
    assert values == {"+14156820133"}


def test_regions_decide_what_a_national_number_is():
    text = "so 0471 12 34 56 it is"
    assert Finder(PersonalData(phone_regions=("US",)))(text) == []
    assert [one.kind for one in Finder(PersonalData(phone_regions=("BE",)))(text)] == ["phone_number"]


def test_an_own_pattern_wins_over_every_kind():
    own = Finder(PersonalData(patterns=(OwnPattern(name="customer", pattern=r"C-[0-9]{16}"),)))
    assert [one.kind for one in own("card C-4111111111111111")] == ["customer"]


def test_an_own_pattern_cannot_run_away():
    own = Finder(PersonalData(patterns=(OwnPattern(name="evil", pattern=r"(a+)+b"),)))
    start = time.perf_counter()
    assert own("a" * 20_000) == []
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "text", ["1" * 50_000, "1 " * 25_000, "a@" * 25_000, "1.1:" * 12_000, "+1(" * 16_000, "://" * 16_000]
)
def test_our_own_patterns_do_not_run_away_either(text):
    start = time.perf_counter()
    find(text)
    assert time.perf_counter() - start < 5


def test_of_two_that_overlap_the_surer_counts_then_the_longer():
    short, long = Found("a", 2, 4, 0.5, ""), Found("b", 0, 5, 0.5, "")
    sure = Found("c", 4, 6, 0.9, "")
    assert without_overlaps([short, long]) == [long]
    assert without_overlaps([short, long, sure]) == [short, sure]
    assert without_overlaps([short, long, sure], [(5, 6)]) == [long]


@pytest.mark.skipif(
    not DATASETS.is_dir(),
    reason=f"no public data sets in {DATASETS}: set TUNEWRIGHT_DATASETS to their folder",
)
def test_an_order_number_of_a_real_set_that_passes_the_luhn_check_is_no_card():
    with (DATASETS / "bitext_support" / "train.csv").open(encoding="utf-8", newline="") as file:
        texts = [row[0] for row in csv.reader(file)]
    numbers = {n for text in texts for n in re.findall(r"[0-9]{12,19}", text) if luhn.is_valid(n)}
    holding = [text for text in texts if any(number in text for number in numbers)]
    assert len(holding) > 0
    assert [one.kind for text in holding for one in find(text) if one.kind == "credit_card"] == []


def test_the_rows_that_are_shipped_hold_nothing_that_the_defaults_would_change():
    files = [*(CHECKOUT / "data" / "raw").glob("*.*"), *CHECKOUT.glob("template/*/examples/*/data/raw/*.*")]
    lines = [
        line for file in files for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
    ]
    assert len(lines) > 1400
    assert [find(line) for line in lines if find(line)] == []
