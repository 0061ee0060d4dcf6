"""tracking=wandb: Weights & Biases, offline by default, one run an experiment.

Only settings and numbers are recorded: no rows, no console output, no host or user name. Run files
lie under `.tunewright/wandb` of the main checkout, where the end of an experiment's temporary copy
does not take them away; `wandb sync` sends them later.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.config.schema.settings import Project
from tunewright.config.schema.tracking import Tracking
from tunewright.config.stage_settings import RESOLVED
from tunewright.progress import say
from tunewright.scratch import FOLDER, main_checkout
from tunewright.tracking.identity import Identity, identify
from tunewright.tracking.none import NoRun
from tunewright.tracking.run import Backend
from tunewright.tracking.secrets import scrub

if TYPE_CHECKING:
    import wandb

SECONDS_TO_CONNECT = 20.0
SECONDS_TO_FINISH = 60.0
STEP = "step"


class WandbRun:
    """A run of Weights & Biases."""

    def __init__(self, run: wandb.Run) -> None:
        """Wrap an open run."""
        self._run = run
        # W&B drops a row whose own step is behind; a resumed stage may log a step again. So the
        # optimizer's step is a value like others, and the axis of all charts.
        run.define_metric(STEP)
        run.define_metric("*", step_metric=STEP)

    def log(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Record values, with the step as the axis."""
        self._run.log(dict(values) if step is None else {STEP: step, **values})

    def summary(self, values: Mapping[str, float]) -> None:
        """Set final values."""
        self._run.summary.update(dict(values))

    def file(self, path: Path) -> None:
        """Copy a file into the run's folder; W&B itself would link it, and an experiment's copy goes away."""
        copy = shutil.copyfile(path, Path(self._run.dir) / path.name)
        self._run.save(str(copy), base_path=self._run.dir, policy="now")

    def close(self, *, failed: bool) -> None:
        """Finish this stage's part; the next stage goes on with the same run."""
        self._run.finish(exit_code=1 if failed else 0)


def open_run(tracking: Tracking, project: Project, stage: str) -> Backend:
    """Open or resume the experiment's run; says what is missing and goes on without it."""
    try:
        import wandb
    except ImportError:
        say("tracking: wandb is not installed, so nothing is recorded: pip install 'tunewright[wandb]'")
        return NoRun()
    resolved = _resolved()
    identity = identify(project.slug, resolved)
    if tracking.mode == "online":
        try:
            if wandb.login(prompt=False, verify=False):
                return WandbRun(_init(tracking, project, stage, resolved, identity, offline=False))
            say("tracking: no W&B key, so the run is written offline: `wandb login`, then `wandb sync`")
        except wandb.Error as error:
            say(f"tracking: W&B cannot be reached, so the run is written offline: {type(error).__name__}")
    return WandbRun(_init(tracking, project, stage, resolved, identity, offline=True))


def _init(
    tracking: Tracking,
    project: Project,
    stage: str,
    resolved: Mapping[str, Any],
    identity: Identity,
    *,
    offline: bool,
) -> wandb.Run:
    import wandb

    folder = main_checkout() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return wandb.init(
        dir=str(folder),
        project=tracking.project or project.slug,
        entity=tracking.entity,
        id=identity.run_id,
        name=identity.name,
        group=project.slug,
        job_type=stage,
        config={**scrub(resolved), "git_commit": identity.commit},
        mode="offline" if offline else "online",
        # Offline, `wandb sync` joins the parts of one id; W&B would warn about resuming there.
        resume=None if offline else "allow",
        reinit="finish_previous",
        save_code=False,
        settings=wandb.Settings(
            silent=True,
            console="off",
            disable_git=True,
            x_disable_meta=True,
            x_disable_machine_info=True,
            init_timeout=SECONDS_TO_CONNECT,
            finish_timeout=SECONDS_TO_FINISH,
        ),
    )


def _resolved() -> dict[str, Any]:
    """The settings as compose wrote them; a tracker may see them all, since no result depends on it."""
    import yaml

    try:
        return dict(yaml.safe_load(RESOLVED.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
