"""`tunewright freeze` on the reference project: the test set stays, a change of it needs a reason."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tunewright.artifacts import TEST_ROWS, TRAIN_ROWS, VALIDATION_ROWS
from tunewright.cli.freeze import freeze
from tunewright.data.frozen import TEST_LOCK, read_lock
from tunewright.errors import DataError, UsageError
from tunewright.stages import compose, prepare

ROOT = Path(__file__).parents[3]
RAW = Path("data/raw/tickets.jsonl")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("conf", "data", "extensions"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    compose.run(tmp_path)
    prepare.run(tmp_path)
    return tmp_path


def rows(project: Path, path: Path = TEST_ROWS) -> list[str]:
    return (project / path).read_text().splitlines()


def test_frozen_rows_stay_and_new_ones_never_join_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = rows(project)
    freeze(project, None)
    assert f"frozen: {len(before)} test rows, in data/test.lock" in capsys.readouterr().out
    assert not any(
        json.loads(row)["messages"][0]["content"] in (project / TEST_LOCK).read_text() for row in before
    )
    ticket = json.loads((project / RAW).read_text().splitlines()[0])
    new = [
        {
            **ticket,
            "id": f"new-{n}",
            "customer": f"new-{n}",
            "prompt": f"{chr(97 + n % 26) * 9} {n} blender broke",
        }
        for n in range(60)
    ]
    with (project / RAW).open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in new)
    prepare.run(project)
    assert rows(project) == before
    others = [*rows(project, TRAIN_ROWS), *rows(project, VALIDATION_ROWS)]
    assert sum(json.loads(row)["id"].startswith("new-") for row in others) == 60


def test_a_change_stops_prepare_and_needs_a_reason(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    freeze(project, None)
    gone = json.loads(rows(project)[0])["id"]
    kept = [line for line in (project / RAW).read_text().splitlines() if f'"{gone}"' not in line]
    (project / RAW).write_text("\n".join(kept) + "\n")
    with pytest.raises(DataError, match="1 are gone") as caught:
        prepare.run(project)
    assert "freeze --renew" in caught.value.fix
    with pytest.raises(UsageError, match="0 rows would come, 1 would go"):
        freeze(project, None)
    freeze(project, "the customer asked for its deletion")
    prepare.run(project)
    card = json.loads((project / "artifacts/data/card.json").read_text())
    assert [(one["removed"], one["reason"]) for one in card["frozen"]] == [
        (0, ""),
        (1, "the customer asked for its deletion"),
    ]
    capsys.readouterr()
    freeze(project, None)
    assert "frozen as it is: 85 test rows" in capsys.readouterr().out


def test_a_damaged_lock_is_named(project: Path) -> None:
    (project / TEST_LOCK).write_text('{"rows": 3}')
    with pytest.raises(DataError, match="is not what `tunewright freeze` writes"):
        read_lock(project)
