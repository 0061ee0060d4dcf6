"""The readers and the search for duplicates on two public data sets, where they are at hand.

Looked for in the folder that TUNEWRIGHT_DATASETS names, else in ../shared/datasets beside the checkout.
"""

import csv
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from tunewright.config.schema.data import Data, Fields, Source, Split
from tunewright.config.schema.task import OutputContract
from tunewright.data.checking import ToCheck
from tunewright.data.frozen import Frozen
from tunewright.data.prepare import clean, divide
from tunewright.data.raw_row import RawRow
from tunewright.data.reading.read import read_source
from tunewright.data.spool import Spool
from tunewright.data.write_splits import write_splits

CHECKOUT = Path(__file__).parents[3]
DATASETS = Path(os.environ.get("TUNEWRIGHT_DATASETS") or CHECKOUT.parent / "shared" / "datasets")

needs_sets = pytest.mark.skipif(
    not DATASETS.is_dir(),
    reason=f"no public data sets in {DATASETS}: set TUNEWRIGHT_DATASETS to their folder",
)


def prepared(root, name, files, prompt, completion):
    folder = root / "data" / "raw"
    folder.mkdir(parents=True)
    labels = set()
    for file in files:
        shutil.copy(DATASETS / name / file, folder / file)
        with (folder / file).open(encoding="utf-8", newline="") as rows:
            labels |= {row[completion] for row in csv.DictReader(rows)}
    data = Data(
        sources=tuple(Source(path=f"data/raw/{file}", format="csv", licence="as upstream") for file in files),
        fields=Fields(prompt=prompt, completion=completion),
        split=Split(stratify_by="completion"),
    )
    output = OutputContract(labels=tuple(labels))
    work = ToCheck(root, data, "classification", output)
    with closing(Spool(root / "spool")) as spool:
        divided = divide(clean(work, spool), spool, work, Frozen())
        return divided, write_splits(divided, spool, work, root / "out")


# Of rows of the same label; equal but for case, form of characters, white space and punctuation.
@needs_sets
@pytest.mark.parametrize(
    ("name", "prompt", "completion", "rows", "within_train", "of_test_in_train"),
    [
        ("banking77", "text", "category", (10_003, 3_080), 28, 25),
        ("bitext_support", "utterance", "intent", (6_480, 810), 135, 34),
    ],
)
def test_duplicates_within_and_between_the_files_are_found(
    tmp_path, name, prompt, completion, rows, within_train, of_test_in_train
):
    divided, card = prepared(tmp_path, name, ["train.csv", "test.csv"], prompt, completion)
    train, test = card.sources
    assert (train.read, test.read) == rows
    assert (train.rejected, test.rejected) == (0, 0)
    exact = [row for row in divided.discarded if row.reason == "duplicate"]
    assert sum(row.place.file == train.path for row in exact) == within_train
    in_train = [row for row in exact if row.place.file == test.path and train.path in row.detail]
    assert len(in_train) == of_test_in_train
    assert card.removed["near-duplicate"] > 100


@needs_sets
def test_every_row_starts_in_the_line_that_is_reported(tmp_path):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    shutil.copy(DATASETS / "banking77" / "train.csv", tmp_path / "data" / "raw")
    source = Source(path="data/raw/train.csv", format="csv", licence="as upstream")
    rows = list(read_source(tmp_path, source))
    lines = (tmp_path / source.path).read_text(encoding="utf-8").split("\n")
    assert len(lines) > len(rows) + 2  # header, end of the last line, and quoted line breaks
    for row in rows:
        assert isinstance(row, RawRow)
        start = row.values["text"].split("\n")[0]
        assert lines[row.place.line - 1].lstrip('"').replace('""', '"').startswith(start)
