"""A project with prepared rows, whose answers are labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tunewright.artifacts import DATA, DATA_CARD
from tunewright.cli import review as command
from tunewright.config.schema.data import Data, Fields, Source
from tunewright.config.schema.review import Review as Policy
from tunewright.config.schema.task import OutputContract
from tunewright.data.card import write_card
from tunewright.data.checking import ToCheck
from tunewright.data.frozen import Frozen
from tunewright.data.prepare import clean, divide
from tunewright.data.review.sample import Sampled, draw
from tunewright.data.review.standing import write_clearance
from tunewright.data.spool import Spool
from tunewright.data.write_splits import write_splits

LABELS = ("billing", "delivery")
POLICY = Policy(policy="require", min_rows=10, share=0.1)


class Project:
    """Rows on the disk, prepared as the stage does it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "data" / "raw").mkdir(parents=True)
        self.write(range(100))

    def write(self, numbers: range) -> None:
        words = ["mint", "tea", "pot", "lid", "blue", "cup", "jug", "pan", "ladle", "whisk"]
        rows = [
            {
                "id": f"r{n}",
                "prompt": f"{words[n % 10] * 3} {words[n // 10 % 10] * 3} {n}",
                "completion": LABELS[n % 2],
            }
            for n in numbers
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (self.root / "data" / "raw" / "rows.jsonl").write_text(text)

    def work(self, policy: Policy = POLICY) -> ToCheck:
        source = Source(path="data/raw/rows.jsonl", format="prompt_completion", licence="none")
        data = Data(sources=(source,), fields=Fields(id="id"), review=policy, deduplicate="none")
        return ToCheck(self.root, data, "classification", OutputContract(labels=LABELS))

    def prepare(self, policy: Policy = POLICY):
        work = self.work(policy)
        spool = Spool(self.root / "spool")
        cleaned = clean(work, spool, processes=1)
        card = write_splits(divide(cleaned, spool, work, Frozen()), spool, work, self.root / DATA)
        spool.close()
        write_card(self.root / DATA_CARD, card)
        write_clearance(self.root, card.review)
        return card

    def sample(self, policy: Policy = POLICY, **more: object) -> list[Sampled]:
        return draw(self.root, policy, kind="classification", stratify_by=None, **more)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(tmp_path)
    made.prepare()

    class Settings:
        """As much of the settings as the commands read."""

        def __init__(self) -> None:
            self.data = made.work().data
            self.task = type(
                "Task",
                (),
                {
                    "kind": "classification",
                    "output": made.work().output,
                    "instructions": "Sort.",
                    "description": "d",
                },
            )
            self.project = type("Name", (), {"name": "Acme"})

    monkeypatch.setattr(command, "compose", lambda root: Settings())
    return made
