"""A project's folder with raw files in it, and the settings of the smallest data."""

import json
from pathlib import Path

import pytest
from hypothesis import settings

from tunewright.config.schema.data import Data, Source
from tunewright.config.schema.task import OutputContract

# Time limits of single examples say nothing on a machine that does other work too.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")

TRIAGE = {
    "type": "object",
    "properties": {
        "category": {"enum": ["billing", "delivery"]},
        "order_number": {"type": ["string", "null"], "pattern": r"^BW-\d{6}$"},
        "needs_human": {"type": "boolean"},
    },
    "required": ["category", "order_number", "needs_human"],
    "additionalProperties": False,
}


class ProjectFolder:
    """Writes raw files and says how they are declared."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "data" / "raw").mkdir(parents=True)

    def write(self, name: str, content: str | bytes | list) -> str:
        if isinstance(content, list):
            content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content)
        path = self.root / "data" / "raw" / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return f"data/raw/{name}"

    def source(
        self, name: str, content: str | bytes | list, form: str = "prompt_completion", **more: object
    ) -> Source:
        return Source(path=self.write(name, content), format=form, licence="none", **more)

    def data(self, content: str | bytes | list, form: str = "prompt_completion", **settings: object) -> Data:
        name = "rows.csv" if form == "csv" else "rows.jsonl"
        return Data(sources=(self.source(name, content, form),), **settings)


@pytest.fixture
def folder(tmp_path: Path) -> ProjectFolder:
    return ProjectFolder(tmp_path)


@pytest.fixture
def triage() -> OutputContract:
    return OutputContract(json_schema=TRIAGE)


@pytest.fixture
def labels() -> OutputContract:
    return OutputContract(labels=("billing", "delivery"))
