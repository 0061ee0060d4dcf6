"""`.tunewright/runs.json`: which tracker's run belongs to which experiment, and which stages it has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from tunewright.artifacts import write_text
from tunewright.errors import TunewrightError
from tunewright.tracking.opening import Opening

LEDGER = "runs.json"
SECONDS_TO_LOCK = 10.0


class Part(BaseModel):
    """What one tracker holds of an experiment.

    Attributes:
        places: addresses or paths, oldest first; W&B writes a folder for each stage while offline.
        stages: that recorded there.
    """

    model_config = ConfigDict(extra="forbid")

    places: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()


class Entry(BaseModel):
    """One experiment.

    Attributes:
        name: of the run.
        experiments: DVC's names for it, oldest first; more than one where it was started anew.
        commit: git commit on which it stands.
        trackers: what each holds.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    experiments: tuple[str, ...] = ()
    commit: str
    trackers: dict[Literal["wandb", "mlflow"], Part] = {}


def read_ledger(folder: Path) -> dict[str, Entry]:
    """Entries by run id, oldest first; none if nothing was recorded yet.

    Args:
        folder: `.tunewright` of the main checkout.

    Raises:
        TunewrightError: it was edited by hand or belongs to another version.
    """
    path = folder / LEDGER
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {run_id: Entry.model_validate(entry) for run_id, entry in raw.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, ValidationError) as error:
        raise TunewrightError(
            "damaged", where=str(path), fix=f"rm {path}; the runs themselves stay"
        ) from error


def enter(opening: Opening, place: str) -> frozenset[str]:
    """Note that a stage records at a place; the stages that did so before.

    Raises:
        OSError, TunewrightError, filelock.Timeout: it cannot be noted.
    """
    from filelock import FileLock

    folder, identity = Path(opening.folder), opening.identity
    with FileLock(folder / f"{LEDGER}.lock", timeout=SECONDS_TO_LOCK):
        ledger = read_ledger(folder)
        # Taken out and put in again: the newest stands last.
        entry = ledger.pop(identity.run_id, Entry(name=identity.name, commit=identity.commit))
        part = entry.trackers.get(opening.tracker, Part())
        now = Part(places=_with(part.places, place), stages=_with(part.stages, opening.stage))
        ledger[identity.run_id] = Entry(
            name=identity.name,
            experiments=_with(entry.experiments, identity.experiment),
            commit=identity.commit,
            trackers={**entry.trackers, opening.tracker: now},
        )
        _write(folder / LEDGER, ledger)
    return frozenset(part.stages)


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return names if name in names or not name else (*names, name)


def _write(path: Path, ledger: Mapping[str, Entry]) -> None:
    entries = {run_id: entry.model_dump(mode="json") for run_id, entry in ledger.items()}
    write_text(path, json.dumps(entries, indent=2) + "\n")
