"""Parquet files and folders of `datasets.save_to_disk`."""

import datetime
import decimal
import json
import shutil

import pytest

from tests.unit.data.reading.made import read_path, recognised
from tunewright.config.schema.data import Fields, Source
from tunewright.data.raw_row import PlaceInOrder
from tunewright.data.reading.read import read_source
from tunewright.data.reading.recognise import recognise
from tunewright.errors import DataError

PARQUET = "data/raw/rows.parquet"


def write_parquet(folder, rows, **more):
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.Table.from_pylist(rows)
    parquet.write_table(table.replace_schema_metadata(more.get("metadata")), folder.root / PARQUET)


def test_columns_and_conversations_are_read(folder):
    write_parquet(folder, [{"prompt": f"p{n}", "completion": "c", "n": n} for n in range(1000)])
    rows = read_path(folder, PARQUET, columns=("prompt", "completion"))
    assert rows == [(n + 1, {"prompt": f"p{n}", "completion": "c", "n": n}) for n in range(1000)]
    turns = [{"role": "user", "content": "p"}, {"role": "assistant", "content": "c"}]
    write_parquet(folder, [{"messages": turns}] * 3)
    assert read_path(folder, PARQUET) == [(n, {"messages": turns}) for n in (1, 2, 3)]
    source = Source(path=PARQUET, licence="none")
    assert recognise(folder.root, source, Fields()).name == "chat (Parquet)"
    place = next(iter(read_source(folder.root, source))).place
    assert isinstance(place, PlaceInOrder)
    assert len(place.sha256) == 64


def test_values_become_those_that_json_has(folder):
    row = {
        "prompt": "p",
        "completion": {"when": datetime.datetime(2026, 3, 1, 10, 2), "day": datetime.date(2026, 3, 1)},
        "price": decimal.Decimal("2.50"),
        "tags": ["a", None],
    }
    write_parquet(folder, [row])
    assert read_path(folder, PARQUET) == [
        (
            1,
            {
                "prompt": "p",
                "completion": {"when": "2026-03-01T10:02:00", "day": "2026-03-01"},
                "price": "2.50",
                "tags": ["a", None],
            },
        )
    ]
    write_parquet(folder, [{"prompt": "p", "completion": "c", "image": b"\x00"}])
    assert read_path(folder, PARQUET, "prompt_completion") == [(1, "holds bytes, no text or number")]
    with pytest.raises(DataError, match="none of the first 1 rows can be read; this one: holds bytes"):
        read_path(folder, PARQUET)


def test_class_labels_become_their_names(folder):
    feature = {"_type": "ClassLabel", "names": ["billing", "delivery"]}
    metadata = {"huggingface": json.dumps({"info": {"features": {"completion": feature}}})}
    write_parquet(folder, [{"prompt": "p", "completion": n} for n in (1, 0, -1)], metadata=metadata)
    assert [row for _, row in read_path(folder, PARQUET)] == [
        {"prompt": "p", "completion": "delivery"},
        {"prompt": "p", "completion": "billing"},
        "its class label is none of the file's names",
    ]


def test_a_damaged_file_or_a_missing_column_is_an_error(folder):
    write_parquet(folder, [{"prompt": "p", "completion": "c"}] * 100)
    with pytest.raises(DataError, match="no column 'id'; the header has 'prompt', 'completion'"):
        read_path(folder, PARQUET, columns=("prompt", "id"))
    content = (folder.root / PARQUET).read_bytes()
    for damaged in (content[:-10], content[:40] + b"\xff" * 40 + content[80:], b"PAR1"):
        (folder.root / PARQUET).write_bytes(damaged)
        with pytest.raises(DataError, match=r"rows\.parquet: is a damaged Parquet file"):
            read_path(folder, PARQUET)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

    path = tmp_path_factory.mktemp("saved")
    features = Features({"prompt": Value("string"), "completion": ClassLabel(names=["no", "yes"])})
    rows = {"prompt": [f"p{n}" for n in range(30)], "completion": [n % 2 for n in range(30)]}
    one = Dataset.from_dict(rows, features=features)
    one.save_to_disk(str(path / "one"), num_shards=3)
    DatasetDict({"train": one, "test": one.select(range(5, 9))}).save_to_disk(str(path / "both"))
    return path


def test_a_saved_data_set_is_read_shard_after_shard(folder, saved):
    shutil.copytree(saved, folder.root / "data" / "raw" / "saved")
    rows = read_path(folder, "data/raw/saved/one")
    assert rows == [(n + 1, {"prompt": f"p{n}", "completion": "yes" if n % 2 else "no"}) for n in range(30)]
    assert [values["prompt"] for _, values in read_path(folder, "data/raw/saved/both/test")] == [
        "p5", "p6", "p7", "p8",
    ]  # fmt: skip
    with pytest.raises(DataError, match="holds the splits test, train") as caught:
        read_path(folder, "data/raw/saved/both")
    assert "data/raw/saved/both/test" in caught.value.fix
    shard = next((folder.root / "data/raw/saved/one").glob("*00001*.arrow"))
    content = shard.read_bytes()
    shard.write_bytes(content[:200])
    with pytest.raises(DataError, match="is a damaged data set: data-00001"):
        read_path(folder, "data/raw/saved/one")
    shard.unlink()
    with pytest.raises(DataError, match="lacks data-00001"):
        read_path(folder, "data/raw/saved/one")
    (shard.parent / "state.json").write_text('{"_data_files": [{"filename": "../../../../etc/passwd"}]}')
    with pytest.raises(DataError, match="lacks passwd"):
        read_path(folder, "data/raw/saved/one")


def test_a_parquet_file_is_recognised_whatever_its_name(folder):
    write_parquet(folder, [{"instruction": "p", "output": "c"}])
    content = (folder.root / PARQUET).read_bytes()
    assert recognised(folder, "a.bin", content).name == "alpaca (Parquet)"
