"""Secrets and personal values planted in environment, .env and rows: where they turn up after a whole run.

What holds: no secret anywhere; nothing of a rejected row beyond the raw file; a kept row's text only in the
prepared data, the predictions, DVC's cache of both, and the report's examples. That kept rows stand there as
they came is so until a policy for personal data redacts them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipeline.conftest import Project, make_project

pytestmark = pytest.mark.slow

SECRETS = {
    "HF_TOKEN": "hf_" + "Zq8x" * 8 + "Lm",
    "WANDB_API_KEY": "3f9a" * 10,
    "ACME_PASSWORD": "correct-horse-battery-staple-71",
}
IN_DOT_ENV = "sk-" + "T4vB9" * 8
REJECTED = {
    "an address in the prompt": "hanna.rejected@customers.example",
    "a card in the prompt": "4929 1234 5678 9019",
    "an address as category": "otto.rejected@customers.example",
    "a card as priority": "5425233430109903",
}
KEPT = {"an address": "paula.kept@customers.example", "a card": "4716 9876 5432 1017"}
MAY_HOLD_ROWS = (
    "artifacts/data/",
    "artifacts/baseline/",
    "artifacts/base_suites/",
    "artifacts/evaluation/",
    "artifacts/reference/",
    "artifacts/judge/",
    "artifacts/tuned_suites/",
    "reports/report.html",
    "reports/data_card.html",
)
ANSWER = {
    "category": "delivery",
    "priority": "normal",
    "product": None,
    "order_number": None,
    "needs_human": False,
}


def rows() -> list[dict[str, object]]:
    """Two rows that prepare rejects, and rows that it keeps in all three splits."""
    address, card, category, priority = REJECTED.values()
    bad = [
        {"prompt": f"Mail {address}, card {card}.", "completion": {**ANSWER, "category": category}},
        {"prompt": "My card does not work.", "completion": {**ANSWER, "priority": priority}},
    ]
    good = [
        {"prompt": f"Parcel {number}: write to {' or '.join(KEPT.values())}.", "completion": ANSWER}
        for number in range(12)
    ]
    return [{"id": f"s{number}", "customer": f"s{number}", **row} for number, row in enumerate([*bad, *good])]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """A project that ran with everything planted, committed; and all that the commands printed."""
    base = tmp_path_factory.mktemp("secrets")
    (base / "p").mkdir()
    project = make_project(base / "p", base / "cache")
    project.environment.update({**SECRETS, "HOME": str(base / "home")})
    (base / "home").mkdir()
    with (project.folder / "data" / "raw" / "tickets.jsonl").open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows())
    (project.folder / ".gitignore").write_text(
        (project.folder / ".gitignore").read_text() + ".env\n/artifacts/**/.gitignore\n"
    )
    (project.folder / ".env").write_text(f"OPENAI_API_KEY={IN_DOT_ENV}\n")
    printed = project.run("tunewright", "set", "tracking=wandb-offline")
    printed += project.run("dvc", "repro", "--verbose")
    printed += project.run("tunewright", "accept", ok=False) + project.run("tunewright", "doctor", ok=False)
    printed += project.run("tunewright", "plan", ok=False) + project.run("tunewright", "show", ok=False)
    project.commit("Ran")
    return project, printed


def files_with(base: Path, text: str) -> set[Path]:
    """Every file below a folder that holds the text, git's own apart (they are compressed)."""
    return {
        path
        for path in base.rglob("*")
        if path.is_file() and ".git" not in path.parts and text.encode() in path.read_bytes()
    }


def in_git(project: Project, text: str, *paths: str) -> bool:
    """Whether any commit adds a line with the text, in these paths."""
    found = project.run("git", "log", "--all", "--format=%h", "--text", f"-S{text}", "--", ".", *paths)
    return bool(found.strip())


def test_the_run_is_one_in_which_something_could_leak(finished: tuple[Project, str]) -> None:
    project, printed = finished
    rejected = (project.folder / "artifacts" / "data" / "rejected.jsonl").read_text().splitlines()
    assert len(rejected) == 2
    assert list((project.folder / ".tunewright" / "wandb").glob("offline-run-*/*.wandb"))
    assert "Running stage 'report'" in printed
    assert in_git(project, KEPT["an address"]), "raw rows of this test's project are in git: the search finds"


@pytest.mark.parametrize("secret", [*SECRETS, ".env"])
def test_a_secret_is_nowhere(finished: tuple[Project, str], secret: str) -> None:
    project, printed = finished
    value = SECRETS.get(secret, IN_DOT_ENV)
    assert value not in printed
    allowed = {project.folder / ".env"} if secret == ".env" else set()
    assert files_with(project.folder.parent, value) == allowed
    assert not in_git(project, value)


@pytest.mark.parametrize("what", REJECTED)
def test_a_rejected_row_is_nowhere_but_in_the_raw_file(finished: tuple[Project, str], what: str) -> None:
    project, printed = finished
    assert REJECTED[what] not in printed
    assert files_with(project.folder.parent, REJECTED[what]) == {
        project.folder / "data" / "raw" / "tickets.jsonl"
    }
    assert not in_git(project, REJECTED[what], ":!data/raw")


@pytest.mark.parametrize("what", KEPT)
def test_a_kept_row_is_only_where_rows_are_handed_on(finished: tuple[Project, str], what: str) -> None:
    project, printed = finished
    assert KEPT[what] not in printed
    folder = project.folder
    found = files_with(folder.parent, KEPT[what])
    by_design = {
        path
        for path in found
        if path.relative_to(folder).as_posix().startswith((*MAY_HOLD_ROWS, "data/raw/"))
    }
    contents = {path.read_bytes() for path in by_design}
    copies = {path for path in found - by_design if path.is_relative_to(folder / ".dvc" / "cache")}
    assert found - by_design - copies == set()
    assert copies and all(path.read_bytes() in contents for path in copies)
    assert not in_git(project, KEPT[what], ":!data/raw")


def test_a_secret_among_the_settings_stops_before_anything_runs(finished: tuple[Project, str]) -> None:
    project, _ = finished
    params = project.folder / "params.yaml"
    before = params.read_text()
    setting = f"task.instructions=Use {SECRETS['HF_TOKEN']} to log in."
    told = project.run("tunewright", "set", setting, ok=False)
    assert "task.instructions: looks like a secret" in told and params.read_text() == before
    project.replace(
        "params.yaml", "set: {", f"set: {{{setting.replace('.', ': {', 1).replace('=', ': ')}}}, "
    )
    told = project.run("dvc", "repro", ok=False)
    assert "task.instructions: looks like a secret" in told and ".env" in told
    assert SECRETS["HF_TOKEN"] not in told
    assert told.count("Running stage") == 1
    assert SECRETS["HF_TOKEN"] not in (project.folder / "resolved.yaml").read_text()
