"""A source of the Hugging Face hub: its file is brought under data/raw, where DVC knows it like any other.

A command does this, no stage: a stage that wrote into data/raw would change what it depends on. The
download goes through the hub's own cache; a token is taken by the hub's library alone, and never seen here.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tunewright.artifacts import names_the_file, sha256_file
from tunewright.config.schema.data import HubFile, Source
from tunewright.errors import DataError


def fetch_source(root: Path, source: Source) -> bool:
    """Copy the file of a source from the hub to its path; False if it was there already.

    Args:
        root: the project's folder.
        source: one with `hub`.

    Raises:
        DataError: it cannot be had from the hub, or another file stands at the path.
    """
    assert source.hub is not None  # noqa: S101 - the caller asks for such sources alone
    path = root / source.path
    downloaded = _download(source.hub)
    if path.exists():
        if path.is_file() and sha256_file(path) == sha256_file(downloaded):
            return False
        raise DataError(
            f"is there, and is another file than {source.hub.repo_id} has at {source.hub.revision[:12]}",
            where=source.path,
            fix=f"rm {source.path} && tunewright fetch-data, or mend hub of this source",
        )
    _copy(downloaded, path)
    return True


def _copy(source: Path, path: Path) -> None:
    """Copy whole or not at all."""
    with names_the_file(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        try:
            shutil.copyfile(source, name)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _download(hub: HubFile) -> Path:
    """The file in the hub's cache."""
    from huggingface_hub import hf_hub_download

    with _explained(hub):
        return Path(
            hf_hub_download(hub.repo_id, hub.file, repo_type="dataset", revision=hub.revision)
        ).resolve()


@contextmanager
def _explained(hub: HubFile) -> Iterator[None]:
    from huggingface_hub import constants
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        HTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    where = f"data set {hub.repo_id}"
    try:
        yield
    except GatedRepoError as error:
        raise DataError(
            "is gated: its owner wants the terms accepted first",
            where=where,
            fix=f"accept them at {constants.ENDPOINT}/datasets/{hub.repo_id}, then: hf auth login",
        ) from error
    except RepositoryNotFoundError as error:
        raise DataError(
            "is not on the hub, or is private and your login may not see it",
            where=where,
            fix="mend repo_id of the source; for a private one: hf auth login (or set HF_TOKEN)",
        ) from error
    except RevisionNotFoundError as error:
        raise DataError(
            f"has no commit {hub.revision}", where=where, fix="mend revision of the source"
        ) from error
    except HFValidationError as error:
        raise DataError(f"is no name of a data set: {error}", where=where, fix="mend repo_id") from error
    except LocalEntryNotFoundError as error:
        raise _unreachable(where, offline=constants.HF_HUB_OFFLINE) from error
    except EntryNotFoundError as error:
        raise DataError(
            f"has no file {hub.file} at {hub.revision[:12]}", where=where, fix="mend file of the source"
        ) from error
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else "no answer"
        raise DataError(
            f"the hub refuses it ({status})", where=where, fix="try again later, or: hf auth whoami"
        ) from error
    except HTTPError as error:
        raise _unreachable(where, offline=constants.HF_HUB_OFFLINE) from error


def _unreachable(where: str, *, offline: bool) -> DataError:
    if offline:
        return DataError(
            "is not in the hub's cache, and HF_HUB_OFFLINE forbids to fetch it",
            where=where,
            fix="unset HF_HUB_OFFLINE, or `dvc pull` the file, or copy it to its path yourself",
        )
    return DataError(
        "the hub cannot be reached",
        where=where,
        fix="check the network (HF_ENDPOINT names a mirror), or `dvc pull` the file, or copy it to its path",
    )
