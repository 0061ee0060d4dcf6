"""A project that has run once; copies of it are where the pages' commands are typed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.reader import Reader, make_quick, run

TEAMS = {
    "billing": ("Invoice {n} shows the old address", "We were charged twice for order {n}"),
    "technical": ("The app closes when I open map {n}", "Error {n} when I log in"),
    "accounts": ("How do I add colleague number {n} to our account?", "Please close account {n}"),
}
FIRST_REQUESTS = """\
request,team,customer
Invoice 2041 shows the old address,billing,c01
The app closes when I open the map,technical,c01
How do I add a colleague to our account?,accounts,c02
"""


def requests() -> str:
    """The reader's own file of the guide on own data: its first rows are those that the page shows."""
    made = [
        f"{text.format(n=100 + number)},{team},c{number:02}"
        for number in range(3, 33)
        for team, texts in TEAMS.items()
        for text in texts[number % 2 :: 2]
    ]
    return FIRST_REQUESTS + "\n".join(made) + "\n"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home with a git identity, and one DVC cache for all: what ran once is not computed again."""
    folder = tmp_path_factory.mktemp("home")
    (folder / ".gitconfig").write_text(
        "[user]\nname = Ada\nemail = ada@example.com\n[init]\ndefaultBranch = main\n"
    )
    (folder / "dvc").mkdir()
    (folder / "dvc" / "config").write_text(
        f"[core]\nanalytics = false\ncheck_update = false\n[cache]\ndir = {folder}/dvc-cache\n"
    )
    (folder / "requests.csv").write_text(requests())
    patch = pytest.MonkeyPatch()
    for name in [name for name in os.environ if name.startswith(("DVC_", "GIT_", "WANDB_", "TUNEWRIGHT_"))]:
        patch.delenv(name)
    patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    patch.setenv("HOME", str(folder))
    patch.setenv("GIT_CONFIG_GLOBAL", str(folder / ".gitconfig"))
    patch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    patch.setenv("DVC_GLOBAL_CONFIG_DIR", str(folder / "dvc"))
    patch.setenv("DVC_SITE_CACHE_DIR", str(folder / "dvc-site"))
    patch.setenv("DVC_NO_ANALYTICS", "1")
    patch.setenv("TUNEWRIGHT_CACHE", str(folder / "cache"))
    patch.setenv("HF_HUB_OFFLINE", "1")
    yield folder
    patch.undo()


@pytest.fixture(scope="session")
def ran(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference project with a tiny model, after one `dvc repro`, committed."""
    place = tmp_path_factory.mktemp("ran")
    for words in (
        ["tunewright", "new", "--no-input", "model=tiny", "method=lora", "hardware=cpu", "tracking=none"],
        ["cd"],
        ["dvc", "repro"],
        ["git", "add", "--all"],
        ["git", "commit", "--quiet", "--message", "Ran"],
    ):
        if words == ["cd"]:
            place /= "support-triage"
            make_quick(place)
            continue
        code, output = run(words, place, {})
        assert code == 0, output
    return place


@pytest.fixture
def nowhere(home: Path, tmp_path: Path) -> Reader:
    """A reader in an empty folder."""
    return Reader(home, tmp_path)


@pytest.fixture
def in_project(ran: Path, home: Path, tmp_path: Path) -> Reader:
    """A reader in a project of his own that has run."""
    return Reader(home, shutil.copytree(ran, tmp_path / ran.name, symlinks=True))
