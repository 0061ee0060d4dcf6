"""Files that stages hand to each other: canonical JSON and JSONL, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tunewright.errors import TunewrightError

ARTIFACTS = Path("artifacts")
BASE_MODEL = ARTIFACTS / "base_model.json"
DATA = ARTIFACTS / "data"
TRAIN_ROWS = DATA / "train.jsonl"
VALIDATION_ROWS = DATA / "validation.jsonl"
TEST_ROWS = DATA / "test.jsonl"
REJECTED_ROWS = DATA / "rejected.jsonl"
DATA_CARD = DATA / "card.json"
CLEARANCE = DATA / "clearance.json"
BASELINE = ARTIFACTS / "baseline"
ADAPTER = ARTIFACTS / "adapter"
EVALUATION = ARTIFACTS / "evaluation"
REFERENCE = ARTIFACTS / "reference"
BASE_SUITES = ARTIFACTS / "base_suites"
JUDGE = ARTIFACTS / "judge"
TUNED_SUITES = ARTIFACTS / "tuned_suites"
OWN_SUITES = Path("data") / "suites"
METRICS = Path("metrics")
TIMINGS = Path("timings")
LOSS_CSV = Path("plots") / "loss.csv"
REPORTS = Path("reports")
REPORT = REPORTS / "report.html"
REPORT_MARKDOWN = REPORTS / "report.md"
REPORT_JSON = REPORTS / "report.json"
MODEL_CARD = REPORTS / "model_card.md"
DATA_CARD_PAGE = REPORTS / "data_card.html"
DATA_CARD_MARKDOWN = REPORTS / "data_card.md"


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically: a reader or a kill never meets half of it."""
    write_lines(path, [text])


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """Write lines, which bring their ends, one by one and atomically; returns how many."""
    count = 0
    with names_the_file(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                for count, line in enumerate(lines, start=1):  # noqa: B007 - the count is what is returned
                    file.write(line)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    return count


@contextmanager
def names_the_file(path: Path) -> Iterator[None]:
    """Have an OSError within the block name this file: a full disk names none, or a temporary one."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def write_json(path: Path, value: object) -> None:
    """Write JSON with sorted keys, so that equal values give equal bytes; NaN is refused."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")


def write_json_once(path: Path, value: object) -> Any:  # noqa: ANN401 - a JSON value
    """Write JSON unless the file is there; return what stands in it then."""
    if not path.exists():
        write_json(path, value)
    return read_json(path)


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write one compact JSON object a line, keys in the order given."""
    write_lines(path, (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows))


def read_json(path: Path) -> Any:  # noqa: ANN401 - the caller's typed model checks it
    """Read JSON that an earlier stage wrote.

    Raises:
        TunewrightError: the file is missing or damaged; says which command writes it.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TunewrightError("not there yet", where=str(path), fix="dvc repro") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise TunewrightError(f"damaged: {error}", where=str(path), fix=f"rm {path} && dvc repro") from error


def load_yaml(content: str | bytes) -> Any:  # noqa: ANN401 - plain values
    """Read YAML by libyaml where there is one: six times as fast.

    Raises:
        ValueError: it is no YAML.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(content, Loader=loader)  # noqa: S506 - both loaders are safe
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSONL file that an earlier stage wrote; it wrote at least one.

    Raises:
        TunewrightError: the file is missing, empty, or a line is damaged.
    """
    number = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield json.loads(line)
                except (json.JSONDecodeError, UnicodeDecodeError) as error:
                    raise TunewrightError(
                        f"damaged: {error}", where=f"{path}:{number}", fix=f"rm {path} && dvc repro"
                    ) from error
    except FileNotFoundError as error:
        raise TunewrightError("not there yet", where=str(path), fix="dvc repro") from error
    if number == 0:
        raise TunewrightError("damaged: it is empty", where=str(path), fix=f"rm {path} && dvc repro")


def read_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a text file that an earlier stage wrote, with their ends.

    Raises:
        TunewrightError: the file is missing.
    """
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            yield from file
    except FileNotFoundError as error:
        raise TunewrightError("not there yet", where=str(path), fix="dvc repro") from error


def sha256_file(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
