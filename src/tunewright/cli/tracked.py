"""`tunewright tracked`: from an experiment to its tracker's run, and back.

The id of a run follows from settings and raw data, so a commit alone tells it, on any machine; where the
run lies stands in `.tunewright/runs.json` of the machine that recorded it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import typer

from tunewright.config.revision import commit_of, file_at
from tunewright.config.stage_settings import RESOLVED
from tunewright.errors import UsageError
from tunewright.experiments.git_files import refs
from tunewright.scratch import FOLDER
from tunewright.tracking.identity import run_id_of
from tunewright.tracking.ledger import Entry, Part, read_ledger
from tunewright.tracking.lineage import LOCK, lock_stages


def tracked(root: Path, wanted: str | None, *, as_json: bool) -> None:
    """Print which tracker's run belongs to which experiment.

    Args:
        root: the project's folder.
        wanted: an experiment's name, a git revision or a run's id; null for all that were recorded here.
        as_json: print JSON.

    Raises:
        UsageError: nothing goes by that name, or nothing was recorded of it here.
    """
    ledger = _with_cached(root, read_ledger(root / FOLDER))
    found = (
        ledger
        if wanted is None
        else {wanted_id: ledger[wanted_id] for wanted_id in _ids(root, wanted, ledger)}
    )
    if as_json:
        entries = {run_id: entry.model_dump(mode="json") for run_id, entry in found.items()}
        typer.echo(json.dumps(entries, indent=2))
    elif found:
        typer.echo("\n\n".join(_text(run_id, entry) for run_id, entry in reversed(found.items())))
    else:
        typer.echo("nothing was recorded here yet; to choose a tracker: tunewright options tracking")


def _with_cached(root: Path, ledger: Mapping[str, Entry]) -> dict[str, Entry]:
    """The entries, with those experiments of theirs that no stage recorded: all came from the cache."""
    recorded = {name for entry in ledger.values() for name in entry.experiments}
    cached: dict[str | None, list[str]] = {}
    in_git = bool(ledger) and commit_of(root, "HEAD") is not None
    for ref in refs(root) if in_git else ():
        if ref.name not in recorded:
            cached.setdefault(_id_at(root, ref.commit), []).append(ref.name)
    return {
        run_id: entry.model_copy(update={"experiments": (*entry.experiments, *cached.get(run_id, ()))})
        for run_id, entry in ledger.items()
    }


def _ids(root: Path, wanted: str, ledger: Mapping[str, Entry]) -> list[str]:
    if wanted in ledger:
        return [wanted]
    computed = _id_at(root, wanted)
    if computed is not None and computed in ledger:
        return [computed]
    if named := [run_id for run_id, entry in ledger.items() if wanted in (entry.name, *entry.experiments)]:
        return named
    if computed:
        raise UsageError(
            f"experiment {wanted!r} has the run id {computed}, of which nothing was recorded on this machine",
            fix="look for that id in the tracker",
        )
    raise UsageError(
        f"no experiment, revision or run goes by the name {wanted!r}", fix="tunewright tracked lists all runs"
    )


def _id_at(root: Path, revision: str) -> str | None:
    import yaml

    commit = commit_of(root, revision)
    if commit is None:
        return None
    resolved, lock = file_at(root, commit, RESOLVED), file_at(root, commit, LOCK)
    if resolved is None or lock is None:
        return None
    return run_id_of(yaml.safe_load(resolved), lock_stages(lock))


def _text(run_id: str, entry: Entry) -> str:
    lines = [f"{entry.name}", f"  run id      {run_id}"]
    if entry.experiments:
        lines.append(f"  experiment  {', '.join(entry.experiments)}")
    lines.append(f"  started on  {entry.commit or 'no commit'}")
    for tracker, part in entry.trackers.items():
        lines += [f"  {tracker:<10}  {line}" for line in _places(part)]
    return "\n".join(lines)


def _places(part: Part) -> Iterator[str]:
    """Where one tracker has it; of W&B's folders, which are one a stage, how to send them."""
    folders = [place for place in part.places if place.startswith(FOLDER.as_posix())]
    yield from (place for place in part.places if place not in folders)
    if folders:
        yield f"{len(folders)} folders of one run; to send them: wandb sync {' '.join(folders)}"
    yield f"recorded by {', '.join(part.stages)}"
