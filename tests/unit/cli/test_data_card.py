"""`tunewright data-card`: from prepared rows alone, and never of other settings than theirs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tunewright.artifacts import DATA_CARD, TRAIN_ROWS
from tunewright.cli.data_card import data_card
from tunewright.cli.set import set_values
from tunewright.errors import UsageError
from tunewright.stages.compose import run as run_compose
from tunewright.stages.prepare import run as run_prepare

ROOT = Path(__file__).parents[3]
HERE = Path(".tunewright")
ANSWER = {
    "category": "delivery",
    "priority": "normal",
    "product": None,
    "order_number": None,
    "needs_human": False,
}
ADDRESS, PHONE = "hanna.brandt@posteo.de", "+49 30 901820"
PROMPT = f"Where is the parcel with the blue ribbon? Write to {ADDRESS} or call {PHONE}."


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after `dvc repro prepare`: the reference tickets, and one that stands twice."""
    folder = tmp_path_factory.mktemp("card") / "project"
    folder.mkdir()
    for name in ("conf", "data", "extensions"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("params.yaml", "dvc.yaml", ".gitignore"):
        shutil.copy(ROOT / name, folder)
    subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
    row = {"customer": "x", "prompt": PROMPT, "completion": ANSWER, "channel": "app", "language": "en"}
    twins = [{"id": f"x{number}", **row} for number in range(2)]
    with (folder / "data" / "raw" / "tickets.jsonl").open("a") as file:
        file.writelines(json.dumps(twin) + "\n" for twin in twins)
    for run in (run_compose, run_prepare):
        run(folder)
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "project"))


def test_it_writes_both_pages_and_says_what_was_found(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data_card(made, HERE)
    told = capsys.readouterr()
    assert "Personal data was found and taken out: 4 values" in told.out
    assert "open .tunewright/data_card.html in a browser (it holds rows of the data)" in told.out
    assert told.err == ""
    html, markdown = ((made / HERE / f"data_card.{end}").read_text() for end in ("html", "md"))
    for text in (html, markdown):
        assert "e-mail address" in text and "phone number" in text
        assert ADDRESS not in text and PHONE not in text and "ribbon" not in text.replace(shown(html), "")
    assert "&lt;EMAIL_ADDRESS_1&gt;" in html and "EMAIL" not in markdown.replace("email\\_address", "")


def shown(html: str) -> str:
    """The text of the one row that stays for its twin."""
    start = html.index("Where is the parcel with the blue ribbon?")
    return html[start : html.index("</p>", start)]


def test_values_reach_nothing_that_prepare_writes(made: Path) -> None:
    for path in (made / "artifacts").rglob("*.json*"):
        text = path.read_text()
        assert ADDRESS not in text and PHONE not in text, path


def test_without_prepared_rows_it_says_what_to_do(project: Path) -> None:
    (project / DATA_CARD).unlink()
    with pytest.raises(UsageError, match="not prepared yet") as caught:
        data_card(project, HERE)
    assert caught.value.fix == "dvc repro prepare"


def test_rows_of_other_settings_are_not_described(project: Path) -> None:
    resolved = yaml.safe_load((project / "resolved.yaml").read_text())
    lock = {"stages": {"prepare": {"params": {"resolved.yaml": {"data": resolved["data"]}}}}}
    (project / "dvc.lock").write_text(yaml.safe_dump(lock))
    data_card(project, HERE)
    set_values(project, ["data.personal_data.action=report"])
    with pytest.raises(UsageError, match=r"other settings: data\.personal_data\n") as caught:
        data_card(project, HERE)
    assert caught.value.fix == "dvc repro prepare"


def test_a_page_that_git_would_take_is_warned_of(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data_card(project, Path("docs"))
    assert "git does not ignore docs/data_card.html" in capsys.readouterr().err
    assert (project / TRAIN_ROWS).exists()
