"""Weights & Biases: one run an experiment, offline by default.

Run files lie under `.tunewright/wandb` of the main checkout, where the end of an experiment's temporary
copy does not take them away. Offline each stage leaves a folder of its own there; `wandb sync` puts those of
one run behind each other, because they were opened with `resume`. No console output, host or user is
recorded.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tunewright.scratch import FOLDER
from tunewright.tracking.opening import Opening
from tunewright.tracking.records import Artifact, Declared, Facts, File, Final, Record, Step, Table
from tunewright.tracking.wandb_file import is_whole

if TYPE_CHECKING:
    import wandb

SECONDS_TO_CONNECT = 20
SECONDS_TO_SEND = 40
STEP = "step"

Mode = Literal["online", "offline", "disabled"]


class WandbRun:
    """A run of Weights & Biases."""

    def __init__(self, run: wandb.Run, *, offline: bool) -> None:
        """Wrap an open run."""
        self.fills_gaps = False
        self._run = run
        self._offline = offline
        folder = Path(run.dir).parent
        self.place = str(Path(FOLDER, *folder.parts[-2:])) if offline or not run.url else str(run.url)
        # W&B drops a row whose own step is behind; a resumed stage may log a step again. So the
        # optimizer's step is a value like others, and the axis of all charts.
        run.define_metric(STEP)
        run.define_metric("*", step_metric=STEP)

    def write(self, record: Record) -> None:
        """Record it."""
        import wandb

        match record:
            case Step(values, step):
                self._run.log(dict(values) if step is None else {STEP: step, **values})
            case Final(values):
                self._run.summary.update(dict(values))
            case Declared(values) | Facts(values):
                self._run.config.update(dict(values), allow_val_change=True)
            case Table(name, columns, rows):
                self._run.log({name: wandb.Table(columns=list(columns), data=[list(row) for row in rows])})
            case Artifact():
                self._run.log_artifact(_artifact(record))
            case File(path):
                # W&B would link a file from elsewhere.
                copy = shutil.copyfile(path, Path(self._run.dir) / Path(path).name)
                self._run.save(str(copy), base_path=self._run.dir, policy="now")

    def close(self, *, failed: bool) -> None:
        """Finish this stage's part; the next stage goes on with the same run.

        Raises:
            OSError: the run file is not whole.
        """
        import wandb

        self._run.finish(exit_code=1 if failed else 0)
        # The service that writes the file goes on for a moment; ended, it has written all that it can.
        wandb.teardown()
        if self._offline:
            file = Path(self._run.dir).parent / f"run-{self._run.id}.wandb"
            if not is_whole(file):
                raise OSError(f"{self.place} could not be written to its end: is the disk full?")


def open_run(opening: Opening, say: Callable[[str], None]) -> WandbRun | None:
    """Open or resume the experiment's run; says what is missing and goes on without it."""
    folder = Path(opening.folder)
    # W&B reads these when it is imported. Copies of uploaded files would lie in the user's home otherwise.
    os.environ |= {
        "WANDB_DATA_DIR": str(folder / "wandb-data"),
        "WANDB_CACHE_DIR": str(folder / "wandb-data"),
        "WANDB_ERROR_REPORTING": "false",
    }
    try:
        import wandb
    except ImportError:
        say("is not installed, so nothing is recorded: pip install 'tunewright[wandb]'")
        return None
    mode, why = mode_for(opening.tracking.wandb.mode, os.environ.get("WANDB_MODE", "").lower(), _logged_in)
    if why:
        say(why)
    if mode == "disabled":
        return None
    if mode == "online":
        try:
            return WandbRun(_init(opening, folder, offline=False), offline=False)
        except wandb.Error as error:
            first = (str(error).strip().splitlines() or [""])[0]
            say(f"no run online, so it is written offline, for `wandb sync`: {type(error).__name__}: {first}")
            # Otherwise the run that could not be opened keeps its id from the one that can.
            wandb.teardown()
    return WandbRun(_init(opening, folder, offline=True), offline=True)


def mode_for(
    wanted: Literal["online", "offline"], given: str, logged_in: Callable[[], bool]
) -> tuple[Mode, str]:
    """How the run is written, and why where that is not what the settings say.

    `offline` stays offline whatever else holds; `online` is so for those who have logged in. WANDB_MODE
    can keep a run at home (`offline`) or away (`disabled`), never send what the settings keep at home.

    Args:
        wanted: tracking.wandb.mode.
        given: WANDB_MODE; empty if it is not set.
        logged_in: asked last, since W&B looks for a key in several places.
    """
    if given == "disabled":
        return "disabled", "WANDB_MODE=disabled, so nothing is recorded"
    if wanted == "offline":
        return "offline", ""
    if given in {"offline", "dryrun"}:
        return "offline", f"WANDB_MODE={given}, so the run is written offline"
    if not logged_in():
        return "offline", "no key, so the run is written offline: `wandb login`, then `wandb sync`"
    return "online", ""


def _logged_in() -> bool:
    import wandb

    return bool(wandb.login(prompt=False, verify=False))


def _init(opening: Opening, folder: Path, *, offline: bool) -> wandb.Run:
    import wandb

    tracking, identity = opening.tracking, opening.identity
    folder.mkdir(parents=True, exist_ok=True)
    return wandb.init(
        dir=str(folder),
        project=tracking.project or opening.project,
        entity=tracking.wandb.entity,
        id=identity.run_id,
        name=identity.name,
        group=tracking.group or opening.project,
        tags=list(tracking.tags),
        notes=tracking.notes,
        job_type=opening.stage,
        mode="offline" if offline else "online",
        # Offline it is for `wandb sync`, which would let each stage's rows replace those of the one before.
        resume="allow",
        save_code=False,
        settings=wandb.Settings(
            silent=True,
            console="off",
            host="",
            disable_git=True,
            x_disable_meta=True,
            x_disable_machine_info=True,
            x_disable_stats=True,
            init_timeout=SECONDS_TO_CONNECT,
            finish_timeout=SECONDS_TO_SEND,
            finish_timeout_raises=True,
        ),
    )


def _artifact(record: Artifact) -> wandb.Artifact:
    import wandb

    known: dict[str, Any] = {"path": record.path, "digest": record.digest}
    artifact = wandb.Artifact(record.name, type=record.kind, metadata=known)
    if not record.copy:
        name = Path(record.path).name
        artifact.add_reference(f"dvc://{record.path}?{record.digest}", name=name, checksum=False)
    elif Path(record.copy).is_dir():
        artifact.add_dir(record.copy)
    else:
        artifact.add_file(record.copy)
    return artifact
