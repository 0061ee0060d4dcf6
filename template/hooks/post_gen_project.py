"""Keep the example of the chosen kind, then put the project under git; standard library only.

With TUNEWRIGHT_NEW_WITHOUT_GIT in the environment no repository is made: `tunewright new --here` sets it.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ANSWERS = json.loads({{cookiecutter | jsonify | jsonify}})
{% set found = cookiecutter | recommend_for -%}
HEADLINE = {{ found.headline | jsonify if found.approach != "fine-tuning" else '""' }}
PROJECT = Path.cwd()
EXAMPLES = PROJECT / "examples"
MESSAGE = "Start the project from the tunewright template"
AGAIN = "git init && git add -A && git commit"


def keep_example(kind: str) -> None:
    """Move the files of one kind to their places and drop the others'."""
    chosen = EXAMPLES / kind
    for path in sorted(chosen.rglob("*")):
        if path.is_file():
            target = PROJECT / path.relative_to(chosen)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
    shutil.rmtree(EXAMPLES)


def drop_bytecode() -> None:
    """Remove what an installer compiled inside the template: it is no part of it."""
    for cache in list(PROJECT.rglob("__pycache__")):
        shutil.rmtree(cache)


def start_history() -> str:
    """Make the git repository and the first commit; returns what went wrong, empty if nothing."""
    if "TUNEWRIGHT_NEW_WITHOUT_GIT" in os.environ:
        return ""
    if shutil.which("git") is None:
        return f"git is not there: install it, then type: {AGAIN}"
    # The user's own ignore file must not keep back a part of the project; its own .gitignore counts.
    add = ["-c", "core.excludesFile=", "add", "-A"]
    for arguments in (["init", "-q"], add, ["commit", "-q", "-m", MESSAGE]):
        done = git(arguments)
        if done.returncode:
            reason = (done.stderr or done.stdout).strip() or f"exit status {done.returncode}"
            return f"git {'add' if arguments is add else arguments[0]} failed; the files are all there. Then type: {AGAIN}. It said:\n{reason}"
    return ""


def git(arguments: list[str]) -> "subprocess.CompletedProcess[str]":
    """Run git in the project, whatever repository the environment points at."""
    environment = {key: value for key, value in os.environ.items() if key not in REPOSITORY_VARIABLES}
    return subprocess.run(
        ["git", *arguments], cwd=PROJECT, env=environment, capture_output=True, text=True, errors="replace"
    )


# A git hook or alias that starts this sets them, and git would write into that repository.
REPOSITORY_VARIABLES = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
}


def main() -> None:
    """Do all steps; what cannot be done is said, and the rest goes on."""
    keep_example(ANSWERS["kind"])
    drop_bytecode()
    said = [start_history()]
    if HEADLINE:
        said.append(f"{HEADLINE} PROJECT.md says why, and what to try first")
    if shutil.which("dvc") is None:
        said.append("dvc is not on the PATH: activate the environment, or type: pip install dvc")
    for sentence in filter(None, said):
        print(f"note: {sentence}", file=sys.stderr)


main()
